"""What is said of texts, sources and JSON that differ: the kind of difference, and nothing more than is known."""

from __future__ import annotations

import pytest

from samewheel.comparison.inside import json_values, sources, texts

from .insides import look, places

SOURCE = b'''"""Doc."""


class Robot:
    """It walks."""

    def walk(self):
        steps = 1
        return steps


def stop():
    return None
'''


def test_bytes_are_counted() -> None:
    """Of bytes of which nothing is known, the first that differs and how many do is said."""
    ((code, field, a, b),) = look("x.bin", b"\0abcdef", b"\0aXcdeX")
    assert (code, field, a, b) == ("SW301", "byte 2, 2 of 7 differ", "6263646566", "5863646558")


def test_sizes_are_said() -> None:
    """Where one content has more bytes, that is said beside the first difference."""
    found = look("x.bin", b"\0ab", b"\0abc")
    assert [tuple(one) for one in found] == [
        ("SW301", "byte 3", "the end", "63"),
        ("SW301", "size", "3 bytes", "4 bytes"),
    ]


def test_empty_content_is_compared() -> None:
    """An empty file is a content as any other."""
    assert places(look("x.bin", b"", b"\0")) == [("SW301", "byte 0"), ("SW301", "size")]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (b"one\ntwo\n", b"one\r\ntwo\r\n", [("SW305", "line endings", "LF 2", "CRLF 2")]),
        (b"1\n2\r\n", b"1\r\n2\n", [("SW305", "ending of line 1", "LF", "CRLF")]),
        (b"one", b"\xef\xbb\xbfone", [("SW306", "encoding", "utf-8", "utf-8 with BOM")]),
        (
            "öne".encode(),
            b"\xff\xfe" + "öne".encode("utf-16-le"),
            [("SW306", "encoding", "utf-8", "utf-16-le with BOM")],
        ),
        (b"one", b"one\n\n", [("SW307", "end of file", "", r"\n\n")]),
        (b"1\n2\n3\n", b"2\n3\n1\n", [("SW308", "order of lines, from line 1", "1", "2")]),
        (b"1\n2\n3\n", b"1\nx\n3\n", [("SW309", "lines", "2: 2", "2: x")]),
        (b"1\n2\n3\n", b"1\n3\n", [("SW309", "lines", "2: 2", "nothing after line 1")]),
        (b"1\n2\n3\n", b"1\nx\ny\n3\n", [("SW309", "lines", "2: 2", "2-3: x")]),
        ("é\n".encode(), "è\n".encode(), [("SW309", "lines", r"1: \xe9", r"1: \xe8")]),
    ],
)
def test_texts_differ_in_one_way(a: bytes, b: bytes, expected: list[tuple[str, str, str, str]]) -> None:
    """Each way in which texts differ has a code, and only that one is said."""
    assert [tuple(one) for one in look("x.txt", a, b)] == expected


def test_ways_of_differing_are_told_apart() -> None:
    """Texts that differ in several ways have a finding for each: no one of them claims to be all."""
    found = look("x.txt", b"\xef\xbb\xbfone\r\ntwo", b"one\n2\n")
    assert [one.code for one in found] == ["SW306", "SW305", "SW307", "SW309"]


def test_mixed_endings_hide_no_line() -> None:
    """Where a file mixes its endings and lines differ too, an ending belongs to its line."""
    found = look("x.txt", b"1\r\n2\n3\n", b"1\n2\r\n4\n")
    assert [(one.code, one.a) for one in found] == [("SW309", r"1-3: 1\r")]


def test_long_lines_are_cut_around_the_difference() -> None:
    """A line of any length is shown where it differs."""
    (found,) = look("x.txt", b"x" * 5000 + b"ONE" + b"y" * 5000, b"x" * 5000 + b"TWO" + b"y" * 5000)
    assert "ONE" in found.a
    assert "TWO" in found.b


def test_many_hunks_are_counted() -> None:
    """After twenty findings the others are only counted."""
    lines = [f"{number}\n".encode() for number in range(1000)]
    others = [line if number % 10 else b"x" + line for number, line in enumerate(lines)]
    found = look("x.txt", b"".join(lines), b"".join(others))
    assert (len(found), found[-1].field) == (21, "and 80 more")


