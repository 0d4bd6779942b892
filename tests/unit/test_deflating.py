"""The compressor of canonical wheels: known answers, on every machine, or a refusal."""

from __future__ import annotations

import hashlib
import mmap
import tomllib
import zipfile
import zlib
from typing import TYPE_CHECKING

import deflate
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from samewheel.errors import SamewheelError
from samewheel.wheel import deflating
from samewheel.wheel.deflating import COMPRESSOR, Form, check_compressor, pack

from .test_recipes import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOISE = hashlib.shake_256(b"deflating").digest(1 << 16)
LINES = b"".join(b"%d: the quick brown fox jumps over %x dogs\n" % (i * i, i * 2654435761) for i in range(200_000))
"""More than 10 MB of text."""


def inflated(packed: deflating.Packed) -> bytes:
    """Return the contents of a member, as any ZIP reader gets them."""
    if packed.method == zipfile.ZIP_STORED:
        return bytes(packed.stream)
    assert packed.method == zipfile.ZIP_DEFLATED
    inflater = zlib.decompressobj(-15)
    contents = inflater.decompress(packed.stream)
    assert inflater.eof
    assert not inflater.unused_data
    return contents


@pytest.mark.parametrize(
    ("contents", "method", "sha256"),
    [
        (b"", 0, "e3b0c44298fc1c14"),
        (b"x", 0, "2d711642b726b044"),
        (b"Root-Is-Purelib: true\n" * 2, 8, "5cfbe3771de53fce"),
        (NOISE, 0, "fc9be7ed86cc54b7"),
        (bytes(1 << 20), 8, "1b84ba2136b1a282"),
        (bytes(byte & 3 for byte in NOISE), 8, "ac40b3735059f13d"),
        (LINES[: 10 << 20], 8, "9169829a41947626"),
    ],
    ids=["empty", "one byte", "short", "noise", "zeros", "few", "text"],
)
def test_answers_are_known(contents: bytes, method: int, sha256: str) -> None:
    """These bytes were the same under every release and processor that was tried, and have to stay it."""
    packed = pack(contents, member="a.py")
    assert (packed.method, hashlib.sha256(packed.stream).hexdigest()[:16]) == (method, sha256)
    assert inflated(packed) == contents


@given(contents=st.binary(max_size=4000).map(lambda part: part * 3))
@example(contents=b"ab")
@example(contents=b"a" * 5)
def test_contents_come_back(contents: bytes) -> None:
    """Whatever is packed is what zlib unpacks, and never longer than it was."""
    packed = pack(contents, member="a.py")
    assert inflated(packed) == contents
    assert len(packed.stream) <= len(contents)
    assert (packed.method == zipfile.ZIP_DEFLATED) == (len(packed.stream) < len(contents))


def test_stored_form_needs_no_compressor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The form without a compressor stays the same whatever becomes of compressors."""
    monkeypatch.delattr(deflate, "deflate_compress")
    packed = pack(LINES, member="a.py", form=Form.STORED)
    assert packed.method == zipfile.ZIP_STORED
    assert packed.stream.obj is LINES


def test_mapped_file_is_packed_like_bytes(tmp_path: Path) -> None:
    """A large member can stay on the disk."""
    (tmp_path / "a.so").write_bytes(LINES)
    with (tmp_path / "a.so").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        packed = pack(mapped, member="a.so")
        assert packed.stream == pack(LINES, member="a.so").stream
        del packed


def fresh_check() -> Callable[[], None]:
    """Return the check as it is before it was ever asked."""
    return check_compressor.__wrapped__  # type: ignore[attr-defined, no-any-return]  # functools.wraps sets it


@pytest.mark.parametrize("level", [5, 7])
def test_another_level_is_refused(level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what a neighbouring level makes is not what the form says."""
    fresh_check()()
    monkeypatch.setattr(deflating, "LEVEL", level)
    with pytest.raises(SamewheelError, match="does not compress as canonical-1 says") as caught:
        fresh_check()()
    assert COMPRESSOR in caught.value.hint


@pytest.mark.parametrize("only", ["short", "long"])
def test_another_compressor_is_refused(only: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that compresses only short contents, or only long ones, in another way is found out."""
    original = deflate.deflate_compress

    def other(data: bytes, level: int) -> bytearray:
        if (len(data) < 500) == (only == "short"):
            return bytearray(zlib.compress(data, level, -15))
        return original(data, level)

    monkeypatch.setattr(deflate, "deflate_compress", other)
    with pytest.raises(SamewheelError, match="SHA-256"):
        fresh_check()()


def test_nothing_is_packed_before_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compressor that fails the check never writes a member."""

    def fail() -> None:
        raise SamewheelError("refused")

    monkeypatch.setattr(deflating, "check_compressor", fail)
    with pytest.raises(SamewheelError, match="refused"):
        pack(LINES, member="a.py")


@pytest.mark.parametrize("error", [MemoryError(), deflate.DeflateError("Compression failed")])
def test_failure_names_the_member(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that is too large for this machine is one of our errors."""
    check_compressor()

    def fail(*_: object) -> bytearray:
        raise error

    monkeypatch.setattr(deflate, "deflate_compress", fail)
    with pytest.raises(SamewheelError, match=r"big\.so cannot be compressed\nIt has 5 bytes"):
        pack(b"a" * 5, member="big.so")


def test_hint_is_what_the_project_requires() -> None:
    """The releases that were compared are those that an installation gets."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert COMPRESSOR in project["dependencies"]
