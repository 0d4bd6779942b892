"""Windows' executables, SW408: times and identifiers that linkers put into the headers (Microsoft's PE Format)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from samewheel.comparison.inside.masked import Place, masked
from samewheel.comparison.inside.values import read_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "pe"]

SUMMARIES = {"SW408": "PE: the time stamps, the checksum, and the identifier of the debug information"}
"""What each code says, in a line."""

OPTIONAL = {0x10B: 96, 0x20B: 112}
"""Where the data directories begin in the optional header, by its magic number: PE32 and PE32+."""

COFF, SECTION, DEBUG = struct.Struct("<2H3I2H"), struct.Struct("<8x4I16x"), struct.Struct("<2I2H4I")
EXPORTS, DEBUGGING = 0, 6
"""Indices of the data directories that have a time stamp."""

CHECKSUM = 64
"""Where it is in the optional header."""

CODEVIEW = 2
"""The type of a debug directory entry that names a PDB file by a GUID."""

MOST_ENTRIES = 64
"""Entries of the debug directory."""


def _unpack(form: struct.Struct, content: Content, offset: int) -> tuple[int, ...]:
    return form.unpack(read_at(content, offset, form.size))


def _offset(address: int, sections: list[tuple[int, ...]]) -> int:
    """Return where in the file the byte of an address is.

    Raises:
        ValueError: nowhere.
    """
    for _, virtual, size, offset in sections:
        if virtual <= address < virtual + size:
            return address - virtual + offset
    raise ValueError(f"no section has the address {address:#x}")


def _directory(content: Content, start: int, index: int) -> tuple[int, int]:
    """Return the address and the size of a data directory; zeros where there is none."""
    magic, *_ = struct.unpack("<H", read_at(content, start, 2))
    first = start + OPTIONAL.get(magic, 0)
    (count,) = struct.unpack("<I", read_at(content, first - 4, 4))
    if first == start or index >= count:
        return 0, 0
    address, size = struct.unpack("<2I", read_at(content, first + 8 * index, 8))
    return address, size


def _places(content: Content) -> Iterator[Place]:
    """Yield the fields.

    Raises:
        ValueError: it is no such file, or damaged.
    """
    (header,) = struct.unpack("<I", read_at(content, 0x3C, 4))
    if read_at(content, header, 4) != b"PE\0\0":
        raise ValueError("no PE file")
    _, count, *_, length, _ = _unpack(COFF, content, header + 4)
    start = header + 4 + COFF.size
    sections = [_unpack(SECTION, content, start + length + 40 * index) for index in range(count)]
    yield Place("TimeDateStamp", header + 8, 4)
    yield Place("CheckSum", start + CHECKSUM, 4)
    address, size = _directory(content, start, EXPORTS)
    if size:
        yield Place("TimeDateStamp of the exports", _offset(address, sections) + 4, 4)
    address, size = _directory(content, start, DEBUGGING)
    for index in range(min(size // DEBUG.size, MOST_ENTRIES)):
        yield from _debug(content, _offset(address, sections) + DEBUG.size * index, index)


def _debug(content: Content, entry: int, index: int) -> Iterator[Place]:
    """Yield the fields of an entry of the debug directory."""
    yield Place(f"TimeDateStamp of debug entry {index}", entry + 4, 4)
    _, _, _, _, kind, size, _, offset = _unpack(DEBUG, content, entry)
    if kind == CODEVIEW and size >= 24 and read_at(content, offset, 4) == b"RSDS":  # noqa: PLR2004 - to the age's end
        yield Place(f"GUID and age of debug entry {index}", offset + 4, 20)


def pe(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW408, and SW301 for what differs elsewhere."""
    del name, look
    if read_at(a, 0, 2) == read_at(b, 0, 2) == b"MZ":
        yield from masked("SW408", a, b, list(_places(a)), list(_places(b)))
