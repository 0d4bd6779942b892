"""What pages show, as values: said already, and only to be put in its place."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from samewheel._types import Value

if TYPE_CHECKING:
    from samewheel.excerpts import Section, Text

__all__ = [
    "Badge",
    "Cause",
    "Fact",
    "Folder",
    "Group",
    "Leaf",
    "Member",
    "Row",
    "Rows",
    "Said",
    "Tone",
]


class Tone(StrEnum):
    """How good something is; a page has a colour for each, and never the colour alone."""

    GOOD = "good"
    NEAR = "near"
    WARN = "warn"
    BAD = "bad"
    NONE = "none"


class Badge(Value, frozen=True):
    """A word that is seen at once: a verdict, or how far something is."""

    word: str
    tone: Tone
    sign: str
    """A letter that stands for it where colours do not show."""


class Fact(Value, frozen=True):
    """A line of a table with two columns."""

    label: str
    text: str


class Row(Value, frozen=True):
    """Something of two builds."""

    label: str
    a: str
    b: str

    @property
    def same(self) -> bool:
        """Return whether it is the same."""
        return self.a == self.b


class Rows(Value, frozen=True):
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]
    wanted: bool = False
    """Whether they are to differ: conditions that are varied."""

    @property
    def differing(self) -> int:
        """Return how many rows differ."""
        return sum(not row.same for row in self.rows)


class Cause(Value, frozen=True, kw_only=True):
    """A cause, as it is told."""

    name: str
    known: bool
    certainty: str
    sentence: str
    conditions: tuple[str, ...]
    members: tuple[str, ...]
    evidence: tuple[str, ...]
    remedy: str
    """Empty where the sentence has it already."""
    more: tuple[str, ...]
    """Commands that tell more."""


class Said(Value, frozen=True, kw_only=True):
    """A difference."""

    code: str
    summary: str
    field: str
    a: str
    b: str
    follows: str
    """What of RECORD follows, in words; empty for nothing."""


class Group(Value, frozen=True, kw_only=True):
    """The same difference of one or several members."""

    said: Said
    members: tuple[str, ...]
    more: int
    """Members that are not named here."""


class Member(Value, frozen=True, kw_only=True):
    """A member that differs, with all that is shown of it."""

    anchor: str
    name: str
    badge: Badge
    sizes: str
    differences: tuple[Said, ...]
    left_out: int
    text: Text | None
    sections: tuple[Section, ...]


class Leaf(Value, frozen=True, kw_only=True):
    """A member in the tree."""

    same: bool
    """Whether its contents are the same."""

    name: str
    """Without the folders that it is in."""
    path: str
    badge: Badge
    size: str
    anchor: str
    """Where more is said of it; empty where nothing is."""


class Folder(Value, frozen=True, kw_only=True):
    """A folder in the tree."""

    name: str
    folders: tuple[Folder, ...]
    leaves: tuple[Leaf, ...]
    differing: int
    """Members in it and below whose contents are not the same."""
    archived: int
    """Members in it and below of which only what the archive says of them is not."""
    total: int
    """Members in it and below."""
    left_out: int
    """Members in it with the same contents that are not named here."""
