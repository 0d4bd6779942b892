"""METADATA and WHEEL line by line, and what they must say."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import compat32
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.errors import Flaw, InvalidWheelError
from samewheel.wheel import open_wheel
from samewheel.wheel.metadata import read_headers
from tests.unit.wheels import FILES, INFO, METADATA, NAME, WHEEL, written

if TYPE_CHECKING:
    from pathlib import Path


def test_headers_and_description_are_read() -> None:
    """Each with its line, as that is what a person looks for."""
    found = read_headers(b"Name: demo\r\nX:a\n  b\n\tc\nx:  d \n\nText\n\nMore\n", "M")
    assert [tuple(field) for field in found.fields] == [("Name", "demo", 1), ("X", "a\n  b\n\tc", 2), ("x", "d", 5)]
    assert found.all("X") == ["a\n  b\n\tc", "d"]
    assert (found.body, found.body_line) == ("Text\n\nMore\n", 7)


def test_header_of_a_million_lines_is_read() -> None:
    """Joined line by line, the longest METADATA that is read would take the better part of an hour."""
    (field,) = read_headers(b"Name: demo\n" + b" x\n" * (1 << 21), "M").fields
    assert field.value.count("\n") == 1 << 21


def test_file_of_headers_alone_has_no_description() -> None:
    """WHEEL is one, with or without an end of the last line."""
    for text in (b"A: b", b"A: b\n", b"A: b\r\n"):
        assert [field.value for field in read_headers(text, "M").fields] == ["b"]
        assert read_headers(text, "M").body == ""
    assert read_headers(b"", "M").fields == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"\xff: x\n", "not UTF-8"),
        (b"A: b\0\n", "NUL"),
        (b"A: b\n\nx\0\n", "NUL"),
        (b"A: b\rName: evil\n", "line 1 has a lone carriage return"),
        (b"A: b\n\x0bName: evil\n", "line 2 has a lone carriage return"),
        (b"A: b\x0cName: evil\n", "line 1 has a lone carriage return"),
        (b"A: b\nno header\n", "line 2 is no header: 'no header'"),
        (b"A b: c\n", "line 1 is no header"),
        (b"A : c\n", "line 1 is no header"),
        (b": c\n", "line 1 is no header"),
        (b" A: c\n", "line 1 is no header"),
        ("É: c\n".encode(), "line 1 is no header"),
        (b"\xef\xbb\xbfA: c\n", "line 1 is no header"),
    ],
)
def test_text_that_readers_of_mail_read_differently_is_refused(text: bytes, reason: str) -> None:
    """One would see a header where another sees text."""
    with pytest.raises(Flaw) as caught:
        read_headers(text, "demo/METADATA")
    assert caught.value.member == "demo/METADATA"
    assert reason in caught.value.reason


@given(text=st.text(alphabet="Aa:- \t\r\né", max_size=25))
def test_headers_are_those_that_the_standard_library_finds(text: str) -> None:
    """Installers read METADATA as mail: what is not refused is the same headers to them."""
    try:
        found = read_headers(text.encode(), "M")
    except Flaw as flaw:
        assert flaw.reason  # noqa: PT017 - one of two ends that are both right
        return
    mail = BytesParser(policy=compat32).parsebytes(text.encode())
    assert [field.key for field in found.fields] == mail.keys()


SAID = {
    "no version of the format": (
        "METADATA",
        METADATA.replace(b"Metadata-Version: 2.1\n", b""),
        "no Metadata-Version",
    ),
    "name twice": ("METADATA", METADATA + b"name: demo\n", "2 of Name"),
    "other name": ("METADATA", METADATA.replace(b": demo", b": omed"), "Name: omed"),
    "other version": ("METADATA", METADATA.replace(b"1.0", b"1.0.post1"), "Version: 1.0.post1"),
    "no version": ("METADATA", METADATA.replace(b"1.0", b"one"), "Version: one"),
    "no Wheel-Version": ("WHEEL", WHEEL.replace(b"Wheel-Version: 1.0\n", b""), "no Wheel-Version"),
    "Wheel-Version of the future": ("WHEEL", WHEEL.replace(b"1.0\n", b"2.0\n"), "Wheel-Version: 2.0"),
    "purelib twice": ("WHEEL", WHEEL + b"Root-Is-Purelib: false\n", "2 of Root-Is-Purelib"),
    "purelib of neither": ("WHEEL", WHEEL.replace(b"true", b"maybe"), "Root-Is-Purelib: maybe"),
    "entry point twice": ("entry_points.txt", b"[a]\nx = b\nx=c\n", "x twice"),
    "section twice": ("entry_points.txt", b"[a]\nx = b\n[a]\ny = b\n", "a] twice"),
    "entry points in Latin": ("entry_points.txt", b"[a]\nx = \xff\n", "not UTF-8"),
}


@pytest.mark.parametrize(("file", "text", "reason"), SAID.values(), ids=SAID)
def test_wheel_that_contradicts_itself_is_refused(tmp_path: Path, *, file: str, text: bytes, reason: str) -> None:
    """Of two that it says, one reader takes the first and another the last."""
    name = f"{INFO}/{file}"
    path = written(tmp_path / "a", {**FILES, name: text})
    with pytest.raises(InvalidWheelError) as caught, open_wheel(path):
        pass
    assert caught.value.cause.startswith(f"{name}: ")
    assert reason in caught.value.cause


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("METADATA", METADATA.replace(b"1.0", b"1")),
        ("METADATA", METADATA.replace(b": demo", b": Demo")),
        ("WHEEL", WHEEL.replace(b"1.0", b"1.9")),
        ("WHEEL", WHEEL.replace(b"Tag: py3-none-any\n", b"")),
        ("entry_points.txt", b"[a]\nx = b\n# x = c\n# x = c\n\n\n[b]\nx = b\n"),
    ],
)
def test_other_spelling_of_the_same_is_no_contradiction(tmp_path: Path, file: str, text: bytes) -> None:
    """Names and versions are compared as installers do."""
    with open_wheel(written(tmp_path / "a", {**FILES, f"{INFO}/{file}": text})) as wheel:
        assert wheel.text(file) == text


@pytest.mark.parametrize("name", ["renamed.whl", "other-1.0-py3-none-any.whl", "demo-1.1-py3-none-any.whl"])
def test_file_name_counts_if_it_is_one_of_a_wheel(tmp_path: Path, name: str) -> None:
    """A file that was renamed can still be looked at; one that claims to be another wheel cannot."""
    path = written(tmp_path / "a").rename(tmp_path / name)
    assert NAME not in str(path)
    if name == "renamed.whl":
        with open_wheel(path) as wheel:
            assert wheel.dist_info == INFO
        return
    with pytest.raises(InvalidWheelError, match="the wheel or its folder has another"), open_wheel(path):
        pass
