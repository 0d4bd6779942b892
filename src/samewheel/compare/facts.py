"""Facts about one wheel: everything that the comparison looks at, read once and frozen."""

from __future__ import annotations

import csv
import errno
import hashlib
import lzma
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from samewheel._types import Sha256
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Facts", "Member", "Pairing", "inside_dist_info", "pair", "read_facts"]

UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, ValueError, csv.Error)
"""What reading a damaged archive raises; a RuntimeError is an encrypted member or an unknown compression."""

CHUNK = 1 << 20
"""Bytes of a member that are in memory at a time."""

TEXTS = frozenset({"RECORD", "WHEEL"})
"""Files of ``*.dist-info`` whose text decides what a difference is."""

LONGEST_TEXT = 1 << 24
"""Bytes up to which such a text is kept; the largest RECORDs that are published have about 3 MB."""

LOCAL_HEADER = 30
"""Bytes of a local file header before its name (APPNOTE 4.3.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of the central directory, and digests of what it stands for."""

    name: str
    """As the central directory has it, before zipfile cuts it at a NUL."""
    nth: int
    """How many members before it have the same name: 0 in every valid wheel."""
    mode: int
    """Type and permission bits of Unix: the upper half of the external attributes."""
    dos_attributes: int
    """The lower half of the external attributes."""
    internal_attributes: int
    create_system: int
    """0 Windows, 3 Unix."""
    create_version: int
    extract_version: int
    date_time: tuple[int, int, int, int, int, int]
    """Year to second, local time of nowhere in particular; not always a date that exists."""
    compress_type: int
    flags: int
    """General purpose bit flags."""
    extra: bytes
    comment: bytes
    crc: int
    size: int
    """Bytes of the contents."""
    compressed_size: int
    """Bytes of the stream in the archive."""
    sha256: Sha256
    """Of the contents."""
    stream_sha256: Sha256
    """Of the compressed stream."""
    text: bytes | None
    """The contents of RECORD and WHEEL in ``*.dist-info``; None for all others, and for one that is too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One wheel."""

    name: str
    """File name."""
    sha256: Sha256
    """Of the file."""
    comment: bytes
    """Of the archive."""
    members: tuple[Member, ...]
    """In the order of the central directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Two wheels, and which member of the one belongs to which of the other."""

    a: Facts
    b: Facts
    both: tuple[tuple[Member, Member], ...]
    """Members with the same name, sorted by it."""
    only_a: tuple[Member, ...]
    """Members that the second wheel has not, sorted by name."""
    only_b: tuple[Member, ...]
    """Members that the first wheel has not, sorted by name."""


def inside_dist_info(name: str) -> str | None:
    """Return a member's path below its ``*.dist-info`` folder, or None if it is not in one."""
    folder, slash, below = name.partition("/")
    return below if slash and folder.endswith(".dist-info") else None


def pair(a: Facts, b: Facts) -> Pairing:
    """Return which members of two wheels belong together: the n-th of a name with the n-th of the same name."""
    of_a = {(member.name, member.nth): member for member in a.members}
    of_b = {(member.name, member.nth): member for member in b.members}
    return Pairing(
        a=a,
        b=b,
        both=tuple((of_a[key], of_b[key]) for key in sorted(of_a.keys() & of_b.keys())),
        only_a=tuple(of_a[key] for key in sorted(of_a.keys() - of_b.keys())),
        only_b=tuple(of_b[key] for key in sorted(of_b.keys() - of_a.keys())),
    )


def _unreadable(path: Path, error: Exception) -> SamewheelError:
    """Return what to raise for a file that cannot be read, or that is no archive."""
    # zipfile has OSErrors of its own: an offset before the file's start, or damaged bzip2 data.
    if isinstance(error, OSError) and error.errno not in (errno.EINVAL, None):
        return SamewheelError(f"{path} cannot be read", cause=error.strerror or str(error))
    return SamewheelError(
        f"{path} is not a wheel that can be compared",
        cause=f"It is not a readable archive: {error}",
        hint="Fetch or build the file again.",
    )


def _digest_contents(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Sha256:
    """Return the SHA-256 of a member's contents, a chunk in memory at a time."""
    digest, size = hashlib.sha256(), 0
    with archive.open(info) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    # zipfile checks the CRC, but lets a stream end early.
    if size != info.file_size:
        raise zipfile.BadZipFile(f"{info.filename!r} has {size} bytes, and its header says {info.file_size}")
    return Sha256(digest.hexdigest())


def _digest_stream(file: BinaryIO, info: zipfile.ZipInfo) -> Sha256:
    """Return the SHA-256 of a member's compressed stream, a chunk in memory at a time."""
    file.seek(info.header_offset)
    header = file.read(LOCAL_HEADER)
    # Name and extra field are as long as the local header says; the central directory's extra field may be another.
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    digest, left = hashlib.sha256(), info.compress_size
    while left and (chunk := file.read(min(left, CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    return Sha256(digest.hexdigest())


def _member(archive: zipfile.ZipFile, file: BinaryIO, info: zipfile.ZipInfo, nth: int) -> Member:
    """Read one member."""
    name = info.orig_filename
    # The digest first: it has zipfile's checks, and a size that is a lie ends there.
    sha256 = _digest_contents(archive, info)
    is_text = inside_dist_info(name) in TEXTS and info.file_size <= LONGEST_TEXT
    return Member(
        name=name,
        nth=nth,
        mode=info.external_attr >> 16,
        dos_attributes=info.external_attr & 0xFFFF,
        internal_attributes=info.internal_attr,
        create_system=info.create_system,
        create_version=info.create_version,
        extract_version=info.extract_version,
        date_time=info.date_time,
        compress_type=info.compress_type,
        flags=info.flag_bits,
        extra=info.extra,
        comment=info.comment,
        crc=info.CRC,
        size=info.file_size,
        compressed_size=info.compress_size,
        sha256=sha256,
        stream_sha256=_digest_stream(file, info),
        text=archive.read(info) if is_text else None,
    )


def read_facts(path: Path, sha256: Sha256) -> Facts:
    """Read a wheel.

    Args:
        path: the wheel.
        sha256: the digest of the file, which the caller needed before.

    Raises:
        SamewheelError: the file cannot be read, or is not a whole archive.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            seen: Counter[str] = Counter()
            members = []
            for info in archive.infolist():
                members.append(_member(archive, file, info, seen[info.orig_filename]))
                seen[info.orig_filename] += 1
            return Facts(name=path.name, sha256=sha256, comment=archive.comment, members=tuple(members))
    except (*UNREADABLE, OSError) as error:
        raise _unreadable(path, error) from error
