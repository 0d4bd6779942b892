"""What a deflate stream is made of: its blocks, and the matches in them (RFC 1951). Nothing is decompressed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat

__all__ = ["Blocks", "read_blocks"]

MOST_SYMBOLS = 1 << 16
"""Literals and matches after which reading ends; they take some 50 milliseconds."""

FAR_FOR_THREE = 4096
"""A match of three bytes that is farther away costs more than three literals, so zlib from level 4 on has none."""

MOST_BLOCKS = 256
"""Blocks after which reading ends: one without any symbol takes time, too."""

END, LAST_LENGTH, LAST_DISTANCE = 256, 285, 29
"""Symbols: the end of a block; the greatest for lengths; the greatest for distances (3.2.5)."""

LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
"""The order in which the lengths of the codes for code lengths are written (3.2.7)."""

LENGTH_BITS = (0,) * 8 + tuple(chain.from_iterable(repeat(n, 4) for n in range(1, 6))) + (0,)
DISTANCE_BITS = (0, 0, *chain.from_iterable(repeat(n, 2) for n in range(14)))
"""Extra bits after each symbol for a length or a distance (3.2.5)."""


def _bases(first: int, bits: tuple[int, ...]) -> tuple[int, ...]:
    """Return the least length or distance that each symbol stands for."""
    bases = [first]
    for extra in bits[:-1]:
        bases.append(bases[-1] + (1 << extra))
    return tuple(bases)


LENGTHS, DISTANCES = _bases(3, LENGTH_BITS), _bases(1, DISTANCE_BITS)

Table = tuple[list[int], int]
"""For each of the next bits of the stream, 16 x symbol + length of its code, or 0; and a mask of as many bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """What was read of a stream."""

    stored: int
    """Blocks without compression."""
    fixed: int
    """Blocks with the fixed Huffman codes."""
    dynamic: int
    """Blocks with codes of their own."""
    first_symbols: int
    """Literals and matches in the first block."""
    longest_distance: int
    """In bytes; 0 without any match."""
    far_threes: bool
    """Whether matches of three bytes are farther away than 4096."""
    end: str
    """How reading ended: empty at the stream's end, else ``cut`` at the limit, or ``damaged``."""

    @property
    def number(self) -> int:
        """How many blocks there are."""
        return self.stored + self.fixed + self.dynamic


class _Bits:
    """The bits of a stream, first bit lowest."""

    def __init__(self, stream: bytes) -> None:
        self.stream, self.at, self.held, self.count = stream, 0, 0, 0

    def need(self, count: int) -> None:
        """Hold at least that many bits; zeros come after the stream's end."""
        if self.count < count:
            self.held |= int.from_bytes(self.stream[self.at : self.at + 32], "little") << self.count
            self.at += 32
            self.count += 256

    def take(self, count: int) -> int:
        """Take a number of that many bits."""
        self.need(count)
        value = self.held & ((1 << count) - 1)
        self.held >>= count
        self.count -= count
        return value

    def symbol(self, table: Table) -> int:
        """Take a symbol, or -1 where no code begins."""
        self.need(15)
        entry = table[0][self.held & table[1]]
        self.held >>= entry & 15
        self.count -= entry & 15
        return (entry >> 4) if entry else -1

    @property
    def past_end(self) -> bool:
        """Whether more was taken than there is."""
        return self.at * 8 - self.count > len(self.stream) * 8

    def skip_stored(self) -> bool:
        """Skip a stored block after its header, and tell whether it is a whole one (3.2.4)."""
        self.take(self.count % 8)
        length, inverse = self.take(16), self.take(16)
        self.at += length - self.count // 8
        self.held = self.count = 0
        return length ^ inverse == 0xFFFF  # noqa: PLR2004 - all bits of the two are opposite


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What was seen so far."""

    kinds: list[int]
    symbols: int = 0
    first_symbols: int = 0
    longest_distance: int = 0
    far_threes: bool = False


def _table(lengths: list[int]) -> Table | None:
    """Return the table of a Huffman code (3.2.2), or None for lengths that are none."""
    longest = max(lengths, default=0)
    size = 1 << longest
    table, code = [0] * size, 0
    for length in range(1, longest + 1):
        code <<= 1
        for symbol, own in enumerate(lengths):
            if own == length:
                if code >> length:
                    return None
                first = int(f"{code:0{length}b}"[::-1], 2)
                table[first :: 1 << length] = [symbol << 4 | length] * (size >> length)
                code += 1
    return table, size - 1


@cache
def _fixed() -> tuple[Table | None, Table | None]:
    return _table([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8), _table([5] * 32)


def _own_codes(bits: _Bits) -> tuple[Table | None, Table | None]:
    """Read a block's codes for literals and lengths, and for distances (3.2.7)."""
    literals, distances, codes = bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4
    of_lengths = [0] * 19
    for symbol in LENGTH_ORDER[:codes]:
        of_lengths[symbol] = bits.take(3)
    table = _table(of_lengths)
    lengths: list[int] = []
    while table and len(lengths) < literals + distances:
        symbol = bits.symbol(table)
        if symbol < 0 or (symbol == 16 and not lengths):  # noqa: PLR2004 - 16 repeats the last, 17 and 18 zero
            return None, None
        value, times = {16: (lengths[-1:], (2, 3)), 17: ([0], (3, 3)), 18: ([0], (7, 11))}.get(
            symbol, ([symbol], (0, 1))
        )
        lengths += value * (bits.take(times[0]) + times[1])
    if len(lengths) != literals + distances or bits.past_end:
        return None, None
    return _table(lengths[:literals]), _table(lengths[literals:])


