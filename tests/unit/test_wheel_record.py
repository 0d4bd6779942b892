"""RECORD: rows that all readers read alike, and hashes that prove something."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.errors import Flaw
from samewheel.wheel.record import ALGORITHMS, Row, is_right, read_record, sha256_row, write_record
from tests.unit.wheels import hashed

NAME = "demo-1.0.dist-info/RECORD"

fields = st.text(alphabet="ab,\"'\n é=/\\\u2028", max_size=6)
rows = st.lists(st.builds(Row, fields.filter(bool), fields, fields), max_size=5, unique_by=lambda row: row.path)


@given(rows=rows)
def test_what_is_written_is_read(rows: list[Row]) -> None:
    """Commas, quotes and line breaks in a path are a path's."""
    assert read_record(write_record(rows), NAME) == tuple(rows)


@given(text=st.text(alphabet='a,"\r\n', max_size=20) | fields.map(lambda path: f'"{path}",,\r\n'))
def test_writing_what_was_read_is_stable(text: str) -> None:
    """Whatever is read can be written, says the same then, and is written the same ever after."""
    try:
        found = read_record(text.encode(), NAME)
    except Flaw as flaw:
        assert flaw.member == NAME  # noqa: PT017 - one of two ends that are both right
        return
    again = write_record(found)
    assert read_record(again, NAME) == found
    assert write_record(read_record(again, NAME)) == again


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"\xff,,\n", "not CSV in UTF-8"),
        (b'"a,,\n', "not CSV in UTF-8"),
        (b'"a"b,,\n', "not CSV in UTF-8"),
        (b"a,\n", "has not path, hash and size: 'a,'"),
        (b"a,,,\n", "has not path, hash and size: 'a,,,'"),
        (b"\na,\n", "has not path, hash and size: 'a,'"),
        (b"a,,\n\nb\n", "has not path, hash and size: 'b'"),
        (b"a\0,,\n", "NUL"),
        (b"a,,\rb,,\n", "lone carriage return"),
        (b"\xef\xbb\xbfa,,\n", "byte order mark"),
        (b",,\n", "row without a path"),
        (b"a,,\na,,\n", "has a twice"),
        (b'a,,\n"a",sha256=x,1\n', "has a twice"),
    ],
)
def test_record_that_readers_read_differently_is_refused(text: bytes, reason: str) -> None:
    """Some would take the first of two rows, some the last, some a row that is none; an empty line hides nothing."""
    with pytest.raises(Flaw) as caught:
        read_record(text, NAME)
    assert caught.value.member == NAME
    assert reason in caught.value.reason


@pytest.mark.parametrize("text", [b"a,x,1\r\n", b"a,x,1", b"\n\na,x,1\n\n", b'"a","x","1"\n'])
def test_forms_of_one_row_are_read_alike(text: bytes) -> None:
    """How it is written is the writer's; what it says is the same."""
    assert read_record(text, NAME) == (Row("a", "x", "1"),)


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_row_is_right_about_its_contents_only(algorithm: str) -> None:
    """One byte or one digit more, and it is wrong; a size may be left out."""
    right = Row("a", hashed(b"contents", algorithm), "8")
    assert is_right(right, [b"cont", b"ents"])
    assert is_right(right._replace(size=""), [b"contents"])
    for wrong in ("7", "08", "+8", " 8", "8.0"):
        assert not is_right(right._replace(size=wrong), [b"contents"])
    assert not is_right(right, [b"contents!"])
    assert not is_right(right._replace(recorded=right.recorded + "="), [b"contents"])
    assert not is_right(right._replace(recorded=right.recorded[:-1]), [b"contents"])


@pytest.mark.parametrize("recorded", ["", "md5=x", "sha1=x", "SHA256=x", "sha224=x", "shake_128=x"])
def test_hash_that_proves_nothing_is_no_answer(recorded: str) -> None:
    """Nobody may take it for a right one, nor for a wrong one."""
    with pytest.raises(ValueError, match=f"^{recorded.partition('=')[0]}$"):
        is_right(Row("a", recorded, ""), [])


@given(content=st.binary())
def test_row_that_is_made_is_right(content: bytes) -> None:
    """What this project writes, it accepts."""
    row = sha256_row("a", hashlib.sha256(content).digest(), len(content))
    assert is_right(row, [content])
    assert row.algorithm == "sha256"
