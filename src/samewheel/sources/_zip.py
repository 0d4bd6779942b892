"""ZIP archives as sdists, as they were made before PEP 625."""

from __future__ import annotations

import calendar
import shutil
import stat
import struct
import zipfile
from typing import IO, TYPE_CHECKING

from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from samewheel.sources._members import Members

__all__ = ["unpack_zip"]

MAX_DIRECTORY = 16 << 20
"""Bytes of the directory at the end, which zipfile reads as a whole, and makes twenty times as much of."""

END = struct.Struct("<L8xL6x")
"""The end record: its signature, the size of the directory (APPNOTE 4.3.16)."""

SIGNATURE = b"PK\5\6"
MAX_COMMENT = (1 << 16) - 1


def _refuse_long_directory(stream: IO[bytes], members: Members) -> None:
    """Refuse a directory that would fill the memory; what is no ZIP archive at all is left to zipfile."""
    length = stream.seek(0, 2)
    stream.seek(max(0, length - MAX_COMMENT - END.size))
    tail = stream.read()
    stream.seek(0)
    place = tail.rfind(SIGNATURE)
    if 0 <= place <= len(tail) - END.size and END.unpack_from(tail, place)[1] > MAX_DIRECTORY:
        # One of 64 bits says here that it has 4 GB.
        raise InvalidProjectError(
            f"{members.archive} is too large", cause=f"Its directory has more than {MAX_DIRECTORY} bytes."
        )


def _time(info: zipfile.ZipInfo) -> int:
    """Return a member's time as if it were UTC, which ZIP does not say; 0 if it is no date at all."""
    try:
        return calendar.timegm((*info.date_time, 0, 0, 0))
    except ValueError:
        return 0


def unpack_zip(stream: IO[bytes], members: Members) -> None:
    """Unpack an archive.

    Raises:
        InvalidProjectError: a member is unsafe; the message names it.
        OSError, RuntimeError, zipfile.BadZipFile, and what else decompressors raise.
    """
    _refuse_long_directory(stream, members)
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            name, mode = info.orig_filename, info.external_attr >> 16
            if "\\" in name:
                raise members.refuse(name, "A backslash separates folders on some machines, and not on others.")
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise members.refuse(name, "It is a symbolic link, or something else than a file or folder.")
            members.accept(name, size=info.file_size, time=_time(info), is_folder=info.is_dir())
            with members.unpacking(name):
                _unpack(archive, info, members)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, members: Members) -> None:
    target = members.into / info.orig_filename
    if info.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as content, target.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    target.chmod(0o755 if info.external_attr >> 16 & stat.S_IXUSR else 0o644)
