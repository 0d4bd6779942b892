"""Which causes are told from the ZIP file: by what two builds were given, and without knowing that."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.comparison import compare
from samewheel.explaining.case import Given, Moment, opened
from samewheel.explaining.explaining import join, look_into
from tests.unit.recognising import CONSISTENT, SHOWN
from tests.unit.wheels import FILES, INIT, NAME, entries_of, packed, put, written

if TYPE_CHECKING:
    from samewheel.explaining.values import Certainty
    from tests.unit.wheels import Change

Said = list[tuple[str, "Certainty", tuple[str, ...]]]

NOW, LATER = 1_795_000_000, 1_890_000_000
FILE, OTHER_FILE = 1_600_000_000, 1_234_567_890
ZONE = 20700
GIVEN = Given(
    moments=(Moment(condition="source_mtime", a=FILE, b=OTHER_FILE), Moment(condition="clock", a=NOW, b=LATER)),
    zones=(0, ZONE),
    umasks=(0o022, 0o077),
)

TOLD_NOTHING: Said = [("archive-times", CONSISTENT, ())]


def said(a: Path, b: Path, known: Given | None) -> Said:
    """Return the causes of two wheels, how sure they are, and the guilty conditions."""
    with opened(a, b, compare(a, b).differences, given=known) as case:
        found = join(look_into(case))
    return [(one.cause, one.certainty, one.conditions) for one in found]


def timed(folder: Path, moments: tuple[int, ...]) -> Path:
    """Write a wheel whose first members have times: POSIX seconds, written as if they were UTC."""
    entries = entries_of(FILES)
    for index, seconds in enumerate(moments):
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        date = at.year - 1980 << 9 | at.month << 5 | at.day
        time = at.hour << 11 | at.minute << 5 | at.second // 2
        entries[index] = replace(entries[index], both={"date": date, "time": time})
    return put(folder / NAME, packed(entries))


def of_times(folder: Path, a: tuple[int, ...], b: tuple[int, ...], known: Given | None = GIVEN) -> Said:
    """Return what is told of two wheels that have such times."""
    return said(timed(folder / "a", a), timed(folder / "b", b), known)


def of_changes(folder: Path, a: Change, b: Change, known: Given | None = None) -> Said:
    """Return what is told of two wheels that have such headers of their first member."""
    return said(written(folder / "a", change=a), written(folder / "b", change=b), known)


def mode(number: int) -> Change:
    """Return the change that gives a mode."""
    return {"external_attr": number << 16}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((NOW,), (LATER,), [("archive-times", SHOWN, ("clock",))]),
        ((NOW + 600,), (LATER + 2400,), [("archive-times", SHOWN, ("clock",))]),
        ((NOW, NOW + 60), (LATER, LATER + 50), [("archive-times", SHOWN, ("clock",))]),
        ((NOW,), (LATER + ZONE,), [("archive-times", SHOWN, ("clock",))]),
        ((FILE,), (OTHER_FILE,), [("archive-times", SHOWN, ("source_mtime",))]),
        ((FILE,), (OTHER_FILE + ZONE,), [("archive-times", SHOWN, ("source_mtime",))]),
        ((FILE + 5000,), (FILE + 5000 + ZONE,), [("archive-time-zone", SHOWN, ("timezone",))]),
    ],
    ids=["clock", "while", "members", "local-clock", "files", "local-files", "zone"],
)
def test_times_name_the_condition_that_gave_them(
    a: tuple[int, ...], b: tuple[int, ...], expected: Said, tmp_path: Path
) -> None:
    """A build takes a while by the clock; the times of files and zones are exact, written as UTC or as local time."""
    assert of_times(tmp_path, a, b) == expected


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((NOW + 9000,), (LATER + 9000,)),
        ((FILE + 10,), (OTHER_FILE + 10,)),
        ((LATER,), (NOW,)),
        ((NOW, FILE), (LATER, OTHER_FILE)),
        ((FILE + 5000,), (FILE + 5000 + 3600,)),
        ((FILE + 5000, FILE), (FILE + 5000 + ZONE, FILE + 3600)),
    ],
    ids=["too-late", "not-exact", "swapped", "of-both", "another-zone", "one-zone-of-two"],
)
def test_times_that_no_single_condition_gave_name_nobody(
    a: tuple[int, ...], b: tuple[int, ...], tmp_path: Path
) -> None:
    """What is nearly a moment of the builds, or one of them for each member, is left to a search."""
    assert of_times(tmp_path, a, b) == TOLD_NOTHING


@pytest.mark.parametrize(
    ("hours", "cause"),
    [(2, "archive-time-zone"), (-5.75, "archive-time-zone"), (2.1, "archive-times"), (27, "archive-times")],
)
def test_times_of_wheels_that_came_from_anywhere_are_only_consistent(
    hours: float, cause: str, tmp_path: Path
) -> None:
    """Quarters of an hour, no more than a day apart, may be two time zones: nobody is called guilty."""
    found = of_times(tmp_path, (FILE, NOW), (FILE + int(hours * 3600), NOW + int(hours * 3600)), None)
    assert found == [(cause, CONSISTENT, ())]


def test_times_that_are_no_dates_are_told_all_the_same(tmp_path: Path) -> None:
    """Month 0 can be written, and no calendar has it."""
    a, b = (
        put(tmp_path / side / NAME, packed(entries_of(FILES, both={"date": date})))
        for side, date in (("a", 0), ("b", 1))
    )
    assert said(a, b, GIVEN) == TOLD_NOTHING


@given(bits=st.integers(0, 0o777), umasks=st.tuples(st.integers(0, 0o77), st.integers(0, 0o77)))
def test_modes_that_follow_from_two_umasks_are_shown(bits: int, umasks: tuple[int, int]) -> None:
    """Whatever the mode would be without them, and whatever the umasks are."""
    a, b = (bits & ~umask for umask in umasks)
    known = Given(umasks=umasks)
    with tempfile.TemporaryDirectory() as folder:
        found = of_changes(Path(folder), mode(0o100000 | a), mode(0o100000 | b), known)
    assert found == ([("umask", SHOWN, ("umask",))] if a != b else [])


@pytest.mark.parametrize(
    ("a", "b", "umasks"),
    [
        (0o100644, 0o100600, None),
        (0o100664, 0o100600, (0o022, 0o077)),
        (0o100600, 0o100644, (0o022, 0o077)),
        (0o100644, 0o100640, (0o022, 0o077)),
        (0o100755, 0o100644, (0o022, 0o077)),
    ],
    ids=["unknown", "group-may-write", "swapped", "too-many-bits", "executable"],
)
def test_modes_that_do_not_follow_name_nobody(a: int, b: int, umasks: tuple[int, int] | None, tmp_path: Path) -> None:
    """A file that somebody else's umask made, or a chmod, is no proof against these two builds."""
    known = Given(umasks=umasks) if umasks else None
    assert of_changes(tmp_path, mode(a), mode(b), known) == [("umask", CONSISTENT, ())]


