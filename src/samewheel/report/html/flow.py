"""A picture of which condition caused what: conditions, causes and members in three columns, joined by lines.

Geometry alone, in the units of the picture; a template draws it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.report.html.values import Cause

__all__ = ["Box", "Curve", "Flow", "flow"]

WIDTH = 960
BOX, STEP, TOP = 28, 36, 40
"""Height of a box, from one box to the next, and above the first one."""

COLUMNS = ((0, 190), (300, 250), (660, 300))
"""Where the boxes of each column begin, and how wide they are."""

WITHOUT_CONDITIONS = ((0, 0), (0, 300), (460, 500))
"""The same where no condition is known."""

LETTER = 7.3
"""Width of a letter; the fonts of no two machines are the same, so there is room to spare."""

MOST_CAUSES = 12
MOST_MEMBERS = 16

ELSEWHERE = "the archive as a whole"
"""Where a cause shows that belongs to no member."""


class Box(Value, frozen=True, kw_only=True):
    """A name in its place."""

    x: int
    y: int
    width: int
    text: str
    """Cut to fit."""
    whole: str
    kind: str
    """``guilty``, ``cause``, ``unsure`` or ``member``."""


class Curve(Value, frozen=True, kw_only=True):
    """A line from one box to another."""

    path: str
    """As SVG has it."""
    sure: bool


class Flow(Value, frozen=True, kw_only=True):
    """The picture."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
    headings: tuple[tuple[int, str], ...]
    """Where each column begins, and what it is called."""
    said: tuple[tuple[str, str, str], ...]
    """The same in words: conditions, cause, members."""
    idle: tuple[str, ...]
    """Conditions that were varied, too, and that no cause names; sorted."""
    more: int
    """Causes that are not drawn."""


def _fitted(text: str, width: int) -> str:
    """Return a text that fits into a box, its middle cut out if need be."""
    most = int((width - 20) / LETTER)
    if len(text) <= most:
        return text
    head = (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def _column(place: tuple[int, int], texts: Sequence[tuple[str, str]], height: int) -> dict[str, Box]:
    """Return the boxes of a column by their whole texts, in the middle of the height; a text goes with its kind."""
    x, width = place
    start = TOP + (height - len(texts) * STEP) // 2
    return {
        whole: Box(x=x, y=start + row * STEP, width=width, text=_fitted(whole, width), whole=whole, kind=kind)
        for row, (whole, kind) in enumerate(texts)
    }


def _curve(a: Box, b: Box, *, sure: bool) -> Curve:
    x, y, end, level = a.x + a.width, a.y + BOX // 2, b.x, b.y + BOX // 2
    middle = (x + end) // 2
    return Curve(path=f"M{x} {y}C{middle} {y} {middle} {level} {end} {level}", sure=sure)


def _members(cause: Cause, named: Sequence[str]) -> list[str]:
    """Return the boxes that a cause leads to: members that are drawn, and one for all others."""
    if not cause.members:
        return [ELSEWHERE]
    drawn = [member for member in cause.members if member in named]
    return [*drawn, *(["other members"] if len(drawn) < len(cause.members) else [])]


def flow(causes: Sequence[Cause], varied: Iterable[str]) -> Flow | None:
    """Return the picture; None where there is nothing to draw.

    Args:
        causes: in their order.
        varied: conditions that two builds saw differently.
    """
    shown = causes[:MOST_CAUSES]
    if not shown:
        return None
    guilty = list(dict.fromkeys(name for cause in shown for name in cause.conditions))
    named = list(dict.fromkeys(member for cause in shown for member in cause.members))[:MOST_MEMBERS]
    ends = list(dict.fromkeys(end for cause in shown for end in _members(cause, named)))
    conditions = [(name, "guilty") for name in guilty]
    names = [(cause.name, "cause" if cause.known else "unsure") for cause in shown]
    names = list(dict(names).items())
    height = STEP * max(len(conditions), len(names), len(ends))
    places = COLUMNS if conditions else WITHOUT_CONDITIONS
    texts = (conditions, names, [(end, "member") for end in ends])
    left, middle, right = (_column(place, each, height) for place, each in zip(places, texts, strict=True))
    return Flow(
        width=WIDTH,
        height=TOP + height,
        boxes=(*left.values(), *middle.values(), *right.values()),
        curves=tuple(_curves(shown, named, left, middle, right)),
        headings=tuple(
            (x, text)
            for (x, width), text in zip(places, ("conditions of the builds", "causes", "where it shows"), strict=True)
            if width
        ),
        said=tuple((", ".join(one.conditions), one.name, ", ".join(_members(one, named))) for one in shown),
        idle=tuple(sorted({*varied}.difference(guilty))) if guilty else (),
        more=len(causes) - len(shown),
    )


def _curves(
    causes: Sequence[Cause],
    named: Sequence[str],
    left: dict[str, Box],
    middle: dict[str, Box],
    right: dict[str, Box],
) -> Iterable[Curve]:
    """Yield each line once."""
    drawn = dict[tuple[str, str], Curve]()
    for cause in causes:
        box = middle[cause.name]
        for name in cause.conditions:
            drawn[name, cause.name] = _curve(left[name], box, sure=cause.known)
        for end in _members(cause, named):
            drawn[cause.name, end] = _curve(box, right[end], sure=cause.known)
    return drawn.values()
