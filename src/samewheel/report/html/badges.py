"""A verdict as a small picture for a README: SVG 1.1 that needs no font, no script and no address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.report.html.rendering import render
from samewheel.report.html.values import Tone
from samewheel.report.html.words import VERDICTS

if TYPE_CHECKING:
    from samewheel.comparison import Verdict

__all__ = ["badge_svg"]

COLOURS = {
    Tone.GOOD: "#18713a",
    Tone.NEAR: "#0f6478",
    Tone.WARN: "#855200",
    Tone.BAD: "#a8201f",
    Tone.NONE: "#55606b",
}
"""White letters on each of them have a contrast of 5.5 at least (WCAG 2.2, 1.4.3 asks for 4.5)."""

LEFT = "same wheel"

LETTER, MARGIN = 6.6, 9
"""Width of a letter, and of the room before and after a word; the letters are stretched to fit."""


def _width(text: str) -> int:
    return round(len(text) * LETTER)


def badge_svg(verdict: Verdict) -> str:
    """Return the picture of a verdict."""
    mark = VERDICTS[verdict]
    left, right = _width(LEFT), _width(mark.word)
    return render(
        "badge.svg.j2",
        left=LEFT,
        right=mark.word,
        colour=COLOURS[mark.tone],
        left_width=left,
        right_width=right,
        split=left + 2 * MARGIN,
        width=left + right + 4 * MARGIN,
        margin=MARGIN,
    )
