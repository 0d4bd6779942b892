"""The canonical form of a wheel: one way to pack what it holds (docs/lookup/canonical.md).

Members sorted by name, ``*.dist-info`` last and RECORD very last; one time; modes 0644 or 0755; made on Unix; no
directory entries but those of empty folders, no extra fields but those that 64 bits need, no descriptors and no
comments; RECORD made anew from what is written. What the members hold is never changed.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import struct
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from isal import isal_zlib

from samewheel.errors import Flaw, SamewheelError
from samewheel.wheel.checking import row_flaws
from samewheel.wheel.deflating import Form, Packed, pack
from samewheel.wheel.headers import DOS_FOLDER
from samewheel.wheel.record import SIGNATURES, Row, sha256_row, write_record
from samewheel.wheel.source import CHUNK
from samewheel.wheel.values import IN_ZIP64, UTF8_NAME, CentralHeader, LocalHeader
from samewheel.wheel.writing import ZIP64_VERSION, central_bytes, end_bytes, local_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from datetime import datetime
    from hashlib import _Hash as Hash

    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.values import Member

__all__ = ["IN_MEMORY", "Moment", "Packing", "Prepared", "canonical_bytes", "canonical_order", "mapped", "noted"]

Piece = TypeVar("Piece", bytes, "bytes | memoryview")

IN_MEMORY = 1 << 24
"""Bytes of contents from which on they go through a file, as they are compressed whole."""

AT_A_TIME = 1 << 20
"""Bytes of contents that one task prepares, a single member aside."""

WORKERS = min(4, os.cpu_count() or 1)
"""Threads that prepare members."""

UNIX = 3
"""What made the archive (4.4.2): where a mode means something."""

VERSION = 20
"""Of the format (4.4.3.2): the one that has folders and deflate."""


class Moment(NamedTuple):
    """A time as archives have it (4.4.6): local by the format, UTC by agreement, in pairs of seconds."""

    time: int
    date: int

    @classmethod
    def of(cls, when: datetime) -> Moment:
        """Return a moment of the years 1980 to 2107; an odd second becomes the one before."""
        time = when.hour << 11 | when.minute << 5 | when.second // 2
        return cls(time, (when.year - 1980) << 9 | when.month << 5 | when.day)


class Prepared(NamedTuple):
    """A member that is ready to be written."""

    member: Member
    packed: Packed
    crc: int
    size: int
    """Bytes of its contents."""
    row: Row
    """What RECORD will say of it."""


@dataclass(slots=True, kw_only=True)
class Packing:
    """An archive in its canonical form while it is written: what comes last is known last."""

    moment: Moment
    """The time of every member."""
    offset: int = 0
    """Bytes that were written."""
    directory: list[bytes] = field(default_factory=list)
    """Entries of the members that were."""

    def add(self, prepared: Prepared) -> Iterator[bytes | memoryview]:
        """Yield what is written of a member; a piece is good until the next is asked for."""
        # Given back as soon as it is written: a large member and the next one need not be there together.
        with prepared.packed.stream as stream:
            local, central = _headers(prepared, self)
            before = local_bytes(local)
            yield before
            yield stream
            self.offset += len(before) + len(stream)
        self.directory.append(central_bytes(central))

    def end(self) -> Iterator[bytes]:
        """Yield what is written after all members."""
        entries = b"".join(self.directory)
        yield entries
        yield end_bytes(len(self.directory), len(entries), self.offset)


def canonical_order(wheel: Wheel) -> list[Member]:
    """Return the members that the canonical form has, in its order; RECORD is the last.

    Raises:
        InvalidWheelError: it has a signature of RECORD, which no other RECORD can keep.
    """
    folder = f"{wheel.dist_info}/"
    record = f"{folder}RECORD"
    signatures = [name for name in (f"{folder}{file}" for file in SIGNATURES) if name in wheel.members]
    wheel.refuse(Flaw(name, "it signs RECORD, which the canonical form writes anew") for name in signatures)
    names = sorted(wheel.members.keys() - _implied(wheel.members))
    names.sort(key=lambda name: (name == record, name.startswith(folder)))
    return [wheel.members[name] for name in names]


def _implied(names: Iterable[str]) -> set[str]:
    """Return the folders that are there without their entries, as something is in them: it sorts right after them."""
    return {name for name, following in pairwise(sorted(names)) if name[-1] == "/" and following.startswith(name)}


def canonical_bytes(wheel: Wheel, moment: Moment, form: Form) -> Iterator[bytes | memoryview]:
    """Yield the bytes of a wheel's canonical form; a piece is good until the next is asked for.

    Args:
        wheel: what is packed; each member is checked against RECORD on the way.
        moment: the time of every member.
        form: how members are compressed.

    Raises:
        InvalidWheelError: a member is damaged, RECORD is not right about it, or is signed.
        SamewheelError: there is not enough memory, or no place for temporary files.
    """
    packing = Packing(moment=moment)
    *members, record = canonical_order(wheel)
    kept = {member.name for member in members}
    for member in wheel.members.values():
        # An entry that is left out holds nothing, and even that can be damaged.
        if member.is_folder and member.name not in kept:
            b"".join(wheel.contents(member, strict=True))
    rows: list[Row] = []
    for prepared in _side_by_side(lambda member: _checked(wheel, member, form), members):
        rows += [] if prepared.member.is_folder else [prepared.row]
        yield from packing.add(prepared)
    text = write_record([*rows, Row(record.name, "", "")])
    yield from packing.add(_prepared(record, text, form, Row(record.name, "", "")))
    yield from packing.end()


def _side_by_side(prepare: Callable[[Member], Prepared], members: Iterable[Member]) -> Iterator[Prepared]:
    """Yield members in their order that were prepared several at a time: compressors leave other threads alone."""
    pool = ThreadPoolExecutor(WORKERS)
    waiting: deque[tuple[Future[list[Prepared]], int]] = deque()
    held = 0
    try:
        for batch, size in _batches(members):
            while waiting and held + size > IN_MEMORY:
                done, freed = waiting.popleft()
                yield from done.result()
                held -= freed
            waiting.append((pool.submit(_each, prepare, batch), size))
            held += size
        while waiting:
            yield from waiting.popleft()[0].result()
    finally:
        pool.shutdown(cancel_futures=True)


def _each(prepare: Callable[[Member], Prepared], batch: list[Member]) -> list[Prepared]:
    return [prepare(member) for member in batch]


def _batches(members: Iterable[Member]) -> Iterator[tuple[list[Member], int]]:
    """Yield members some at a time, as starting a task costs more than a small one; with what they hold of memory."""
    batch: list[Member] = []
    size = 0
    for member in members:
        # A large one is in a file, and its stream is not: so there is never more than one.
        share = min(member.size, IN_MEMORY)
        if batch and size + share > AT_A_TIME:
            yield batch, size
            batch, size = [], 0
        batch.append(member)
        size += share
    if batch:
        yield batch, size


def _checked(wheel: Wheel, member: Member, form: Form) -> Prepared:
    """Return a member that is ready, after RECORD was right about it."""
    contents, row = _held(wheel, member)
    _check_row(wheel, row, contents)
    return _prepared(member, contents, form, row)


def _prepared(member: Member, contents: bytes | mmap.mmap, form: Form, row: Row) -> Prepared:
    packed = pack(contents, member=member.name, form=form)
    return Prepared(member, packed, isal_zlib.crc32(contents), len(contents), row)


def _held(wheel: Wheel, member: Member) -> tuple[bytes | mmap.mmap, Row]:
    """Return what a member holds, and its row in RECORD; a large one is in a file."""
    digest = hashlib.sha256()
    pieces = noted(wheel.contents(member, strict=True), digest)
    contents = b"".join(pieces) if member.size <= IN_MEMORY else mapped(pieces, member)
    return contents, sha256_row(member.name, digest.digest(), member.size)


def _check_row(wheel: Wheel, made: Row, contents: bytes | mmap.mmap) -> None:
    """Check that RECORD is right about a member with these contents, whose new row is ``made``."""
    said = wheel.record.get(made.path)
    if said is None or (said.recorded == made.recorded and said.size in {"", made.size}):
        return
    # It is wrong, or has another algorithm.
    wheel.refuse(row_flaws(said, (contents[at : at + CHUNK] for at in range(0, len(contents), CHUNK))))


def noted(pieces: Iterable[Piece], digest: Hash) -> Iterator[Piece]:
    """Yield pieces as they come, and update a digest by each."""
    for piece in pieces:
        digest.update(piece)
        yield piece


def mapped(pieces: Iterable[bytes], member: Member) -> mmap.mmap:
    """Return what a member holds as a file without a name, which goes with the last view of it.

    Raises:
        SamewheelError: there is no place for temporary files.
    """
    try:
        with TemporaryFile() as file:
            file.writelines(pieces)
            file.flush()
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise SamewheelError(
            f"{member.name} cannot be held in a temporary file",
            cause=f"It has {member.size:,} bytes: {error.strerror or error}.",
            hint="Set TMPDIR to a folder that can be written, with more room.",
        ) from error


def _headers(prepared: Prepared, packing: Packing) -> tuple[LocalHeader, CentralHeader]:
    """Return both headers of a member that is written now: 64 bits only for what needs them (4.5.3)."""
    member, packed, crc, size, _ = prepared
    compressed_size = len(packed.stream)
    large, far = max(size, compressed_size) >= IN_ZIP64, packing.offset >= IN_ZIP64
    sizes = [size, compressed_size] if large else []
    local = LocalHeader(
        extract_version=ZIP64_VERSION if large else VERSION,
        flags=0 if member.name.isascii() else UTF8_NAME,
        method=packed.method,
        time=packing.moment.time,
        date=packing.moment.date,
        crc=crc,
        compressed_size=IN_ZIP64 if large else compressed_size,
        size=IN_ZIP64 if large else size,
        name=member.name.encode(),
        extra=_extra(sizes),
    )
    version = ZIP64_VERSION if large or far else VERSION
    also = local._asdict() | {"extract_version": version, "extra": _extra([*sizes, packing.offset] if far else sizes)}
    central = CentralHeader(
        **also,
        create_version=version,
        create_system=UNIX,
        disk=0,
        internal_attributes=0,
        external_attributes=_attributes(member),
        offset=min(packing.offset, IN_ZIP64),
        comment=b"",
    )
    return local, central


def _extra(values: list[int]) -> bytes:
    """Return an extra field of 64 bits (4.5.3), if there is something to be said in it."""
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def _attributes(member: Member) -> int:
    """Return type and permission bits: what installers make of them is all that is kept."""
    mode = member.central.mode
    if member.is_folder:
        return (stat.S_IFDIR | 0o755) << 16 | DOS_FOLDER
    if not mode & 0o111:
        return (stat.S_IFREG | 0o644) << 16
    # Without a type, some installers make it executable, and some do not: each has to go on as before.
    return (stat.S_IFMT(mode) | 0o755) << 16
