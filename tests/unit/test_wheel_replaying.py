"""A published wheel made again from our contents: equal only if these are, by compressors that are found."""

from __future__ import annotations

import dataclasses
import hashlib
import sys
import tracemalloc
import types
import zlib
from hashlib import shake_256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import deflate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel.comparison import recompressing
from samewheel.comparison.recompressing import replay
from samewheel.wheel import Wheel, open_wheel
from samewheel.wheel.replaying import Replayed, replay_by
from tests.unit.test_compressors import TEXT, WORDS, made
from tests.unit.wheels import FILES, INFO, INIT, Entry, Files, entries_of, packed, put, record_of, recorded, written
from tests.unit.zip_layers import CONTENTS, Layer, archive_of, layers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from samewheel.wheel.replaying import Pair, Recompressor

COLLISION = 0x1DB710641
"""CRC-32's polynomial, first bit lowest: bytes that differ by it have the same CRC."""

NAME = "demo-1.0-py3-none-any.whl"


def replayed(published: Path, ours: Path) -> Replayed:
    """Replay one file on the other."""
    with open_wheel(published) as one, open_wheel(ours) as other:
        return replay(one, other)


def streamed(folder: Path, contents: bytes, stream: bytes) -> tuple[Path, Path]:
    """Write a wheel whose first member has a certain stream, and one whose members are stored."""
    first, *rest = entries_of({INIT: contents, **{name: text for name, text in FILES.items() if name != INIT}})
    entry = Entry(name=first.name, contents=contents, stream=stream, both={"method": 8})
    published = put(folder / "published" / NAME, packed([entry, *rest]))
    return published, put(folder / "ours" / NAME, packed([*rest[::-1], first]))


def holding(folder: Path, content: bytes, **packing: int) -> Path:
    """Write a wheel with a module that is this; RECORD is that of the usual one, right or wrong."""
    return written(folder, {**FILES, f"{INFO}/RECORD": record_of(FILES), INIT: content}, **packing)  # type: ignore[arg-type]  # only its level


def sha256(path: Path) -> str:
    """Return a file's digest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@given(published=layers(), ours=layers())
@settings(max_examples=60)
def test_other_packing_of_the_same_contents_is_replayed_to_the_bit(published: Layer, ours: Layer) -> None:
    """Order, times, modes, extra fields, descriptors, folders' entries, levels: all of that is the ZIP layer's."""
    ours = dataclasses.replace(ours, listed=published.listed, algorithm=published.algorithm)
    with TemporaryDirectory() as folder:
        theirs = put(Path(folder) / "published" / NAME, archive_of(published))
        found = replayed(theirs, put(Path(folder) / "ours" / NAME, archive_of(ours)))
        assert found.published == sha256(theirs)
    assert (found.identical, found.reason, dict(found.unmade)) == (True, "", {})
    assert list(found.makers) == sorted(published.order)


@given(data=st.data())
@settings(max_examples=60)
def test_other_byte_is_never_replayed(data: st.DataObject) -> None:
    """Whatever else is the same, a wheel with another byte in any member is another one; the member is named."""
    name = data.draw(st.sampled_from(sorted(name for name, content in CONTENTS.items() if content)))
    content = bytearray(CONTENTS[name])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    files: Files = recorded(CONTENTS)
    with TemporaryDirectory() as folder:
        if name in {f"{INFO}/METADATA", f"{INFO}/WHEEL"}:
            # What is read to open a wheel must stay readable.
            content = bytearray(CONTENTS[name] + b"X: y\n")
        theirs = written(Path(folder) / "published", files, level=6)
        ours = written(Path(folder) / "ours", {**files, name: bytes(content)}, level=6)
        found = replayed(theirs, ours)
    assert not found.identical
    assert found.sha256 is None
    assert found.reason == f"{name} holds something else"


def test_equal_crc_is_not_equal_contents(tmp_path: Path) -> None:
    """A CRC is easily forged; that a stream is not made is then no fault of compressors, and is not said to be."""
    content = WORDS[:3000]
    forged = bytes(a ^ b for a, b in zip(content, COLLISION.to_bytes(3000, "little"), strict=True))
    assert zlib.crc32(content) == zlib.crc32(forged)
    found = replayed(holding(tmp_path / "a", content, level=6), holding(tmp_path / "b", forged, level=6))
    assert (found.identical, found.reason) == (False, f"{INIT} holds something else")


@pytest.mark.parametrize("level", [1, 2, 4, 6, 9])
def test_level_of_the_publisher_is_found(level: int, tmp_path: Path) -> None:
    """The level is the archive's; ours was another."""
    files = {**FILES, INIT: WORDS}
    found = replayed(written(tmp_path / "a", files, level=level), written(tmp_path / "b", files, level=3))
    assert found.identical
    assert found.makers[INIT] == f"zlib level {level}"


