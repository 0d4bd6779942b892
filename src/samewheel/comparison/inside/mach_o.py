"""Executables of macOS, SW409: the identifier that the linker gives each (``mach-o/loader.h``)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from samewheel.comparison.inside.masked import Place, masked
from samewheel.comparison.inside.values import read_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "mach_o"]

SUMMARIES = {"SW409": "Mach-O: the UUID"}
"""What each code says, in a line."""

HEADERS = {b"\xce\xfa\xed\xfe": 28, b"\xcf\xfa\xed\xfe": 32}
"""Bytes of the header by the magic number: 32 and 64 bits, least byte first; one architecture."""

LC_UUID = 0x1B
"""The command that has it: type, size, 16 bytes."""

MOST_COMMANDS = 10_000
"""Load commands that are read."""


def _places(content: Content, start: int) -> Iterator[Place]:
    """Yield the identifiers.

    Raises:
        ValueError: damaged.
    """
    (count,) = struct.unpack("<I", read_at(content, 16, 4))
    place = start
    for _ in range(min(count, MOST_COMMANDS)):
        kind, size = struct.unpack("<2I", read_at(content, place, 8))
        if size < 8:  # noqa: PLR2004 - type and size
            raise ValueError("a load command without a size")
        if kind == LC_UUID:
            yield Place("LC_UUID", place + 8, 16)
        place += size


def mach_o(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW409, and SW301 for what differs elsewhere."""
    del name, look
    magic = read_at(a, 0, 4)
    if magic in HEADERS and read_at(b, 0, 4) == magic:
        start = HEADERS[magic]
        yield from masked("SW409", a, b, list(_places(a, start)), list(_places(b, start)))
