"""Compressors that are here to be tried: do they make a deflate stream again, and at which levels?"""

from __future__ import annotations

import importlib
import zlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

import deflate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from samewheel.comparison.blocks import Blocks

__all__ = [
    "FARTHEST",
    "FLUSHED",
    "FULL",
    "LEVELS",
    "LIBDEFLATE",
    "ZLIB",
    "Case",
    "Setting",
    "Way",
    "ended_full",
    "in_stored_blocks",
    "of_others",
    "of_strategies",
    "of_zlib",
]

LONGEST_AT_ONCE = 1 << 18
"""Bytes of contents up to which libdeflate is tried: without streams, a wrong level costs as much as a right one."""

PIECE = 1 << 15
"""Bytes of contents that are compressed before the outcome is compared."""

COPIED = 1 << 13
"""Bytes that a compressor is mostly handed at a time, as by ``std::io::copy``; zlib-ng's output depends on it."""

FARTHEST = 32768 - 262
"""The longest distance of a match that zlib makes (MAX_DIST in its deflate.h)."""

FLUSHED = b"\0\0\xff\xff\3\0"
"""How a stream ends that was flushed before its end (Z_SYNC_FLUSH): an empty stored block, and an empty fixed one."""

LIBDEFLATE = "libdeflate"

LEVELS = (1, 2, 3, 4, 5, 6, 7, 8, 9)

STRATEGIES = {
    "default": zlib.Z_DEFAULT_STRATEGY,
    "filtered": zlib.Z_FILTERED,
    "fixed": zlib.Z_FIXED,
    "huffman": zlib.Z_HUFFMAN_ONLY,
    "rle": zlib.Z_RLE,
}

FULL = {memory: (1 << memory + 6) - 1 for memory in (8, 9, 1, 2, 3, 4, 5, 6, 7)}
"""Symbols in each block of zlib but the last, by memLevel (lit_bufsize - 1 in its deflate.c); the usual first."""

WITHOUT_LEVELS = frozenset({"huffman", "rle"})
"""Strategies for which all levels are the same."""

ZLIB = "zlib" if "ng" not in zlib.ZLIB_RUNTIME_VERSION else f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
"""What this interpreter is linked with; zlib-ng in zlib's place is not what is called zlib elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A maker of streams, with settings that make the same of some contents."""

    maker: str
    """``zlib``, ``zlib-ng 2.3.3``, ``libdeflate`` or ``stored blocks``."""
    levels: tuple[int, ...] = ()
    """Each level that makes it; empty where levels mean nothing."""
    details: tuple[str, ...] = ()
    """What else it takes: ``strategy filtered``, ``memLevel 9``."""
    way: Way | None = field(default=None, compare=False, repr=False)
    """How to do it again, for those that are like zlib."""

    @property
    def text(self) -> str:
        """Say it in words: ``zlib level 4 to 9``."""
        runs = [[level for _, level in run] for _, run in groupby(enumerate(self.levels), lambda at: at[1] - at[0])]
        levels = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
        return ", ".join((f"{self.maker} level {levels}" if levels else self.maker, *self.details))


