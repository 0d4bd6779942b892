"""An sdist as source: unpacked under the rules of PEP 721, whatever a hostile one may hold."""

from __future__ import annotations

import bz2
import calendar
import errno
import gzip
import lzma
import shutil
import stat
import sys
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, cast

from samewheel._types import SourceKind
from samewheel.errors import InvalidProjectError, SamewheelError, UsageError
from samewheel.sources.snapshot import Snapshot, Source, finish, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["can_unpack", "inspect", "take"]

MAX_MEMBERS = 100_000
"""Members of an archive; the largest sdists have a third of it."""

MAX_SIZE = 4 << 30
"""Bytes that an archive may unpack to."""

MAX_READ = 16 << 20
"""Bytes that a reader of tar archives may ask for at once; files are read in pieces, so only headers need many."""

MAX_TIME = (1 << 32) - 1
"""POSIX seconds; a later member (year 2106) tells nothing, and no wheel could hold its time."""

Stream = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile

TARS: dict[str, Callable[[Path], Stream]] = {
    ".tar.bz2": bz2.BZ2File,
    ".tar.gz": gzip.GzipFile,
    ".tar.xz": lzma.LZMAFile,
    ".tgz": gzip.GzipFile,
}
"""How the endings of sdists' names say that they are compressed; all but ``.tar.gz`` predate PEP 625."""

