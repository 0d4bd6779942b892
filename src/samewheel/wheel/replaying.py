"""A published file made again from other contents: its headers, and between them our contents, compressed anew.

Equal to the bit, the two wheels hold the same, and only the ZIP layer of ours was another (APPNOTE.TXT 4.3). Of the
published file, nothing but headers, descriptors, extra fields, comments and end records is written; its streams are
only looked at, to see whether what was made instead of them is the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from samewheel._types import Sha256, Value
from samewheel.wheel.reading import named
from samewheel.wheel.source import CHUNK
from samewheel.wheel.values import STORED
from samewheel.wheel.writing import write_archive

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.values import Member

__all__ = ["Makers", "Pair", "Recompressor", "Replayed", "makes", "replay_by", "unlike"]


class Replayed(Value, frozen=True, kw_only=True):
    """What came of a replay."""

    published: Sha256
    """Of the published file."""
    sha256: Sha256 | None
    """Of the file that was made; None where none could be."""
    reason: str
    """Why the two are not the same, without a full stop; empty if they are."""
    makers: Mapping[str, str]
    """What made each member's stream again, in words such as ``zlib level 6``; by name, sorted."""
    unmade: Mapping[str, str]
    """The members whose streams nothing here makes, with what is known of them; by name, sorted."""

    @property
    def identical(self) -> bool:
        """Whether the file that was made is the published one, to the bit."""
        return self.sha256 == self.published


class Recompressor(Protocol):
    """One way to make a stream."""

    @property
    def text(self) -> str:
        """Say it in words."""

    def pieces(self, pair: Pair) -> Iterator[bytes]:
        """Yield the stream of our member's contents, all of which are read."""


class Makers(Protocol):
    """The ways that are tried for an archive's members, one member after the other."""

    def ways(self, pair: Pair) -> Iterable[Recompressor]:
        """Yield ways to make a stream; no more are asked for after one that does."""

    def worked(self, way: Recompressor) -> None:
        """Be told of a way that did."""

    def clue(self, pair: Pair) -> str:
        """Say what is known of a stream that none of them makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A member of the published wheel, and ours."""

    published: Wheel
    ours: Wheel
    member: Member
    """The published one."""
    own: Member | None
    """Ours; None for a folder that is there without an entry."""

    @classmethod
    def of(cls, published: Wheel, ours: Wheel, name: str) -> Pair:
        """Return the two of a name that the published wheel has."""
        return cls(published=published, ours=ours, member=published.members[name], own=ours.members.get(name))

    def contents(self) -> Iterator[bytes]:
        """Yield our contents; size and CRC are computed from them, and what our headers say is checked by that."""
        return self.ours.contents(self.own) if self.own is not None else iter(())

    def own_stream(self) -> Iterator[bytes]:
        """Yield the stream of our own file."""
        return self.ours.stream(self.own) if self.own is not None else iter(())

    def target(self, at: int, length: int) -> bytes:
        """Return bytes of the published stream, as many as there are, for comparison."""
        length = max(0, min(length, self.member.compressed_size - at))
        return self.published.source.at(self.member.start + at, length)

    @property
    def is_same(self) -> bool:
        """Whether both hold the same bytes."""
        return _digest(self.contents()) == _digest(self.published.contents(self.member))


@dataclass(slots=True, kw_only=True)
class _Replay:
    """A replay on its way."""

    published: Wheel
    ours: Wheel
    tried: Makers
    makers: dict[str, str] = field(default_factory=dict)
    unmade: dict[str, str] = field(default_factory=dict)

    def _pair(self, name: str) -> Pair:
        return Pair.of(self.published, self.ours, name)

    def stream(self, member: Member) -> Iterator[bytes]:
        """Yield a member's stream; where nothing makes it, only as far as it was the same."""
        pair = self._pair(member.name)
        written = 0
        for way in [_AsItIs()] if member.central.method == STORED else self.tried.ways(pair):
            made, is_whole = yield from _attempt(pair, way, written)
            written = max(written, made)
            if is_whole:
                self.tried.worked(way)
                self.makers[member.name] = way.text
                return
        self.unmade[member.name] = self.tried.clue(pair)

    def differing(self) -> str:
        """Return the first member whose stream was not made as it holds something else: its CRC and size lied."""
        for name in sorted(self.unmade):
            if not self._pair(name).is_same:
                return name
        return ""


def _digest(pieces: Iterable[bytes]) -> Sha256:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return Sha256(digest.hexdigest())


