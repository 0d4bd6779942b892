"""What members hold: streams inflated a chunk at a time, and checked against what their headers say."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from isal import igzip_lib, isal_zlib

from samewheel._types import Sha256
from samewheel.errors import Flaw
from samewheel.wheel.source import CHUNK
from samewheel.wheel.values import STORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.wheel.source import Source
    from samewheel.wheel.values import Member

__all__ = ["check_contents", "contents", "sha256_of_contents", "whole"]


DAMAGED: type[Exception] = igzip_lib.error  # type: ignore[assignment]  # its stubs say that it is an instance
"""What ISA-L raises for a stream that is none."""


def _isal() -> igzip_lib.IgzipDecompressor:
    # Not of isal_zlib: that one does not let other threads run.
    return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)


def _zlib() -> zlib._Decompress:
    return zlib.decompressobj(wbits=-zlib.MAX_WBITS)


def _by_isal(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Inflate quickly, chunks of bounded size."""
    inflater = _isal()
    for piece in pieces:
        _check_end(name, more=inflater.eof)
        yield inflater.decompress(piece, CHUNK)
        while not inflater.needs_input and not inflater.eof:
            yield inflater.decompress(b"", CHUNK)
    _check_end(name, more=bool(inflater.unused_data), unfinished=not inflater.eof)


def _by_zlib(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Inflate as installers do, chunks of bounded size."""
    inflater = _zlib()
    for piece in pieces:
        _check_end(name, more=inflater.eof)
        yield inflater.decompress(piece, CHUNK)
        while inflater.unconsumed_tail:
            yield inflater.decompress(inflater.unconsumed_tail, CHUNK)
    while not inflater.eof and (rest := inflater.decompress(b"", CHUNK)):
        yield rest
    _check_end(name, more=bool(inflater.unused_data), unfinished=not inflater.eof)


def _check_end(name: str, *, more: bool, unfinished: bool = False) -> None:
    """Check that a stream ends where its compressed size says."""
    if unfinished:
        raise Flaw(name, "its stream does not end within its compressed size")
    if more:
        raise Flaw(name, "its stream ends before its compressed size")


def _inflated(source: Source, member: Member, *, strict: bool) -> Iterator[bytes]:
    """Yield what a deflate stream (RFC 1951) holds, whatever it expands to."""
    inflate = _by_zlib if strict else _by_isal
    try:
        yield from inflate(source.pieces(member.start, member.compressed_size), member.name)
    except (DAMAGED, zlib.error) as error:
        raise Flaw(member.name, f"its stream is damaged: {error}") from None


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
    sound = _at_once(source, member, strict=strict) if max(member.size, member.compressed_size) <= CHUNK else None
    if sound is None:
        yield from _by_chunks(source, member, strict=strict)
    elif sound:
        yield sound


def _at_once(source: Source, member: Member, *, strict: bool) -> bytes | None:
    """Return what a small member holds; None if anything is wrong, which is then found by chunks, and said."""
    content = source.at(member.start, member.compressed_size)
    if member.central.method != STORED:
        inflater = _zlib() if strict else _isal()
        try:
            # One byte more than there should be: without room, nobody looks whether the stream ends there.
            content = inflater.decompress(content, member.size + 1)
        except (DAMAGED, zlib.error):
            return None
        if not inflater.eof or inflater.unused_data:
            return None
    return content if len(content) == member.size and isal_zlib.crc32(content) == member.central.crc else None


def _by_chunks(source: Source, member: Member, *, strict: bool) -> Iterator[bytes]:
    """Yield what a member of any size holds."""
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