DAMAGES = (
    EOFError,
    OverflowError,
    RuntimeError,  # of zipfile: encrypted, or compressed by an unknown method
    ValueError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the standard library raises for archives that are none, cut off or wrong inside."""

MEMBER_FAULTS = frozenset(
    {None, errno.EEXIST, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR}
)
"""Errors of the system that the archive, not the machine, is to blame for; bz2 and gzip raise OSError without any."""


class _Bounded:
    """A stream for tarfile, which reads a header of any size into memory at once."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._left = 2 * MAX_SIZE + MAX_READ

    def read(self, size: int) -> bytes:
        """Read at most ``size`` bytes.

        Raises:
            tarfile.ReadError: it is more than any header has, or than any archive that we accept.
        """
        self._left -= size
        if not 0 <= size <= MAX_READ or self._left < 0:
            raise tarfile.ReadError(f"a header of {size} bytes, or too much in all")
        return self._stream.read(size)

    def seek(self, position: int) -> int:
        return self._stream.seek(position)

    def tell(self) -> int:
        return self._stream.tell()


def _suffix(path: Path) -> str | None:
    return next((suffix for suffix in (*TARS, ".zip") if path.name.endswith(suffix)), None)


def inspect(path: Path) -> Source:
    """Return the archive as a source; nothing is read yet.

    Raises:
        UsageError: it is not called like an sdist.
    """
    if _suffix(path) is None:
        raise UsageError(
            f"{path} is neither a folder nor an sdist",
            cause="An sdist's name ends with .tar.gz, .tgz, .tar.bz2, .tar.xz or .zip.",
            hint="Name the project's folder or an sdist: samewheel build PROJECT",
        )
    return Source(kind=SourceKind.SDIST, path=path, root=path.resolve())


class _Members:
    """Judges the members of an archive one by one, before they are unpacked."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self.tops = set[str]()
        self.newest: int | None = None
        self.times = dict[str, int]()
        """Of files, by their paths in the one folder."""
        self._count = 0
        self._size = 0

    def refuse(self, member: str, why: str) -> InvalidProjectError:
        return InvalidProjectError(f"{self.archive} has the member {shown(member)}", cause=why)

    def accept(self, name: str, *, size: int, time: int, is_folder: bool) -> None:
        """Take a member into account.

        Raises:
            InvalidProjectError: its name is unsafe or outside the one folder, or the archive is too large.
        """
        self._count += 1
        self._size += size
        if self._count > MAX_MEMBERS or self._size > MAX_SIZE:
            raise InvalidProjectError(
                f"{self.archive} is too large",
                cause=f"It has more than {MAX_MEMBERS} members, or unpacks to more than {MAX_SIZE} bytes.",
            )
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\0" in name:
            raise self.refuse(name, "Its name leads out of the folder that it is unpacked to.")
        if len(path.parts) == 1 and not is_folder:
            raise self.refuse(name, "An sdist has one folder at its top, and everything else is in it.")
        self.tops.update(path.parts[:1])
        if len(self.tops) > 1:
            raise self.refuse(name, f"An sdist has one folder at its top; here are: {', '.join(sorted(self.tops))}.")
        if 0 <= time <= MAX_TIME:
            self.newest = max(time, self.newest or 0)
            if not is_folder:
                self.times["/".join(path.parts[1:])] = time


def _through_link(into: Path, name: str) -> bool:
    """Tell whether a folder on the way to a member is a symbolic link.

    The data filter resolves paths, and some versions of Python can be led astray by long ones (CVE-2025-4517); what
    is never unpacked through a link cannot be led anywhere.
    """
    place = into
    for part in PurePosixPath(name).parts[:-1]:
        place /= part
        if place.is_symlink():
            return True
    return False


def can_unpack() -> bool:
    """Tell whether this Python can unpack sdists safely: it has the filter of PEP 706."""
    return hasattr(tarfile, "data_filter")


def _unpack_tar(stream: Stream, into: Path, members: _Members) -> None:
    if not can_unpack():
        raise SamewheelError(
            f"this Python cannot unpack {members.archive} safely",
            cause=f"{sys.executable} ({sys.version.split()[0]}) lacks tarfile.data_filter (PEP 706).",
            hint="Use Python 3.11.4, 3.12 or newer.",
        )

    def judge(member: tarfile.TarInfo, destination: str) -> tarfile.TarInfo:
        # Times are set later, for all kinds of sources; an absurd one would fail here.
        return tarfile.data_filter(member, destination).replace(mtime=cast("float", None), deep=False)

    bounded = _Bounded(stream)
    with tarfile.open(fileobj=cast("IO[bytes]", bounded), mode="r:", errorlevel=2) as archive:
        for member in archive:
            if _through_link(into, member.name) or (member.islnk() and _through_link(into, member.linkname)):
                raise members.refuse(member.name, "It would be unpacked through a symbolic link of the archive.")
            members.accept(member.name, size=member.size, time=int(member.mtime), is_folder=member.isdir())
            try:
                archive.extract(member, into, filter=judge)
            except (tarfile.TarError, KeyError) as error:
                raise members.refuse(member.name, f"{error}.") from error
    # tarfile stops at the end of the archive; only at the end of the stream its checksum is compared.
    while bounded.read(1 << 20):
        pass


def _zip_time(info: zipfile.ZipInfo) -> int:
    """Return a member's time as if it were UTC, which ZIP does not say; 0 if it is no date at all."""
    try:
        return calendar.timegm((*info.date_time, 0, 0, 0))
    except ValueError:
        return 0


def _unpack_zip(stream: IO[bytes], into: Path, members: _Members) -> None:
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            name, mode = info.orig_filename, info.external_attr >> 16
            if "\\" in name:
                raise members.refuse(name, "A backslash separates folders on some machines, and not on others.")
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise members.refuse(name, "It is a symbolic link, or something else than a file or folder.")
            members.accept(name, size=info.file_size, time=_zip_time(info), is_folder=info.is_dir())
            target = into / name
            if info.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as content, target.open("wb") as file:
                shutil.copyfileobj(content, file, 1 << 20)
            target.chmod(0o755 if mode & stat.S_IXUSR else 0o644)


@contextmanager
def _explaining(archive: Path) -> Iterator[None]:
    """Turn what the standard library raises into our errors."""
    try:
        yield
    except OSError as error:
        if error.errno in MEMBER_FAULTS:
            raise InvalidProjectError(f"{archive} cannot be unpacked", cause=str(error)) from error
        raise SamewheelError(f"cannot unpack {archive}", cause=str(error)) from error
    except DAMAGES as error:
        raise InvalidProjectError(
            f"{archive} is not a valid archive",
            cause=str(error) or type(error).__name__,
            hint="Was it downloaded completely? Compare its SHA-256 with what the index says.",
        ) from error


def take(source: Source, into: Path) -> Snapshot:
    """Unpack an sdist; the snapshot's root is its one top folder, ``NAME-VERSION`` as a rule, in ``into``.

    Raises:
        InvalidProjectError: it is damaged, too large or empty, or a member is unsafe; the message names it.
        SamewheelError: it cannot be read, or not be unpacked to the end.
    """
    path, members = source.path, _Members(source.path)
    into.mkdir()
    with _explaining(path):
        if (suffix := _suffix(path)) in TARS:
            with TARS[suffix](path) as tar:
                _unpack_tar(tar, into, members)
        else:
            with path.open("rb") as stream:
                _unpack_zip(stream, into, members)
    if not members.tops:
        raise InvalidProjectError(f"{path} is empty", cause="The archive has no members.")
    top = into / next(iter(members.tops))
    return finish(source, top, newest=members.newest, times=members.times, left_out=set(), warnings=[])
