"""What a comparison is: of two whole wheels, by name, with a verdict that is ``identical`` for equal files only."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import Comparison, Verdict, compare
from samewheel.errors import InvalidWheelError, SamewheelError
from tests.unit.wheels import (
    FILES,
    INFO,
    INIT,
    NAME,
    SMALLEST,
    WHEEL,
    Entry,
    check,
    entries_of,
    packed,
    put,
    record_of,
    recorded,
    without,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_equal_files_are_identical_unread(tmp_path: Path) -> None:
    """The digest decides: no archive is needed to say that two files are the same."""
    a, b = (put(tmp_path / side / "same.whl", b"no archive") for side in "ab")
    assert compare(a, b) == Comparison(verdict=Verdict.IDENTICAL, differences=())


def test_equal_bytes_under_two_names_are_not_identical(tmp_path: Path) -> None:
    """The name says which platforms and which version: an installer that goes by it gets something else."""
    a = written(tmp_path / "a")
    b = tmp_path / "demo-1.0-py2.py3-none-any.whl"
    shutil.copy(a, b)
    found = check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW304", "", "name"))
    assert (found[0].a, found[0].b) == (a.name, b.name)


def test_file_names_are_told_beside_what_is_inside(tmp_path: Path) -> None:
    """The name explains nothing of what is in the archive."""
    b = written(tmp_path / "b", name="demo-1.0-py2.py3-none-any.whl", change={"create_system": 0})
    check(
        written(tmp_path / "a"),
        b,
        Verdict.PAYLOAD_DIFFERS,
        ("SW105", INIT, "create_system"),
        ("SW304", "", "name"),
    )


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """What cannot be compared is refused by name, on either side."""
    good, bad = written(tmp_path / "a"), tmp_path / "bad.whl"
    if content is not None:
        bad.write_bytes(content)
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(SamewheelError, match=r"bad\.whl"):
            compare(*pair)


REFUSED = {
    "prepended": (b"#!python\n" + packed(entries_of(FILES)), "its central directory"),
    "link": (packed(entries_of(FILES, both={"external_attributes": 0o120777 << 16})), f"{INIT}: .*symbolic link"),
    "nul": (packed([*entries_of(SMALLEST), Entry(name=b"demo/x.py\0_a")]), r"demo/x\.py\\x00_a: .*U\+0000"),
    "twice": (packed([*entries_of(FILES), Entry(name=INIT.encode())]), f"{INIT}: .*more than once"),
    "local name": (packed(entries_of(FILES, local={"name": b"demo/__main__.py"})), f"{INIT}: its local header"),
    "stream too short": (packed(entries_of(FILES, stream=b"x", both={"method": 8})), f"{INIT}: its stream"),
    "wrong crc": (packed(entries_of(FILES, both={"crc": 0x1234})), f"{INIT}: its CRC is .*00001234"),
    "no dist-info": (packed([Entry(name=b"demo.py")]), r"one \.dist-info folder, and there are: none"),
    "two dist-infos": (packed([*entries_of(FILES), Entry(name=b"a-1.dist-info/x")]), r"a-1\.dist-info, demo-1\.0"),
    "row of nothing": (
        packed(
            [Entry(name=n.encode(), contents=c) for n, c in {**SMALLEST, f"{INFO}/RECORD": record_of(FILES)}.items()]
        ),
        "licenses/LICENSE: it is in RECORD",
    ),
    "no row": (packed([*entries_of(FILES), Entry(name=b"ghost.py")]), r"ghost\.py: it is not in RECORD"),
}


@pytest.mark.parametrize(("content", "cause"), REFUSED.values(), ids=REFUSED)
def test_wheel_that_readers_could_take_differently_is_refused(tmp_path: Path, content: bytes, cause: str) -> None:
    """Differences of what nobody can agree on would say nothing; file and member are named, on either side."""
    good, bad = written(tmp_path / "a"), put(tmp_path / "b" / "bad-1.0-py3-none-any.whl", content)
    bad = bad.rename(bad.with_name("demo-1.0-0bad-py3-none-any.whl"))
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(InvalidWheelError, match=cause) as caught:
            compare(*pair)
        assert bad.name in caught.value.what


def test_damage_that_both_have_is_refused(tmp_path: Path) -> None:
    """Two wheels with the same broken member are not the same but for their comments: nobody can install either."""
    content = packed(entries_of(FILES, both={"crc": 0x1234}))
    a, b = put(tmp_path / "a" / NAME, content), put(tmp_path / "b" / NAME, content[:-2] + b"\2\0hi")
    with pytest.raises(InvalidWheelError, match=f"{INIT}: its CRC is"):
        compare(a, b)


@pytest.mark.parametrize("file", ["METADATA", "WHEEL", "RECORD"])
def test_wheel_without_what_a_wheel_has_is_refused(tmp_path: Path, file: str) -> None:
    """No installer knows what it is."""
    files = without(recorded(FILES), f"{INFO}/{file}")
    bad = put(
        tmp_path / "b" / NAME,
        packed([Entry(name=name.encode(), contents=content) for name, content in files.items()]),
    )
    with pytest.raises(InvalidWheelError, match=f"{INFO}/{file}: it is missing"):
        compare(written(tmp_path / "a"), bad)


WRONG = {**FILES, f"{INFO}/RECORD": record_of({**FILES, "demo/run.sh": b"#!/bin/zz\n"})}
UNTAGGED = recorded({**FILES, f"{INFO}/WHEEL": WHEEL.replace(b"py3", b"py2")})


@pytest.mark.parametrize(
    ("files", "cause"),
    [
        (WRONG, r"demo/run\.sh: it does not have the hash"),
        (recorded(FILES, "md5"), f"{INIT}: it has no hash in RECORD that can be checked"),
        (UNTAGGED, f"{INFO}/WHEEL: it does not have the tag py3-none-any"),
    ],
    ids=["hash", "algorithm", "tag"],
)
def test_strict_refuses_what_else_is_only_compared(tmp_path: Path, files: dict[str, bytes], cause: str) -> None:
    """Published wheels have wrong hashes and tags; who asks for it learns so even of members that are equal."""
    a, b = written(tmp_path / "a", files), written(tmp_path / "b", files, comment=b"hi")
    check(a, b, Verdict.SAME_CONTENTS, ("SW108", "", "comment"))
    good = written(tmp_path / "good")
    for pair in ((a, good), (good, a), (a, b), (a, a)):
        with pytest.raises(InvalidWheelError, match=cause):
            compare(*pair, strict=True)


def test_strict_lets_right_wheels_pass(tmp_path: Path) -> None:
    """A check that refuses what is right is of no use; identical files are read, and stay identical."""
    a, b = written(tmp_path / "a"), written(tmp_path / "b", comment=b"hi")
    assert compare(a, b, strict=True) == compare(a, b)
    assert compare(a, a, strict=True) == Comparison(verdict=Verdict.IDENTICAL, differences=())
    nothing = put(tmp_path / NAME, b"no archive")
    with pytest.raises(InvalidWheelError):
        compare(nothing, nothing, strict=True)