class _AsItIs:
    """The stream of a stored member."""

    text = "stored"

    def pieces(self, pair: Pair) -> Iterator[bytes]:
        """Yield the contents."""
        return pair.contents()


def _attempt(pair: Pair, way: Recompressor, written: int) -> Generator[bytes, None, tuple[int, bool]]:
    """Yield a stream as far as it is the published one, but for the bytes that were yielded before.

    Returns:
        How many bytes are the same, and whether that is all of both.
    """
    at = 0
    for piece in _small(way.pieces(pair)):
        if pair.target(at, len(piece)) != piece:
            return at, False
        if at + len(piece) > written:
            yield piece[max(0, written - at) :]
        at += len(piece)
    return at, at == pair.member.compressed_size


def makes(pair: Pair, way: Recompressor) -> bool:
    """Tell whether a way makes a published member's stream."""
    attempt = _attempt(pair, way, pair.member.compressed_size)
    while True:
        try:
            next(attempt)
        except StopIteration as end:
            return bool(end.value[1])


def _small(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces that may be held twice."""
    for piece in pieces:
        yield from (piece[at : at + CHUNK] for at in range(0, len(piece), CHUNK))


def _implied(members: Mapping[str, Member]) -> set[str]:
    """Return the folders in which there is something: their entries say no more than that."""
    return {name for member in members for name in _above(member)} & members.keys()


def _above(name: str) -> Iterator[str]:
    """Yield the folders that a member is in."""
    at = name.find("/")
    while 0 <= at < len(name) - 1:
        yield name[: at + 1]
        at = name.find("/", at + 1)


def _executable(member: Member) -> tuple[bool, bool]:
    """Return what installers look at, of whom some ask for a regular file, too."""
    return member.is_executable, bool(member.central.mode & 0o111)


def unlike(published: Wheel, ours: Wheel) -> str:
    """Return why no headers can make the one wheel the other, as far as headers tell; nothing if they can."""
    theirs, own = published.members, ours.members
    of_theirs, of_own = theirs.keys() - _implied(theirs), own.keys() - _implied(own)
    if missing := sorted(of_theirs - of_own):
        return f"{missing[0]} is only in the published wheel"
    if added := sorted(of_own - of_theirs):
        return f"{added[0]} is only in ours"
    for name in sorted(of_theirs):
        one, other = theirs[name], own[name]
        if (one.size, one.central.crc) != (other.size, other.central.crc):
            return f"{name} holds something else"
        if not one.is_folder and _executable(one) != _executable(other):
            return f"{name} is executable in one of them only"
    return ""


def replay_by(published: Wheel, ours: Wheel, tried: Makers) -> Replayed:
    """Impose the headers of a published wheel on the contents of ours, and compare the files.

    What the file names say is not looked at. Nothing is held in memory but a chunk, and what a compressor needs.

    Args:
        published: whose headers are taken: order, times, modes, and all else that is around the streams.
        ours: whose contents are compressed.
        tried: how.

    Raises:
        InvalidWheelError: a member of one of them is damaged.
    """
    with named(published.path):
        theirs = _digest(published.source.pieces(0, published.source.size))
    if reason := unlike(published, ours):
        return Replayed(published=theirs, sha256=None, reason=reason, makers={}, unmade={})
    replay = _Replay(published=published, ours=ours, tried=tried)
    digest = _digest(_written(replay))
    made = None if replay.unmade else digest
    return Replayed(
        published=theirs,
        sha256=made,
        reason=_reason(replay, theirs, made),
        makers=dict(sorted(replay.makers.items())),
        unmade=dict(sorted(replay.unmade.items())),
    )


def _written(replay: _Replay) -> Iterator[bytes]:
    """Yield the file that is made. Sizes and CRCs of its headers are true of what is between them.

    They are the published ones, and were found the same as those of ours, which were computed from the contents on
    the way (:meth:`Pair.contents`); a stream that would be of another length is not the published one.
    """
    yield from write_archive(replay.published.archive, replay.stream)


def _reason(replay: _Replay, theirs: Sha256, made: Sha256 | None) -> str:
    """Return why the files are not the same."""
    if name := replay.differing():
        return f"{name} holds something else"
    if replay.unmade:
        first, *more = sorted(replay.unmade)
        others = f" and {len(more)} more" if more else ""
        return f"nothing here makes the stream of {first}{others}"
    return "" if made == theirs else "the published file changed while it was read"
