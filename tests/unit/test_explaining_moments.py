"""Dates in wheels: which of the things that a build was given made two of them different."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.explaining.case import Given, Moment
from samewheel.explaining.moments import instants, offset, told_by, zones_apart
from samewheel.explaining.pieces import pairs

NOW = 1_795_000_000
LATER = NOW + 3 * 366 * 86400 + 5 * 3600 + 47 * 60
ZONE = 20700
GIVEN = Given(
    moments=(
        Moment(condition="source_mtime", a=1_400_000_000, b=1_234_567_890),
        Moment(condition="clock", a=NOW, b=LATER),
    ),
    zones=(0, ZONE),
)

FORMS = (
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%SZ",
    "%a %b %d %H:%M:%S %Y",
    "%b %d %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%a, %d %b %Y %H:%M:%S",
    "%m/%d/%Y",
    "%s",
    "%Y",
)
"""As programs write them; those with a time may be local, and then both shift."""

TIMED = tuple(form for form in FORMS if "%H" in form and not form.endswith("Z"))

each_form = pytest.mark.parametrize("form", FORMS)


def written(form: str, seconds: int, zone: int = 0) -> str:
    """Return a time as a program would write it, which is as many seconds east of UTC."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds + zone)
    return str(seconds) if form == "%s" else moment.strftime(form)


@each_form
@given(later=st.integers(0, 900))
def test_two_times_of_the_clock_are_told_in_every_form(form: str, later: int) -> None:
    """Each build runs for a while, and writes what its own clock says then."""
    one, other = (written(form, seconds + later) for seconds in (NOW, LATER))
    assert told_by(GIVEN, one, other) == "clock"


@each_form
def test_two_times_of_files_are_told_in_every_form(form: str) -> None:
    """They are set to the second, and many a generator writes them into headers."""
    assert told_by(GIVEN, *(written(form, seconds) for seconds in (1_400_000_000, 1_234_567_890))) == "source_mtime"


@pytest.mark.parametrize("form", TIMED)
@given(moment=st.integers(315_532_800, 4_000_000_000))
def test_one_moment_in_two_time_zones_is_told(form: str, moment: int) -> None:
    """Any moment will do, as the zones are known; only what both clocks said means the clock."""
    one, other = written(form, moment), written(form, moment, ZONE)
    told = told_by(GIVEN, one, other)
    assert told == "timezone" or abs(moment - NOW) < 2 * 86400


@each_form
def test_the_clock_in_two_time_zones_is_the_clock(form: str) -> None:
    """Both conditions are guilty; the greater one is named first."""
    assert told_by(GIVEN, written(form, NOW), written(form, LATER, ZONE)) == "clock"


@each_form
@given(moments=st.tuples(st.integers(400_000_000, 1_100_000_000), st.integers(400_000_000, 1_100_000_000)))
def test_dates_of_other_moments_are_not_told(form: str, moments: tuple[int, int]) -> None:
    """A release date that a person changed between two sources is no leak of the clock."""
    one, other = (written(form, seconds) for seconds in moments)
    told = told_by(GIVEN, one, other)
    assert told is None or abs(moments[1] - moments[0] - ZONE) <= 86400


@given(text=st.text(max_size=40))
def test_no_text_is_too_odd_to_be_no_date(text: str) -> None:
    """Wheels hold anything; what is no date is none, and nothing is raised."""
    assert all(isinstance(one.seconds, float) for one in instants(text))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("+0545", 20700), ("-05:45", -20700), ("+0000", 0), ("0545", None), ("+5", None), ("+05456", None)],
)
def test_offsets_are_read_in_both_forms(text: str, seconds: int | None) -> None:
    """ISO 8601 has them with and without a colon."""
    assert offset(text) == seconds


@each_form
def test_dates_are_found_in_the_middle_of_text(form: str) -> None:
    """They stand in banners, comments and versions, beside words that do not differ."""
    one, other = written(form, NOW), written(form, LATER)
    assert pairs(f"# made on {one}, by us", f"# made on {other}, by us") == [(one, other)]


def test_words_that_differ_otherwise_are_no_pairs() -> None:
    """Where one text has more words, nobody can say which belong together."""
    assert pairs("a b c", "a b c d") is None


@given(st.text(alphabet="JanKasFebMon0123456789-/:., TZ+", max_size=30))
def test_no_text_ends_the_reading_of_dates(text: str) -> None:
    """Any word may stand where the name of a month does: in another language, or none at all."""
    for one in instants(text):
        assert isinstance(one.seconds, float)


@pytest.mark.parametrize("text", ["22-Kas-2026", "3-Alpha-2024", "Foo 3, 2024", "Mon, 3 Mai 2024"])
def test_names_of_other_months_are_no_dates(text: str) -> None:
    """What the name of a month is in another language, nobody here knows."""
    assert list(instants(text)) == []


@pytest.mark.parametrize("factor", [10**3, 10**6, 10**9])
def test_fractions_of_seconds_are_times(factor: int) -> None:
    """Programs write times in thousandths, millionths and milliardths of a second since 1970."""
    (one,) = instants(str(1_795_000_000 * factor))
    assert one.seconds == 1_795_000_000


@pytest.mark.parametrize(
    ("seconds", "may_be"),
    [
        (0, False),
        (2, False),
        (420, False),
        (900, True),
        (-3602, True),
        (3603, False),
        (26 * 3600, True),
        (96300, False),
    ],
)
def test_time_zones_are_quarters_of_an_hour_apart(seconds: int, may_be: bool) -> None:  # noqa: FBT001 - a parameter
    """A little later is no other zone, and neither is another day."""
    assert zones_apart(seconds) == may_be
