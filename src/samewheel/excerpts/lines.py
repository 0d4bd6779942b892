"""Two texts side by side: the lines that differ with some around them, and in these lines the words that do."""

from __future__ import annotations

import re
from bisect import bisect
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING

from samewheel.comparison.inside.hunks import Hunk, hunks
from samewheel.excerpts.values import Kind, Line, Part, Side, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MOST_LINES", "side_by_side", "words"]

CONTEXT = 3
"""Lines that both have which are shown before and after each difference."""

MOST_LINES = 240
"""Lines that are shown of one text; whoever wants more has both files."""

LONGEST_LINE = 1_000
"""Characters of a line that are shown at most, from a little before the place where it and the other one part."""

MOST_WORDS = 100
"""Words of a line that are matched with those of the other; of longer ones, only both ends are."""

BEFORE = 80
"""Characters that are shown before that place, in a line that is too long."""

LONGEST_SAME = 160
"""Characters of a run that two lines share which are shown as they are; of a longer one, its ends are."""

LONGEST_PART = 600
"""Characters of a run that is only in one of them which are shown."""

WORD = re.compile(r"\w+|\s+|[^\w\s]")


def _shortened(part: Part) -> Part:
    """Return a part of which a person sees the ends, where it is too long to be read."""
    most = LONGEST_PART if part.changed else LONGEST_SAME
    if len(part.text) <= most:
        return part
    return Part(f"{part.text[: most // 2]} … {part.text[-most // 2 :]}", part.changed)


def _ends(a: Sequence[str], b: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Return, as difflib does, what two lists have in common at their ends, and what is between."""
    start = next((n for n, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))
    most = min(len(a), len(b)) - start
    back = next((n for n in range(most) if a[-1 - n] != b[-1 - n]), most)
    stop_a, stop_b = len(a) - back, len(b) - back
    return [
        ("equal", 0, start, 0, start),
        ("replace", start, stop_a, start, stop_b),
        ("equal", stop_a, len(a), stop_b, len(b)),
    ]


def _start(a: str, b: str) -> int:
    """Return from where on two lines are shown."""
    if max(len(a), len(b)) <= LONGEST_LINE:
        return 0
    common = bisect(range(1, min(len(a), len(b)) + 1), 0, key=lambda length: a[:length] != b[:length])
    return max(0, common - BEFORE)


def words(a: str, b: str) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return two lines in parts: what both have, and what only one of them has."""
    start = _start(a, b)
    of_a, of_b = (WORD.findall(line[start : start + LONGEST_LINE]) for line in (a, b))
    many = max(len(of_a), len(of_b)) > MOST_WORDS
    codes = _ends(of_a, of_b) if many else SequenceMatcher(None, of_a, of_b, autojunk=False).get_opcodes()
    before = [Part("… ")] if start else []
    left, right = list(before), list(before)
    for tag, first, stop, other, other_stop in codes:
        for parts, pieces in ((left, of_a[first:stop]), (right, of_b[other:other_stop])):
            if pieces:
                parts.append(_shortened(Part("".join(pieces), tag != "equal")))
    return tuple(left), tuple(right)


def _whole(number: int, line: str, *, changed: bool) -> Side:
    part = _shortened(Part(line[:LONGEST_LINE], changed))
    return Side(number + 1, (part,))


def _pair(a: Sequence[str], b: Sequence[str], at: int | None, other: int | None) -> Line:
    """Return two lines that differ; None stands for no line."""
    if at is not None and other is not None:
        left, right = words(a[at], b[other])
        return Line(Kind.CHANGED, Side(at + 1, left), Side(other + 1, right))
    return Line(
        Kind.CHANGED,
        None if at is None else _whole(at, a[at], changed=True),
        None if other is None else _whole(other, b[other], changed=True),
    )


def _around(a: Sequence[str], start: int, stop: int, shift: int) -> Iterator[Line]:
    """Yield lines that both have; ``shift`` leads from a line of the first text to that of the second."""
    for at in range(start, stop):
        yield Line(Kind.SAME, _whole(at, a[at], changed=False), _whole(at + shift, a[at], changed=False))


def _all(a: Sequence[str], b: Sequence[str], found: Sequence[Hunk]) -> Iterator[Line]:
    """Yield the lines of all hunks with those around them."""
    reached = 0
    for number, hunk in enumerate(found):
        shift = hunk.b - hunk.a
        start = max(reached, hunk.a - CONTEXT)
        if start > reached:
            yield Line(Kind.GAP)
        yield from _around(a, start, hunk.a, shift)
        for at, other in zip_longest(range(hunk.a, hunk.a_stop), range(hunk.b, hunk.b_stop)):
            yield _pair(a, b, at, other)
        following = found[number + 1].a if number + 1 < len(found) else len(a)
        reached = min(following, hunk.a_stop + CONTEXT)
        yield from _around(a, hunk.a_stop, reached, hunk.b_stop - hunk.a_stop)
    if reached < len(a):
        yield Line(Kind.GAP)


def side_by_side(a: Sequence[str], b: Sequence[str], most: int = MOST_LINES) -> Text:
    """Return what two texts have in different lines, of which at most so many are shown; without line ends."""
    found = list(hunks(a, b))
    shown, changed = list[Line](), 0
    total = sum(max(hunk.a_stop - hunk.a, hunk.b_stop - hunk.b) for hunk in found)
    for line in _all(a, b, found):
        if len(shown) == most:
            break
        shown.append(line)
        changed += line.kind is Kind.CHANGED
    return Text(lines=tuple(shown), left_out=total - changed)
