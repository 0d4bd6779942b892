"""A published wheel's streams made again from our contents, by whatever compressor made them (RFC 1951)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import deflate

from samewheel.comparison.compressors import identify
from samewheel.comparison.makers import FLUSHED, LIBDEFLATE, ZLIB, Setting, Way
from samewheel.wheel.members import IN_MEMORY, mapped
from samewheel.wheel.replaying import Pair, makes, replay_by, unlike
from samewheel.wheel.values import STORED

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterable, Iterator

    from samewheel.wheel import Wheel
    from samewheel.wheel.replaying import Recompressor, Replayed

__all__ = ["replay"]

USUAL = 6
"""What zlib calls its default level, and nearly everybody uses."""

MOST_REMEMBERED = 8
"""Ways that are tried for each member because they made another: an archive is mostly the work of one."""

MOST_SEARCHES = 16
"""Members for which all that could make their streams is tried in vain; one takes up to a second."""

SAMPLE = 1 << 18
"""Bytes of contents up to which every compressor can be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _LikeZlib:
    """What ``compressobj`` of a module makes."""

    way: Way
    level: int
    unleveled: bool = False
    flushed: bool = False

    @property
    def text(self) -> str:
        """Say it in words: ``zlib level 6``."""
        levels = () if self.unleveled else (self.level,)
        return Setting(maker=self.way.maker, levels=levels, details=self.way.details(flushed=self.flushed)).text

    def pieces(self, pair: Pair) -> Iterator[bytes]:
        """Yield the stream."""
        compressor = self.way.compressor(self.level)
        for piece in self._fed(pair):
            with memoryview(piece) as view:
                yield compressor.compress(view)
        if self.flushed:
            yield compressor.flush(zlib.Z_SYNC_FLUSH)
        yield compressor.flush()

    def _fed(self, pair: Pair) -> Iterable[bytes | mmap.mmap]:
        """Return the contents in the pieces that the output depends on, if it does."""
        if self.way.maker == ZLIB:
            return pair.contents()
        # What is as much as all of a small member is all of a large one, too.
        return [_whole(pair)] if self.way.piece >= SAMPLE else _cut(pair.contents(), self.way.piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Libdeflate:
    """What libdeflate makes, of all contents at once."""

    level: int

    @property
    def text(self) -> str:
        """Say it in words."""
        return Setting(maker=LIBDEFLATE, levels=(self.level,)).text

    def pieces(self, pair: Pair) -> Iterator[bytes]:
        """Yield the stream."""
        yield bytes(deflate.deflate_compress(_whole(pair), self.level))


@dataclass(frozen=True, slots=True)
class _AsBuilt:
    """The stream that our wheel has of these contents, made by the compressor of our build."""

    text: str = "the compressor of our build"

    def pieces(self, pair: Pair) -> Iterator[bytes]:
        """Yield it, after it was checked that it holds the contents."""
        for _ in pair.contents():
            pass
        return pair.own_stream()


def _whole(pair: Pair) -> bytes | mmap.mmap:
    """Return all contents; large ones are in a file."""
    return b"".join(pair.contents()) if pair.member.size <= IN_MEMORY else mapped(pair.contents(), pair.member)


def _cut(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one size."""
    held = b""
    for piece in pieces:
        held += piece
        whole = len(held) - len(held) % size
        yield from (held[at : at + size] for at in range(0, whole, size))
        held = held[whole:]
    if held:
        yield held


@dataclass(slots=True, kw_only=True)
class _Found:
    """What is known of the compressors of an archive."""

    remembered: list[Recompressor]
    """What made others of its members; the last one that did is the first."""
    vain: int = 0
    """Members for which everything was tried."""
    clues: dict[str, str] = field(default_factory=dict)

    def ways(self, pair: Pair) -> Iterator[Recompressor]:
        """Yield what made other members, then our build's stream, then what is found by a search."""
        tried: list[Recompressor] = []
        for way in chain([*self.remembered], self._as_built(pair), self._searched(pair)):
            if way not in tried:
                tried.append(way)
                yield way

    def worked(self, way: Recompressor) -> None:
        """Remember what made a stream."""
        others = [one for one in self.remembered if one != way]
        self.remembered = [way, *others[: MOST_REMEMBERED - 1]]

    def clue(self, pair: Pair) -> str:
        """Say what the search found."""
        return self.clues.get(pair.member.name, "not looked at any more")

    @staticmethod
    def _as_built(pair: Pair) -> Iterator[Recompressor]:
        if pair.own is not None and pair.own.central.method == pair.member.central.method:
            yield _AsBuilt()

    def _searched(self, pair: Pair) -> Iterator[Recompressor]:
        if self.vain >= MOST_SEARCHES:
            return
        found = identify(pair.contents(), pair.published.stream(pair.member))
        self.clues[pair.member.name] = found.text
        flushed = pair.target(pair.member.compressed_size - len(FLUSHED), len(FLUSHED)) == FLUSHED
        for setting in found.settings:
            yield from _ways_of(setting, flushed=flushed)
        self.vain += 1


def _ways_of(setting: Setting, *, flushed: bool) -> Iterator[Recompressor]:
    """Yield the ways that a setting stands for; the highest level first, as those are what people ask for."""
    for level in reversed(setting.levels or (zlib.Z_BEST_COMPRESSION,)):
        if setting.way:
            yield _LikeZlib(way=setting.way, level=level, unleveled=not setting.levels, flushed=flushed)
        elif setting.maker == LIBDEFLATE:
            yield _Libdeflate(level=level)


def _sample(published: Wheel, ours: Wheel) -> Pair | None:
    """Return the largest member for which every compressor is tried in a search, if there is one."""
    sizes = {
        name: member.size
        for name, member in published.members.items()
        if member.central.method != STORED and member.size <= SAMPLE and name in ours.members
    }
    name = max(sorted(sizes), key=lambda name: sizes[name], default=None)
    return None if name is None else Pair.of(published, ours, name)


def replay(published: Wheel, ours: Wheel) -> Replayed:
    """Impose the headers of a published wheel on the contents of ours, compressed anew, and compare the files.

    It proves that the contents are equal; whose file names they have, and who built them, it does not say.

    Args:
        published: whose headers are taken: order, times, modes, and all else that is around the streams.
        ours: whose contents are compressed.

    Raises:
        InvalidWheelError: a member of one of them is damaged.
        SamewheelError: there is not enough memory, or no place for temporary files.
    """
    found = _Found(remembered=[_LikeZlib(way=Way(maker=ZLIB, module=zlib), level=USUAL)])
    sample = _sample(published, ours)
    if sample is not None and not unlike(published, ours):
        made = next((way for way in found.ways(sample) if makes(sample, way)), None)
        if made is not None:
            found.worked(made)
    return replay_by(published, ours, found)