class Compressor(Protocol):
    """What ``compressobj`` returns."""

    def compress(self, data: memoryview, /) -> bytes: ...
    def flush(self, mode: int = ..., /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is to be made again."""

    contents: bytes
    stream: bytes
    whole: bool
    """Whether these are all, and not only the first bytes of them."""

    @property
    def flushed(self) -> bool:
        """Whether the stream was flushed before its end."""
        return self.whole and self.stream.endswith(FLUSHED)

    def is_made_by(self, compressor: Compressor, piece: int) -> bool:
        """Tell whether a compressor makes the stream, from pieces of so many bytes; the first difference ends it."""
        at = 0
        for start in range(0, len(self.contents), piece):
            made = compressor.compress(memoryview(self.contents)[start : start + piece])
            if self.stream[at : at + len(made)] != made:
                return False
            at += len(made)
        if not self.whole:
            return at > 0  # else there is no whole block, and nothing was compared
        rest = compressor.flush(zlib.Z_SYNC_FLUSH) if self.flushed else b""
        return self.stream[at:] == rest + compressor.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A module like zlib, and how to use it."""

    maker: str
    module: ModuleType
    strategy: str = "default"
    memory: int = zlib.DEF_MEM_LEVEL
    piece: int = PIECE

    def setting(self, case: Case) -> Setting | None:
        """Return the levels that make a stream, or None."""
        unleveled = self.strategy in WITHOUT_LEVELS
        tried = LEVELS[:1] if unleveled else LEVELS
        found = tuple(level for level in tried if case.is_made_by(self.compressor(level), self.piece))
        if not found:
            return None
        levels = () if unleveled else found
        return Setting(maker=self.maker, levels=levels, details=self.details(flushed=case.flushed), way=self)

    def compressor(self, level: int) -> Compressor:
        """Return what compresses at a level."""
        compressor: Compressor = self.module.compressobj(
            level, zlib.DEFLATED, -zlib.MAX_WBITS, self.memory, STRATEGIES[self.strategy]
        )
        return compressor

    def details(self, *, flushed: bool) -> tuple[str, ...]:
        """Say what is not usual about it."""
        said = {
            f"strategy {self.strategy}": self.strategy != "default",
            f"memLevel {self.memory}": self.memory != zlib.DEF_MEM_LEVEL,
            f"in pieces of {self.piece >> 10} KiB": self.piece == COPIED,
            "flushed before its end": flushed,
        }
        return tuple(detail for detail, so in said.items() if so)


def of_zlib(case: Case) -> Setting | None:
    """Try what ``zipfile`` and most others do: zlib's levels, and nothing else set."""
    return Way(maker=ZLIB, module=zlib).setting(case)


def of_strategies(case: Case, blocks: Blocks) -> Setting | None:
    """Try what zlib does for those who ask for it, as far as the blocks allow; the first that fits is enough."""
    possible = {
        "default": True,
        "filtered": True,
        "fixed": not blocks.dynamic,
        "huffman": blocks.longest_distance == 0,
        "rle": blocks.longest_distance <= 1,
    }
    strategies = [strategy for strategy, so in possible.items() if so and blocks.longest_distance <= FARTHEST]
    full = FULL if ended_full(case, blocks) else {8: blocks.first_symbols, 9: blocks.first_symbols}
    memories = [memory for memory, symbols in full.items() if symbols == blocks.first_symbols]
    pairs = ((strategy, memory) for strategy in strategies for memory in memories)
    ways = (Way(maker=ZLIB, module=zlib, strategy=strategy, memory=memory) for strategy, memory in pairs)
    return next(filter(None, (way.setting(case) for way in ways)), None)


def ended_full(case: Case, blocks: Blocks) -> bool:
    """Tell whether the first block ended for no other reason than that it was full."""
    return blocks.number > 1 and not case.flushed


def of_others(case: Case) -> Iterator[Setting]:
    """Try zlib-ng where it is installed, and libdeflate."""
    if module := _zlib_ng():
        maker = f"zlib-ng {module.ZLIBNG_RUNTIME_VERSION}"
        ways = (Way(maker=maker, module=module, piece=piece) for piece in (LONGEST_AT_ONCE, COPIED))
        yield from filter(None, [next(filter(None, (way.setting(case) for way in ways)), None)])
    if case.whole and len(case.contents) <= LONGEST_AT_ONCE and (levels := tuple(_levels_of_libdeflate(case))):
        yield Setting(maker=LIBDEFLATE, levels=levels)


def in_stored_blocks(case: Case, blocks: Blocks) -> Setting | None:
    """Tell whether a stream is its contents in stored blocks, as of level 0, however long they are."""
    if blocks.fixed or blocks.dynamic or not case.whole:
        return None
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        same = inflater.decompress(case.stream, len(case.contents) + 1) == case.contents
    except zlib.error:
        return None
    return Setting(maker="stored blocks") if same and inflater.eof and not inflater.unused_data else None


def _levels_of_libdeflate(case: Case) -> Iterator[int]:
    for level in range(1, 13):
        made = deflate.deflate_compress(case.contents, level)
        if made == case.stream:
            yield level
        # Levels 10 to 12 take ten times as long to make less.
        if level == LEVELS[-1] and len(made) < len(case.stream):
            return


def _zlib_ng() -> ModuleType | None:
    """Return the module of zlib-ng, which nobody needs to have."""
    try:
        return importlib.import_module("zlib_ng.zlib_ng")
    except ImportError:
        return None
