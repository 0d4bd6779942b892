"""Files compressed by gzip, SW316 and SW317: the header, the stream, and what is in it (RFC 1952)."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import islice
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.comparison.inside.raw import said
from samewheel.comparison.inside.values import CHUNK, LARGEST_READ, Content, finding, read_at
from samewheel.comparison.inside.windows import part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.inside.values import Findings, Look

__all__ = ["SUMMARIES", "gzipped"]

SUMMARIES = {
    "SW316": "gzip: the header, such as the time or the name of the file",
    "SW317": "gzip: the same contents, compressed to another stream",
}
"""What each code says, in a line."""

MAGIC = b"\x1f\x8b\x08"
"""The identification, and deflate, the only method."""

LARGEST_INNER = 1 << 28
"""Bytes that are taken out: of a file that has more, only the compressed bytes are compared."""

LONGEST_HEADER = 1 << 16
"""Bytes up to which a header is read: its name and comment end somewhere."""

FHCRC, FEXTRA, FNAME, FCOMMENT = 2, 4, 8, 16
"""Flags of section 2.3.1."""

FOOTER = struct.Struct("<II")
"""The CRC-32 of the contents, and their size modulo 2**32."""


class _Header(Value, frozen=True, kw_only=True):
    """The header by field, as it is shown, and where the stream begins."""

    fields: dict[str, str]
    end: int


def _header(content: Content) -> _Header:
    """Read the header.

    Raises:
        ValueError: it is none, or damaged.
        struct.error: it ends early.
    """
    data = read_at(content, 0, min(content.size, LONGEST_HEADER))
    flags, mtime, extra_flags, system = struct.unpack_from("<BIBB", data, 3)
    fields = {"mtime": str(mtime), "extra flags": str(extra_flags), "operating system": str(system)}
    place, fields["flags"] = 10, f"{flags:#04x}"
    if flags & FEXTRA:
        (length,) = struct.unpack_from("<H", data, place)
        fields["extra field"] = data[place + 2 : place + 2 + length].hex()
        place += 2 + length
    for flag, field in ((FNAME, "name"), (FCOMMENT, "comment")):
        if flags & flag:
            end = data.index(b"\0", place)
            fields[field], place = data[place:end].decode("latin-1"), end + 1
    if flags & FHCRC:
        fields["CRC of the header"] = data[place : place + 2].hex()
        place += 2
    return _Header(fields=fields, end=place)


def _inflated(content: Content, start: int) -> Iterator[bytes]:
    """Yield the contents in pieces, and check that nothing is wrong with them and nothing comes after them.

    Raises:
        ValueError: damaged, too large, or more than one file.
        zlib.error: damaged.
    """
    inflate, size, checksum, place = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0, start
    while not inflate.eof:
        data = inflate.unconsumed_tail
        if not data:
            data = read_at(content, place, min(CHUNK, content.size - place))
            place += len(data)
        piece = inflate.decompress(data, CHUNK)
        size, checksum = size + len(piece), zlib.crc32(piece, checksum)
        if size > LARGEST_INNER or not (data or piece):
            raise ValueError("too large, or cut short")
        yield piece
    end = place - len(inflate.unused_data)
    if FOOTER.unpack(read_at(content, end, content.size - end)) != (checksum, size & 0xFFFFFFFF):
        raise ValueError("damaged")


def _evenly(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one size."""
    buffer = b""
    for piece in pieces:
        buffer += piece
        while len(buffer) >= CHUNK:
            yield buffer[:CHUNK]
            buffer = buffer[CHUNK:]
    yield buffer


def _same_inside(a: Content, b: Content, starts: tuple[int, int]) -> bool:
    """Return whether two files have the same contents; each is read to its end, and found sound."""
    streams = [_evenly(_inflated(content, start)) for content, start in zip((a, b), starts, strict=True)]
    same = True
    while True:
        pieces = [next(stream, None) for stream in streams]
        if pieces == [None, None]:
            return same
        same = same and pieces[0] == pieces[1]


def _kept(content: Content, start: int) -> Content | None:
    """Return what is in a file as a content, or None if it is too large for that."""
    kept = io.BytesIO()
    for piece in _inflated(content, start):
        kept.write(piece)
        if kept.tell() > LARGEST_READ:
            return None
    return Content(size=kept.tell(), file=kept)


def gzipped(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW316 and SW317, or what differs in the contents, with the prefix ``gunzip: ``."""
    if read_at(a, 0, 3) != MAGIC or read_at(b, 0, 3) != MAGIC:
        return
    head_a, head_b = _header(a), _header(b)
    same = _same_inside(a, b, (head_a.end, head_b.end))
    for field in sorted({*head_a.fields, *head_b.fields}):
        values = [head.fields.get(field, "(absent)") for head in (head_a, head_b)]
        if values[0] != values[1]:
            yield finding("SW316", f"header {field}", *values)
    if not same:
        yield from _inside(name, (a, b), (head_a.end, head_b.end), look)
    else:
        yield from _stream(a, b, head_a.end, head_b.end)


def _stream(a: Content, b: Content, start_a: int, start_b: int) -> Findings:
    """SW317, if the compressed bytes differ."""
    streams = (part(a, start_a, a.size - start_a), part(b, start_b, b.size - start_b))
    yield from islice(said("SW317", "compressed stream, ", *streams), 1)


def _inside(name: str, contents: tuple[Content, Content], starts: tuple[int, int], look: Look) -> Findings:
    """Yield what differs in the contents."""
    kept = [_kept(content, start) for content, start in zip(contents, starts, strict=True)]
    if kept[0] and kept[1]:
        for one in look(name.removesuffix(".gz"), kept[0], kept[1]):
            yield one._replace(field=f"gunzip: {one.field}")
    else:
        yield from said("SW301", "", *contents)
