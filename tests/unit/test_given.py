"""What two builds were given: only what really was different, and only what means something in a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from samewheel.explaining.case import Given, Mark, Moment
from samewheel.explaining.given import SOON, given_by
from samewheel.machine import Machine
from samewheel.observation import Observed
from samewheel.variations import VARIATIONS, vary
from tests.unit.test_conditions import conditions
from tests.unit.test_observation import SEEN

MACHINE = Machine(clock_library=None, cpus=(0, 1), locale="et_EE.UTF-8", locale_folder=None, memory_folder=None)
PLAIN = conditions()
WATCHED = msgspec.convert(SEEN, Observed)

MARKED = ("environment_path", "home", "host", "source_path", "temp", "user")
ALL = (*(one.name for one in VARIATIONS), "frontend")
VALUED = ("hash_seed", "locale", "timezone", "uid", "umask")


def seen(**changes: Any) -> Observed:  # noqa: ANN401 - values of many types
    """Return what a probe saw, with some of it changed."""
    return msgspec.structs.replace(WATCHED, **changes)


def conditions_of(given: Given) -> set[str]:
    """Return the conditions that have values or moments."""
    return {one.condition for one in given.values} | {one.condition for one in given.moments}


@pytest.mark.parametrize("name", [one.name for one in VARIATIONS])
def test_each_condition_brings_its_own_values_and_no_others(name: str) -> None:
    """A value of a condition that both builds shared is in both wheels, and would accuse the innocent."""
    given = given_by((PLAIN, vary(PLAIN, MACHINE, [name])), (WATCHED, WATCHED), ALL)
    assert {one.condition for one in given.marks} == ({name} & {*MARKED})
    assert {one.condition for one in given.values} == ({name} & {*VALUED})
    assert (given.umasks is not None) == (name == "umask")
    assert (given.zones != (0, 0)) == (name == "timezone")
    assert given.moments == ()


@pytest.mark.parametrize("name", [one.name for one in VARIATIONS])
def test_nothing_is_given_of_a_condition_that_is_not_proven(name: str) -> None:
    """It was applied, and nobody knows whether the build saw it: what is found of it may be there anyhow."""
    others = [one for one in ALL if one != name]
    both = (seen(clock=0, source_mtime=0, cpus=(2, 2)), seen(clock=SOON * 9, source_mtime=SOON * 9, cpus=(1, 2)))
    given = given_by((PLAIN, vary(PLAIN, MACHINE, ALL[:-1])), both, others)
    assert name not in conditions_of(given) | {one.condition for one in given.marks}
    assert (given.umasks is None) == (name == "umask")
    assert (given.zones == (0, 0)) == (name == "timezone")


def test_names_that_may_be_words_are_no_marks() -> None:
    """A user called bob, or a host called pc, stands in many a wheel for other reasons."""
    one, other = (
        msgspec.structs.replace(PLAIN, user=user, host=host) for user, host in (("bob", "pc"), ("bobby", "machine"))
    )
    assert given_by((one, other), (WATCHED, WATCHED), ALL).marks == ()


def test_folder_of_the_source_is_a_mark_in_every_length() -> None:
    """Wheels have the path, the folder that it is in, or the name of that alone."""
    other = msgspec.structs.replace(PLAIN, source=Path("/elsewhere/project/source"))
    assert {one.b for one in given_by((PLAIN, other), (WATCHED, WATCHED), ALL).marks} == {
        "/elsewhere/project/source",
        "/elsewhere/project",
        "project",
    }


def test_umask_is_known_in_every_spelling() -> None:
    """Programs write it as they like: three digits, four, as Python does, or as a decimal number."""
    given = given_by((PLAIN, vary(PLAIN, MACHINE, ["umask"])), (WATCHED, WATCHED), ALL)
    assert {(one.a, one.b) for one in given.values} == {
        ("022", "077"),
        ("0022", "0077"),
        ("0o22", "0o77"),
        ("22", "77"),
        ("18", "63"),
    }
    assert given.umasks == (0o022, 0o077)


def test_locale_is_known_by_name_and_parts() -> None:
    """A generator may write only the language; the encoding that both have tells nothing."""
    given = given_by((PLAIN, vary(PLAIN, MACHINE, ["locale"])), (WATCHED, WATCHED), ALL)
    assert ("C", "et") in {(one.a, one.b) for one in given.values}
    assert "UTF-8" not in {one.a for one in given.values}


@pytest.mark.parametrize(
    ("timezone", "seconds"),
    [("ZQT-05:45", 20700), ("ZQT+05:45", -20700), ("ZQT-1", 3600), ("UTC", 0), ("UTC0", 0)],
)
def test_zones_are_seconds_east(timezone: str, seconds: int) -> None:
    """POSIX counts westwards, and everybody else eastwards."""
    other = msgspec.structs.replace(PLAIN, timezone=timezone)
    assert given_by((PLAIN, other), (WATCHED, WATCHED), ALL).zones == (0, seconds)


@pytest.mark.parametrize("condition", ["clock", "source_mtime"])
@pytest.mark.parametrize(("later", "counts"), [(SOON, False), (SOON + 1, True), (-SOON - 1, True)])
def test_moments_count_only_if_they_are_far_apart(condition: str, later: int, *, counts: bool) -> None:
    """Two builds in a row have two times anyway; which one a date is of, nobody could say."""
    given = given_by((PLAIN, PLAIN), (seen(**{condition: 1000}), seen(**{condition: 1000 + later})), ALL)
    assert given.moments == ((Moment(condition=condition, a=1000, b=1000 + later),) if counts else ())


@pytest.mark.parametrize("field", ["clock", "cpus", "frontend", "source_mtime"])
def test_what_a_probe_could_not_tell_is_not_guessed(field: str) -> None:
    """What one build saw alone is no pair of values."""
    one = seen(clock=0, cpus=(2, 2), frontend="uv", source_mtime=0)
    other = seen(clock=SOON * 9, cpus=(1, 2), frontend="build", source_mtime=SOON * 9)
    whole, rest = (
        given_by((PLAIN, PLAIN), (one, last), ALL)
        for last in (other, msgspec.structs.replace(other, **{field: None}))
    )
    told = conditions_of(whole)
    assert conditions_of(rest) == told - {field}
    assert field in told


def test_processors_are_what_the_builds_saw() -> None:
    """The number that may be used, and the number that there is: programs ask for either."""
    given = given_by((PLAIN, PLAIN), (seen(cpus=(4, 8)), seen(cpus=(1, 8))), ALL)
    assert given.values == (Mark(condition="cpus", a="4", b="1"),)


def test_zone_is_known_by_its_letters() -> None:
    """What programs write of a zone is its name, not all of TZ."""
    given = given_by((PLAIN, vary(PLAIN, MACHINE, ["timezone"])), (WATCHED, WATCHED), ALL)
    assert ("UTC", "ZQT") in {(one.a, one.b) for one in given.values}
