"""The canonical form of a wheel: one way to pack what it holds (docs/canonical.md).

Members sorted by name, ``*.dist-info`` last and RECORD very last; one time; modes 0644 or 0755; made on Unix; no
directory entries but those of empty folders, no extra fields but those that 64 bits need, no descriptors and no
comments; RECORD made anew from what is written. What the members hold is never changed.
"""

from __future__ import annotations

import hashlib
import mmap
import stat
import struct
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from isal import isal_zlib

from samewheel.errors import Flaw
from samewheel.wheel.deflating import Form, pack
from samewheel.wheel.record import Row, sha256_row, write_record
from samewheel.wheel.values import IN_ZIP64, UTF8_NAME, CentralHeader, LocalHeader
from samewheel.wheel.writing import central_bytes, end_bytes, local_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.values import Member

__all__ = ["canonical_bytes", "canonical_order"]

IN_MEMORY = 1 << 24
"""Bytes of contents from which on they go through a file, as they are compressed whole."""

UNIX = 3
"""What made the archive (4.4.2): where a mode means something."""

VERSION, ZIP64_VERSION = 20, 45
"""Of the format (4.4.3.2): with folders and deflate; with 64 bits."""

DOS_FOLDER = 0x10
"""The attribute of MS-DOS for a folder, which Python's own writer sets, too."""


class _Stamp(NamedTuple):
    """A time as archives have it (4.4.6)."""

    time: int
    date: int


class _Entry(NamedTuple):
    """What is written of a member."""

    local: bytes
    """Its local header."""
    stream: memoryview
    central: bytes
    """Its entry of the central directory."""


def canonical_order(wheel: Wheel) -> list[Member]:
    """Return the members that the canonical form has, in its order; RECORD is the last.

    Raises:
        InvalidWheelError: it has a signature of RECORD, which no other RECORD can keep.
    """
    folder = f"{wheel.dist_info}/"
    record = f"{folder}RECORD"
    signatures = [name for name in (f"{record}.jws", f"{record}.p7s") if name in wheel.members]
    wheel.refuse(Flaw(name, "it signs RECORD, which the canonical form writes anew") for name in signatures)
    needed = [member for member in wheel.members.values() if not member.is_folder or _is_empty(wheel, member)]
    return sorted(needed, key=lambda member: (member.name == record, member.name.startswith(folder), member.name))


def _is_empty(wheel: Wheel, folder: Member) -> bool:
    return not any(name != folder.name and name.startswith(folder.name) for name in wheel.members)


def canonical_bytes(
    wheel: Wheel, moment: tuple[int, int, int, int, int, int], form: Form
) -> Iterator[bytes | memoryview]:
    """Yield the bytes of a wheel's canonical form, a member at a time.

    Args:
        wheel: what is packed; its RECORD must be right, which is not checked here.
        moment: year, month, day, hour, minute, second of every member; UTC by agreement, and even seconds.
        form: how members are compressed.

    Raises:
        InvalidWheelError: a member is damaged, or RECORD is signed.
        SamewheelError: there is not enough memory.
    """
    year, month, day, hour, minute, second = moment
    stamp = _Stamp(hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day)
    directory: list[bytes] = []
    rows: list[Row] = []
    offset = 0
    *members, record = canonical_order(wheel)
    for member in members:
        with _held(wheel, member) as (contents, row):
            entry = _entry(member, contents, stamp, offset, form)
            yield entry.local
            yield entry.stream
            rows += [] if member.is_folder else [row]
            directory.append(entry.central)
            offset += len(entry.local) + len(entry.stream)
            # A stored member's is a view of its contents, which cannot be closed while there is one.
            entry.stream.release()
    text = write_record([*rows, Row(record.name, "", "")])
    entry = _entry(record, text, stamp, offset, form)
    yield entry.local
    yield entry.stream
    offset += len(entry.local) + len(entry.stream)
    entries = b"".join([*directory, entry.central])
    yield entries
    yield end_bytes(len(directory) + 1, len(entries), offset)


@contextmanager
def _held(wheel: Wheel, member: Member) -> Iterator[tuple[bytes | mmap.mmap, Row]]:
    """Hold what a member has, and its row in RECORD, for the time of the block: a large one in a file."""
    digest = hashlib.sha256()
    if member.size <= IN_MEMORY:
        small = b"".join(wheel.contents(member))
        digest.update(small)
        yield small, sha256_row(member.name, digest.digest(), member.size)
        return
    with TemporaryFile() as file:
        for piece in wheel.contents(member):
            digest.update(piece)
            file.write(piece)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as large:
            yield large, sha256_row(member.name, digest.digest(), member.size)


def _entry(member: Member, contents: bytes | mmap.mmap, stamp: _Stamp, offset: int, form: Form) -> _Entry:
    """Return what is written of a member that begins at ``offset``."""
    packed = pack(contents, member=member.name, form=form)
    compressed_size, size = len(packed.stream), len(contents)
    large = max(compressed_size, size) >= IN_ZIP64
    wide = [*([size, compressed_size] if large else []), *([offset] if offset >= IN_ZIP64 else [])]
    flags = 0 if member.name.isascii() else UTF8_NAME
    shown = (IN_ZIP64, IN_ZIP64) if large else (compressed_size, size)
    fixed = (flags, packed.method, stamp.time, stamp.date, isal_zlib.crc32(contents), *shown)
    name = member.name.encode()
    local_extra = _extra([size, compressed_size]) if large else b""
    local = LocalHeader._make((ZIP64_VERSION if large else VERSION, *fixed, name, local_extra))
    version = ZIP64_VERSION if wide else VERSION
    placed = (0, 0, _attributes(member), min(offset, IN_ZIP64))
    central = CentralHeader._make((version, UNIX, version, *fixed, *placed, name, _extra(wide) if wide else b"", b""))
    return _Entry(local_bytes(local), packed.stream, central_bytes(central))


def _extra(values: list[int]) -> bytes:
    """Return an extra field of 64 bits (4.5.3)."""
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def _attributes(member: Member) -> int:
    """Return type and permission bits: what an installer makes of them is all that is kept."""
    if member.is_folder:
        return (stat.S_IFDIR | 0o755) << 16 | DOS_FOLDER
    return (stat.S_IFREG | (0o755 if member.central.mode & 0o111 else 0o644)) << 16