@pytest.mark.parametrize(
    ("stream", "maker"),
    [
        (made(WORDS, flush=True), "zlib level 6, flushed before its end"),
        (made(WORDS, 6, 9), "zlib level 6, memLevel 9"),
        (made(WORDS, strategy=zlib.Z_HUFFMAN_ONLY), "zlib, strategy huffman"),
        (bytes(deflate.deflate_compress(WORDS, 6)), "libdeflate level 6"),
    ],
    ids=["flushed", "memory", "strategy", "libdeflate"],
)
def test_rarer_makers_are_found(stream: bytes, maker: str, tmp_path: Path) -> None:
    """What a search finds is done again as a whole."""
    found = replayed(*streamed(tmp_path, WORDS, stream))
    assert found.identical
    assert found.makers == {name: maker if name == INIT else "stored" for name in sorted(found.makers)}


@pytest.mark.parametrize("piece", [1 << 13, 1 << 30])
def test_zlib_ng_gets_the_pieces_that_its_output_depends_on(
    piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are copied in pieces, texts are given at once: a stand-in begins a new block with each."""

    def compressobj(level: int, *_: int) -> object:
        compressor = zlib.compressobj(level, zlib.DEFLATED, -15)

        def compress(data: memoryview) -> bytes:
            return compressor.compress(data) + compressor.flush(zlib.Z_PARTIAL_FLUSH)

        return types.SimpleNamespace(compress=compress, flush=compressor.flush)

    module = types.ModuleType("zlib_ng.zlib_ng")
    module.__dict__.update(ZLIBNG_RUNTIME_VERSION="9.9", compressobj=compressobj)
    monkeypatch.setitem(sys.modules, "zlib_ng", types.ModuleType("zlib_ng"))
    monkeypatch.setitem(sys.modules, "zlib_ng.zlib_ng", module)
    monkeypatch.setattr(recompressing, "IN_MEMORY", 1 << 17)
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    cut = [WORDS[at : at + piece] for at in range(0, len(WORDS), piece)]
    stream = b"".join(compressor.compress(part) + compressor.flush(zlib.Z_PARTIAL_FLUSH) for part in cut)
    found = replayed(*streamed(tmp_path, WORDS, stream + compressor.flush()))
    assert found.identical
    assert found.makers[INIT] == "zlib-ng 9.9 level 9" + (", in pieces of 8 KiB" if piece == 1 << 13 else "")


def strange(contents: bytes) -> bytes:
    """Return a stream that nothing makes: flushed in the middle."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -15)
    first = compressor.compress(contents[:70_000]) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return first + compressor.compress(contents[70_000:]) + compressor.flush()


def test_stream_that_nothing_makes_is_named(tmp_path: Path) -> None:
    """The contents are equal, and this is all that can be said."""
    found = replayed(*streamed(tmp_path, TEXT, strange(TEXT)))
    assert (found.identical, found.sha256) == (False, None)
    assert found.reason == f"nothing here makes the stream of {INIT}"
    assert list(found.unmade) == [INIT]
    assert found.unmade[INIT].startswith(f"not zlib {zlib.ZLIB_RUNTIME_VERSION} at any level: ")
    assert INIT not in found.makers


def test_many_streams_that_nothing_makes_are_not_all_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search takes long; each is named all the same."""
    monkeypatch.setattr(recompressing, "MOST_SEARCHES", 2)
    texts = {f"demo/m{number}.py": TEXT[number : number + 72_000] for number in range(4)}
    stored = entries_of({**texts, **FILES})
    entries = [
        Entry(name=one.name, contents=one.contents, stream=strange(one.contents), both={"method": 8})
        if one.name.decode() in texts
        else one
        for one in stored
    ]
    published, ours = put(tmp_path / "a" / NAME, packed(entries)), put(tmp_path / "b" / NAME, packed(stored))
    found = replayed(published, ours)
    assert found.reason == "nothing here makes the stream of demo/m0.py and 3 more"
    assert list(found.unmade) == sorted(texts)
    assert list(found.unmade.values()).count("not looked at any more") >= 2


def test_stream_of_our_build_may_be_what_nothing_else_makes(tmp_path: Path) -> None:
    """The same backend compresses the same contents likewise, with whatever it has for that."""
    first, *rest = entries_of({INIT: TEXT, **{name: text for name, text in FILES.items() if name != INIT}})
    entry = Entry(name=first.name, contents=TEXT, stream=strange(TEXT), both={"method": 8})
    theirs = put(tmp_path / "a" / NAME, packed([dataclasses.replace(entry, both={"method": 8, "time": 7}), *rest]))
    found = replayed(theirs, put(tmp_path / "b" / NAME, packed([*rest, entry])))
    assert found.identical
    assert found.makers[INIT] == "the compressor of our build"


def test_large_members_are_held_in_pieces(tmp_path: Path) -> None:
    """Wheels of hundreds of megabytes exist, and a comparison of them runs on small machines."""
    content = shake_256(b"large").digest(1 << 20) * 16
    paths = holding(tmp_path / "a", content, level=1), holding(tmp_path / "b", content, level=2)
    del content
    tracemalloc.start()
    found = replayed(*paths)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.identical
    assert peak < 12 << 20


def test_large_members_of_libdeflate_go_through_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wants all at once; which level it was is known from a smaller member, though that one is not first."""
    monkeypatch.setattr(recompressing, "IN_MEMORY", 1 << 17)
    texts = {INIT: WORDS * 4, "demo/small.py": WORDS}
    stored = entries_of({**FILES, **texts})
    entries = [
        Entry(
            name=one.name,
            contents=one.contents,
            stream=bytes(deflate.deflate_compress(one.contents, 6)),
            both={"method": 8},
        )
        if one.name.decode() in texts
        else one
        for one in stored
    ]
    found = replayed(put(tmp_path / "a" / NAME, packed(entries)), put(tmp_path / "b" / NAME, packed(stored)))
    assert found.identical
    assert {found.makers[name] for name in texts} == {"libdeflate level 6"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda files: {**files, "demo/more.py": b""}, "demo/more.py is only in ours"),
        (lambda files: {**files, "demo/empty/": b""}, "demo/empty/ is only in ours"),
        (
            lambda files: {name: files[name] for name in files if name != INIT},
            f"{INIT} is only in the published wheel",
        ),
    ],
    ids=["more", "folder", "fewer"],
)
def test_other_members_are_named(change: Callable[[Files], Files], reason: str, tmp_path: Path) -> None:
    """What only one of them has cannot be made up by headers."""
    found = replayed(written(tmp_path / "a", FILES), written(tmp_path / "b", change(FILES)))
    assert (found.identical, found.reason) == (False, reason)


