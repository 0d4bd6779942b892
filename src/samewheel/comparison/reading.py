"""Two wheels read for a comparison: every stream that differs is inflated once, in chunks.

Members whose streams are equal are inflated once for both, for their CRC; the rest once each, into a file that is
looked into and forgotten.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from samewheel.comparison.facts import Alone, Facts, Pairing, Shared, dist_info_file, place
from samewheel.comparison.inside.values import Content, Finding
from samewheel.wheel import CHUNK, row_flaws, strict_flaws
from samewheel.wheel.names import folders_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from samewheel.wheel import Member, Wheel

__all__ = ["read_pairing"]

IN_MEMORY = 1 << 22
"""Bytes of contents that are not yet worth a file."""

LARGE = 1 << 18
"""Bytes of contents that are worth a task of their own; of smaller ones, threads would mostly wait for each other."""

IDENTIFIED = 8
"""Members for which it is found out what compressed them; each takes some milliseconds, and the rest come alike."""

TEXTS = ("METADATA", "RECORD", "WHEEL")
"""Files of ``*.dist-info`` whose text the rules read themselves."""

WORKERS = max(1, min(4, os.cpu_count() or 1) - 1)
"""Threads beside the one that waits for them and does what they have not begun; inflating leaves Python to others."""


def _same_stream(a: Wheel, one: Member, b: Wheel, other: Member) -> bool:
    """Tell whether two members have the same stream; then check it, for both have the same CRC to agree with."""
    alike = (
        one.central.method == other.central.method
        and one.compressed_size == other.compressed_size
        and (one.central.crc, one.size) == (other.central.crc, other.size)
        and all(left == right for left, right in zip(a.stream(one), b.stream(other), strict=True))
    )
    if alike:
        for _ in a.contents(one):
            pass
    return alike


@contextmanager
def _spooled(wheel: Wheel, member: Member) -> Iterator[Content]:
    """Hold what a member has as a file that can be read at any place, for the time of the block."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        digest = hashlib.sha256()
        for piece in wheel.contents(member):
            digest.update(piece)
            file.write(piece)
        yield Content(size=member.size, file=cast("BinaryIO", file), sha256=digest.hexdigest())


def _pieces(content: Content) -> Iterator[bytes]:
    content.file.seek(0)
    while piece := content.file.read(CHUNK):
        yield piece


def _recorded(wheel: Wheel, member: Member, content: Content) -> bool:
    """Tell whether RECORD is right about a member; about itself it says nothing."""
    row = wheel.record.get(member.name)
    if row is None or member.name == f"{wheel.dist_info}/RECORD":
        return True
    return not any(row_flaws(row, _pieces(content)))


def _streams(
    a: Wheel, one: Member, b: Wheel, other: Member, content: Content, *, identified: bool
) -> tuple[str, str]:
    """Return what is to be said about two streams with the same contents."""
    if one.central.method != other.central.method:
        return "", ""
    # Recompressed wheels are few, and makers take as long to import as a hundred members to compare.
    from samewheel.comparison.compressors import identify

    both = ((a, one), (b, other))
    found = [(identify(_pieces(content), wheel.stream(m)).text,) if identified else () for wheel, m in both]
    if found[0] == found[1]:
        found = [(*said, f"{m.compressed_size} bytes") for said, (_, m) in zip(found, both, strict=True)]
    if found[0] == found[1]:
        found = [(*said, f"sha256:{_digest(wheel.stream(m))}") for said, (wheel, m) in zip(found, both, strict=True)]
    return ", ".join(found[0]), ", ".join(found[1])