def _read_symbols(bits: _Bits, of_literals: Table, of_distances: Table, seen: _Seen) -> str:
    """Read the symbols of a block, and return how that ended."""
    while (symbol := bits.symbol(of_literals)) != END:
        seen.symbols += 1
        if symbol < 0 or symbol > LAST_LENGTH or bits.past_end:
            return "damaged"
        if symbol > END:
            length = LENGTHS[symbol - 257] + bits.take(LENGTH_BITS[symbol - 257])
            symbol = bits.symbol(of_distances)
            if not 0 <= symbol <= LAST_DISTANCE:
                return "damaged"
            distance = DISTANCES[symbol] + bits.take(DISTANCE_BITS[symbol])
            seen.longest_distance = max(seen.longest_distance, distance)
            # Symbol 285 is 258 bytes long, whatever its base says, and never 3.
            seen.far_threes |= length == LENGTHS[0] and distance > FAR_FOR_THREE
        if seen.symbols >= MOST_SYMBOLS:
            return "cut"
    return ""


def _read_block(bits: _Bits, kind: int, seen: _Seen) -> str:
    """Read a block after its header, and return how that ended."""
    if kind == 0:
        return "" if bits.skip_stored() else "damaged"
    if kind > len(seen.kinds) - 1:
        return "damaged"
    of_literals, of_distances = _fixed() if kind == 1 else _own_codes(bits)
    if of_literals is None or of_distances is None:
        return "damaged"
    return _read_symbols(bits, of_literals, of_distances, seen)


def read_blocks(stream: bytes) -> Blocks:
    """Read what a deflate stream is made of; it may be damaged, or cut where the caller stopped reading."""
    bits, seen, end, final = _Bits(stream), _Seen(kinds=[0, 0, 0]), "", 0
    while not final and not end:
        final, kind = bits.take(1), bits.take(2)
        end = _read_block(bits, kind, seen)
        if bits.past_end:
            end = "damaged"
        if not sum(seen.kinds):
            seen.first_symbols = seen.symbols
        if not end or end == "cut":
            seen.kinds[kind] += 1
            end = "cut" if not final and sum(seen.kinds) >= MOST_BLOCKS else end
    return Blocks(
        stored=seen.kinds[0],
        fixed=seen.kinds[1],
        dynamic=seen.kinds[2],
        first_symbols=seen.first_symbols,
        longest_distance=seen.longest_distance,
        far_threes=seen.far_threes,
        end=end,
    )
