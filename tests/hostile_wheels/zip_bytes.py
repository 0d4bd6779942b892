"""ZIP archives from values: every field of every record can say what it likes (APPNOTE.TXT 6.3.10, section 4).

Nothing here is checked or put right: what is left out is what an honest writer would put there.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = [
    "Archive",
    "End",
    "Entry",
    "Header",
    "Member",
    "Zip64End",
    "data_descriptor",
    "deflated",
    "directory_of",
    "end_record",
    "entry_bytes",
    "extra_field",
    "header_of",
    "local_header",
    "member_of",
    "packed",
    "with_entry",
    "with_headers",
    "zip64_extra",
]

STORED, DEFLATED = 0, 8
UTF8, STREAMED, ENCRYPTED = 1 << 11, 1 << 3, 1
REGULAR = 0o100644 << 16
NOWHERE = 0xFFFFFFFF
"""What a field of 32 bits says when the value stands in the zip64 extra field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a local header and a row of the central directory both say (4.3.7, 4.3.12); sizes in bytes."""

    name: bytes
    needs: int = 20
    flags: int = 0
    method: int = DEFLATED
    time: int = 0
    date: int = 0x21
    crc: int = 0
    packed_size: int = 0
    size: int = 0
    extra: bytes = b""
    name_length: int | None = None
    extra_length: int | None = None

    def common(self) -> bytes:
        """Return the 26 bytes that are the same in both records."""
        name_length = len(self.name) if self.name_length is None else self.name_length
        extra_length = len(self.extra) if self.extra_length is None else self.extra_length
        numbers = (self.needs, self.flags, self.method, self.time, self.date, self.crc, self.packed_size, self.size)
        return struct.pack("<5H3L2H", *numbers, name_length, extra_length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the central directory (4.3.12); ``offset`` of its local header from the archive's start."""

    header: Header
    made_by: int = 3 << 8 | 20
    disk: int = 0
    internal: int = 0
    attributes: int = REGULAR
    offset: int | None = None
    comment: bytes = b""
    comment_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member: without ``entry`` it is not in the directory, without ``local`` only there."""

    local: Header | None
    entry: Entry | None
    data: bytes = b""
    descriptor: bytes = b""
    before: bytes = b""
    """Bytes between it and what lies before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zip64End:
    """The zip64 end record and its locator (4.3.14, 4.3.15)."""

    record_size: int = 44
    made_by: int = 3 << 8 | 45
    needs: int = 45
    disk: int = 0
    directory_disk: int = 0
    entries_here: int | None = None
    entries: int | None = None
    directory_size: int | None = None
    directory_offset: int | None = None
    more: bytes = b""
    """Between the record and the locator."""
    locator: bool = True
    locator_disk: int = 0
    locator_offset: int | None = None
    disks: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of central directory record (4.3.16)."""

    disk: int = 0
    directory_disk: int = 0
    entries_here: int | None = None
    entries: int | None = None
    directory_size: int | None = None
    directory_offset: int | None = None
    comment: bytes = b""
    comment_length: int | None = None
    zip64: Zip64End | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A whole file; offsets that are left out count from its first byte, ``before`` included."""

    members: tuple[Member, ...]
    end: End = field(default_factory=End)
    before: bytes = b""
    before_directory: bytes = b""
    directory_more: bytes = b""
    """Bytes after the directory's last row which its size includes."""
    before_end: bytes = b""
    after: bytes = b""


