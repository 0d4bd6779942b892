"""Small files that cost much: bombs, a million members, sizes of gigabytes. All are cheap to make.

Zeros compress to the same bytes again and again, and what is only said needs no place on a disk.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.hostile_wheels.base import FILES, METADATA, MODULE, RECORD, archive, changed, record, with_record
from tests.hostile_wheels.values import Case, Content, Hole, Layer
from tests.hostile_wheels.zip64 import escaped
from tests.hostile_wheels.zip_bytes import (
    End,
    Entry,
    Header,
    Member,
    Zip64End,
    deflated,
    directory_of,
    end_record,
    entry_bytes,
    header_of,
    local_header,
    packed,
    with_headers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CASES"]

BLOCK = 1 << 20
MILLION = 1_000_000
CHUNK = 10_000
"""Members that are made at a time."""
GIGABYTES = 3 << 30


def _repeated(block: bytes, times: int) -> bytes:
    """Return the deflate stream of a block that is repeated, which is compressed once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return once * times + b"\x03\x00"


def _bomb(name: str, block: bytes, times: int) -> tuple[Member, str]:
    """Return a member that unpacks to so many blocks, and its row of RECORD."""
    crc, hashed, data = 0, hashlib.sha256(), _repeated(block, times)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
        hashed.update(block)
    size = len(block) * times
    header = Header(name=name.encode(), crc=crc, packed_size=len(data), size=size)
    digest = urlsafe_b64encode(hashed.digest()).rstrip(b"=").decode()
    return Member(local=header, entry=Entry(header=header), data=data), f"{name},sha256={digest},{size}\n"


def _renamed(member: Member, name: str) -> Member:
    return with_headers(member, name=name.encode())


def _with_bombs(count: int, times: int) -> bytes:
    """Return the wheel with so many members more, each of so many blocks of zeros."""
    bomb, row = _bomb("demo/000.bin", bytes(BLOCK), times)
    names = [f"demo/{number:03}.bin" for number in range(count)]
    rows = "".join(row.replace("demo/000.bin", name) for name in names)
    whole = with_record(rows.encode() + record(FILES))
    return packed(replace(whole, members=(*(_renamed(bomb, name) for name in names), *whole.members)))


def _that_lies() -> bytes:
    """Return the wheel whose module says a few bytes, right in checksum and RECORD, and unpacks to many more."""
    whole = archive()
    data = _repeated(bytes(BLOCK), 300)
    return packed(changed(lambda m: replace(with_headers(m, packed_size=len(data)), data=data), of=whole))


def _long_metadata(block: bytes, times: int) -> bytes:
    """Return the wheel whose METADATA is 80 bytes and then a block again and again."""
    start = FILES[METADATA].partition(b"\n\n")[0] + b"\n"
    crc, size = zlib.crc32(start), len(start) + len(block) * times
    hashed = hashlib.sha256(start)
    for _ in range(times):
        crc = zlib.crc32(block, crc)
        hashed.update(block)
    opening = struct.pack("<BHH", 0, len(start), len(start) ^ 0xFFFF) + start
    data = opening + _repeated(block, times)
    digest = urlsafe_b64encode(hashed.digest()).rstrip(b"=").decode()
    rows = f"{METADATA},sha256={digest},{size}\n".encode()
    whole = with_record(rows + record({name: FILES[name] for name in FILES if name != METADATA}))
    sizes = {"crc": crc, "size": size, "packed_size": len(data)}
    return packed(changed(lambda m: replace(with_headers(m, **sizes), data=data), METADATA, of=whole))


def _long_record() -> bytes:
    """Return the wheel whose RECORD goes on with a million rows for files that are not there."""
    ghosts = b"".join(b"demo/%06d.py,,\n" % number for number in range(MILLION))
    return packed(with_record(record(FILES) + ghosts))


def _empty_record() -> bytes:
    """Return the wheel whose RECORD is 300 MB of empty lines."""
    bomb, _ = _bomb(RECORD, b"\n" * BLOCK, 300)
    return packed(changed(lambda _: bomb, RECORD))


def _of_nothing() -> bytes:
    """Return the wheel whose module begins with four million stored blocks without content."""
    data = b"\0\0\0\xff\xff" * (4 * MILLION) + deflated(FILES[MODULE])
    return packed(changed(lambda m: replace(with_headers(m, packed_size=len(data)), data=data)))


