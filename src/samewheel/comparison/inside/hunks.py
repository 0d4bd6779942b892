"""Which lines of two texts differ, in about the time that it takes to read them.

Lines that both have exactly once hold the texts together, in the longest order that both agree on (the idea of
Bram Cohen's patience diff); only what is between them is compared by difflib, whose time grows with the cube of the
lines in the worst case, and only where it is short.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Hunk", "hunks"]

LONGEST_GAP = 200
"""Lines, on either side, that difflib is asked about."""

MOST_MATCHED = 20
"""Gaps that difflib is asked about; later ones are a hunk each."""


class Hunk(NamedTuple):
    """Lines of one text, counted from 0, in the place of lines of the other; one of the two may be none."""

    a: int
    a_stop: int
    b: int
    b_stop: int


def _trimmed(a: Sequence[str], b: Sequence[str], gap: Hunk) -> Hunk:
    """Return a gap without the lines that both have at its start and at its end."""
    start, stop, other, other_stop = gap
    while start < stop and other < other_stop and a[start] == b[other]:
        start, other = start + 1, other + 1
    while start < stop and other < other_stop and a[stop - 1] == b[other_stop - 1]:
        stop, other_stop = stop - 1, other_stop - 1
    return Hunk(start, stop, other, other_stop)


def _anchors(a: Sequence[str], b: Sequence[str], gap: Hunk) -> list[tuple[int, int]]:
    """Return the longest list of lines that both have once in a gap, and in the same order."""
    once_in_a, once_in_b = (Counter(lines) for lines in (a[gap.a : gap.a_stop], b[gap.b : gap.b_stop]))
    places = {b[index]: index for index in range(gap.b, gap.b_stop) if once_in_b[b[index]] == 1}
    pairs = [
        (index, places[a[index]])
        for index in range(gap.a, gap.a_stop)
        if once_in_a[a[index]] == 1 and a[index] in places
    ]
    return _increasing(pairs)


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of pairs, sorted by the first, in which the second increases too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, second) in enumerate(pairs):
        place = bisect_left(ends, second)
        before.append(last[place - 1] if place else -1)
        ends[place : place + 1], last[place : place + 1] = [second], [index]
    found, index = [], last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _gaps(a: Sequence[str], b: Sequence[str]) -> Iterator[Hunk]:
    """Yield what is between the anchors, where that is not the same."""
    gap = _trimmed(a, b, Hunk(0, len(a), 0, len(b)))
    anchors = [(gap.a - 1, gap.b - 1), *_anchors(a, b, gap), (gap.a_stop, gap.b_stop)]
    for (start, other), (stop, other_stop) in pairwise(anchors):
        between = _trimmed(a, b, Hunk(start + 1, stop, other + 1, other_stop))
        if between.a < between.a_stop or between.b < between.b_stop:
            yield between


def hunks(a: Sequence[str], b: Sequence[str]) -> Iterator[Hunk]:
    """Yield the lines that differ, in their order."""
    for number, gap in enumerate(_gaps(a, b)):
        if number >= MOST_MATCHED or max(gap.a_stop - gap.a, gap.b_stop - gap.b) > LONGEST_GAP:
            yield gap
            continue
        matcher = SequenceMatcher(None, a[gap.a : gap.a_stop], b[gap.b : gap.b_stop], autojunk=False)
        for tag, start, stop, other, other_stop in matcher.get_opcodes():
            if tag != "equal":
                yield Hunk(gap.a + start, gap.a + stop, gap.b + other, gap.b + other_stop)