def deflated(content: bytes) -> bytes:
    """Return the raw deflate stream of a content."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def extra_field(kind: int, body: bytes, *, length: int | None = None) -> bytes:
    """Return one extra field (4.5.1)."""
    return struct.pack("<HH", kind, len(body) if length is None else length) + body


def zip64_extra(*numbers: int) -> bytes:
    """Return a zip64 extra field of numbers of 64 bits: size, packed size, offset, in this order (4.5.3)."""
    return extra_field(1, struct.pack(f"<{len(numbers)}Q", *numbers))


def data_descriptor(header: Header, *, signature: bool = True, wide: bool = False) -> bytes:
    """Return the descriptor that follows the data of a streamed member (4.3.9); ``wide`` has sizes of 64 bits."""
    body = struct.pack("<L2Q" if wide else "<3L", header.crc, header.packed_size, header.size)
    return b"PK\x07\x08" * signature + body


def member_of(name: str, content: bytes, method: int = DEFLATED) -> Member:
    """Return a right member, its name in UTF-8."""
    data = deflated(content) if method == DEFLATED else content
    header = Header(
        name=name.encode(),
        flags=0 if name.isascii() else UTF8,
        method=method,
        crc=zlib.crc32(content),
        packed_size=len(data),
        size=len(content),
    )
    return Member(local=header, entry=Entry(header=header), data=data)


def header_of(name: str, content: bytes, method: int = DEFLATED) -> Header:
    """Return the header of a right member."""
    entry = member_of(name, content, method).entry
    assert entry is not None
    return entry.header


def with_headers(member: Member, **fields: Any) -> Member:  # noqa: ANN401 - fields of Header, whose types differ
    """Return the member with fields changed in its local header and in the directory alike."""
    local = member.local and replace(member.local, **fields)
    entry = member.entry and replace(member.entry, header=replace(member.entry.header, **fields))
    return replace(member, local=local, entry=entry)


def with_entry(member: Member, **fields: Any) -> Member:  # noqa: ANN401 - fields of Entry, whose types differ
    """Return the member with fields changed that only its row in the directory has."""
    return replace(member, entry=member.entry and replace(member.entry, **fields))


def local_header(header: Header) -> bytes:
    """Return a local header (4.3.7)."""
    return b"PK\x03\x04" + header.common() + header.name + header.extra


def entry_bytes(entry: Entry, offset: int) -> bytes:
    """Return a row of the central directory for a member that lies at an offset (4.3.12)."""
    comment_length = len(entry.comment) if entry.comment_length is None else entry.comment_length
    place = offset if entry.offset is None else entry.offset
    own = struct.pack("<3H2L", comment_length, entry.disk, entry.internal, entry.attributes, place)
    start = b"PK\x01\x02" + struct.pack("<H", entry.made_by) + entry.header.common()
    return start + own + entry.header.name + entry.header.extra + entry.comment


def _said_or(said: tuple[int | None, ...], right: tuple[int, ...]) -> list[int]:
    """Return what is said, and where nothing is, what is right."""
    return [true if own is None else own for own, true in zip(said, right, strict=True)]


def _zip64_end_record(end: Zip64End, entries: int, size: int, offset: int) -> bytes:
    """Return the zip64 end record and the locator of a directory that ends where they begin."""
    said = (end.entries_here, end.entries, end.directory_size, end.directory_offset)
    numbers = [
        right if own is None else own for own, right in zip(said, (entries, entries, size, offset), strict=True)
    ]
    versions = (end.record_size, end.made_by, end.needs, end.disk, end.directory_disk)
    record = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", *versions, *numbers) + end.more
    place = offset + size if end.locator_offset is None else end.locator_offset
    locator = b"PK\x06\x07" + struct.pack("<LQL", end.locator_disk, place, end.disks)
    return record + locator * end.locator


def end_record(end: End, entries: int, size: int, offset: int) -> bytes:
    """Return the end records of a directory of so many rows and bytes at an offset."""
    said = (end.entries_here, end.entries, end.directory_size, end.directory_offset)
    numbers = [
        right if own is None else own for own, right in zip(said, (entries, entries, size, offset), strict=True)
    ]
    length = len(end.comment) if end.comment_length is None else end.comment_length
    zip64 = _zip64_end_record(end.zip64, entries, size, offset) if end.zip64 else b""
    return zip64 + b"PK\x05\x06" + struct.pack("<4H2LH", end.disk, end.directory_disk, *numbers, length) + end.comment


def _member_bytes(member: Member) -> bytes:
    """Return what lies in the file for a member, without what is before it."""
    return (local_header(member.local) if member.local else b"") + member.data + member.descriptor


def directory_of(members: tuple[Member, ...], start: int) -> tuple[bytes, bytes]:
    """Return the bytes of members that lie in the file from ``start`` on, and their central directory."""
    body, rows = bytearray(), bytearray()
    for member in members:
        body += member.before
        if member.entry:
            rows += entry_bytes(member.entry, start + len(body))
        body += _member_bytes(member)
    return bytes(body), bytes(rows)


def packed(archive: Archive) -> bytes:
    """Return the file."""
    body, directory = directory_of(archive.members, len(archive.before))
    start = archive.before + body + archive.before_directory
    directory += archive.directory_more
    entries = sum(member.entry is not None for member in archive.members)
    end = end_record(archive.end, entries, len(directory), len(start))
    return start + directory + archive.before_end + end + archive.after
