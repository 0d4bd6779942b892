"""Which compressor made a stream: found by making it again, and never said of a stream that nobody here makes."""

from __future__ import annotations

import struct
import sys
import types
import zlib
from hashlib import shake_256
from itertools import pairwise
from typing import TYPE_CHECKING

import deflate
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.comparison.compressors import LONGEST, identify
from samewheel.comparison.makers import ZLIB, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

NOISE = shake_256(b"compressors").digest(1 << 16)


def text(size: int) -> bytes:
    """Return so many bytes that look like text, in which each level finds other matches."""
    words = [NOISE[a % 997 :][: 1 + a % 9].hex().encode() for a in range(700)]
    numbers = [a << 8 | b for a, b in zip(NOISE[::2], NOISE[1::2], strict=True)]
    return b" ".join(words[number * number // 65536 % 700] for number in numbers * (size // 65536 + 1))[:size]


WORDS = text(150_000)

TEXT = WORDS + bytes(97 + (byte & 1) for byte in NOISE[:9_000])
"""The second part has so many short repetitions that only the highest level looks at all of them."""


def made(
    contents: bytes, level: int = 6, memory: int = 8, strategy: int = zlib.Z_DEFAULT_STRATEGY, *, flush: bool = False
) -> bytes:
    """Return the stream that this interpreter's zlib makes."""
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15, memory, strategy)
    return (
        compressor.compress(contents) + (compressor.flush(zlib.Z_SYNC_FLUSH) if flush else b"") + compressor.flush()
    )


def said(contents: bytes, stream: bytes) -> str:
    """Return what is said of a stream."""
    return identify([contents], [stream]).text


@pytest.mark.parametrize("level", range(1, 10))
def test_level_is_found(level: int) -> None:
    """Of enough text, each level of zlib makes another stream, and is found by it."""
    assert said(TEXT, made(TEXT, level)) == f"{ZLIB} level {level}"


@pytest.mark.parametrize("level", range(1, 10))
def test_level_is_found_from_the_beginning(level: int) -> None:
    """Of a large member only the beginning is read, which is said, and no more pieces are asked for."""
    pieces = [WORDS] * 8
    contents = b"".join(pieces)

    def endless() -> Iterator[bytes]:
        yield from pieces
        pytest.fail("more was read than is needed")

    found = identify(endless(), [made(contents, level)])
    assert level in found.settings[0].levels
    assert found.text.endswith(", in the first 1 MiB")


@pytest.mark.parametrize(
    ("strategy", "memory", "words"),
    [
        (zlib.Z_FILTERED, 8, " level 6, strategy filtered"),
        (zlib.Z_FIXED, 8, " level 6, strategy fixed"),
        (zlib.Z_HUFFMAN_ONLY, 8, ", strategy huffman"),
        (zlib.Z_RLE, 8, ", strategy rle"),
        (zlib.Z_DEFAULT_STRATEGY, 9, " level 6, memLevel 9"),
        (zlib.Z_FILTERED, 9, " level 6, strategy filtered, memLevel 9"),
        (zlib.Z_DEFAULT_STRATEGY, 5, " level 6, memLevel 5"),
    ],
)
def test_rare_settings_are_found(strategy: int, memory: int, words: str) -> None:
    """A strategy or a memLevel that somebody asked for is named."""
    contents = WORDS + bytes(1000)
    assert said(contents, made(contents, 6, memory, strategy)) == f"{ZLIB}{words}"


def test_flush_before_the_end_is_found() -> None:
    """Rust's writers flush before they finish, which leaves an empty block behind."""
    assert said(TEXT, made(TEXT, flush=True)) == f"{ZLIB} level 6, flushed before its end"


def test_stored_blocks_are_found_whatever_their_length() -> None:
    """Level 0 makes blocks as long as its buffers happen to be."""
    assert said(TEXT, made(TEXT, 0)) == "stored blocks"
    pieces = [TEXT[start : start + 1000] for start in range(0, len(TEXT), 1000)]
    headers = [struct.pack("<BHH", piece is pieces[-1], len(piece), len(piece) ^ 0xFFFF) for piece in pieces]
    stream = b"".join(header + piece for header, piece in zip(headers, pieces, strict=True))
    assert said(TEXT, stream) == "stored blocks"
    assert said(TEXT[:-1], stream).startswith("not zlib")


@pytest.mark.parametrize("level", range(1, 13))
def test_libdeflate_is_never_called_zlib(level: int) -> None:
    """The control: another compressor is found by name, and by no level of zlib."""
    found = said(WORDS, bytes(deflate.deflate_compress(WORDS, level)))
    assert found.startswith("libdeflate level ")
    assert str(level) in found


def test_unknown_compressor_is_only_described() -> None:
    """What nobody here makes gets no name: a flush in the middle, as of an unknown writer."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
    halves = [
        compressor.compress(TEXT[:70_000]),
        compressor.flush(zlib.Z_SYNC_FLUSH),
        compressor.compress(TEXT[70_000:]),
    ]
    found = identify([TEXT], [*halves, compressor.flush()])
    assert not found.settings
    assert found.text.startswith(f"not zlib {zlib.ZLIB_RUNTIME_VERSION} at any level: ")
    assert " blocks, " in found.text
    assert found.text.endswith(" % smaller than zlib level 6")


def test_what_zlib_never_does_is_named() -> None:
    """A stream that is too large for libdeflate to be tried still shows that it is not zlib's."""
    contents = text(900_000)
    found = said(contents, bytes(deflate.deflate_compress(contents, 6)))
    assert "symbols in the first, where zlib has 16383" in found
    assert "bytes back, where zlib's reach ends at 32506" in found
    assert "smaller than zlib level 6" in found


def test_zlib_ng_is_found_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs zlib-ng, so a stand-in takes its place here: zlib with small blocks, as if in pieces of 8 KiB."""
    stream = made(WORDS, 7, 4)
    assert "zlib-ng" not in said(WORDS, stream)
    module = types.ModuleType("zlib_ng.zlib_ng")
    module.__dict__.update(
        ZLIBNG_RUNTIME_VERSION="9.9",
        compressobj=lambda level, *_: zlib.compressobj(level, zlib.DEFLATED, -15, 4),
    )
    monkeypatch.setitem(sys.modules, "zlib_ng", types.ModuleType("zlib_ng"))
    monkeypatch.setitem(sys.modules, "zlib_ng.zlib_ng", module)
    assert said(WORDS, stream) == "zlib-ng 9.9 level 7"


@pytest.mark.parametrize("contents", [b"", b"x", b"Wheel-Version: 1.0\n", TEXT[:200]])
def test_short_contents_are_ambiguous(contents: bytes) -> None:
    """Of short contents all levels make the same, and so do others: all are named, and that they are not sure."""
    found = identify([contents], [made(contents)])
    assert len(found.settings[0].levels) > 1
    assert f"level {found.settings[0].levels[0]} to 9" in found.text
    assert found.text.endswith(f"or others: {len(contents)} bytes are too few to tell")


def test_what_every_level_makes_is_not_only_zlibs() -> None:
    """Noise ends in one stored block, whoever packs it: then the others are named, too."""
    found = said(NOISE[:5000], made(NOISE[:5000]))
    assert found.startswith(f"{ZLIB} level 1 to 9 or ")
    assert "libdeflate" in found


def test_nothing_compared_is_nothing_found() -> None:
    """A beginning so uniform that zlib writes nothing of it yet is no evidence."""
    assert said(bytes(2 * LONGEST), b"no stream").startswith("not zlib")


def test_levels_are_said_in_runs() -> None:
    """Levels that do not follow each other are named apart."""
    assert Setting(maker="zlib", levels=(1, 4, 5, 6, 9)).text == "zlib level 1, 4 to 6, 9"
    assert Setting(maker="stored blocks").text == "stored blocks"


@pytest.mark.parametrize("cut", [0, 1, 2, 10, 1000, -1])
def test_truncated_stream_is_nobodys(cut: int) -> None:
    """A stream that ends early is not called the whole one's, and harms nobody."""
    assert said(WORDS[:20_000], made(WORDS[:20_000])[:cut]).startswith("not zlib")


def test_bytes_after_the_stream_are_seen() -> None:
    """One byte more than a compressor makes is not what it makes."""
    assert said(WORDS, made(WORDS) + b"\0").startswith("not zlib")
    assert said(b"x" * 5000, made(b"x" * 5000) + bytes(2 * LONGEST)).startswith("not zlib")


@given(contents=st.binary(max_size=3000), stream=st.binary(max_size=3000))
def test_any_bytes_can_be_asked_about(contents: bytes, stream: bytes) -> None:
    """Hostile bytes get an answer, and a name only if that compressor makes them."""
    found = identify([contents], [stream])
    assert found.text
    if found.settings:
        assert zlib.decompress(stream, -15) == contents


@given(contents=st.binary(max_size=5000), level=st.integers(1, 9), cuts=st.lists(st.integers(0, 5000)))
def test_zlib_is_found_in_whatever_pieces(contents: bytes, level: int, cuts: list[int]) -> None:
    """How a member comes is no matter."""
    bounds = [0, *sorted(cuts), 5000]
    found = identify((contents[a:b] for a, b in pairwise(bounds)), [made(contents, level)])
    assert level in found.settings[0].levels
    assert found == identify([contents], [made(contents, level)])
