"""A ZIP archive read so strictly that no two readers can find different things in it (APPNOTE.TXT 6.3.10).

What is read has one end record at the very end, one central directory right before it, and members that lie before
that one after the other without a gap, each with a local header that says the same as the directory. So a reader that
streams from the start, one that trusts the directory and one that looks for end records find the same members.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING

from samewheel.errors import Flaw
from samewheel.wheel.headers import (
    CENTRAL,
    check_descriptor,
    check_header,
    decoded,
    has_zip64,
    read_central,
    read_local,
    resolved,
)
from samewheel.wheel.names import check_names
from samewheel.wheel.values import DESCRIPTOR_FOLLOWS, IN_ZIP64, STORED, Archive, CentralHeader, LocalHeader, Member

if TYPE_CHECKING:
    from samewheel.wheel.source import Source

__all__ = ["END", "END64", "LOCATOR", "MOST_MEMBERS", "read_archive"]

END = struct.Struct("<4s4H2IH")
"""The end record up to its comment (4.3.16)."""

END64 = struct.Struct("<4sQ2H2I4Q")
"""The end record of 64 bits (4.3.14)."""

LOCATOR = struct.Struct("<4sIQI")
"""Where the end record of 64 bits is (4.3.15)."""

LONGEST_COMMENT = 0xFFFF

LARGEST_DIRECTORY = 1 << 26
"""Bytes of a central directory that are read at most; one of 30,000 members has some 4 MB."""

MOST_MEMBERS = 1 << 17
"""Members that are read at most; the largest wheels that are published have some 30,000."""

BOMB_SIZE = 1 << 25
"""Bytes of contents from which on it matters how much smaller the stream is."""

LONGEST_OVERHEAD = 1 << 10
"""Bytes by which a stream may be longer than its contents, and as much again: flushes take five each."""

BOMB_RATIO = 200
"""How many times smaller than its contents no honest stream of that size is; deflate can reach 1032."""


def _read_end(source: Source) -> tuple[int, int, int, bytes, bytes]:
    """Return count of members, size and offset of the central directory, all that follows it, and the comment."""
    tail_at = max(0, source.size - END.size - LONGEST_COMMENT)
    tail = source.at(tail_at, source.size - tail_at)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END.size:
        raise Flaw("", "it has no end record: it is cut off, or no archive")
    _, disk, first_disk, on_disk, count, size, offset, comment_size = END.unpack_from(tail, at)
    comment = tail[at + END.size :]
    if len(comment) != comment_size:
        what = "something is appended, or" if len(comment) > comment_size else "it is cut off, or"
        raise Flaw("", f"it does not end with its end record: {what} its comment has a second one")
    if disk or first_disk or on_disk != count:
        raise Flaw("", "its end record says that it is one of several disks")
    end_at = tail_at + at
    if end_at >= LOCATOR.size and source.at(end_at - LOCATOR.size, 4) == b"PK\x06\x07":
        count, size, offset = _read_end64(source, end_at - LOCATOR.size, (count, size, offset))
        end_at -= LOCATOR.size + END64.size
    if offset + size != end_at:
        raise Flaw("", f"its central directory, {size} bytes from {offset}, does not end where its end records begin")
    return count, size, offset, source.at(end_at, source.size - end_at), comment


def _read_end64(source: Source, locator_at: int, plain: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return count, size and offset by the end record of 64 bits, which must not contradict the plain one."""
    _, disk, at, disks = LOCATOR.unpack(source.at(locator_at, LOCATOR.size))
    if at + END64.size != locator_at or disk or disks != 1:
        raise Flaw("", "its end record of 64 bits is not right before the place that names it")
    signature, size, _, _, disk, first_disk, on_disk, *values = END64.unpack(source.at(at, END64.size))
    if signature != b"PK\x06\x06" or size != END64.size - 12 or disk or first_disk or on_disk != values[0]:
        raise Flaw("", "its end record of 64 bits is malformed")
    for value, short, absent in zip(values, plain, (0xFFFF, IN_ZIP64, IN_ZIP64), strict=True):
        if short not in {value, absent}:
            raise Flaw("", "its two end records do not say the same")
    return values[0], values[1], values[2]


def _read_directory(source: Source, count: int, size: int, offset: int) -> tuple[CentralHeader, ...]:
    """Return the entries of the central directory."""
    if size > LARGEST_DIRECTORY:
        raise Flaw("", f"its central directory has {size} bytes, and {LARGEST_DIRECTORY} are the most that are read")
    if count > MOST_MEMBERS or size < count * CENTRAL.size:
        limit = f"of at most {MOST_MEMBERS}" if count > MOST_MEMBERS else f"in {size} bytes of directory"
        raise Flaw("", f"it says that it has {count} members, {limit}")
    directory = source.at(offset, size)
    headers, at = [], 0
    for _ in range(count):
        header, at = read_central(directory, at)
        headers.append(header)
    if at != size:
        raise Flaw("", f"its central directory has {size - at} bytes after the {count} entries that are counted")
    return tuple(headers)


