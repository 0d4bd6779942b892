"""The canonical form of a wheel: one way to pack what it holds (docs/lookup/canonical.md).

Members sorted by name, ``*.dist-info`` last and RECORD very last; one time; modes 0644 or 0755; made on Unix; no
directory entries but those of empty folders, no extra fields but those that 64 bits need, no descriptors and no
comments; RECORD made anew from what is written. What the members hold is never changed.
"""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from isal import isal_zlib

from samewheel.errors import Flaw
from samewheel.wheel.deflating import pack
from samewheel.wheel.headers import DOS_FOLDER
from samewheel.wheel.members import Prepared, prepare
from samewheel.wheel.record import SIGNATURES, Row, write_record
from samewheel.wheel.values import IN_ZIP64, UTF8_NAME, CentralHeader, LocalHeader
from samewheel.wheel.writing import ZIP64_VERSION, central_bytes, end_bytes, local_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from samewheel.wheel.deflating import Form
    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.values import Member

__all__ = ["Moment", "Packing", "canonical_bytes", "canonical_order"]

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


@dataclass(slots=True, kw_only=True)
class Packing:
    """An archive in its canonical form while it is written: what comes last is known last."""

    moment: Moment
    """The time of every member."""
    offset: int = 0
    """Bytes that were written."""
    directory: list[bytes] = field(default_factory=list)
    """Entries of the members that were."""

    def add(self, batch: list[Prepared]) -> Iterator[bytes | memoryview]:
        """Yield what is written of members; a piece is good until the next is asked for."""
        if len(batch) > 1:
            yield b"".join(piece for prepared in batch for piece in (self._before(prepared), prepared.packed.stream))
        for prepared in batch if len(batch) == 1 else ():
            yield self._before(prepared)
            # Given back as soon as it is written: a large member and the next one need not be there together.
            with prepared.packed.stream as stream:
                yield stream

    def _before(self, prepared: Prepared) -> bytes:
        """Return the local header of the member that is written now, whose entry is noted."""
        local, central = _headers(prepared, self)
        before = local_bytes(local)
        self.offset += len(before) + len(prepared.packed.stream)
        self.directory.append(central_bytes(central))
        return before

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
    for batch in prepare(wheel, members, form):
        rows += [prepared.row for prepared in batch if not prepared.member.is_folder]
        yield from packing.add(batch)
    own = Row(record.name, "", "")
    text = write_record([*rows, own])
    packed = pack(text, member=record.name, form=form)
    yield from packing.add([Prepared(record, packed, isal_zlib.crc32(text), len(text), own)])
    yield from packing.end()


def _headers(prepared: Prepared, packing: Packing) -> tuple[LocalHeader, CentralHeader]:
    """Return both headers of a member that is written now: 64 bits only for what needs them (4.5.3)."""
    member, packed, crc, size, _ = prepared
    compressed_size = len(packed.stream)
    large, far = max(size, compressed_size) >= IN_ZIP64, packing.offset >= IN_ZIP64
    sizes = [size, compressed_size] if large else []
    name = member.name.encode()
    shared = (
        0 if member.name.isascii() else UTF8_NAME,
        packed.method,
        *packing.moment,
        crc,
        IN_ZIP64 if large else compressed_size,
        IN_ZIP64 if large else size,
    )
    local = LocalHeader(ZIP64_VERSION if large else VERSION, *shared, name, _extra(sizes))
    version = ZIP64_VERSION if large or far else VERSION
    extra = _extra([*sizes, packing.offset] if far else sizes)
    placed = (0, 0, _attributes(member), min(packing.offset, IN_ZIP64))
    central = CentralHeader(version, UNIX, version, *shared, *placed, name, extra, b"")
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
