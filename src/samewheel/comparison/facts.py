"""Facts about two wheels: everything that the rules look at, read once and frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.comparison.inside.values import Finding
    from samewheel.wheel import Archive, Member, Row

__all__ = ["Alone", "Facts", "Pairing", "Shared", "dist_info_file", "place"]

DIST_INFO = "*.dist-info"
"""What stands for the folder's name where those of two wheels are not the same."""


def place(name: str, dist_info: str) -> str:
    """Return a member's name with name and version of the distribution taken out of its first folder.

    ``demo-1.0.dist-info/METADATA`` and ``Demo-1.0.1.dist-info/METADATA`` are the same place of two wheels.
    """
    if name.startswith("*"):
        # So that nothing that is called like a place is taken for what is there.
        return f"*{name}"
    folder, slash, below = name.partition("/")
    if not slash or not folder.startswith(stem := dist_info.removesuffix(".dist-info")):
        return name
    return f"*{folder.removeprefix(stem)}/{below}" if folder in {dist_info, f"{stem}.data"} else name


def dist_info_file(at: str) -> str | None:
    """Return the path below ``*.dist-info`` of what is at a place, or None if it is not in there."""
    folder, _, below = at.partition("/")
    return below if folder == DIST_INFO and below else None


class Facts(Value, frozen=True, kw_only=True):
    """One wheel."""

    name: str
    """File name."""
    archive: Archive
    dist_info: str
    """The folder's name."""
    rows: tuple[Row, ...]
    """Of RECORD, in its order."""
    texts: Mapping[str, bytes]
    """Texts of ``*.dist-info`` that differ between the two wheels, by their path in it."""
    full_folders: frozenset[str]
    """Names of folders in which there is something, with a slash at the end, with or without an entry."""


class Shared(Value, frozen=True, kw_only=True):
    """What is at the same place of both wheels."""

    place: str
    a: Member
    b: Member
    same: bool
    """Whether the contents are equal."""
    sha256: tuple[str, str] = ("", "")
    """Of the contents, where they differ."""
    streams: tuple[str, str] = ("", "")
    """What compressed equal contents to different streams, or how long the streams are."""
    findings: tuple[Finding, ...] = ()
    """What is different inside, where the contents differ."""
    recorded: tuple[bool, bool] = (True, True)
    """Whether RECORD is right about them; looked at where contents differ."""

    @property
    def name(self) -> str:
        """Return the member's name, or its place where the names are not the same."""
        return self.a.name if self.a.name == self.b.name else self.place


class Alone(Value, frozen=True, kw_only=True):
    """What only one of the wheels has."""

    place: str
    member: Member
    recorded: bool
    """Whether RECORD is right about it."""


class Pairing(Value, frozen=True, kw_only=True):
    """Two wheels, and what of the one belongs to what of the other."""

    a: Facts
    b: Facts
    both: tuple[Shared, ...]
    """Sorted by place."""
    only_a: tuple[Alone, ...]
    """What the second wheel has not, sorted by place."""
    only_b: tuple[Alone, ...]
    """What the first wheel has not, sorted by place."""

    @property
    def alone(self) -> Iterator[tuple[Alone, Facts, tuple[str, str]]]:
        """Yield what only one of them has, sorted by place: with that wheel, and what can be said of both."""
        of_a = [(one, self.a, ("present", "absent")) for one in self.only_a]
        of_b = [(one, self.b, ("absent", "present")) for one in self.only_b]
        yield from sorted((*of_a, *of_b), key=lambda found: found[0].place)
