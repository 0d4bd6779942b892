"""What people look at in two wheels: every member, the lines that differ, and in them the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from samewheel.excerpts import Kind, read_excerpts
from samewheel.excerpts.lines import CONTEXT, MOST_LINES, side_by_side, words

from .wheels import FILES, INIT, without, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.excerpts import Line, Part, Side

lines = st.lists(st.sampled_from(["a", "b = 1", "b = 2", ""]), max_size=12)


def told(side: Side | None) -> str | None:
    """Return a line of one side as text."""
    return None if side is None else "".join(part.text for part in side.parts)


def changed(parts: tuple[Part, ...]) -> list[str]:
    """Return what of a line is marked."""
    return [part.text for part in parts if part.changed]


def kinds(found: tuple[Line, ...]) -> str:
    """Return the kinds of lines by their first letters."""
    return "".join(line.kind.value[0] for line in found)


def test_words_that_differ_are_marked_and_no_others() -> None:
    """A person sees at once what of a long line is different."""
    a, b = words("date = '2020-01-01' # made", "date = '2021-01-01' # made")
    assert (changed(a), changed(b)) == (["2020"], ["2021"])


def test_lines_around_a_difference_are_shown_and_others_left_out() -> None:
    """A difference is read in its place, which takes a few lines."""
    before = [f"line {number}" for number in range(40)]
    found = side_by_side(before, [*before[:20], "other", *before[21:]])
    assert kinds(found.lines) == "g" + "s" * CONTEXT + "c" + "s" * CONTEXT + "g"
    (line,) = [line for line in found.lines if line.kind is Kind.CHANGED]
    assert line.a is not None
    assert line.b is not None
    assert (line.a.number, told(line.a), told(line.b)) == (21, "line 20", "other")


@given(lines, lines)
def test_each_side_reads_as_its_text(a: list[str], b: list[str]) -> None:
    """Whatever differs: each column has lines of its own text only, and marks where texts differ."""
    found = side_by_side(a, b)
    for side, text in (("a", a), ("b", b)):
        sides = [getattr(line, side) for line in found.lines]
        assert all(told(one) == text[one.number - 1] for one in sides if one is not None)
    assert any(line.kind is Kind.CHANGED for line in found.lines) == (a != b)
    assert found.left_out == 0


def test_more_lines_than_anybody_reads_are_counted() -> None:
    """A page stays one that opens, and says what is not in it."""
    found = side_by_side(["a"] * 1000, ["b"] * 1000)
    assert len(found.lines) == MOST_LINES
    assert found.left_out == 1000 - MOST_LINES


def test_long_line_keeps_what_differs() -> None:
    """Of a line of a megabyte one sees where both part, not its beginning."""
    a, b = words("x " * 5000 + "one " + "y " * 3000, "x " * 5000 + "two " + "y " * 3000)
    assert (changed(a), changed(b)) == (["one"], ["two"])
    assert sum(len(part.text) for part in a) < 1200


def test_every_member_is_there_once(tmp_path: Path) -> None:
    """Those that are the same, that differ, and that only one of both has."""
    other = without(FILES, "demo/run.sh") | {INIT: b"x = 2\n" * 9, "demo/new.py": b""}
    found = read_excerpts(written(tmp_path / "a", FILES), written(tmp_path / "b", other)).members
    by_name = {seen.name: (seen.a, seen.b, seen.same) for seen in found}
    assert len(by_name) == len(found) == 7
    assert by_name[INIT] == (54, 54, False)
    assert by_name["demo/run.sh"] == (10, None, False)
    assert by_name["demo/new.py"] == (None, 0, False)
    assert by_name["demo-1.0.dist-info/WHEEL"][2]


def test_bytes_have_no_lines(tmp_path: Path) -> None:
    """What is no text is not shown as one."""
    files = {**FILES, "demo/data.bin": b"\0\1"}
    found = read_excerpts(
        written(tmp_path / "a", files), written(tmp_path / "b", {**files, "demo/data.bin": b"\0\2"})
    )
    (seen,) = [seen for seen in found.members if seen.name == "demo/data.bin"]
    assert (seen.same, seen.text, seen.sections) == (False, None, ())