def test_executable_bit_is_no_matter_of_packing(tmp_path: Path) -> None:
    """Installers set it by the header, so a replay must not impose it."""
    for mode in (0o100755, 0o755):
        paths = written(tmp_path / "a", change={"external_attr": mode << 16}), written(tmp_path / "b")
        assert replayed(*paths).reason == f"{INIT} is executable in one of them only"
        assert replayed(*paths[::-1]).reason == f"{INIT} is executable in one of them only"


def test_folder_with_something_in_it_needs_no_entry(tmp_path: Path) -> None:
    """Its entry says no more than its members do, even one with a stream of nothing."""
    theirs, ours = written(tmp_path / "a", {"demo/": b"", **recorded(FILES)}), written(tmp_path / "b")
    assert replayed(theirs, ours).identical
    assert replayed(ours, theirs).identical


class _Nobody:
    """Makes nothing, or something else."""

    def __init__(self, *pieces: bytes) -> None:
        self.text = "nobody"
        self._pieces = pieces

    def pieces(self, pair: Pair) -> Iterator[bytes]:
        """Yield what was given, once all contents are read."""
        assert b"".join(pair.contents()) is not None
        yield from self._pieces

    def ways(self, pair: Pair) -> Iterable[Recompressor]:
        """Yield itself."""
        assert pair.target(0, 1)
        return [self]

    def worked(self, way: Recompressor) -> None:
        """Never be told."""
        pytest.fail(f"{way.text} made a stream")

    def clue(self, pair: Pair) -> str:
        """Know nothing."""
        return pair.member.name


@pytest.mark.parametrize("pieces", [(), (b"",), (b"other",), (made(b""), b"more" * 1000)])
def test_published_streams_are_never_copied(pieces: tuple[bytes, ...], tmp_path: Path) -> None:
    """The control: without a compressor that makes them, nothing is the same, though the right bytes are at hand."""
    path = written(tmp_path)
    with open_wheel(path) as wheel:
        found = replay_by(wheel, wheel, _Nobody(*pieces))
    assert (found.identical, found.sha256) == (False, None)
    assert list(found.unmade) == sorted(recorded(FILES))


class _Starting(_Nobody):
    """Makes the right stream at the third attempt; the others begin likewise, in other pieces."""

    def ways(self, pair: Pair) -> Iterable[Recompressor]:
        """Yield each attempt."""
        stream = made(b"".join(pair.contents()), 9)
        yield _Nobody(stream[:2], b"wrong")
        yield _Nobody(stream[:1])
        yield _Nobody(stream[:1], stream[1:])

    def worked(self, way: Recompressor) -> None:
        """Be told, and forget it."""


def test_beginning_that_other_makers_share_is_written_once(tmp_path: Path) -> None:
    """What a wrong attempt wrote was right as far as it went, and is not written again."""
    path = written(tmp_path, level=9)
    with open_wheel(path) as wheel:
        assert replay_by(wheel, wheel, _Starting()).sha256 == sha256(path)


def test_headers_that_were_not_the_files_are_seen(tmp_path: Path) -> None:
    """The judge is the file's digest, not that each part was found the same."""
    with open_wheel(written(tmp_path)) as wheel:
        other = replace(wheel, archive=replace(wheel.archive, end=wheel.archive.end + b"\0"))
        found = replay(other, wheel)
    assert found.sha256 is not None
    assert (found.identical, found.reason) == (False, "the published file changed while it was read")


def test_wheel_of_this_type_is_its_own_replay(tmp_path: Path) -> None:
    """Nothing imposed on nothing."""
    path = written(tmp_path, level=6)
    with open_wheel(path) as wheel:
        assert isinstance(wheel, Wheel)
        assert replay(wheel, wheel).sha256 == sha256(path)
