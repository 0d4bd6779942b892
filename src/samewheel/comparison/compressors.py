"""Which compressor made a deflate stream: found by making it again, byte for byte, and never guessed.

What is found makes the stream; that it did, and no other that makes the same, is only likely. Short contents become
the same in many hands, and then all that were tried are named.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from samewheel.comparison.blocks import read_blocks
from samewheel.comparison.makers import (
    FARTHEST,
    FULL,
    LEVELS,
    Case,
    ended_full,
    in_stored_blocks,
    of_others,
    of_strategies,
    of_zlib,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.comparison.blocks import Blocks
    from samewheel.comparison.makers import Setting

__all__ = ["LONGEST", "Compressor", "identify"]

LONGEST = 1 << 20
"""Bytes of the contents that are looked at."""

LONGEST_STREAM = LONGEST + LONGEST // 8
"""Bytes of the stream that are looked at: nobody makes more of so many contents."""

SHORT = 1 << 10
"""Bytes of contents up to which different makers often make the same, so that all are tried, and no one is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressor:
    """What is known of how a stream was made."""

    settings: tuple[Setting, ...]
    """Each makes these very bytes; empty if none of those that were tried does."""
    size: int
    """Bytes of the contents, as far as they were looked at."""
    whole: bool
    """Whether all of the stream was compared, and not only its beginning."""
    clues: tuple[str, ...]
    """Where no setting makes it: what the stream shows of its maker, in words."""

    @property
    def text(self) -> str:
        """Say it in words: ``zlib level 6``, or ``not zlib 1.2.13 at any level: 12 blocks, ...``."""
        if not self.settings:
            return f"not zlib {zlib.ZLIB_RUNTIME_VERSION} at any level: {', '.join(self.clues)}"
        said = " or ".join(setting.text for setting in self.settings)
        if not self.whole:
            return f"{said}, in the first {self.size >> 20} MiB"
        return said if self.size > SHORT else f"{said}, or others: {self.size} bytes are too few to tell"


def identify(contents: Iterable[bytes], stream: Iterable[bytes]) -> Compressor:
    """Find out which compressor made a deflate stream.

    Args:
        contents: what was compressed, in pieces of any size; no more pieces are asked for than are needed.
        stream: what became of it, likewise; it may be damaged, or belong to something else.
    """
    plain, whole = _first(contents, LONGEST)
    packed, _ = _first(stream, LONGEST_STREAM)
    case = Case(contents=plain, stream=packed, whole=whole)
    settings = _plain_settings(case)
    clues: tuple[str, ...] = ()
    if not settings:
        blocks = read_blocks(packed)
        settings = tuple(filter(None, [in_stored_blocks(case, blocks) or of_strategies(case, blocks)]))
        clues = () if settings else tuple(_clues(case, blocks))
    return Compressor(settings=settings, size=len(plain), whole=whole, clues=clues)


def _first(pieces: Iterable[bytes], limit: int) -> tuple[bytes, bool]:
    """Return the first bytes of something, and whether they are all."""
    read, size = [], 0
    for piece in pieces:
        read.append(piece)
        size += len(piece)
        if size > limit:
            return b"".join(read)[:limit], False
    return b"".join(read), True


def _plain_settings(case: Case) -> tuple[Setting, ...]:
    """Try what somebody uses who sets no more than a level."""
    by_zlib = of_zlib(case)
    # What all levels make is what others make as well: stored blocks, or next to nothing.
    if by_zlib and by_zlib.levels != LEVELS and len(case.contents) > SHORT:
        return (by_zlib,)
    return tuple(filter(None, (by_zlib, *of_others(case))))


def _clues(case: Case, blocks: Blocks) -> Iterator[str]:
    """Say what a stream shows that no setting makes."""
    said = "1 block" if blocks.number == 1 else f"{blocks.number} blocks"
    if blocks.end == "damaged" and case.whole:
        yield f"damaged after {said}"
    else:
        yield f"at least {said}" if blocks.end else said
    if ended_full(case, blocks) and blocks.first_symbols not in FULL.values():
        yield f"{blocks.first_symbols} symbols in the first, where zlib has {FULL[8]}"
    if blocks.longest_distance > FARTHEST:
        yield f"a match {blocks.longest_distance} bytes back, where zlib's reach ends at {FARTHEST}"
    if blocks.far_threes:
        yield "matches of 3 bytes from afar, as zlib has them at levels 1 to 3 only"
    if case.flushed:
        yield "flushed before its end"
    if case.whole and len(case.stream) < LONGEST_STREAM:
        plain = len(zlib.compress(case.contents, zlib.Z_DEFAULT_COMPRESSION, -zlib.MAX_WBITS))
        percent = 100 * (len(case.stream) - plain) / plain
        yield f"{abs(percent):.1f} % {'larger' if percent > 0 else 'smaller'} than zlib level 6"
