"""What differs by chance: an example from two builds that had the same, and whether something else differs, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.trials import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.comparison import Difference
    from samewheel.trials import Target

__all__ = ["Alike"]

LINES = re.compile(r"\d+(?:-\d+)?(?=: )|nothing after line \d+")
"""Where a value is from, if it is lines of a text."""

OPAQUE = frozenset({"SW301", "SW404"})
"""Codes of contents of which nothing says where they differ."""


class Alike:
    """What differs between builds that had the same."""

    def __init__(self, explained: Iterable[Difference]) -> None:
        """Take the differences that a search is about."""
        self._explained = _by_target(explained)
        self._found: dict[Target, list[Difference]] = {}

    def note(self, differences: Iterable[Difference]) -> None:
        """Take the differences between two builds that had the same."""
        for target, found in _by_target(differences).items():
            self._found.setdefault(target, []).extend(found)

    def tell(self, target: Target) -> tuple[str, bool]:
        """Return a place of a target and its two values, and whether it differs by chance wherever it does."""
        found = self._found.get(target, [])
        example = f"{found[0].field}: {found[0].a or 'nothing'} against {found[0].b or 'nothing'}" if found else ""
        wanted, known = ({_place(one) for one in ones} for ones in (self._explained.get(target, []), found))
        return example, wanted <= known and OPAQUE.isdisjoint(code for code, *_ in wanted)


def _by_target(differences: Iterable[Difference]) -> dict[Target, list[Difference]]:
    found: dict[Target, list[Difference]] = {}
    for one in differences:
        if (target := target_of(one)) is not None:
            found.setdefault(target, []).append(one)
    return found


def _place(one: Difference) -> tuple[str, str, str, str, str]:
    a, b = (found[0] if (found := LINES.match(value)) else "" for value in (one.a, one.b))
    return one.code, one.member, one.field, a, b