@pytest.mark.parametrize("known", [None, GIVEN], ids=["unknown", "given"])
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (mode(0o100644), mode(0o644), ("archive-system", SHOWN)),
        ({"create_system": 3}, {"create_system": 0}, ("windows", SHOWN)),
        ({"create_system": 14}, {"create_system": 3}, ("windows", SHOWN)),
        ({"create_system": 0}, {"create_system": 10}, ("archive-system", SHOWN)),
        ({"create_system": 3}, {"create_system": 19}, ("archive-system", SHOWN)),
        ({}, {"create_version": 63}, ("archive-system", CONSISTENT)),
        ({}, {"comment": b"hi"}, ("archive-system", CONSISTENT)),
    ],
)
def test_headers_are_told_by_themselves(
    tmp_path: Path, *, a: Change, b: Change, expected: tuple[str, Certainty], known: Given | None
) -> None:
    """What packed them is no condition of a build: to know the builds changes nothing."""
    assert of_changes(tmp_path, a, b, known) == [(*expected, ())]


@pytest.mark.parametrize("known", [None, GIVEN], ids=["unknown", "given"])
def test_what_belongs_to_the_archive_is_told(known: Given | None, tmp_path: Path) -> None:
    """An entry for a folder, a comment and the order of members are of whatever packed, or of what listed them."""
    plain = written(tmp_path / "plain")
    comment = written(tmp_path / "comment", comment=b"hi")
    folder = written(tmp_path / "folder", {"demo/": b"", **FILES})
    order = written(tmp_path / "order", {name: FILES[name] for name in ("demo/run.sh", *FILES)})
    assert said(plain, comment, known) == [("archive-system", CONSISTENT, ())]
    assert ("archive-system", CONSISTENT, ()) in said(plain, folder, known)
    assert said(plain, order, known) == [("entry-order", CONSISTENT, ())]


@pytest.mark.parametrize(("known", "certainty"), [(None, SHOWN), (GIVEN, CONSISTENT)], ids=["unknown", "given"])
def test_compression_is_of_a_compressor_unless_one_zlib_made_both(
    known: Given | None, certainty: Certainty, tmp_path: Path
) -> None:
    """Two builds on one machine have the same zlib, so that something else chose the level."""
    a, b = (written(tmp_path / f"{level}", {**FILES, INIT: b"x = 1\ny = 2\n" * 99}, level=level) for level in (1, 9))
    assert said(a, b, known) == [("compressor", certainty, ())]
