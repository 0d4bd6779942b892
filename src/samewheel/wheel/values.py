"""What a wheel's archive says, as it says it: every header, in fields (ZIP application note, APPNOTE.TXT 6.3.10).

Nothing is left out, so that the archive can be written again to the bit from these values and its members' streams.
"""

from __future__ import annotations

import stat
from functools import lru_cache
from typing import NamedTuple

from samewheel._types import Value

__all__ = [
    "DEFLATED",
    "DESCRIPTOR_FOLLOWS",
    "IN_ZIP64",
    "STORED",
    "UTF8_NAME",
    "Archive",
    "CentralHeader",
    "LocalHeader",
    "Member",
]

STORED = 0
"""Compression method (4.4.5): as it is."""

DEFLATED = 8
"""Compression method (4.4.5): deflate (RFC 1951)."""

DESCRIPTOR_FOLLOWS = 1 << 3
"""Flag (4.4.4): the local header has no CRC and sizes, a data descriptor after the stream has them."""

UTF8_NAME = 1 << 11
"""Flag (4.4.4): name and comment are UTF-8."""

IN_ZIP64 = 0xFFFFFFFF
"""What stands in a field of 32 bits whose value is in the zip64 extra field (4.5.3)."""


class LocalHeader(NamedTuple):
    """The header before a member's stream (4.3.7)."""

    extract_version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    compressed_size: int
    size: int
    name: bytes
    extra: bytes


class CentralHeader(NamedTuple):
    """A member's entry in the central directory (4.3.12)."""

    create_version: int
    create_system: int
    """0 Windows, 3 Unix (4.4.2)."""
    extract_version: int
    flags: int
    method: int
    time: int
    """Hours, minutes and pairs of seconds, as MS-DOS packs them (4.4.6)."""
    date: int
    """Years since 1980, month and day, likewise; not always a day that exists."""
    crc: int
    compressed_size: int
    size: int
    disk: int
    internal_attributes: int
    external_attributes: int
    """Mode of Unix in the upper half, attributes of MS-DOS in the lower one."""
    offset: int
    name: bytes
    extra: bytes
    comment: bytes

    @property
    def mode(self) -> int:
        """Return type and permission bits of Unix."""
        return self.external_attributes >> 16

    @property
    def moment(self) -> str:
        """Return the time as ISO 8601 writes it, also one that no calendar has: month 0, second 62."""
        return _moment(self.date, self.time)


# Most members of a wheel have the same.
@lru_cache(maxsize=64)
def _moment(date: int, time: int) -> str:
    year, month, day = 1980 + (date >> 9), date >> 5 & 0xF, date & 0x1F
    hour, minute, second = time >> 11, time >> 5 & 0x3F, (time & 0x1F) * 2
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


class Member(Value, frozen=True, kw_only=True):
    """One entry of the archive: both headers, and where its stream lies."""

    name: str
    central: CentralHeader
    local: LocalHeader
    descriptor: bytes
    """The data descriptor after the stream (4.3.9), as it stands there; empty where there is none."""
    start: int
    """Offset of the stream in the file."""
    compressed_size: int
    """Bytes of the stream; here and below with zip64 resolved."""
    size: int
    """Bytes of the contents."""

    @property
    def is_folder(self) -> bool:
        """Return whether it is a directory entry, which has no contents."""
        return self.name.endswith("/")

    @property
    def is_executable(self) -> bool:
        """Return whether installers set the executable bit: pip and installer do so for regular files only."""
        return stat.S_ISREG(self.central.mode) and bool(self.central.mode & 0o111)


class Archive(Value, frozen=True, kw_only=True):
    """A whole archive, but for the streams."""

    members: tuple[Member, ...]
    """In the order of the central directory."""
    end: bytes
    """All that stands after the central directory: end records, with and without zip64, and comment (4.3.14-16)."""
    comment: bytes
