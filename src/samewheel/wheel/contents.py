"""What members hold: streams inflated a chunk at a time, and checked against what their headers say."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from isal import isal_zlib

from samewheel._types import Sha256
from samewheel.errors import Flaw
from samewheel.wheel.source import CHUNK
from samewheel.wheel.values import STORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.wheel.source import Source
    from samewheel.wheel.values import Member

__all__ = ["check_contents", "contents", "sha256_of_contents", "whole"]


DAMAGED: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stubs say that it is an instance
"""What an inflater raises for a stream that is none."""


def _inflated(source: Source, member: Member, *, strict: bool) -> Iterator[bytes]:
    """Yield what a deflate stream (RFC 1951) holds, chunks of bounded size, whatever it expands to."""
    inflater = (zlib if strict else isal_zlib).decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        for piece in source.pieces(member.start, member.compressed_size):
            if inflater.eof:
                raise Flaw(member.name, "its stream ends before its compressed size")
            pending = piece
            while pending and not inflater.eof:
                yield inflater.decompress(pending, CHUNK)
                pending = inflater.unconsumed_tail
    except (DAMAGED, zlib.error) as error:
        raise Flaw(member.name, f"its stream is damaged: {error}") from None
    while not inflater.eof and (rest := inflater.decompress(b"", CHUNK)):
        yield rest
    if not inflater.eof:
        raise Flaw(member.name, "its stream does not end within its compressed size")
    if inflater.unused_data:
        raise Flaw(member.name, "its stream ends before its compressed size")


def contents(source: Source, member: Member, *, strict: bool = False) -> Iterator[bytes]:
    """Yield what a member holds, a chunk at a time; the last one comes only after all checks.

    Args:
        source: the file.
        member: of it.
        strict: inflate as installers do, with zlib; the faster way takes some malformed streams that zlib refuses
            (incomplete codes of distances), and makes the same bytes of all others.

    Raises:
        Flaw: the stream is damaged, or holds something else than size and CRC say.
    """
    crc, size = 0, 0
    is_stored = member.central.method == STORED
    pieces = source.pieces(member.start, member.size) if is_stored else _inflated(source, member, strict=strict)
    held = b""
    for piece in pieces:
        crc = isal_zlib.crc32(piece, crc)
        size += len(piece)
        if size > member.size:
            raise Flaw(member.name, f"it has more than the {member.size} bytes that its header says")
        if held:
            yield held
        held = piece
    if size != member.size:
        raise Flaw(member.name, f"it has {size} bytes, and its header says {member.size}")
    if crc != member.central.crc:
        raise Flaw(member.name, f"its CRC is {crc:08x}, and its header says {member.central.crc:08x}")
    if held:
        yield held


def check_contents(source: Source, member: Member) -> None:
    """Read all that a member holds, for the strict checks alone.

    Raises:
        Flaw: the stream is damaged, or holds something else than size and CRC say.
    """
    for _ in contents(source, member, strict=True):
        pass


def sha256_of_contents(source: Source, member: Member) -> Sha256:
    """Return the SHA-256 of what a member holds.

    Raises:
        Flaw: the stream is damaged, or holds something else than size and CRC say.
    """
    digest = hashlib.sha256()
    for piece in contents(source, member):
        digest.update(piece)
    return Sha256(digest.hexdigest())


def whole(source: Source, member: Member, *, at_most: int) -> bytes:
    """Return all that a member holds.

    Raises:
        Flaw: it has more than ``at_most`` bytes, or its stream is damaged.
    """
    if member.size > at_most:
        raise Flaw(member.name, f"it has {member.size} bytes, and {at_most} are the most that are read of its kind")
    return b"".join(contents(source, member, strict=True))
