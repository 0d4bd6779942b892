"""What two builds were given, as values that may stand in their wheels."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING

from samewheel.explaining.case import Given, Mark, Moment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from samewheel.conditions import Conditions
    from samewheel.observation import Observed

__all__ = ["given_by"]

SOON = 86400
"""Seconds: builds that are less apart took place at the same time, as far as dates tell."""

TOO_SHORT = 4
"""Characters of a value that may stand anywhere by chance."""


def _marks(a: Conditions, b: Conditions) -> Iterator[tuple[str, str, str]]:
    """Yield what is made for a build alone, the longest paths of a condition first."""
    # What stands for it in error messages and compiled files, too: the folder that a source lies in.
    paths = (
        ("source_path", a.source, b.source),
        ("environment_path", a.environment, b.environment),
        ("home", a.home, b.home),
        ("temp", a.temp, b.temp),
        ("source_path", a.source.parent, b.source.parent),
    )
    for name, one, other in paths:
        yield name, str(one), str(other)
    yield "source_path", a.source.parent.name, b.source.parent.name
    yield "host", a.host, b.host
    yield "user", a.user, b.user


def _umasks(a: Conditions, b: Conditions) -> Iterator[tuple[str, str, str]]:
    for form in ("{:03o}", "{:04o}", "0o{:o}", "{:o}", "{:d}"):
        yield "umask", form.format(a.umask), form.format(b.umask)


def _values(a: Conditions, b: Conditions, seen: tuple[Observed, Observed]) -> Iterator[tuple[str, str, str]]:
    """Yield what may be there for other reasons, but hardly twice at the same place."""
    yield "uid", str(a.uid), str(b.uid)
    yield from _umasks(a, b)
    yield "hash_seed", str(a.hash_seed), str(b.hash_seed)
    for one, other in zip(_spellings(a.locale), _spellings(b.locale), strict=True):
        yield "locale", one, other
    yield "timezone", a.timezone, b.timezone
    yield "timezone", _letters(a.timezone), _letters(b.timezone)
    seen_a, seen_b = seen
    if seen_a.frontend is not None and seen_b.frontend is not None:
        yield "frontend", seen_a.frontend, seen_b.frontend
    if seen_a.cpus is not None and seen_b.cpus is not None:
        for count, count_of_other in zip(seen_a.cpus, seen_b.cpus, strict=True):
            yield "cpus", str(count), str(count_of_other)


def _spellings(locale: str) -> tuple[str, ...]:
    """Return a locale's name, and its parts."""
    language, _, encoding = locale.partition(".")
    return (locale, locale.replace("-", ""), language, language.partition("_")[0], encoding)


def _letters(timezone: str) -> str:
    """Return what programs call the zone that a value of TZ such as ``ZQT-05:45`` stands for."""
    return timezone.rstrip("0123456789:+-")


def _zone(timezone: str) -> int:
    """Return the seconds east of UTC that a value of TZ such as ``ZQT-05:45`` stands for (POSIX 8.3)."""
    sign, at = next(((sign, timezone.find(sign)) for sign in "+-" if sign in timezone), ("", -1))
    if at < 0:
        return 0
    hours, _, minutes = timezone[at + 1 :].partition(":")
    seconds = int(hours) * 3600 + int(minutes or 0) * 60
    return seconds if sign == "-" else -seconds


def given_by(
    conditions: tuple[Conditions, Conditions],
    seen: tuple[Observed, Observed],
    varied: Collection[str],
    printed: tuple[str, str] = ("", ""),
) -> Given:
    """Return what two builds were given differently, and in fact saw so.

    Args:
        conditions: of both builds.
        seen: what the probe in each of them saw.
        varied: the conditions that were proven to be different; of no other one is anything given.
        printed: the end of what each of them printed.
    """
    a, b = conditions
    told_a, told_b = seen
    moments = [("source_mtime", told_a.source_mtime, told_b.source_mtime), ("clock", told_a.clock, told_b.clock)]
    return Given(
        marks=tuple(
            mark for mark in starmap(_mark, _marks(a, b)) if mark.condition in varied and _is_distinctive(mark)
        ),
        values=tuple(
            mark for mark in starmap(_mark, _values(a, b, seen)) if mark.condition in varied and mark.a != mark.b
        ),
        moments=tuple(
            Moment(condition=name, a=one, b=other)
            for name, one, other in moments
            if name in varied and one is not None and other is not None and abs(other - one) > SOON
        ),
        zones=(_zone(a.timezone), _zone((b if "timezone" in varied else a).timezone)),
        umasks=(a.umask, b.umask) if "umask" in varied and a.umask != b.umask else None,
        printed=printed,
    )


def _is_distinctive(mark: Mark) -> bool:
    """Tell whether a wheel that has one of the values has it from its build, and the other one cannot."""
    return mark.a != mark.b and min(len(mark.a), len(mark.b)) >= TOO_SHORT


def _mark(condition: str, a: str, b: str) -> Mark:
    return Mark(condition=condition, a=a, b=b)
