"""JSON that is signed or decides something: nothing with two readings is read, and there is one way to write."""

from __future__ import annotations

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.attesting.strictness import DEEPEST, LARGEST, SAFE, canonical, strictly
from samewheel.errors import InvalidAttestationError

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(1 - SAFE, SAFE - 1) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=12,
)


@given(documents)
def test_canonical_form_is_a_fixed_point(document: object) -> None:
    """What is written is read as it was, and written to the same bytes again."""
    content = canonical(document)
    assert strictly(content, "x") == document
    assert canonical(strictly(content, "x")) == content


@given(documents)
def test_every_way_to_write_a_document_has_one_canonical_form(document: object) -> None:
    """White space, escapes and order are the writer's; what was said is not."""
    content = canonical(document)
    for other in (json.dumps(document, indent=1), json.dumps(document, ensure_ascii=True), json.dumps(document)):
        assert canonical(strictly(other.encode(), "x")) == content


def test_canonical_form_is_sorted_small_and_utf_8() -> None:
    """As RFC 8785 has it, for keys in ASCII."""
    assert canonical({"b": [1, True, None], "a": "\u00e9/\u2028", "A": {}}) == (
        '{"A":{},"a":"\u00e9/\u2028","b":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_not_written(value: float) -> None:
    """It would be no JSON, and no reader of ours took it back."""
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": value})


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"b":[{"a":{},"a":{}}]}',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1.0",
        b"1e2",
        b"1E400",
        b"-0.0",
        b"%d" % SAFE,
        b"-%d" % SAFE,
        b"1" * 5000,
        b"-" + b"1" * 100_000,
        b"01",
        b"+1",
        b"0x10",
        b"\xef\xbb\xbf{}",
        b"{} {}",
        b"{}\n{}",
        b"{}x",
        b"{}\0",
        b"{,}",
        b'{"a":1,}',
        b"[1,]",
        b"{'a':1}",
        b"{a:1}",
        b"// x\n{}",
        b'"\t"',
        b'"\\x41"',
        b'"',
        b"",
        b" ",
        b"nul",
        b"True",
        b'"\xff"',
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b'"\xf4\x90\x80\x80"',
        "{}".encode("utf-16"),
        "{}".encode("utf-32-be"),
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'["\\udc00\\ud800"]',
    ],
    ids=lambda content: repr(content[:24]),
)
def test_what_readers_could_understand_differently_is_refused(content: bytes) -> None:
    """One takes the first of two keys and another the last; what one reader repairs, another does not see."""
    with pytest.raises(InvalidAttestationError, match="no strict JSON"):
        strictly(content, "it")


@pytest.mark.parametrize("content", [b"NaN", b"[Infinity]", b'{"a":-Infinity}', b"1.0", b"1e2"])
def test_what_is_no_integer_is_called_so(content: bytes) -> None:
    """Python reads more numbers than JSON has, and writes floats in a way of its own."""
    with pytest.raises(InvalidAttestationError) as caught:
        strictly(content, "it")
    assert caught.value.cause.endswith(" is no integer")


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b' {"a" : [1, -1, 0] }\r\n', {"a": [1, -1, 0]}),
        (b'{"a":{"a":1}}', {"a": {"a": 1}}),
        (b"%d" % (SAFE - 1), SAFE - 1),
        (b"-%d" % (SAFE - 1), 1 - SAFE),
        (b'"\\ud83d\\ude00\\u0000\\/"', "\U0001f600\0/"),
        (b"null", None),
    ],
)
def test_what_all_readers_understand_alike_is_read(content: bytes, value: object) -> None:
    """The control: refusing everything is no art."""
    assert strictly(content, "it") == value


def nested(levels: int, opened: bytes = b"[", closed: bytes = b"]") -> bytes:
    """Return a document with that many levels."""
    return opened * levels + closed * levels


@pytest.mark.parametrize(
    "content",
    [
        nested(DEEPEST + 1),
        nested(900),
        nested(100_000),
        b"[" * 100_000,
        nested(100_000, b'{"a":', b"}").replace(b":}", b":1}"),
        b'{"a":' * 100_000,
        b'[{"a":' * 100_000,
    ],
    ids=["one too many", "within the interpreter's limit", "lists", "open lists", "objects", "open objects", "both"],
)
def test_depth_has_a_limit(content: bytes) -> None:
    """A reader that calls itself for each bracket could be ended by a small file; and it is an error of ours."""
    with pytest.raises(InvalidAttestationError, match=r"it is too deep|it is no strict JSON"):
        strictly(content, "it")


def test_depth_that_is_allowed_is_read() -> None:
    """The control: no statement is nearly as deep."""
    assert canonical(strictly(nested(DEEPEST - 1), "x")) == nested(DEEPEST - 1)


def test_large_documents_are_refused_without_being_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred megabytes take memory enough as they are; the control is one byte less than too many."""
    asked = []
    monkeypatch.setattr(json, "loads", lambda text, **_: asked.append(len(text)))
    with pytest.raises(InvalidAttestationError, match="it is too large"):
        strictly(bytes(100_000_000), "it")
    with pytest.raises(InvalidAttestationError, match="it is too large"):
        strictly(b" " * (LARGEST + 1), "it")
    assert asked == []
    strictly(b" " * LARGEST, "it")
    assert asked == [LARGEST]


def test_errors_are_short_and_printable() -> None:
    """They are shown on terminals, and what they quote comes from whoever wrote the file."""
    for content in (b'{"\\u001b[2J":1,"\\u001b[2J":2}', b'["\\ud800"]', b"1" * 5000):
        with pytest.raises(InvalidAttestationError) as caught:
            strictly(content, "it")
        assert str(caught.value).replace("\n", "").isprintable()
        assert len(str(caught.value)) < 200
        assert "Error" in traceback.format_exception_only(caught.value)[-1]


@given(st.binary(max_size=64) | documents.map(lambda document: json.dumps(document).encode()))
def test_no_bytes_end_in_another_error(content: bytes) -> None:
    """A caller who counts attestations catches one kind."""
    try:
        value = strictly(content, "x")
    except InvalidAttestationError:
        return
    assert strictly(canonical(value), "x") == value
