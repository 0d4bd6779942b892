"""What holds for every two wheels: nothing is unseen, nothing depends on which comes first, or on the machine."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samewheel.comparison import Comparison, Verdict, compare, reading, worst
from samewheel.comparison.facts import place
from samewheel.comparison.values import rungs
from samewheel.errors import InvalidWheelError
from samewheel.trials import targets_of
from tests.unit.wheels import (
    FILES,
    INFO,
    INIT,
    METADATA,
    NAME,
    SMALLEST,
    WHEEL,
    Change,
    Files,
    codes,
    end64_of,
    end_of,
    entries_of,
    mirrored,
    packed,
    put,
    record_of,
    recorded,
    release,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTICAL = Comparison(verdict=Verdict.IDENTICAL, differences=())

optional_files = st.dictionaries(
    st.sampled_from(
        [INIT, "demo/b.py", "demo/naïve.txt", "demo/", "x/", f"{INFO}/top_level.txt", "demo-1.0.data/purelib/x.so"]
    ),
    st.sampled_from([b"", b"x = 1\n", b"x = 2\n", b"\0\1"]),
)
metadata = st.sampled_from([METADATA, METADATA + b"Keywords: x\n", METADATA + b"\nText.\n", METADATA + b"\nText\n"])
generators = st.sampled_from([WHEEL, WHEEL.replace(b"1.27", b"2"), WHEEL + b"Tag: py2-none-any\n"])
records = st.sampled_from(
    [
        record_of,
        lambda files: record_of(files, "sha512"),
        lambda files: record_of(files).replace(b"\n", b"\r\n"),
        lambda files: record_of(dict(sorted(files.items()))),
        lambda files: record_of(dict.fromkeys(files, b"")),
    ]
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "date_time": st.sampled_from([(1980, 1, 1, 0, 0, 0), (2020, 2, 2, 2, 2, 2)]),
        "create_system": st.sampled_from([0, 3]),
        "internal_attr": st.integers(0, 1),
        "compress_type": st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
        "comment": st.sampled_from([b"", b"hi"]),
    },
)


@st.composite
def wheels(draw: st.DrawFn) -> Files:
    """Draw the members of a wheel, in any order, with a RECORD that fits in most ways, and not in all."""
    files = draw(optional_files) | {f"{INFO}/METADATA": draw(metadata), f"{INFO}/WHEEL": draw(generators)}
    files = {name: b"" if name.endswith("/") else content for name, content in files.items()}
    files = dict(draw(st.permutations(list(files.items()))))
    return {**files, f"{INFO}/RECORD": draw(records)(files)}


@given(a=wheels(), b=wheels(), change=changes, comment=st.sampled_from([b"", b"hi"]))
def test_comparison_is_symmetric_and_complete(a: Files, b: Files, change: Change, comment: bytes) -> None:
    """The other way round only the values change places; equal files and only they have no difference."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = written(Path(folder, "a"), a), written(Path(folder, "b"), b, change=change, comment=comment)
        there = compare(first, second)
        assert compare(second, first) == mirrored(there)
        assert compare(first, first) == compare(second, second) == IDENTICAL
        same = first.read_bytes() == second.read_bytes()
    assert (not there.differences) == same == (there.verdict == Verdict.IDENTICAL)
    assert there.verdict == worst(rungs(there.differences))
    assert all(one.a != one.b for one in there.differences if one.code != "SW205")


@given(a=wheels(), b=wheels(), change=changes)
def test_verdict_is_no_better_than_what_differs(a: Files, b: Files, change: Change) -> None:
    """Contents outside of dist-info that differ are never less than payload, whatever else there is to be said."""
    with tempfile.TemporaryDirectory() as folder:
        found = compare(written(Path(folder, "a"), a), written(Path(folder, "b"), b, change=change))
    payload, info = (
        [{name: content for name, content in files.items() if name.startswith(INFO) == inside} for files in (a, b)]
        for inside in (False, True)
    )
    folderless = [{name: content for name, content in files.items() if name[-1] != "/"} for files in payload]
    if folderless[0] != folderless[1]:
        assert found.verdict == Verdict.PAYLOAD_DIFFERS
    elif payload[0] == payload[1]:
        assert found.verdict in {
            Verdict.METADATA_DIFFERS if info[0] != info[1] else Verdict.SAME_CONTENTS,
            Verdict.IDENTICAL,
        }


