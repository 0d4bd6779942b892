"""Dates and times as programs write them, and what the distance of two tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from samewheel.explaining.case import Given, Moment

__all__ = ["EVEN", "MONTHS", "PATTERN", "Instant", "instants", "is_of", "offset", "told_by", "zones_apart"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""As programs write them, whatever the language is."""

_MONTH = f"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
_CLOCK = r"[0-2]\d:[0-5]\d(?::[0-6]\d(?:\.\d{1,9})?)?"
_YEAR = r"(?:19|20)\d\d"
_ZONE = r"(?:Z|UTC| ?[+-][01]\d:?[0-5]\d)"

FORMS = (
    rf"{_YEAR}[-/.][01]\d[-/.][0-3]\d(?:[T _-]{_CLOCK})?{_ZONE}?",
    rf"{_DAY}{_MONTH} {{1,2}}\d{{1,2}},? (?:{_CLOCK} )?{_YEAR}",
    rf"{_DAY}\d{{1,2}}[ -]{_MONTH}[ -]{_YEAR}(?: {_CLOCK})?",
    rf"(?<!\d){_YEAR}[01]\d[0-3]\d(?:T?[0-2]\d[0-5]\d(?:[0-5]\d)?Z?)?(?!\d)",
    rf"(?<!\d)[01]\d/[0-3]\d/{_YEAR}(?!\d)",
    rf"(?<!\d){_CLOCK}(?!\d)",
    r"(?<![\d.])[1-9]\d{8,9}(?:\.\d{1,9})?(?![\d.])",
    r"(?<![\d.])[12]\d{11,12}(?:\d{3}|\d{6})?(?![\d.])",
    rf"(?<![\d.]){_YEAR}(?![\d.])",
)
"""Dates with and without a time, times, seconds since 1970 and their fractions, years; tried in this order."""

PATTERN = "|".join(f"(?:{form})" for form in FORMS)
"""Finds all of them; none of its repetitions are unbounded."""

DAY = 86400

MARGIN = 3600
"""Seconds that a build may take."""

QUARTER, FARTHEST = 900, 26 * 3600
"""Time zones are quarters of an hour apart, and none are farther apart than these seconds."""

EVEN = 2
"""Seconds that the times of ZIP files may be off: they are even (APPNOTE.TXT 4.4.6)."""

EXACT = 61
"""Seconds by which two times may be off that are of one moment: half of the builds cross a minute."""


class Instant(NamedTuple):
    """A time that a text may mean."""

    seconds: float
    """POSIX seconds, read as UTC."""
    precision: float
    """Seconds that are not said."""


