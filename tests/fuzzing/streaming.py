"""A reader of ZIP files that never looks at the central directory, as those have to who unpack while they fetch.

It believes what local headers and descriptors say, and takes the form of a descriptor that fits. Independent of
samewheel, so that the two can be compared.
"""

from __future__ import annotations

import struct
import zlib

__all__ = ["streamed"]

LOCAL = struct.Struct("<4s5H3L2H")
STREAMED = 1 << 3


def streamed(file: bytes) -> dict[bytes, bytes]:
    """Return contents by name, as a reader from the start finds them.

    Raises:
        ValueError: such a reader cannot go on.
    """
    found: dict[bytes, bytes] = {}
    at = 0
    while file.startswith(b"PK\x03\x04", at):
        _, _, flags, method, _, _, crc, packed_size, size, name_length, extra_length = LOCAL.unpack_from(file, at)
        name_at = at + LOCAL.size
        start = name_at + name_length + extra_length
        name, extra = file[name_at : name_at + name_length], file[name_at + name_length : start]
        wide = _wide(extra)
        if 0xFFFFFFFF in {packed_size, size} and len(wide) == 16:
            size, packed_size = struct.unpack("<2Q", wide)
        content, at = _content(file, start, method, packed_size)
        if flags & STREAMED:
            at, crc, size = _described(file, at, (zlib.crc32(content), at - start, len(content)), wide=bool(wide))
        if (zlib.crc32(content), len(content)) != (crc, size) or name in found:
            raise ValueError(name)
        found[name] = content
    if not file.startswith((b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06"), at):
        raise ValueError(at)
    return found


def _wide(extra: bytes) -> bytes:
    """Return what is in the first zip64 extra field, if there is one."""
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<2H", extra, at)
        if number == 1:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


def _content(file: bytes, start: int, method: int, packed_size: int) -> tuple[bytes, int]:
    """Return the contents of a stream, and where it ends; a deflate stream says so itself."""
    if method == 0:
        return file[start : start + packed_size], start + packed_size
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(file[start:])
    except zlib.error as error:
        raise ValueError(start) from error
    if not inflater.eof:
        raise ValueError(start)
    end = len(file) - len(inflater.unused_data)
    if packed_size not in {0, end - start}:
        raise ValueError(start)
    return content, end


def _described(file: bytes, at: int, seen: tuple[int, int, int], *, wide: bool) -> tuple[int, int, int]:
    """Return the end of a descriptor, and the CRC and the size that it says."""
    for form in ("<4xL2Q", "<L2Q") if wide else ("<4x3L", "<3L"):
        length = struct.calcsize(form)
        signed = "x" not in form or file.startswith(b"PK\x07\x08", at)
        if signed and len(file) - at >= length and struct.unpack_from(form, file, at) == seen:
            return at + length, seen[0], seen[2]
    raise ValueError(at)
