"""Members made ready for the canonical form: inflated, checked against RECORD and compressed, several at a time."""

from __future__ import annotations

import hashlib
import mmap
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from samewheel.errors import SamewheelError
from samewheel.wheel.checking import row_flaws
from samewheel.wheel.contents import contents
from samewheel.wheel.deflating import Form, Packed, pack
from samewheel.wheel.reading import named
from samewheel.wheel.record import Row, sha256_row
from samewheel.wheel.source import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.values import Member

__all__ = ["IN_MEMORY", "Prepared", "mapped", "prepare"]

IN_MEMORY = 1 << 24
"""Bytes of contents that are held at once; a member that has more is in a file, as it is compressed whole."""

IN_FILES = 2
"""Members that are in files at once: while one is compressed, another can be inflated."""

AT_A_TIME = 1 << 20
"""Bytes of contents that one task prepares, a single member aside."""

WORKERS = min(4, os.cpu_count() or 1)
"""Threads that prepare members."""


class Prepared(NamedTuple):
    """A member that is ready to be written."""

    member: Member
    packed: Packed
    crc: int
    size: int
    """Bytes of its contents."""
    row: Row
    """What RECORD will say of it."""


class _Batch(NamedTuple):
    """Members that are prepared by one task: starting one costs more than a small member."""

    members: list[Member]
    size: int
    """Bytes of their contents."""
    is_large: bool
    """Whether it is one member, in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preparing:
    """What is the same for all members."""

    wheel: Wheel
    form: Form
    pool: ThreadPoolExecutor

    def start(self, batch: _Batch) -> Callable[[], list[Prepared]]:
        """Start to prepare members, and return what waits for them."""
        if not batch.is_large:
            return self.pool.submit(self._small, batch.members).result
        (member,) = batch.members
        inflating = self.pool.submit(self._inflated, member)
        return lambda: [self._large(member, inflating)]

    def _small(self, members: Iterable[Member]) -> list[Prepared]:
        with named(self.wheel.path):
            return [self._one(member) for member in members]

    def _one(self, member: Member) -> Prepared:
        held = b"".join(contents(self.wheel.source, member, strict=True))
        packed = pack(held, member=member.name, form=self.form)
        row = self._checked_row(member, held, hashlib.sha256(held).digest())
        return Prepared(member, packed, member.central.crc, member.size, row)

    def _inflated(self, member: Member) -> mmap.mmap:
        return mapped(self.wheel.contents(member, strict=True), member)

    def _large(self, member: Member, inflating: Future[mmap.mmap]) -> Prepared:
        """Return a member that is ready; it is compressed by who asks for it, so never two of them at once."""
        held = inflating.result()
        digest = self.pool.submit(lambda: hashlib.sha256(held).digest())
        packed = pack(held, member=member.name, form=self.form)
        row = self._checked_row(member, held, digest.result())
        return Prepared(member, packed, member.central.crc, member.size, row)

    def _checked_row(self, member: Member, held: bytes | mmap.mmap, digest: bytes) -> Row:
        """Return the row of a member, about which RECORD is right."""
        made = sha256_row(member.name, digest, member.size)
        said = self.wheel.record.get(member.name)
        if said is not None and (said.recorded != made.recorded or said.size not in {"", made.size}):
            # It is wrong, or has another algorithm.
            self.wheel.refuse(row_flaws(said, (held[at : at + CHUNK] for at in range(0, len(held), CHUNK))))
        return made


def prepare(wheel: Wheel, members: Iterable[Member], form: Form) -> Iterator[list[Prepared]]:
    """Yield members in their order, some at a time; others are prepared meanwhile, as compressors let threads run.

    Raises:
        InvalidWheelError: a member is damaged, or RECORD is not right about it.
        SamewheelError: there is not enough memory, or no place for temporary files.
    """
    pool = ThreadPoolExecutor(WORKERS)
    preparing = _Preparing(wheel=wheel, form=form, pool=pool)
    waiting: deque[tuple[_Batch, Callable[[], list[Prepared]]]] = deque()
    try:
        for batch in _batches(members):
            while waiting and not _fit([batch, *(other for other, _ in waiting)]):
                yield waiting.popleft()[1]()
            waiting.append((batch, preparing.start(batch)))
        while waiting:
            yield waiting.popleft()[1]()
    finally:
        pool.shutdown(cancel_futures=True)
        # An error may be kept for long, and with it all that is waiting here.
        waiting.clear()


def _batches(members: Iterable[Member]) -> Iterator[_Batch]:
    """Yield members some at a time."""
    batch: list[Member] = []
    size = 0
    for member in members:
        is_large = member.size > IN_MEMORY
        if batch and (is_large or size + member.size > AT_A_TIME):
            yield _Batch(batch, size, is_large=False)
            batch, size = [], 0
        if is_large:
            yield _Batch([member], member.size, is_large=True)
        else:
            batch.append(member)
            size += member.size
    if batch:
        yield _Batch(batch, size, is_large=False)


def _fit(batches: list[_Batch]) -> bool:
    """Tell whether there is room for the contents of all of them."""
    in_files = sum(batch.is_large for batch in batches)
    return in_files <= IN_FILES and sum(batch.size for batch in batches if not batch.is_large) <= IN_MEMORY


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