def _date(year: str, month: str, day: str, clock: str | None = None) -> Iterator[Instant]:
    hour, minute, second = [*map(int, re.findall(r"\d\d", clock or "")[:3]), 0, 0, 0][:3]
    try:
        moment = datetime(int(year), int(month), int(day), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return
    yield Instant(moment.timestamp(), 60 if clock else DAY)


def _numbered(found: re.Match[str]) -> Iterator[Instant]:
    yield from _date(found[1], found[2], found[3], found[4])


def _american(found: re.Match[str]) -> Iterator[Instant]:
    yield from _date(found[3], found[1], found[2])
    yield from _date(found[3], found[2], found[1])


def _named(found: re.Match[str]) -> Iterator[Instant]:
    parts = found.groupdict()
    month = str(MONTHS.index(str(parts["month"])) + 1)
    yield from _date(str(parts["year"]), month, str(parts["day"]), parts["clock"])


def _since_1970(found: re.Match[str]) -> Iterator[Instant]:
    number = float(found[0])
    # Seconds, or thousandths, millionths, milliardths of them: whatever is in this century.
    scale = next(scale for scale in (1, 10**3, 10**6, 10**9) if number / scale <= 10**11 or scale == 10**9)
    yield Instant(number / scale, 1)


def _year(found: re.Match[str]) -> Iterator[Instant]:
    first, last = (datetime(int(found[0]), *day, tzinfo=UTC).timestamp() for day in ((1, 1), (12, 31)))
    # Nearly the whole year: what a build may take must not make two years of its last hours.
    yield Instant(first, last + DAY - first - 2 * MARGIN)


_NAME = f"(?P<month>{'|'.join(MONTHS)})[a-z]{{0,6}}"
READERS: tuple[tuple[str, Callable[[re.Match[str]], Iterator[Instant]]], ...] = (
    (rf"({_YEAR})[-/.]?([01]\d)[-/.]?([0-3]\d)(?:[T _-]?([0-2]\d:?[0-5]\d.*))?", _numbered),
    (r"([01]\d)/([0-3]\d)/(\d{4})", _american),
    (rf"{_DAY}{_NAME} +(?P<day>\d{{1,2}}),? (?:(?P<clock>\d\d:\S+) )?(?P<year>\d{{4}})", _named),
    (rf"{_DAY}(?P<day>\d{{1,2}})[ -]{_NAME}[ -](?P<year>\d{{4}})(?: (?P<clock>\d\d:\S+))?", _named),
    (r"[1-9]\d{8,18}(?:\.\d{1,9})?", _since_1970),
    (_YEAR, _year),
)


def instants(text: str) -> Iterator[Instant]:
    """Yield the times that a text may mean as a whole; none if it is no date."""
    for form, read in READERS:
        if found := re.fullmatch(form, text):
            yield from read(found)


def _seconds_of_day(text: str) -> int | None:
    """Return the seconds since midnight, if a text is the time of a day."""
    found = re.fullmatch(r"(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?", text)
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0) if found else None


def is_of(moment: Moment, zones: tuple[int, int], a: Instant, b: Instant, exact: int) -> bool:
    """Tell whether two times say a moment of each of two builds: both in UTC, or both as the builds' zones have it.

    Args:
        moment: what a condition made of the time in each build.
        zones: of both builds, in seconds east of UTC.
        a: the time of the first.
        b: that of the other.
        exact: seconds that they may be off; those of a clock may be off by as much as a build takes.
    """
    margin = MARGIN if moment.condition == "clock" else exact
    distances = (a.seconds - moment.a, b.seconds - moment.b)
    return any(
        all(-margin - a.precision <= away - zone <= margin for away, zone in zip(distances, shift, strict=True))
        for shift in (zones, (0, 0))
    )


def zones_apart(seconds: float) -> bool:
    """Tell whether two times may be one moment in two time zones: at least a quarter of an hour apart."""
    zone = round(seconds / QUARTER) * QUARTER
    return zone != 0 and abs(seconds) <= FARTHEST and abs(seconds - zone) <= EVEN


def told_by(given: Given, a: str, b: str) -> str | None:
    """Return the condition that made two different times of one, if one of them did: clock, files or time zone."""
    zones = given.zones
    for one in instants(a):
        for other in instants(b):
            for moment in given.moments:
                if is_of(moment, zones, one, other, EXACT):
                    return moment.condition
    return "timezone" if zones[0] != zones[1] and _one_zone_later(a, b, zones[1] - zones[0]) else None


def _one_zone_later(a: str, b: str, zone: int) -> bool:
    """Tell whether two texts are one moment in two time zones."""
    day = [_seconds_of_day(text) for text in (a, b)]
    if day[0] is not None and day[1] is not None:
        return abs((day[1] - day[0] - zone + DAY / 2) % DAY - DAY / 2) <= EXACT
    pairs = [(one, other) for one in instants(a) for other in instants(b)]
    return any(one.precision < DAY and abs(other.seconds - one.seconds - zone) <= EXACT for one, other in pairs)


def offset(text: str) -> float | None:
    """Return the seconds east of UTC that a text such as ``+0545`` or ``+05:45`` says; None if it says none."""
    found = re.fullmatch(r"([+-])([01]\d):?([0-5]\d)", text)
    if found is None:
        return None
    seconds = int(found[2]) * 3600 + int(found[3]) * 60
    return -seconds if found[1] == "-" else seconds
