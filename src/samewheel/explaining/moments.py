"""Dates and times as programs write them, and what the distance of two tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from samewheel.explaining.case import Given

__all__ = ["PATTERN", "Instant", "instants", "offset", "told_by"]

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_NAMES = "|".join(month.title() for month in MONTHS)
_MONTH = f"(?:{_NAMES})[a-z]{{0,6}}"
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
    month = str(MONTHS.index(str(parts["month"]).lower()) + 1)
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


_NAME = rf"(?P<month>{_NAMES})[a-z]{{0,6}}"
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


def told_by(given: Given, a: str, b: str) -> str | None:
    """Return the condition that made two different times of one, if one of them did: clock, files or time zone."""
    zones = given.zones
    for one in instants(a):
        for other in instants(b):
            for moment in given.moments:
                margin = MARGIN if moment.condition == "clock" else EXACT
                away = (one.seconds - moment.a - zones[0], other.seconds - moment.b - zones[1])
                plain = (one.seconds - moment.a, other.seconds - moment.b)
                if any(
                    all(-margin - one.precision <= distance <= margin for distance in both) for both in (away, plain)
                ):
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
