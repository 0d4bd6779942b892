"""What a stream is made of, read without decompressing it: the same as what zlib reads, or damaged."""

from __future__ import annotations

import zlib
from hashlib import shake_256

import deflate
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from samewheel.comparison.blocks import MOST_BLOCKS, MOST_SYMBOLS, read_blocks

NOISE = shake_256(b"blocks").digest(1 << 16)


def made(contents: bytes, level: int = 6, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> bytes:
    """Return zlib's stream."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
    return compressor.compress(contents) + compressor.flush()


def test_blocks_of_zlib_are_full() -> None:
    """At memLevel 8 each block but the last has 16383 symbols; of literals alone, that is as many bytes."""
    blocks = read_blocks(made(bytes(byte & 15 for byte in NOISE[:40_000]), strategy=zlib.Z_HUFFMAN_ONLY))
    assert (blocks.dynamic, blocks.number, blocks.first_symbols, blocks.longest_distance) == (3, 3, 16383, 0)
    assert blocks.end == ""


def test_kinds_are_told() -> None:
    """Stored, fixed and dynamic blocks are counted apart."""
    assert (read_blocks(made(NOISE, 0)).stored, read_blocks(made(NOISE, 0)).number) == (2, 2)
    assert read_blocks(made(b"x")).fixed == 1
    assert read_blocks(made(bytes(byte & 7 for byte in NOISE))).dynamic > 1


@pytest.mark.parametrize("distance", [1, 2, 5, 258, 4096, 4097, 20_000, 32_506])
def test_longest_distance_is_exact(distance: int) -> None:
    """A repetition of noise is one match, as far back as it was repeated."""
    contents = NOISE[:distance] + NOISE[: min(distance, 300)] if distance > 2 else NOISE[:distance] * 500
    assert read_blocks(made(contents, 9)).longest_distance == distance


def test_three_bytes_from_afar_are_seen() -> None:
    """Zlib's lazy levels leave them out, its quick ones do not."""
    contents = b"-abc" + bytes(byte | 128 for byte in NOISE[:5000]) + b"abc-"
    assert read_blocks(made(contents, 1)).far_threes
    assert not read_blocks(made(contents, 6)).far_threes


@pytest.mark.parametrize(
    "stream",
    [
        b"\7",
        b"\1\5\0\5\0abcde",
        b"\1\5\0\xfa\xffab",
        b"\5",
        b"\xfd" * 100,
        b"",
        b"\4\xc0\x81\x08",
        b"\3" + b"\xff" * 50,
    ],
)
def test_damage_is_said(stream: bytes) -> None:
    """An unknown kind, a wrong or long length, impossible codes, an early end."""
    assert read_blocks(stream).end == "damaged"


def test_reading_is_bounded() -> None:
    """A stream of any length is read up to a number of blocks, and of symbols."""
    assert read_blocks(b"\0\0\0\xff\xff" * 100_000).number == MOST_BLOCKS
    literals = read_blocks(made(bytes(byte & 15 for byte in NOISE) * 3, strategy=zlib.Z_HUFFMAN_ONLY))
    assert (literals.end, literals.number) == ("cut", MOST_SYMBOLS // 16383 + 1)


@given(contents=st.binary(max_size=2000).map(lambda part: part * 3), level=st.integers(0, 9))
def test_every_stream_of_zlib_is_read(contents: bytes, level: int) -> None:
    """Nothing that zlib writes is called damaged."""
    assert read_blocks(made(contents, level)).end == ""


@given(contents=st.binary(max_size=2000).map(lambda part: part * 3), level=st.integers(0, 12))
def test_every_stream_of_libdeflate_is_read(contents: bytes, level: int) -> None:
    """Nothing that libdeflate writes is called damaged."""
    assert read_blocks(bytes(deflate.deflate_compress(contents, level))).end == ""


@given(stream=st.binary(max_size=500))
@example(stream=b"\1\0\0\xff\xff")
def test_whole_is_what_zlib_calls_whole(stream: bytes) -> None:
    """Where zlib comes to the end of a stream, so do we; what has no end is damaged."""
    inflater = zlib.decompressobj(-15)
    try:
        inflater.decompress(stream)
    except zlib.error:
        return
    assert (read_blocks(stream).end == "") == inflater.eof
