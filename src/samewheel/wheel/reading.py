"""A wheel opened: its archive, its dist-info, and what both must say alike (binary distribution format)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.errors import Flaw, InvalidWheelError, SamewheelError
from samewheel.wheel.archive import read_archive
from samewheel.wheel.contents import contents, whole
from samewheel.wheel.record import read_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from samewheel.wheel.record import Row
    from samewheel.wheel.source import Source
    from samewheel.wheel.values import Archive, Member

__all__ = ["LONGEST_TEXT", "Wheel", "named", "read_wheel", "text_of"]

LONGEST_TEXT = 1 << 24
"""Bytes of a RECORD, METADATA or WHEEL that are read; the largest RECORDs that are published have about 3 MB."""

NEEDED = ("METADATA", "RECORD", "WHEEL")


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turn what is found wrong within the block into an error that names the file."""
    try:
        yield
    except Flaw as flaw:
        raise InvalidWheelError(
            f"{path.name} is not a wheel that says one thing to everyone",
            cause=str(flaw),
            hint="Do not install it. Build it again, or fetch it again from where it was published.",
        ) from flaw
    except OSError as error:
        raise SamewheelError(f"{path} cannot be read", cause=error.strerror or str(error)) from error


class Wheel(Value, frozen=True, kw_only=True):
    """An open wheel; its headers and RECORD are read, its members' contents are not.

    What its methods find wrong, they raise as an InvalidWheelError that names the file and the member.
    """

    path: Path
    source: Source
    archive: Archive
    members: Mapping[str, Member]
    """By name, in the order of the central directory."""
    dist_info: str
    """The folder's name, without a slash."""
    record: Mapping[str, Row]
    """The rows of RECORD by path, in its order."""

    def stream(self, member: Member) -> Iterator[bytes]:
        """Yield a member as it stands in the file, a chunk at a time."""
        with named(self.path):
            yield from self.source.pieces(member.start, member.compressed_size)

    def contents(self, member: Member, *, strict: bool = False) -> Iterator[bytes]:
        """Yield what a member holds, a chunk at a time; the last one comes only after size and CRC were checked.

        With ``strict``, what installers could not inflate is refused, too.
        """
        with named(self.path):
            yield from contents(self.source, member, strict=strict)

    def text(self, file: str) -> bytes:
        """Return a text of ``*.dist-info``, which must not be longer than any such text is."""
        with named(self.path):
            return text_of(self, file)

    def refuse(self, flaws: Iterable[Flaw]) -> None:
        """Raise the first of what was found wrong, if anything was."""
        with named(self.path):
            for flaw in flaws:
                raise flaw


def text_of(wheel: Wheel, file: str) -> bytes:
    """Return a text of ``*.dist-info``.

    Raises:
        Flaw: it is missing, damaged, or longer than any such text.
    """
    name = f"{wheel.dist_info}/{file}"
    if name not in wheel.members:
        raise Flaw(name, "it is missing")
    return whole(wheel.source, wheel.members[name], at_most=LONGEST_TEXT)


def _dist_info(members: Mapping[str, Member]) -> str:
    """Return the name of the one dist-info folder."""
    folders = {name.partition("/")[0] for name in members}
    found = sorted(folder for folder in folders if folder.lower().endswith(".dist-info"))
    if len(found) != 1:
        raise Flaw("", f"there must be one .dist-info folder, and there are: {', '.join(found) or 'none'}")
    return found[0]


def read_wheel(source: Source, path: Path) -> Wheel:
    """Read headers and RECORD of a wheel; ``path`` is for its name, and for messages.

    Raises:
        Flaw: it is not a whole wheel, or readers could find different things in it.
    """
    archive = read_archive(source)
    members = {member.name: member for member in archive.members}
    dist_info = _dist_info(members)
    for file in NEEDED:
        if f"{dist_info}/{file}" not in members:
            raise Flaw(f"{dist_info}/{file}", "it is missing")
    record_name = f"{dist_info}/RECORD"
    rows = read_record(whole(source, members[record_name], at_most=LONGEST_TEXT), record_name)
    record = {row.path: row for row in rows}
    return Wheel(path=path, source=source, archive=archive, members=members, dist_info=dist_info, record=record)
