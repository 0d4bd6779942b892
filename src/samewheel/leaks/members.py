"""The members of a wheel as streams that are searched piece by piece, and the places in them as people name them."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
import zlib
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.patterns import Found, Patterns

__all__ = ["Hit", "hits_in", "section_of"]

CHUNK = 1 << 20
"""Bytes of a member that are read at a time."""

LARGEST_INNER = 64 << 20
"""Bytes that are taken out of a compressed file inside of a member; what comes after them is not looked at."""

BEHIND = 300
"""Bytes that are kept of what was already searched: the longest word, see :mod:`samewheel.patterns`."""

GZIP, ZIP = b"\x1f\x8b", b"PK\3\4"
"""How compressed files begin (RFC 1952; APPNOTE.TXT 4.3.7)."""

DAMAGED = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What reading a compressed file raises that is none; a RuntimeError is one with a password."""


class Hit(Value, frozen=True, kw_only=True):
    """An occurrence in a stream."""

    found: Found
    offset: int
    """Bytes before it."""
    line: int | None
    """Counted from 1; None if the stream is not text."""
    inside: str = ""
    """The file inside of the member, as words that end with a colon."""

    @property
    def place(self) -> str:
        """Where that is, for people."""
        where = f"byte {self.offset}" if self.line is None else f"line {self.line}"
        return f"{self.inside}: {where}" if self.inside else where


def _search(
    stream: IO[bytes] | gzip.GzipFile, patterns: Patterns, *, limit: int | None = None, inside: str = ""
) -> Iterator[Hit]:
    """Yield the occurrences in a stream, of which never more than a piece is in memory.

    Args:
        stream: read to its end, or to the ``limit`` in bytes.
        patterns: what to look for.
        limit: None is none.
        inside: as of :class:`Hit`.
    """
    buffer, base, searched, newlines, text = b"", 0, 0, 0, None
    while True:
        chunk = stream.read(CHUNK)
        buffer += chunk
        text = b"\0" not in buffer if text is None else text
        last = not chunk or (limit is not None and base + len(buffer) >= limit)
        # What begins so late in the piece that its end may be missing waits for the next one.
        ready = len(buffer) if last else len(buffer) - patterns.reach
        for found in patterns.find(buffer):
            if searched <= base + found.start < base + ready:
                line = newlines + buffer.count(b"\n", 0, found.start) + 1 if text else None
                yield Hit(found=found, offset=base + found.start, line=line, inside=inside)
                searched = base + found.end
        if last:
            return
        searched = max(searched, base + ready)
        cut = max(0, ready - BEHIND)
        newlines += buffer.count(b"\n", 0, cut) if text else 0
        base, buffer = base + cut, buffer[cut:]


def _inner(stream: IO[bytes], start: bytes, patterns: Patterns, size: int) -> Iterator[Hit]:
    """Yield the occurrences in what is compressed inside of a member: gzip, or a ZIP file that fits into memory."""
    if start == GZIP:
        with gzip.GzipFile(fileobj=stream) as unzipped:
            yield from _search(unzipped, patterns, limit=LARGEST_INNER, inside="unzipped")
    elif start == ZIP and size <= LARGEST_INNER:
        with zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
            left = LARGEST_INNER
            for member in archive.infolist():
                left -= member.file_size
                if left < 0:
                    return
                with archive.open(member) as unzipped:
                    yield from _search(unzipped, patterns, inside=member.filename)


def hits_in(archive: zipfile.ZipFile, member: zipfile.ZipInfo, patterns: Patterns) -> Iterator[Hit]:
    """Yield the occurrences in a member, then those in what is compressed in it.

    Raises:
        zipfile.BadZipFile: the wheel is damaged.
        OSError: it cannot be read.
    """
    with archive.open(member) as stream:
        beginning = stream.read(len(ZIP))
        start = next((magic for magic in (GZIP, ZIP) if beginning.startswith(magic)), b"")
        stream.seek(0)
        yield from _search(stream, patterns)
    if start:
        with archive.open(member) as stream, suppress(*DAMAGED):  # What only looks like a compressed file is none.
            yield from _inner(stream, start, patterns, member.file_size)


def section_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, offset: int) -> str | None:
    """Return the name of the section of an ELF file that holds the byte at ``offset``; None where there is none."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    with archive.open(member) as stream:
        if stream.read(4) != b"\x7fELF":
            return None
        try:
            for section in ELFFile(stream).iter_sections():
                start, size = section["sh_offset"], section["sh_size"]
                if section["sh_type"] != "SHT_NOBITS" and start <= offset < start + size:
                    return f"{section.name}, byte {offset - start}"
        except (ELFError, ValueError, OSError):
            return None
    return None
