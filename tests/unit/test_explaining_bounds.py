"""What is kept and read of two wheels while they are explained: no more than it takes, and no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from samewheel.comparison import compare
from samewheel.excerpts.reading import read_excerpts
from samewheel.explaining import case as cases
from samewheel.explaining.case import Given, Mark, opened
from samewheel.explaining.diffs import explain_diff
from samewheel.explaining.explaining import explain, look_into
from samewheel.explaining.kept import Kept
from samewheel.explaining.pieces import LONGEST_VALUE, differing_lines, pairs
from samewheel.patterns import Patterns
from samewheel.wheel import opening, reading
from tests.unit.wheels import FILES, INIT, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from samewheel.patterns import Sought
    from samewheel.wheel.source import Source

PAIR = (b"12", b"345")


def test_contents_are_kept_up_to_some_bytes() -> None:
    """What was not asked for since the others were is forgotten first."""
    kept = Kept(2 * len(b"".join(PAIR)))
    kept.add("a", PAIR)
    kept.add("b", PAIR)
    assert kept.get("a") == PAIR
    kept.add("c", PAIR)
    assert [name for name in "abc" if kept.get(name)] == ["a", "c"]


def test_contents_that_are_too_large_are_not_kept() -> None:
    """One member alone may have more than all may have."""
    kept = Kept(3)
    kept.add("a", PAIR)
    assert kept.get("a") is None


def test_contents_do_not_depend_on_who_asked_before(tmp_path: Path) -> None:
    """A member that is too large for one who asks is too large, though another one was given it."""
    with opened(written(tmp_path / "a"), written(tmp_path / "b"), ()) as case:
        assert case.contents(INIT) == (FILES[INIT], FILES[INIT])
        assert case.contents(INIT, len(FILES[INIT]) - 1) is None
        assert case.contents(INIT, len(FILES[INIT])) == (FILES[INIT], FILES[INIT])


def test_marks_are_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To make a pattern of them takes longer than to search most members."""
    made: list[Patterns] = []

    def counted(sought: Sequence[Sought]) -> Patterns:
        made.append(Patterns(sought))
        return made[-1]

    monkeypatch.setattr(cases, "Patterns", counted)
    known = Given(marks=(Mark(condition="user", a="somebody", b="another"),))
    a, b = (
        written(tmp_path / user, {**FILES, **{f"demo/{n}.txt": f"by {user}\n".encode() for n in range(9)}})
        for user in ("somebody", "another")
    )
    with opened(a, b, compare(a, b).differences, given=known) as case:
        found = look_into(case).found
    assert {one.cause for one in found} == {"user-name"}
    assert len(made) == 2


def test_words_are_read_up_to_some_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one wheel with any number of texts, what is too much is not read word by word, and stays unexplained."""
    a, b = (
        written(tmp_path / day, {**FILES, **{f"demo/{n}.txt": f"on 2026-11-{day}\n".encode() for n in range(9)}})
        for day in ("20", "21")
    )
    found = compare(a, b).differences
    assert [one.cause for one in explain(a, b, found)] == ["build-date"]
    monkeypatch.setattr(cases, "MOST_CHARACTERS", 100)
    told = {one.cause: one.members for one in explain(a, b, found)}
    assert told == {
        "build-date": tuple(f"demo/{n}.txt" for n in range(3)),
        "unknown": tuple(f"demo/{n}.txt" for n in range(3, 9)),
    }


WORDS = st.lists(
    st.sampled_from(["2026-11-22", "Nov 22 2026", "10:00:00", "/srv/x", "a" * 40, "one", "2", "=", "(", "größe"]),
    max_size=40,
).map(" ".join)


@given(before=WORDS, a=WORDS, b=WORDS, after=WORDS)
def test_words_that_both_have_around_what_differs_tell_nothing(before: str, a: str, b: str, after: str) -> None:
    """The pairs are those of the whole lines, of which only the words around what differs are read."""
    one, other = (f"{before * 9} {text} {after * 9}" for text in (a, b))
    lines = differing_lines(one.encode(), other.encode())
    assert lines is not None
    longest_word = max(map(len, f"{one} {other}".split()), default=0)
    assert max(map(len, lines)) <= max(len(a), len(b)) + 2 * (LONGEST_VALUE + longest_word + 1)
    if one != other:
        assert pairs(*lines) == pairs(one, other)


def test_long_words_are_shown_in_short(tmp_path: Path) -> None:
    """A path may be as long as a file."""
    a, b = (
        written(tmp_path / user, {**FILES, "demo/a.txt": f"/home/{user}/{'x' * 5000}\n".encode()}) for user in "ab"
    )
    (told,) = explain(a, b, compare(a, b).differences)
    assert told.cause == "build-path"
    assert len(told.evidence[0]) < 300


def test_headers_are_read_once_to_compare_and_to_explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the headers of a large wheel takes longer than all rules; and between two times, it could change."""
    a, b = written(tmp_path / "a"), written(tmp_path / "b", FILES | {INIT: b"changed = True\n"})
    read: list[Path] = []

    def noted(source: Source, path: Path) -> reading.Wheel:
        read.append(path)
        return reading.read_wheel(source, path)

    monkeypatch.setattr(opening, "read_wheel", noted)
    assert explain_diff(a, b).causes
    assert sorted(read) == [a, b]
    read.clear()
    assert read_excerpts(a, b).members
    assert sorted(read) == [a, b]
