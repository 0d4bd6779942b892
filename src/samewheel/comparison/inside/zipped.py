"""ZIP archives inside of a member, SW319 and SW320: read as strictly as a wheel, or not at all (APPNOTE 6.3.10)."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from samewheel._types import Value
from samewheel.comparison.inside.values import LARGEST_READ, Content, finding, read_at
from samewheel.comparison.inside.windows import window
from samewheel.comparison.inside.zip_headers import header_findings
from samewheel.wheel.archive import read_archive
from samewheel.wheel.contents import contents, sha256_of_contents
from samewheel.wheel.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.inside.values import Findings, Look
    from samewheel.wheel import Archive, Member

__all__ = ["SUMMARIES", "zipped"]

SUMMARIES = {
    "SW319": "nested archive: members that differ, or that only one archive has",
    "SW320": "nested archive: times, modes, order, compression and other headers of members",
}
"""What each code says, in a line."""

MAGIC = b"PK"
"""How each header begins."""

IN_MEMORY = 1 << 20
"""Bytes of contents that are not yet worth a file."""

LARGEST_INNER = 1 << 28
"""Bytes that are taken out of an archive: where more differ, only the compressed bytes are compared."""


class _Zip(Value, frozen=True, kw_only=True):
    """An archive that the strict reader accepts."""

    source: Source
    archive: Archive

    @property
    def members(self) -> dict[str, Member]:
        """By name, in the order of the central directory."""
        return {member.name: member for member in self.archive.members}


class _Pair(NamedTuple):
    """A member that both archives have."""

    a: Member
    b: Member
    sha256: tuple[str, str]
    """Of the contents; empty where the streams are the same."""


def _opened(content: Content) -> _Zip:
    """Read all headers.

    Raises:
        Flaw: readers could find different things in it.
        ValueError: the central directory is too large.
    """
    source = Source(window(content))
    return _Zip(source=source, archive=read_archive(source))


def _same_stream(a: _Zip, one: Member, b: _Zip, other: Member) -> bool:
    """Tell whether two members have the same stream, of which both archives say the same."""
    said_of_a, said_of_b = (
        (member.central.method, member.central.crc, member.size, member.compressed_size) for member in (one, other)
    )
    pieces = (of.source.pieces(member.start, member.compressed_size) for of, member in ((a, one), (b, other)))
    return said_of_a == said_of_b and all(left == right for left, right in zip(*pieces, strict=True))


def _pairs(a: _Zip, b: _Zip) -> list[_Pair]:
    """Return the members that both have, by name; those whose streams differ are taken out, and found sound.

    Raises:
        Flaw: one of them is damaged.
        ValueError: it would be too much to take out.
    """
    of_a, of_b = a.members, b.members
    found, left = list[_Pair](), LARGEST_INNER
    for name in sorted(of_a.keys() & of_b.keys()):
        one, other = of_a[name], of_b[name]
        if _same_stream(a, one, b, other):
            found.append(_Pair(one, other, ("", "")))
            continue
        left -= max(one.size, other.size)
        if left < 0:
            raise ValueError("too large")
        found.append(_Pair(one, other, (sha256_of_contents(a.source, one), sha256_of_contents(b.source, other))))
    return found


@contextmanager
def _kept(of: _Zip, member: Member) -> Iterator[Content]:
    """Hold what a member has as a content, for the time of the block."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        digest = hashlib.sha256()
        for piece in contents(of.source, member):
            digest.update(piece)
            file.write(piece)
        yield Content(size=member.size, file=cast("BinaryIO", file), sha256=digest.hexdigest())


def zipped(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW320, then SW319: each member that differs, followed by what differs in it, with its name as a prefix."""
    del name
    if read_at(a, 0, 2) != MAGIC or read_at(b, 0, 2) != MAGIC:
        return
    one, other = _opened(a), _opened(b)
    pairs = _pairs(one, other)
    streams = [(pair.a, pair.b) for pair in pairs if pair.sha256[0] and pair.sha256[0] == pair.sha256[1]]
    yield from header_findings((one.source, one.archive), (other.source, other.archive), streams)
    yield from _presence(one, other)
    for pair in pairs:
        if pair.sha256[0] != pair.sha256[1]:
            yield from _inside(one, other, pair, look)


def _presence(a: _Zip, b: _Zip) -> Findings:
    """SW319: the members that only one of them has."""
    of_a, of_b = a.members, b.members
    for name in sorted(of_a.keys() ^ of_b.keys()):
        values = ("present", "absent") if name in of_a else ("absent", "present")
        yield finding("SW319", f"member {name}", *values)


def _inside(a: _Zip, b: _Zip, pair: _Pair, look: Look) -> Findings:
    """SW319: that a member differs, and what does in it."""
    whole = finding("SW319", f"member {pair.a.name}", *pair.sha256)
    yield whole
    if max(pair.a.size, pair.b.size) > LARGEST_READ:
        return
    with _kept(a, pair.a) as one, _kept(b, pair.b) as other:
        found = look(pair.a.name, one, other)
    for inner in found:
        yield inner._replace(field=f"{whole.field}: {inner.field}")
