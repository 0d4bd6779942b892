"""Headers of a ZIP archive: bytes to values, one at a time (APPNOTE.TXT 6.3.10, sections 4.3 to 4.6)."""

from __future__ import annotations

import stat
import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from samewheel.errors import Flaw
from samewheel.wheel.values import (
    DEFLATED,
    DESCRIPTOR_FOLLOWS,
    IN_ZIP64,
    STORED,
    UTF8_NAME,
    CentralHeader,
    LocalHeader,
)

if TYPE_CHECKING:
    from samewheel.wheel.source import Source

__all__ = [
    "CENTRAL",
    "DOS_FOLDER",
    "LOCAL",
    "ZIP64",
    "check_descriptor",
    "check_header",
    "decoded",
    "extra_fields",
    "has_zip64",
    "read_central",
    "read_local",
    "resolved",
]

LOCAL = struct.Struct("<4s5H3I2H")
"""A local header up to its name (4.3.7)."""

CENTRAL = struct.Struct("<4s2B5H3I5H2I")
"""An entry of the central directory up to its name (4.3.12)."""

ALLOWED_FLAGS = 0b110 | DESCRIPTOR_FOLLOWS | UTF8_NAME
"""What a wheel may have: how hard deflate tried (two bits), a descriptor, UTF-8; no encryption, patches or masks."""