@given(a=wheels(), b=wheels(), change=changes)
def test_comparison_that_is_not_close_finds_the_same_targets(a: Files, b: Files, change: Change) -> None:
    """It says of the same members, and of the same parts of the archive, that they differ, and no more of them."""
    with tempfile.TemporaryDirectory() as folder:
        paths = written(Path(folder, "a"), a), written(Path(folder, "b"), b, change=change)
        close, short = compare(*paths), compare(*paths, closely=False)
    assert targets_of(short.differences) == targets_of(close.differences)


def test_comparison_that_is_not_close_looks_into_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To look into a member takes long, and for whoever only asks whether it differs, in vain."""
    paths = (
        written(tmp_path / "a", {**FILES, INIT: b"1"}, level=1),
        written(tmp_path / "b", {**FILES, INIT: b"2"}, level=9),
    )
    monkeypatch.delattr(reading, "_look_inside")
    with pytest.raises(NameError):
        compare(*paths)
    assert codes(compare(*paths, closely=False)) == [("SW301", INIT, "contents")]


@given(data=st.data(), a=wheels(), b=wheels())
def test_order_of_members_is_one_difference(data: st.DataObject, a: Files, b: Files) -> None:
    """Members in another order are the difference SW103, and change no other but the order of RECORD that follows."""
    shuffled = dict(data.draw(st.permutations(list(a.items()))))
    with tempfile.TemporaryDirectory() as folder:
        other = written(Path(folder, "b"), b)
        straight = compare(written(Path(folder, "a"), a), other)
        mixed = compare(written(Path(folder, "c"), shuffled), other)
        alone = compare(Path(folder, "a", NAME), Path(folder, "c", NAME))
    of_members = [
        [one for one in found.differences if (one.code, one.field) not in {("SW103", "order"), ("SW203", "order")}]
        for found in (straight, mixed)
    ]
    assert of_members[0] == of_members[1]
    assert codes(alone) == ([("SW103", "", "order")] if list(a) != list(shuffled) else [])


def flipped(content: bytes, flip: int) -> Iterator[bytes]:
    """Yield an archive with these bits of each byte changed."""
    for index, byte in enumerate(content):
        yield content[:index] + bytes([byte ^ flip]) + content[index + 1 :]


def deflated(tmp_path: Path) -> bytes:
    """Return a small wheel as zipfile writes it."""
    change = {"extra": b"\1\2\1\0x", "comment": b"hi"}
    return written(tmp_path / "usual", {INIT: b"x = 1\n", **SMALLEST}, comment=b"hi", change=change).read_bytes()


def odd(_: Path) -> bytes:
    """Return a small wheel with all that an archive may have: a descriptor, sizes of 64 bits, two end records."""
    stream = zlib.compress(METADATA, wbits=-15)
    sizes = struct.pack("<2Q", len(METADATA), len(stream))
    entries = entries_of(
        SMALLEST,
        stream=stream,
        both={"method": 8, "flags": 8},
        local={"crc": 0, "size": 0, "compressed_size": 0, "extra": b"\1\0\x10\0" + bytes(16)},
        central={"size": 0xFFFFFFFF, "compressed_size": 0xFFFFFFFF, "extra": b"\1\0\x10\0" + sizes},
        descriptor=struct.pack("<4sI2Q", b"PK\7\x08", zlib.crc32(METADATA), len(stream), len(METADATA)),
    )
    content = packed(entries)
    count, size, offset = struct.unpack("<10xH2I2x", content[-22:])
    return content[:-22] + end64_of(count, size, offset) + end_of(count, size, offset)


@pytest.mark.parametrize("flip", [1, 2, 4, 8, 16, 32, 64, 128, 255])
@pytest.mark.parametrize("make", [deflated, odd])
def test_no_byte_of_the_file_changes_unseen(tmp_path: Path, make: object, flip: int) -> None:
    """Whichever bit is another, there is a difference or a refusal that names the file, and never a traceback."""
    assert callable(make)
    content = make(tmp_path)
    a, b = put(tmp_path / "a" / NAME, content), tmp_path / "b" / f"demo-1.0-1{NAME[8:]}"
    for changed in flipped(content, flip):
        put(b, changed)
        try:
            found = compare(a, b)
        except InvalidWheelError as error:
            assert b.name in error.what  # noqa: PT017 - one of two ends that are both right
            continue
        assert [one for one in found.differences if one.code != "SW304"]


@settings(max_examples=300)
@given(damage=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), min_size=1, max_size=4))
def test_damage_is_seen_or_refused(damage: list[tuple[int, int]]) -> None:
    """Several bytes that are others may agree with one another; they are still seen, the same from both sides."""
    with tempfile.TemporaryDirectory() as folder:
        content = bytearray(odd(Path(folder)))
        usual = put(Path(folder, "a", NAME), bytes(content))
        for place_, value in damage:
            content[place_ % len(content)] = value
        changed = put(Path(folder, "b", NAME), bytes(content))
        try:
            found = compare(usual, changed)
        except InvalidWheelError:
            return
        assert (found == IDENTICAL) == (usual.read_bytes() == changed.read_bytes())
        assert compare(changed, usual) == mirrored(found)


@pytest.mark.parametrize("version", ["1.0", "1.1", "2"])
def test_wheels_of_all_versions_have_the_same_places(version: str) -> None:
    """What is named after the version is at one place, so that it is compared with its like."""
    places = {place(name, f"demo-{version}.dist-info") for name in release(version)}
    assert places == {
        INIT,
        "*.data/scripts/demo",
        *(f"*.dist-info/{file}" for file in ("METADATA", "WHEEL", "RECORD")),
    }


@given(
    names=st.sets(st.text(alphabet="*d-1./atinfos", max_size=20) | st.sampled_from([f"{INFO}/x", "*.dist-info/x"]))
)
def test_no_two_members_are_at_one_place(names: set[str]) -> None:
    """A member that took another's place would not be compared at all."""
    assert len({place(name, INFO) for name in names}) == len(names)