def test_invalid_text_is_bytes() -> None:
    """What is not UTF-8 is compared as bytes, with the line for people."""
    assert places(look("x.txt", b"one\n\xff\n", b"one\n\xfe\n")) == [("SW301", "byte 4 (line 2), 1 of 6 differ")]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b"steps = 1", b"steps = 2", "code, in Robot.walk"),
        (b"steps = 1", b"steps = 1  # one", "comments or layout, in Robot.walk"),
        (b"It walks.", b"It runs.", "docstrings, comments or layout, in Robot"),
        (b"return None", b"return 0", "code, in stop"),
        (b'"""Doc."""\n', b'"""Doc."""\nimport os\n', "code, in the module"),
        (b"class Robot:", b"class Robot :", "comments or layout, in Robot"),
        (b"return None", b"return None\n\n\ndef more():\n    pass", "code, in more"),
    ],
)
def test_source_is_told_by_function(old: bytes, new: bytes, field: str) -> None:
    """A line of Python is told with the function that it is in, and with what a compiler sees of it."""
    assert ("SW310", field) in places(look("x.py", SOURCE, SOURCE.replace(old, new)))


def test_code_beside_comments_is_code() -> None:
    """A comment that changes together with code does not make the code a comment."""
    found = look("x.py", SOURCE, SOURCE.replace(b"= 1", b"= 2").replace(b"None", b"None  # nothing"))
    assert {one.field.partition(",")[0] for one in found} == {"code"}


def test_cookie_is_no_comment() -> None:
    """The line that names the encoding changes what the same bytes mean."""
    a, b = (b"# coding: %s\nx = '\xc3\xa9'\n" % name for name in (b"utf-8", b"latin1"))
    assert places(look("x.py", a, b)) == [("SW310", "code, in the module")]


def test_renamed_function_has_one_name() -> None:
    """The field of a finding does not depend on which of two names comes first."""
    assert [one.code for one in look("x.py", SOURCE, SOURCE.replace(b"def stop", b"def halt"))] == ["SW310"]


def test_broken_source_is_text() -> None:
    """What is no Python, or one of another version, is compared by lines."""
    assert places(look("x.py", b"def (\n", b"def )\n")) == [("SW309", "lines")]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (b'{"a": 1, "b": [2]}', b'{"a":1,"b":[2]}', [("SW314", "form")]),
        (b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1}', [("SW314", "order of keys")]),
        (b'{"x": [{"a": 1, "b": 2}]}', b'{"x": [{"b": 2, "a": 1}]}', [("SW314", "order of keys in x[0]")]),
        (b'"\\u00e9"', '"é"'.encode(), [("SW314", "form")]),
        (b'{"a": {"b": [0, 1, 2, 3]}}', b'{"a": {"b": [0, 1, 2, 4]}}', [("SW315", "key a.b[3]")]),
        (b'{"a": 1}', b'{"a": 1, "b": null}', [("SW315", "key b")]),
        (b'{"a": 1}', b'{"a": true}', [("SW315", "key a")]),
        (b'{"a": 1}', b'{"a": "1"}', [("SW315", "key a")]),
        (b'{"a": 1}', b'{"a": 1.0}', [("SW315", "key a")]),
        (b'{"a": 1.0}', b'{"a": 1.00}', [("SW315", "key a")]),
        (b'{"a": NaN}', b'{"a":NaN}', [("SW314", "form")]),
        (b'{"a": 1, "a": 2}', b'{"a": 2, "a": 1}', [("SW315", "key a"), ("SW315", "key a (again, 1)")]),
        (b'{"a": [1, 2]}', b'{"a": [2, 1]}', [("SW315", "order of a")]),
        (b"[1, 2]", b"[1, 2, 3]", [("SW315", "length of the array")]),
        (b"1", b"2", [("SW315", "value")]),
        (b"[1]", b"\xef\xbb\xbf[1]", [("SW306", "encoding")]),
        (b'{"a": 1', b'{"a": 2', [("SW309", "lines")]),
    ],
)
def test_json_is_told_by_value(a: bytes, b: bytes, expected: list[tuple[str, str]]) -> None:
    """A value that differs is told by its path; the same value in another form is said to be that."""
    assert places(look("x.json", a, b)) == expected


@pytest.mark.parametrize(
    ("name", "start", "limit", "codes"),
    [
        ("x.json", b'[1,\n"', json_values.LARGEST_JSON, ("SW315", "SW309")),
        ("x.py", b"x = 1\ny = '", sources.LARGEST_SOURCE, ("SW310", "SW309")),
        ("x.txt", b"1\n", texts.LARGEST_TEXT, ("SW309", "SW301")),
    ],
)
def test_what_would_take_much_memory_is_looked_at_more_plainly(
    name: str, start: bytes, limit: int, codes: tuple[str, str]
) -> None:
    """Trees and lines take many times the bytes of a text: above the limit, the next plainer rule is asked."""
    end = {"x.json": b'"]', "x.py": b"'"}.get(name, b"")
    for size, code in zip((limit, limit + 1), codes, strict=True):
        data = start + b"z" * (size - len(start + end)) + end
        assert [one.code for one in look(name, data, data.replace(b"1", b"2", 1))] == [code]
