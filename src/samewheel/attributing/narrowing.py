"""From conditions that make a wheel differ if all of them are switched, to the few of them that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["PARTS", "narrow"]

PARTS = 4
"""Parts of the conditions that are left out in turn, before single ones are."""


def narrow(
    differs: Callable[[frozenset[str]], bool | None],
    prepare: Callable[[Iterable[frozenset[str]]], None],
    names: Sequence[str],
) -> frozenset[str]:
    """Return the conditions that it takes, by leaving out the others.

    Args:
        differs: tells whether it differs with conditions switched; None if no build says, and then they are kept.
        prepare: told of sets that :func:`differs` is going to be asked for, to build them side by side.
        names: conditions with which it differs.
    """
    kept = list(names)
    for size in (-(-len(kept) // PARTS), 1):
        parts = [kept[start : start + size] for start in range(0, len(kept), size)]
        prepare(frozenset(kept).difference(part) for part in parts)
        needed = [part for part in parts if not differs(frozenset(kept).difference(part))]
        most = [name for part in needed for name in part]
        kept = most if differs(frozenset(most)) else _one_by_one(differs, kept, parts)
    return frozenset(kept)


def _one_by_one(
    differs: Callable[[frozenset[str]], bool | None], names: Sequence[str], parts: Sequence[Sequence[str]]
) -> list[str]:
    """Leave out one part after the other: where one of several suffices, none of them is needed."""
    kept = list(names)
    for part in parts:
        fewer = [name for name in kept if name not in part]
        if differs(frozenset(fewer)):
            kept = fewer
    return kept
