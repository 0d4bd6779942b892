"""Tar archives, read so that nothing in them can take more than its share, and no two readers see two sdists."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import sys
import tarfile
from pathlib import PurePosixPath
from typing import IO, cast

from samewheel.errors import InvalidProjectError, SamewheelError
from samewheel.sources._members import HINT, MAX_DEPTH, MAX_SIZE, Members
from samewheel.sources.snapshot import shown

__all__ = ["Stream", "can_unpack", "unpack_tar"]

Stream = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile

MAX_READ = 1 << 20
"""Bytes that a reader may ask for at once; files are read in pieces, so only headers need many."""

MAX_HEADERS = 1 << 20
"""Bytes of all headers of one member."""

MAX_GLOBALS = 32
"""Keys of global headers, which count for each member that follows; git writes one."""

PADDING = 1 << 20
"""Bytes of zero after the end; writers fill up a record of 10 kB as a rule."""

SIZE = slice(124, 136)
"""Where a header has its member's size."""


class _Bounded:
    """A stream for tarfile, which reads a header of any size into memory at once, and goes wherever one tells it to.

    It never goes back, but for the one byte that tarfile looks at again after each member: decompressing would begin
    anew each time.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._left = 2 * MAX_SIZE
        self._reached = 0
        """Where the stream is."""
        self._place = 0
        """Where tarfile believes that it is."""
        self.headers: int | None = 0
        """Bytes of headers that were read for a member so far; None while its contents are."""
        self.last = b""
        """What was read last."""

    def read(self, size: int) -> bytes:
        """Read at most ``size`` bytes.

        Raises:
            tarfile.ReadError: it is more than any header has, or than any archive that we accept.
        """
        self._left -= size
        if not 0 <= size <= MAX_READ or self._left < 0 or (self.headers or 0) + size > MAX_HEADERS:
            raise tarfile.ReadError(f"a header of {size} bytes, or too much in all")
        kept = self.last[self._place - self._reached :][:size] if self._place < self._reached else b""
        fresh = self._stream.read(size - len(kept))
        self._reached += len(fresh)
        if self.headers is not None and size > 1:  # one byte is the end of what comes before a header
            self.headers += len(fresh)
        self._place += len(kept) + len(fresh)
        self.last = kept + fresh
        return self.last

    def seek(self, position: int) -> int:
        """Go to a place that is not before what was read last.

        Raises:
            tarfile.ReadError: it is.
        """
        if position < self._reached - len(self.last):
            raise tarfile.ReadError("a member that begins where another one is")
        if position > self._reached:
            self.last = b""
            self._reached = self._stream.seek(position)
        self._place = min(position, self._reached)
        return self._place

    def tell(self) -> int:
        return self._place


def can_unpack() -> bool:
    """Tell whether this Python can unpack sdists safely: it has the filter of PEP 706."""
    return hasattr(tarfile, "data_filter")


def _time(member: tarfile.TarInfo) -> int:
    """Return a member's time, POSIX seconds; -1 where it is no number."""
    try:
        return int(member.mtime)
    except (OverflowError, ValueError):
        return -1


def _judge(member: tarfile.TarInfo, members: Members, headers: int, block: bytes) -> None:
    """Refuse what the data filter (PEP 706) lets pass, though no sdist needs it, or readers differ on it.

    Args:
        member: with what all its headers say.
        members: those before it.
        headers: how many bytes they have.
        block: the last of them.
    """
    name = member.name
    if members.through_link(name) or (member.islnk() and members.through_link(member.linkname)):
        raise members.refuse(name, "It would be unpacked through a symbolic link of the archive.")
    members.accept(name, size=member.size + headers, time=_time(member), is_folder=member.isdir())
    if member.issparse() or any(key.startswith("GNU.sparse.") for key in member.pax_headers):
        raise members.refuse(name, "It is a sparse file: some readers unpack it to something else.")
    if member.size < 0 or tarfile.nti(block[SIZE]) != member.size:  # type: ignore[attr-defined]
        raise members.refuse(name, f"One of its headers says that it has {member.size} bytes, and another does not.")
    if member.islnk() and not _is_file_before(members, member.linkname):
        raise members.refuse(name, f"It is a hard link to {shown(member.linkname)}, which is no file before it.")


def _is_file_before(members: Members, name: str) -> bool:
    """Tell whether a name is that of an unpacked file; for others, tarfile would look in all of the archive."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or len(path.parts) > MAX_DEPTH:
        return False
    try:
        return stat.S_ISREG((members.into / name).lstat().st_mode)
    except OSError:
        return False


def _filter(member: tarfile.TarInfo, destination: str) -> tarfile.TarInfo:
    # Times are set later, for all kinds of sources; an absurd one would fail here.
    return tarfile.data_filter(member, destination).replace(mtime=cast("float", None), deep=False)


def _next(archive: tarfile.TarFile, bounded: _Bounded, members: Members) -> tarfile.TarInfo | None:
    """Return the next member; what was read of it before is forgotten, as a million of them fill the memory."""
    if members.last:
        bounded.headers = 0
    try:
        member = archive.next()
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        where = f"after its member {shown(members.last)}" if members.last else "where it begins"
        what = f"{members.archive} is not a valid archive {where}"
        raise InvalidProjectError(what, cause=f"{error}.", hint=HINT) from error
    archive.members.clear()  # type: ignore[attr-defined]
    if len(archive.pax_headers) > MAX_GLOBALS:
        raise InvalidProjectError(
            f"{members.archive} has more than {MAX_GLOBALS} global headers", cause="Each counts for each member."
        )
    return member


def _finish(bounded: _Bounded, members: Members) -> None:
    """Refuse what follows the end, where other readers find more; tarfile takes any damaged header for an end.

    Only at the end of the stream its checksum is compared.
    """
    if members.last and bounded.last.strip(b"\0"):
        raise members.refuse(members.last, "What follows it is no header of another one, and not the archive's end.")
    follows = 0
    while piece := bounded.read(MAX_READ):
        follows += len(piece)
        if follows > PADDING or piece.count(0) != len(piece):
            raise InvalidProjectError(
                f"{members.archive} goes on after its end",
                cause=f"After {shown(members.last) or 'nothing'}, some readers stop, and some do not.",
            )


def unpack_tar(stream: Stream, members: Members) -> None:
    """Unpack an archive.

    Raises:
        InvalidProjectError: a member is unsafe, or readers could find different things; the message names it.
        SamewheelError: this Python cannot do it safely.
        OSError, tarfile.TarError, and what else the decompressors raise.
    """
    if not can_unpack():
        raise SamewheelError(
            f"this Python cannot unpack {members.archive} safely",
            cause=f"{sys.executable} ({sys.version.split()[0]}) lacks tarfile.data_filter (PEP 706).",
            hint="Use Python 3.11.4, 3.12 or newer.",
        )
    bounded = _Bounded(stream)
    with tarfile.open(fileobj=cast("IO[bytes]", bounded), mode="r:", errorlevel=2) as archive:
        while (member := _next(archive, bounded, members)) is not None:
            _judge(member, members, bounded.headers or 0, bounded.last)
            bounded.headers = None
            try:
                with members.unpacking(member.name):
                    archive.extract(member, members.into, filter=_filter)
            except (tarfile.TarError, KeyError, ValueError) as error:
                raise members.refuse(member.name, f"{error}.") from error
        bounded.headers = None
    _finish(bounded, members)