def _check_local(name: str, local: LocalHeader, central: CentralHeader, sizes: tuple[int, int]) -> None:
    """Check that a local header says the same as the central directory; times and versions may differ, and show."""
    if local.name != central.name:
        raise Flaw(name, f"its local header names it {local.name.decode(errors='backslashreplace')!r}")
    if (local.flags, local.method) != (central.flags, central.method):
        raise Flaw(name, "its local header has other flags, or another method, than the central directory")
    size, compressed_size, _ = resolved(name, local)
    said = (local.crc, size, compressed_size)
    if said != (central.crc, *sizes) and not (local.flags & DESCRIPTOR_FOLLOWS and said == (0, 0, 0)):
        raise Flaw(name, "its local header has another CRC, or other sizes, than the central directory")


def _check_sizes(name: str, central: CentralHeader, size: int, compressed_size: int) -> None:
    """Check that sizes are possible."""
    if central.method == STORED and size != compressed_size:
        raise Flaw(name, f"it is stored in {compressed_size} bytes, and has {size}")
    if name.endswith("/") and size:
        raise Flaw(name, "it is a folder, and has contents")
    if compressed_size > 2 * size + LONGEST_OVERHEAD:
        raise Flaw(name, f"its stream of {compressed_size} bytes is for {size}: most of it can be nothing but work")
    if size > BOMB_SIZE and size > BOMB_RATIO * compressed_size:
        raise Flaw(name, f"it has {size} bytes in a stream of {compressed_size}: a decompression bomb")


def _read_member(
    source: Source, name: str, central: CentralHeader, place: tuple[int, int, int], follower: tuple[int, str]
) -> Member:
    """Return the member whose local header, stream and descriptor fill the file up to the place of what follows."""
    size, compressed_size, offset = place
    end, following = follower
    check_header(name, central)
    _check_sizes(name, central, size, compressed_size)
    try:
        local, start = read_local(source, offset, len(central.name) + len(central.extra))
    except Flaw as flaw:
        raise Flaw(name, flaw.reason) from None
    _check_local(name, local, central, (size, compressed_size))
    if central.method == STORED and size and local.flags & DESCRIPTOR_FOLLOWS and not resolved(name, local)[0]:
        raise Flaw(name, "it is stored, and who streams it cannot know where it ends")
    stream_end = start + compressed_size
    if stream_end > end:
        raise Flaw(name, f"it ends at {stream_end}, and {following} begins at {end}")
    wide = bool(local.extra) and has_zip64(name, local)
    descriptor = b""
    if central.flags & DESCRIPTOR_FOLLOWS:
        descriptor = source.at(stream_end, min(end - stream_end, 32))
        check_descriptor(name, descriptor, (central.crc, compressed_size, size), wide=wide)
    if stream_end + len(descriptor) != end:
        raise Flaw(name, f"{end - stream_end} bytes follow it that belong to no member")
    return Member(
        name=name,
        central=central,
        local=local,
        descriptor=descriptor,
        start=start,
        compressed_size=compressed_size,
        size=size,
    )


def _check_offsets(placed: list[tuple[int, str]], directory_at: int) -> None:
    """Check that the first member is at the file's start, and each at a place of its own before the directory."""
    if placed and placed[-1][0] >= directory_at:
        raise Flaw(placed[-1][1], f"it lies at {placed[-1][0]}, within the central directory or behind it")
    if offset := placed[0][0] if placed else directory_at:
        raise Flaw(placed[0][1] if placed else "", f"it is the first, at {offset}, and something is before it")
    for (offset, _), (other, name) in pairwise(placed):
        if offset == other:
            raise Flaw(name, f"it lies where another member lies, at {other}")


def read_archive(source: Source) -> Archive:
    """Read all headers of an archive.

    Raises:
        Flaw: not every reader would find the same in it, or some could not read it.
    """
    count, size, directory_at, end, comment = _read_end(source)
    headers = _read_directory(source, count, size, directory_at)
    names = [decoded(header.name, header.flags) for header in headers]
    check_names(names)
    places = [resolved(name, header) for name, header in zip(names, headers, strict=True)]
    in_file = sorted(range(count), key=lambda index: places[index][2])
    placed = [(places[index][2], names[index]) for index in in_file]
    _check_offsets(placed, directory_at)
    members: dict[int, Member] = {}
    ends = [*placed[1:], (directory_at, "the central directory")]
    for index, end_at in zip(in_file, ends, strict=bool(in_file)):
        members[index] = _read_member(source, names[index], headers[index], places[index], end_at)
    if sum(member.size for member in members.values()) > max(BOMB_SIZE, BOMB_RATIO * source.size):
        raise Flaw("", f"its members have {BOMB_RATIO} times the bytes of the file: a decompression bomb")
    return Archive(members=tuple(members[index] for index in range(count)), end=end, comment=comment)