METHODS = {1: "shrunk", 6: "imploded", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd", 95: "xz", 99: "AES"}
"""Names of methods that are refused (4.4.5): indexes take stored and deflated members only, installers differ."""

LATEST_VERSION = 63
"""The newest version that the application note knows (4.4.3.2)."""

ZIP64 = 0x0001
"""The extra field with sizes and offsets of 64 bits (4.5.3)."""

OTHER_CONTENTS = {0x0017: "strong encryption", 0x7075: "another name, in Unicode", 0x9901: "AES encryption"}
"""Extra fields that give readers who know them another name or other contents than readers who do not."""

DOS_ALLOWED = 0x01 | 0x20 | 0x80
"""Attributes of MS-DOS that a file may have: read-only, to be archived, none; not hidden, a link or a device."""

DOS_FOLDER = 0x10
"""The attribute of MS-DOS for a folder, which Python's own writer sets, too."""

DESCRIPTORS = {12: "<3I", 16: "<4x3I", 20: "<I2Q", 24: "<4xI2Q"}
"""Data descriptors by length: without and with signature, of 32 and of 64 bits (4.3.9)."""

DESCRIPTOR_SIGNATURE = b"PK\x07\x08"


def decoded(name: bytes, flags: int) -> str:
    """Return a name as text.

    Raises:
        Flaw: readers would decode it differently: it is not ASCII without the flag, or not UTF-8 with it.
    """
    try:
        return name.decode("utf-8" if flags & UTF8_NAME else "ascii")
    except UnicodeDecodeError:
        says = "says that it is UTF-8, and it is not" if flags & UTF8_NAME else "does not say that it is UTF-8"
        raise Flaw(name.decode(errors="backslashreplace"), f"its name is not ASCII, and its flag {says}") from None


def read_central(directory: bytes, at: int) -> tuple[CentralHeader, int]:
    """Return the entry of the central directory at an offset in it, and the offset of the next."""
    if len(directory) - at < CENTRAL.size or not directory.startswith(b"PK\x01\x02", at):
        raise Flaw("", f"the central directory has no entry at {at}, where one should be")
    _, *fixed, name_size, extra_size, comment_size, disk, internal, external, offset = CENTRAL.unpack_from(
        directory, at
    )
    name_at = at + CENTRAL.size
    extra_at = name_at + name_size
    comment_at = extra_at + extra_size
    end = comment_at + comment_size
    if end > len(directory):
        raise Flaw("", f"the entry at {at} of the central directory is longer than the directory")
    name, extra, comment = directory[name_at:extra_at], directory[extra_at:comment_at], directory[comment_at:end]
    return CentralHeader._make((*fixed, disk, internal, external, offset, name, extra, comment)), end


def read_local(source: Source, offset: int, expected: int = 0) -> tuple[LocalHeader, int]:
    """Return the local header at an offset of the file, and the offset after it.

    Args:
        source: the archive.
        offset: where the header is.
        expected: bytes of name and extra fields that it likely has; they are read at once with the rest.
    """
    header = source.at(offset, min(LOCAL.size + expected, max(LOCAL.size, source.size - offset)))
    signature, *fields, name_size, extra_size = LOCAL.unpack_from(header)
    if signature != b"PK\x03\x04":
        raise Flaw("", f"there is no local header at {offset}, where the central directory says there is one")
    name_end = LOCAL.size + name_size
    end = name_end + extra_size
    if end > len(header):
        header += source.at(offset + len(header), end - len(header))
    return LocalHeader._make((*fields, header[LOCAL.size : name_end], header[name_end:end])), offset + end


def extra_fields(name: str, extra: bytes) -> dict[int, bytes]:
    """Return extra fields by number, in their order (4.5.1).

    Raises:
        Flaw: they are malformed, or one gives some readers another name or other contents.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(extra):
        number, size = struct.unpack_from("<HH", extra, at) if len(extra) - at >= 4 else (0, len(extra))  # noqa: PLR2004 - number and size
        content = extra[at + 4 : at + 4 + size]
        if len(content) != size:
            raise Flaw(name, "its extra fields end within one")
        if number in fields:
            raise Flaw(name, f"it has the extra field {number:#06x} twice")
        if number in OTHER_CONTENTS:
            raise Flaw(name, f"it has an extra field for {OTHER_CONTENTS[number]}, which readers heed or not")
        fields[number] = content
        at += 4 + size
    return fields


def resolved(name: str, header: CentralHeader | LocalHeader) -> tuple[int, int, int]:
    """Return size, compressed size and offset (0 for a local header), those of 64 bits included (4.5.3).

    Raises:
        Flaw: extra fields are malformed, or say what readers would understand differently.
    """
    offset = header.offset if isinstance(header, CentralHeader) else 0
    if not header.extra and IN_ZIP64 not in (header.size, header.compressed_size, offset):
        return header.size, header.compressed_size, offset
    values = [header.size, header.compressed_size, offset]
    zip64 = extra_fields(name, header.extra).get(ZIP64) if header.extra else None
    wanted = [index for index, value in enumerate(values) if value == IN_ZIP64]
    if zip64 is None:
        if wanted:
            raise Flaw(name, "a size or offset should be in an extra field of 64 bits, and there is none")
        return values[0], values[1], values[2]
    if isinstance(header, LocalHeader) and not wanted and len(zip64) == 16:  # noqa: PLR2004 - two values of 64 bits
        # A writer that did not know in time whether it would need them.
        if struct.unpack("<2Q", zip64) not in {(0, 0), (header.size, header.compressed_size)}:
            raise Flaw(name, "its sizes of 32 and of 64 bits are not the same")
        return values[0], values[1], values[2]
    if len(zip64) != 8 * len(wanted):
        raise Flaw(name, "its extra field of 64 bits has other values than those that are missing")
    for index, value in zip(wanted, struct.unpack(f"<{len(wanted)}Q", zip64), strict=True):
        values[index] = value
    return values[0], values[1], values[2]


def has_zip64(name: str, header: LocalHeader) -> bool:
    """Tell whether a header has sizes of 64 bits in an extra field; its descriptor then has them, too (4.3.9.2)."""
    return ZIP64 in extra_fields(name, header.extra)


def check_header(name: str, header: CentralHeader) -> None:
    """Check what an entry of the central directory says of a member.

    Raises:
        Flaw: it has what not every installer can read, or what no wheel has.
    """
    how = _unreadable(header.flags, header.method, header.extract_version, header.disk)
    if reason := how or _irregular(header.external_attributes, is_folder=name.endswith("/")):
        raise Flaw(name, reason)


# Most members of a wheel have all of this alike, so it is looked at once.
@lru_cache(maxsize=64)
def _unreadable(flags: int, method: int, version: int, disk: int) -> str:
    """Return why not every installer can read such a member, or nothing."""
    if flags & ~ALLOWED_FLAGS:
        what = "encrypted" if flags & (1 << 0 | 1 << 6 | 1 << 13) else "patched, or of an unknown kind"
        return f"it is {what}, by its flags {flags:#06x}"
    if method not in {STORED, DEFLATED}:
        what = METHODS.get(method, f"method {method}")
        return f"it is compressed by {what}; in a wheel, members are stored or deflated"
    if version > LATEST_VERSION:
        return f"it needs version {version} of the format, which does not exist"
    if disk:
        return f"it is on disk {disk} of several"
    return ""


@lru_cache(maxsize=64)
def _irregular(attributes: int, *, is_folder: bool) -> str:
    """Return why no wheel has a member with such attributes, or nothing."""
    mode = attributes >> 16
    kind = stat.S_IFMT(mode)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR} or (kind and (kind == stat.S_IFDIR) != is_folder):
        what = "symbolic link" if kind == stat.S_IFLNK else "folder" if kind == stat.S_IFDIR else f"{kind:#o}"
        return f"its mode says that it is a {what}, which installers write as a file or not at all"
    dos = attributes & 0xFFFF & ~DOS_ALLOWED
    if dos not in ({0, DOS_FOLDER} if is_folder else {0}):
        return f"its attributes {dos:#06x} say that it is no plain file, or hidden"
    if mode & 0o7000:
        return f"its mode {mode:#o} is set-user, set-group or sticky"
    return ""


def check_descriptor(name: str, descriptor: bytes, values: tuple[int, int, int], *, wide: bool) -> None:
    """Check a data descriptor against CRC, compressed size and size; ``wide`` is whether sizes have 64 bits.

    Raises:
        Flaw: it is none, or says otherwise.
    """
    form = DESCRIPTORS.get(len(descriptor))
    signed = len(descriptor) in {16, 24}
    if form is None or wide != ("Q" in form) or (signed and not descriptor.startswith(DESCRIPTOR_SIGNATURE)):
        raise Flaw(name, f"{len(descriptor)} bytes follow its stream, which are no data descriptor")
    if struct.unpack(form, descriptor) != values:
        raise Flaw(name, "its data descriptor and the central directory do not say the same")
