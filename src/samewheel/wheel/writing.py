"""Archives written: values to bytes, so that what was read can be written again to the bit (APPNOTE.TXT 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.wheel.archive import END, END64, LOCATOR
from samewheel.wheel.headers import CENTRAL, LOCAL
from samewheel.wheel.values import IN_ZIP64

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from samewheel.wheel.values import Archive, CentralHeader, LocalHeader, Member

__all__ = ["ZIP64_VERSION", "central_bytes", "end_bytes", "local_bytes", "write_archive"]

ZIP64_VERSION = 45
"""The version of the format that knows 64 bits (4.4.3.2)."""

MOST_IN_16_BITS = 0xFFFF


def local_bytes(header: LocalHeader) -> bytes:
    """Return a local header (4.3.7)."""
    *fixed, name, extra = header
    return LOCAL.pack(b"PK\x03\x04", *fixed, len(name), len(extra)) + name + extra


def central_bytes(header: CentralHeader) -> bytes:
    """Return an entry of the central directory (4.3.12)."""
    *fixed, disk, internal, external, offset, name, extra, comment = header
    sizes = len(name), len(extra), len(comment)
    return CENTRAL.pack(b"PK\x01\x02", *fixed, *sizes, disk, internal, external, offset) + name + extra + comment


def end_bytes(count: int, size: int, offset: int) -> bytes:
    """Return what ends an archive without a comment: of 64 bits, too, where 16 or 32 are too few (4.3.14 to 4.3.16).

    Args:
        count: of entries in the central directory.
        size: of the central directory, in bytes.
        offset: where it begins.
    """
    wide = b""
    if count >= MOST_IN_16_BITS or size >= IN_ZIP64 or offset >= IN_ZIP64:
        version = ZIP64_VERSION
        wide = END64.pack(b"PK\x06\x06", END64.size - 12, version, version, 0, 0, count, count, size, offset)
        wide += LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
    few = min(count, MOST_IN_16_BITS)
    plain = END.pack(b"PK\x05\x06", 0, 0, few, few, min(size, IN_ZIP64), min(offset, IN_ZIP64), 0)
    return wide + plain


def write_archive(archive: Archive, stream: Callable[[Member], Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the bytes of an archive; with the streams that it was read with, those of the file.

    Args:
        archive: all headers.
        stream: gives a member's stream, in pieces.
    """
    members: Sequence[Member] = sorted(archive.members, key=lambda member: member.start)
    for member in members:
        yield local_bytes(member.local)
        yield from stream(member)
        yield member.descriptor
    for member in archive.members:
        yield central_bytes(member.central)
    yield archive.end
