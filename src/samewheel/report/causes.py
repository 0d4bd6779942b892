"""Causes as lines for a terminal: a sentence for a person in a hurry, then what tells each, and what cures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import style

from samewheel._text import printable
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.values import UNKNOWN, Certainty
from samewheel.report.lines import row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.explaining.values import Explanation

__all__ = ["cause_lines", "summary_lines"]

MOST_CAUSES = 10
"""Causes that are told; JSON has them all."""

MOST_EVIDENCE = 3
"""Pieces of evidence that are told of each cause."""

SURELY = {
    Certainty.SHOWN: "the bytes show it",
    Certainty.BUILT: "builds show it",
    Certainty.CONSISTENT: "it would explain the bytes; so may something else",
}


def summary_lines(causes: Sequence[Explanation]) -> Iterator[str]:
    """Yield what leaks, where, and what to do: one sentence, and how many more there are."""
    if causes:
        first = causes[0].sentence
        # A sentence may begin with the name of a file.
        start = first[:1].upper() if first.startswith("the ") else first[:1]
        more = f" ({len(causes) - 1} more below)" if len(causes) > 1 else ""
        yield f"  {printable(start + first[1:])}.{more}"


def _why(cause: Explanation) -> str:
    guilty = f"; guilty: {', '.join(cause.conditions)}" if cause.conditions else ""
    return f"{SURELY[cause.certainty]}{guilty}"


def _paragraph(label: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        yield row("" if number else label, line)


def cause_lines(causes: Sequence[Explanation]) -> Iterator[str]:
    """Yield each cause with how sure it is, what it is told from, and what to paste; an unknown one is none."""
    causes = [cause for cause in causes if cause.cause != UNKNOWN]
    for number, cause in enumerate(causes[:MOST_CAUSES]):
        if number:
            yield row("", cause.sentence)
        yield row("cause", f"{cause.cause} ({_why(cause)})")
        for line in cause.evidence[:MOST_EVIDENCE]:
            yield row("", line)
        known = CAUSES.get(cause.cause)
        if known is not None and cause.remedy != known.do:
            for label, line in zip(
                ("remedy", *[""] * cause.remedy.count("\n")), cause.remedy.split("\n"), strict=True
            ):
                yield row(label, line)
        if known is not None:
            yield row("more", f"samewheel explain {cause.cause}")
    if len(causes) > MOST_CAUSES:
        yield style(f"  and {len(causes) - MOST_CAUSES} more causes: --json has them all", dim=True)
