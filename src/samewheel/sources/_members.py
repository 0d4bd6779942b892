"""What members an sdist may have, whatever kind of archive it is: judged one by one, before they are unpacked."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from samewheel.errors import InvalidProjectError
from samewheel.sources.snapshot import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["HINT", "MAX_DEPTH", "MAX_SIZE", "Members"]

HINT = "Was it downloaded completely? Compare its SHA-256 with what the index says."
"""For archives that are none, cut off or wrong inside."""

MAX_MEMBERS = 100_000
"""Members of an archive; the largest sdists have a third of it."""

MAX_SIZE = 4 << 30
"""Bytes that an archive may unpack to, headers included."""

MAX_EXPANSION = 100
"""How many times its own size an archive may unpack to, if that is more than :data:`SMALL`; sdists have up to 20."""

SMALL = 100 << 20
"""Bytes that every archive may unpack to."""

MAX_DEPTH = 100
"""Folders in folders; each member's path is looked at part by part. Sdists have about ten."""

MAX_TIME = (1 << 32) - 1
"""POSIX seconds; a later member (year 2106) tells nothing, and no wheel could hold its time."""

MEMBER_FAULTS = frozenset({errno.EEXIST, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR})
"""Errors of the system that the archive, not the machine, is to blame for."""


class Members:
    """Judges the members of an archive, which come in their order."""

    def __init__(self, archive: Path, into: Path) -> None:
        """Begin with none; all are unpacked below ``into``."""
        self.archive = archive
        self.into = into
        self.tops = set[str]()
        self.newest: int | None = None
        self.times = dict[str, int]()
        """Of files, by their paths in the one folder."""
        self.last = ""
        """The name of the one that came last."""
        self._count = 0
        self._size = 0
        self._most = min(MAX_SIZE, max(SMALL, archive.stat().st_size * MAX_EXPANSION))

    def refuse(self, member: str, why: str) -> InvalidProjectError:
        """Return why the archive is refused: for one of its members."""
        return InvalidProjectError(f"{self.archive} has the member {shown(member) or repr(member)}", cause=why)

    def accept(self, name: str, *, size: int, time: int, is_folder: bool) -> None:
        """Take a member into account.

        Raises:
            InvalidProjectError: its name is unsafe, outside the one folder or taken, or the archive is too large.
        """
        self.last = name
        self._count += 1
        self._size += size
        self._refuse_too_much(name, size)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\0" in name:
            raise self.refuse(name, "Its name leads out of the folder that it is unpacked to.")
        if len(path.parts) > MAX_DEPTH:
            raise self.refuse(name, f"It lies in more than {MAX_DEPTH} folders.")
        if len(path.parts) == 1 and not is_folder:
            raise self.refuse(name, "An sdist has one folder at its top, and everything else is in it.")
        self.tops.update(path.parts[:1])
        if len(self.tops) > 1:
            tops = ", ".join(map(shown, sorted(self.tops)))
            raise self.refuse(name, f"An sdist has one folder at its top; here are: {tops}.")
        self._refuse_taken(name, is_folder=is_folder)
        if 0 <= time <= MAX_TIME:
            self.newest = max(time, self.newest or 0)
            if not is_folder:
                self.times["/".join(path.parts[1:])] = time

    def _refuse_too_much(self, name: str, size: int) -> None:
        if self._count > MAX_MEMBERS or self._size > MAX_SIZE:
            raise InvalidProjectError(
                f"{self.archive} is too large",
                cause=f"With {shown(name)}, it has more than {MAX_MEMBERS} members, or more than {MAX_SIZE} bytes.",
            )
        if size < 0:
            raise self.refuse(name, f"It says that it has {size} bytes.")
        if self._size > self._most:
            raise self.refuse(name, f"With it, the archive unpacks to more than {MAX_EXPANSION} times its own size.")

    def through_link(self, name: str) -> bool:
        """Tell whether a folder on the way to a member is a symbolic link.

        The data filter resolves paths, and some versions of Python can be led astray by long ones (CVE-2025-4517);
        what is never unpacked through a link cannot be led anywhere.
        """
        place = os.fspath(self.into)
        for part in PurePosixPath(name).parts[:-1][:MAX_DEPTH]:
            place = f"{place}/{part}"
            if os.path.islink(place):  # noqa: PTH114 - paths are strings here
                return True
        return False

    def _refuse_taken(self, name: str, *, is_folder: bool) -> None:
        """Refuse what would take the place of another member, also where the file system alone thinks so."""
        try:
            there = (self.into / name).lstat()
        except (OSError, ValueError):
            return  # there is nothing, or no such name can be, which unpacking will find
        if not (is_folder and stat.S_ISDIR(there.st_mode)):
            raise self.refuse(name, "Another one has its name, or one that is no other here: readers take either.")

    @contextmanager
    def unpacking(self, name: str) -> Iterator[None]:
        """Blame a member for what the system cannot make of it.

        Raises:
            InvalidProjectError: no file can have its name, or its place is taken.
        """
        try:
            yield
        except OSError as error:
            if error.errno not in MEMBER_FAULTS:
                raise
            raise self.refuse(name, f"It cannot be unpacked: {error.strerror}.") from error
