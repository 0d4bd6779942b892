"""Totals of an audit as bars: geometry alone, in the units of the picture; a template draws it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.report.html.words import BADGES, badge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.report.html.values import Badge

__all__ = ["Bar", "Chart", "Piece", "causes_chart", "stacked_chart", "verdicts_chart"]

WIDTH = 330
"""Of a picture: as wide as a telephone shows without making letters smaller."""

WIDEST = 176
"""Of its names."""

STEP = 26
"""From one bar to the next."""

MOST_BARS = 10

LETTER = 7.4
"""Width of a letter; the fonts of no two machines are the same, so there is room to spare."""

PLAIN = BADGES["pending"]
"""The look of bars that are about no verdict."""


class Piece(Value, frozen=True, kw_only=True):
    """A part of a bar."""

    x: int
    width: int
    badge: Badge
    count: int


class Bar(Value, frozen=True, kw_only=True):
    """A bar with its name and number."""

    y: int
    label: str
    """Cut to fit."""
    whole: str
    text: str
    """The number, in words if need be."""
    pieces: tuple[Piece, ...]


class Chart(Value, frozen=True, kw_only=True):
    """A picture."""

    title: str
    width: int
    height: int
    text_x: int
    """Where numbers begin."""
    bars: tuple[Bar, ...]
    more: int
    """Bars that are not drawn."""


def _pieces(counts: Sequence[tuple[Badge, int]], most: int, at: int, room: int) -> tuple[Piece, ...]:
    """Return the parts of a bar, of which one that is full stands for ``most``; none is too small to be seen."""
    found = []
    for mark, count in counts:
        width = max(2, round(room * count / most))
        found.append(Piece(x=at, width=width, badge=mark, count=count))
        at += width
    return tuple(found)


def _chart(
    title: str, rows: Sequence[tuple[str, str, Sequence[tuple[Badge, int]]]], *, shares: bool = False
) -> Chart:
    """Return a picture of rows: name, number in words, and the parts; of ``shares`` each bar is as long."""
    shown = rows[:MOST_BARS]
    totals = [sum(count for _, count in counts) for _, _, counts in shown]
    start = min(WIDEST, _wide([name for name, _, _ in shown]))
    text_x = WIDTH - _wide([text for _, text, _ in shown])
    fit = int(start / LETTER)
    bars = [
        Bar(
            y=number * STEP,
            label=name if len(name) <= fit else f"{name[: fit - 1]}…",
            whole=name,
            text=text,
            pieces=_pieces(counts, totals[number] if shares else max(totals), start, text_x - start - 8),
        )
        for number, (name, text, counts) in enumerate(shown)
    ]
    height = max(1, len(bars)) * STEP
    return Chart(
        title=title, width=WIDTH, height=height, text_x=text_x, bars=tuple(bars), more=len(rows) - len(shown)
    )


def _wide(texts: Sequence[str]) -> int:
    """Return how wide the longest of some texts may be, with a letter to spare."""
    return round((max(map(len, texts), default=0) + 1) * LETTER)


def verdicts_chart(words: Iterable[str]) -> Chart:
    """Return how many packages have which verdict, or are how far; the best first."""
    counts = Counter(words)
    return _chart(
        "By verdict", [(word, f"{counts[word]:,}", [(badge(word), counts[word])]) for word in BADGES if counts[word]]
    )


def stacked_chart(title: str, pairs: Iterable[tuple[str, str]]) -> Chart:
    """Return how the verdicts of each name are; those with the most packages first."""
    found: dict[str, Counter[str]] = {}
    for name, word in pairs:
        found.setdefault(name, Counter())[word] += 1
    order = sorted(found, key=lambda name: (-found[name].total(), name))
    best = next(iter(BADGES))
    return _chart(
        title,
        [
            (
                name,
                f"{found[name][best]:,} of {found[name].total():,}",
                [(mark, found[name][word]) for word, mark in BADGES.items() if found[name][word]],
            )
            for name in order
        ],
        shares=True,
    )


def causes_chart(names: Iterable[str]) -> Chart:
    """Return how many packages each cause is found in, the most frequent first."""
    counts = sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))
    return _chart("By cause", [(name, f"{count:,}", [(PLAIN, count)]) for name, count in counts])
