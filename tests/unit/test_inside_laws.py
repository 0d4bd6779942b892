"""What holds for any two contents: an answer, the same from both sides, that says no more than is known."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samewheel.comparison.inside.looking import SUMMARIES, look_inside

from .insides import content, look

NAMES = ["x.py", "x.pyi", "x.json", "x.pyc", "x.so", "x.gz", "x.a", "x.txt", "x"]
MAGICS = [
    *(b"", b"\x7fELF\2\1\1", b"MZ", b"\xcf\xfa\xed\xfe", b"\x1f\x8b\x08\0"),
    *(b"!<arch>\n", b"\xa7\r\r\n", b"PK\3\4", b"\xff\xfe"),
]
WORDS = [b"def f():\n    return 1\n", b"# x\n", b"\n", b"\r\n", b'{"a": 1}', b"[1, 2]", b"\0", b"\xff", b"a", b" "]
contents = st.builds(
    lambda magic, words, rest: magic + b"".join(words) + rest,
    st.sampled_from(MAGICS),
    st.lists(st.sampled_from(WORDS), max_size=8),
    st.binary(max_size=64),
)


@settings(max_examples=400)
@given(name=st.sampled_from(NAMES), a=contents, b=contents)
def test_findings_mirror_each_other(name: str, a: bytes, b: bytes) -> None:
    """Whatever the bytes are, there is an answer, and from the other side only the values change places."""
    if a != b:
        assert look(name, a, b) == look(name, a, b)


@settings(max_examples=200)
@given(lines=st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), max_size=30), data=st.data())
def test_lines_are_not_lost(lines: list[str], data: st.DataObject) -> None:
    """SW308 is said only of the same lines, and only of another order."""
    other = data.draw(st.one_of(st.permutations(lines), st.lists(st.sampled_from(["a", "b", "x"]), max_size=30)))
    a, b = ("\n".join([*some, "end"]).encode() for some in (lines, other))
    if a != b:
        is_order = [one.code for one in look("x.txt", a, b)] == ["SW308"]
        assert is_order == (sorted(lines) == sorted(other))


DEEP = {
    "json": ("x.json", b"[" * 100_000 + b"]" * 100_000),
    "parentheses": ("x.py", b"(" * 50_000 + b")" * 50_000),
    "minus": ("x.py", b"x = " + b"-" * 100_000 + b"1"),
    "sum": ("x.py", b"x = " + b"1+" * 100_000 + b"1"),
    "attributes": ("x.py", b"x" + b".x" * 100_000),
    "lambdas": ("x.py", b"lambda:" * 50_000 + b"1"),
    "elif": ("x.py", b"if x:\n pass\n" + b"elif x:\n pass\n" * 20_000),
    "calls": ("x.py", b"f" + b"()" * 100_000),
}


@pytest.mark.parametrize("case", sorted(DEEP))
def test_deep_nesting_ends_nothing(case: str) -> None:
    """What is nested deeper than any parser goes has an answer, and the interpreter survives: in one of its own."""
    name, data = DEEP[case]
    script = (
        "import io, sys; from samewheel.comparison.inside.looking import look_inside;"
        "from samewheel.comparison.inside.values import Content;"
        "data = sys.stdin.buffer.read();"
        "a, b = (Content(size=len(d), file=io.BytesIO(d), sha256=s) for d, s in ((data, 'a'), (data + b' #', 'b')));"
        "print(look_inside(sys.argv[1], a, b)[0].code)"
    )
    done = subprocess.run([sys.executable, "-c", script, name], input=data, capture_output=True, check=True)
    assert done.stdout.startswith(b"SW3")


def test_large_content_is_never_in_memory() -> None:
    """Contents are read in chunks: what is larger than the limit costs no more than a few of them."""
    size = (1 << 24) + 1
    a, b = content(b"x\n" * size), content(b"x\n" * (size - 1) + b"y\n")
    tracemalloc.start()
    try:
        assert [one.code for one in look_inside("x.txt", a, b)] == ["SW301"]
        assert tracemalloc.get_traced_memory()[1] < size // 2
    finally:
        tracemalloc.stop()


def test_codes_have_summaries() -> None:
    """Each code says what it means in one line."""
    assert all(code.startswith("SW") and summary for code, summary in SUMMARIES.items())