def test_hash_seed_does_not_show(tmp_path: Path) -> None:
    """The same two wheels give the same bytes of JSON in every process."""
    many = {f"demo/{index}.txt": b"" for index in range(40)}
    a = written(tmp_path / "a", change={"create_system": 0})
    b = written(
        tmp_path / "b", {**many, **FILES, INIT: b"x = 2\n", f"{INFO}/METADATA": METADATA + b"A: x\nB: y\nC: z\n"}
    )
    script = (
        "import msgspec, pathlib, sys; from samewheel.comparison import compare;"
        "sys.stdout.buffer.write(msgspec.json.encode(compare(*map(pathlib.Path, sys.argv[1:]))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(a), str(b)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert outputs == {msgspec.json.encode(compare(a, b))}


@pytest.mark.parametrize("strict", [False, True])
def test_large_member_is_never_in_memory(tmp_path: Path, *, strict: bool) -> None:
    """Members are read in chunks: a model of some gigabytes needs no gigabytes."""
    size = 1 << 26
    zeros = bytes(size)
    a, b, c = (
        written(
            tmp_path / side,
            {"demo/model.bin": content, **FILES},
            change={"compress_type": zipfile.ZIP_STORED, **more},
        )
        for side, content, more in (("a", zeros, {}), ("b", zeros + b"\1", {}), ("c", zeros, {"create_system": 0}))
    )
    del zeros
    tracemalloc.start()
    try:
        assert codes(compare(a, b, strict=strict))[0][0] == "SW301"
        assert codes(compare(a, c, strict=strict)) == [("SW105", "demo/model.bin", "create_system")]
        assert tracemalloc.get_traced_memory()[1] < size // 3
    finally:
        tracemalloc.stop()


def test_many_members_are_all_compared(tmp_path: Path) -> None:
    """Tasks take members by the batch: the last of a batch, and of all, is seen as well as the first."""
    files = {f"demo/{index:03}.txt": b"%d\n" % index for index in range(200)}
    changed = {name: files[name] + b"!\n" for name in list(files)[::9]}
    found = compare(
        written(tmp_path / "a", recorded({**files, **FILES})),
        written(tmp_path / "b", recorded({**files, **changed, **FILES})),
    )
    assert [one.member for one in found.differences] == list(changed)
