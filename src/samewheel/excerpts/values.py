"""Excerpts as values: what is shown of the members of two wheels, and no more than a person reads."""

from __future__ import annotations

from enum import StrEnum

from samewheel._types import Value

__all__ = ["Excerpts", "Kind", "Line", "Part", "Section", "Seen", "Side", "Text"]


class Kind(StrEnum):
    """What a line of two columns is."""

    SAME = "same"
    """Both texts have it."""
    CHANGED = "changed"
    """They have something else in its place, or one of them has nothing."""
    GAP = "gap"
    """Lines are left out here, which both have."""


class Part(Value, frozen=True):
    """A piece of a line."""

    text: str
    changed: bool = False
    """Whether the other line has something else there."""


class Side(Value, frozen=True):
    """A line of one of two texts."""

    number: int
    """From 1."""
    parts: tuple[Part, ...]


class Line(Value, frozen=True):
    """Two lines side by side."""

    kind: Kind
    a: Side | None = None
    """None where the first text has no such line."""
    b: Side | None = None


class Text(Value, frozen=True, kw_only=True):
    """The lines in which two texts differ, with some around them."""

    lines: tuple[Line, ...]
    left_out: int = 0
    """Lines that differ and are not here, as there are too many."""


class Section(Value, frozen=True, kw_only=True):
    """A section of two ELF files."""

    name: str
    a: int | None
    """Bytes in the first file; None where it has no such section."""
    b: int | None
    differing: int = 0
    """Bytes that differ, of those that both have."""
    first: int | None = None
    """The first of them, from the start of the section."""

    @property
    def same(self) -> bool:
        """Return whether both files have it, and the same in it."""
        return self.a == self.b and not self.differing


class Seen(Value, frozen=True, kw_only=True):
    """A member of two wheels."""

    name: str
    """Its place, where the names are not the same."""
    a: int | None
    """Bytes of its contents in the first wheel; None where that has no such member."""
    b: int | None
    same: bool
    """Whether both have it, with the same contents."""
    text: Text | None = None
    """Where the contents differ and are text."""
    sections: tuple[Section, ...] = ()
    """Where they differ and are ELF files."""


class Excerpts(Value, frozen=True, kw_only=True):
    """Two wheels."""

    members: tuple[Seen, ...]
    """All of both, sorted by name."""