def _digest(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _look_inside(at: str, a: Content, b: Content) -> tuple[Finding, ...]:
    # Where no contents differ, its rules take as long to import as hundreds of members to compare.
    from samewheel.comparison.inside.looking import look_inside

    return look_inside(at, a, b)


def _in_short(_: str, a: Content, b: Content) -> tuple[Finding, ...]:
    """Return only that two contents differ."""
    return (Finding("SW301", "contents", a.sha256, b.sha256),)


def _differing(a: Wheel, b: Wheel, at: str, one: Member, other: Member, *, identified: bool, closely: bool) -> Shared:
    """Return what is known about two members whose streams differ."""
    look = _look_inside if closely else _in_short
    with _spooled(a, one) as left, _spooled(b, other) as right:
        if left.sha256 == right.sha256:
            streams = _streams(a, one, b, other, left, identified=identified)
            return Shared(place=at, a=one, b=other, same=True, streams=streams)
        below = dist_info_file(at)
        return Shared(
            place=at,
            a=one,
            b=other,
            same=False,
            sha256=(left.sha256, right.sha256),
            findings=() if below in TEXTS else look(at, left, right),
            recorded=(_recorded(a, one, left), _recorded(b, other, right)),
        )


def _both(
    a: Wheel, b: Wheel, pairs: dict[str, tuple[Member, Member]], pool: ThreadPoolExecutor, *, closely: bool
) -> Iterator[Shared]:
    """Yield what is known about the members that both wheels have, in the order of ``pairs``."""
    large = [at for at, (one, _) in pairs.items() if one.size > LARGE]
    # The largest first, so that no thread waits for the last one.
    large.sort(key=lambda at: pairs[at][0].size, reverse=True)
    tasks = {at: pool.submit(_same_stream, a, pairs[at][0], b, pairs[at][1]) for at in large}
    left = IDENTIFIED if closely else 0
    for at, (one, other) in pairs.items():
        is_begun = at in tasks and not tasks[at].cancel()
        if tasks[at].result() if is_begun else _same_stream(a, one, b, other):
            yield Shared(place=at, a=one, b=other, same=True)
            continue
        shared = _differing(a, b, at, one, other, identified=left > 0, closely=closely)
        left -= shared.same
        yield shared


def _alone(wheel: Wheel, places: dict[str, Member]) -> Iterator[Alone]:
    for at, member in sorted(places.items()):
        with _spooled(wheel, member) as content:
            yield Alone(place=at, member=member, recorded=_recorded(wheel, member, content))


def _facts(wheel: Wheel, differing: Sequence[str]) -> Facts:
    texts = {file: wheel.text(file) for file in differing if file in TEXTS}
    return Facts(
        name=wheel.path.name,
        archive=wheel.archive,
        dist_info=wheel.dist_info,
        rows=tuple(wheel.record.values()),
        texts=texts,
        full_folders=frozenset(chain.from_iterable(map(folders_of, wheel.members))),
    )


def read_pairing(a: Wheel, b: Wheel, *, strict: bool = False, closely: bool = True) -> Pairing:
    """Read what two open wheels hold.

    Args:
        a: the first wheel.
        b: the second wheel.
        strict: check every hash in RECORD and the tags, too, and refuse what is wrong.
        closely: look into members that differ, and find out what compressed streams that do.

    Raises:
        InvalidWheelError: one is damaged, or readers could find different things in it.
        SamewheelError: one cannot be read.
    """
    if strict:
        for wheel in (a, b):
            wheel.refuse(strict_flaws(wheel))
    of_a, of_b = ({place(name, w.dist_info): m for name, m in w.members.items()} for w in (a, b))
    pairs = {at: (of_a[at], of_b[at]) for at in sorted(of_a.keys() & of_b.keys())}
    pool = ThreadPoolExecutor(WORKERS)
    try:
        both = tuple(_both(a, b, pairs, pool, closely=closely))
    finally:
        # What no thread has begun with is in vain after a refusal or an interruption.
        pool.shutdown(cancel_futures=True)
    only_a, only_b = (
        tuple(_alone(wheel, {at: member for at, member in ours.items() if at not in theirs}))
        for wheel, ours, theirs in ((a, of_a, of_b), (b, of_b, of_a))
    )
    differing = [file for shared in both if not shared.same and (file := dist_info_file(shared.place))]
    return Pairing(a=_facts(a, differing), b=_facts(b, differing), both=both, only_a=only_a, only_b=only_b)