def _many(count: int, end: End) -> Iterator[bytes | Hole]:
    """Yield the wheel with so many empty members more, its RECORD right."""
    hashed = urlsafe_b64encode(hashlib.sha256().digest()).rstrip(b"=")
    rows = b"".join(b"demo/%06d.py,sha256=%b,0\n" % (number, hashed) for number in range(count))
    start, first_rows = directory_of(with_record(rows + record(FILES)).members, 0)
    header = header_of("demo/000000.py", b"", method=0)
    local = local_header(header).partition(header.name)[0]
    row = entry_bytes(Entry(header=header), 0).partition(header.name)[0][:-4]
    length = len(local) + len(header.name)
    yield start
    for first in range(0, count, CHUNK):
        yield b"".join(b"%bdemo/%06d.py" % (local, number) for number in range(first, min(first + CHUNK, count)))
    yield first_rows
    for first in range(0, count, CHUNK):
        numbers = range(first, min(first + CHUNK, count))
        places = (struct.pack("<L", len(start) + length * number) for number in numbers)
        yield b"".join(
            b"%b%bdemo/%06d.py" % (row, place, number) for place, number in zip(places, numbers, strict=True)
        )
    size = len(first_rows) + (len(row) + 4 + len(header.name)) * count
    yield end_record(end, count + 4, size, len(start) + length * count)


def _gap() -> Iterator[bytes | Hole]:
    """Yield the wheel with a hole of gigabytes before its directory."""
    body, rows = directory_of(archive().members, 0)
    yield body
    yield Hole(GIGABYTES)
    yield rows + end_record(End(), 4, len(rows), len(body) + GIGABYTES)


def _directory() -> Iterator[bytes | Hole]:
    """Yield the wheel whose directory goes on with a hole of gigabytes."""
    body, rows = directory_of(archive().members, 0)
    yield body + rows
    yield Hole(2 * GIGABYTES)
    yield end_record(escaped(Zip64End()), 4, len(rows) + 2 * GIGABYTES, len(body))


ROWS: tuple[tuple[str, Layer, str, str, Content], ...] = (
    (
        "bomb-of-one-member",
        "archive",
        "demo/000.bin",
        "300 kB that unpack to 300 MB: a thousand to one, as much as deflate can.",
        lambda: _with_bombs(1, 300),
    ),
    (
        "bomb-of-many-members",
        "archive",
        "",
        "300 members of 8 MB, each harmless by itself, unpack to 2.4 GB.",
        lambda: _with_bombs(300, 8),
    ),
    (
        "bomb-that-lies",
        "archive",
        MODULE,
        "It says that it unpacks to 42 bytes, and goes on for 300 MB: readers that trust the size are caught.",
        _that_lies,
    ),
    (
        "bomb-in-metadata",
        "dist-info",
        METADATA,
        "What every reader reads into memory as a whole, and parses, has 300 MB.",
        lambda: _long_metadata(b"Keywords: again\n" * (BLOCK >> 4), 300),
    ),
    (
        "bomb-in-metadata-folded",
        "dist-info",
        METADATA,
        "One header of 50 MB in lines of three bytes: parsers that join them one by one take hours.",
        lambda: _long_metadata(b" a\n" * (BLOCK // 3), 50),
    ),
    (
        "bomb-in-record",
        "dist-info",
        RECORD,
        "300 MB of empty lines in a file that every installer reads as a whole.",
        _empty_record,
    ),
    (
        "record-of-a-million-ghosts",
        "dist-info",
        RECORD,
        "A million rows for files that are not there: a message for each fills the terminal, or the memory.",
        _long_record,
    ),
    (
        "deflate-of-nothing",
        "archive",
        MODULE,
        "20 MB of blocks without content before the module: limits on what comes out do not see the work.",
        _of_nothing,
    ),
    (
        "members-a-million",
        "archive",
        "",
        "A million empty files: installers run for hours and fill the table of files.",
        lambda: _many(MILLION, escaped(Zip64End())),
    ),
    (
        "entries-wrapped",
        "archive",
        "",
        "65,540 members whose count in 16 bits is 4: readers that count see the wheel, the others the rest.",
        lambda: _many(0x10000, End(entries=4, entries_here=4)),
    ),
    (
        "gap-of-gigabytes",
        "archive",
        "",
        "Three gigabytes that no member owns: those who read from the front read them all.",
        _gap,
    ),
    (
        "directory-of-gigabytes",
        "archive",
        "",
        "The directory is said to have six gigabytes: readers that read it as a whole have no memory left.",
        _directory,
    ),
)
"""Name, layer, member, why, what makes it."""

CASES: tuple[Case, ...] = tuple(
    Case(name=name, why=why, layer=layer, member=member, content=content, large=True)
    for name, layer, member, why, content in ROWS
)
"""Wheels that must be refused before they cost much."""
