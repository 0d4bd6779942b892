"""Causes in the ZIP file around the members: times, modes, order, compression, and the system that packed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from samewheel.explaining.moments import EVEN, Instant, is_of, zones_apart
from samewheel.explaining.recognisers.said import consistent, shown
from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Given, Recognised

__all__ = ["RECOGNISERS"]

PERMISSIONS = 0o7777
"""The bits of a mode that are no type of a file."""

UMASKS = (0o022, 0o002, 0o077, 0o027, 0o007)
"""Those in use."""

WINDOWS = {"0", "10", "14"}
"""Systems that are Windows or DOS (APPNOTE.TXT 4.4.2.2)."""


@lru_cache(maxsize=64)
def _seconds(moment: str) -> int:
    """Return the POSIX seconds of a member's time, read as UTC; one that no calendar has counts as 1970."""
    try:
        return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _by_moment(given: Given, pairs: Sequence[tuple[int, int]]) -> str | None:
    """Return the condition that gave all the times, if one of them did."""
    instants = [(Instant(a, 0), Instant(b, 0)) for a, b in pairs]
    for moment in given.moments:
        if all(is_of(moment, given.zones, a, b, EVEN) for a, b in instants):
            return moment.condition
    return None


def _by_zone(case: Case, deltas: set[int]) -> Certainty | None:
    """Return how sure it is that only the time zone is different, if it may be."""
    if case.given is not None:
        zone = case.given.zones[1] - case.given.zones[0]
        return Certainty.SHOWN if zone and all(abs(delta - zone) <= EVEN for delta in deltas) else None
    together = max(deltas) - min(deltas) <= EVEN
    return Certainty.CONSISTENT if together and zones_apart(min(deltas)) else None


def times(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW101: times that the clock, the source's files or the time zone gave."""
    found = tuple(one for one in left if one.code == "SW101")
    if not found:
        return
    pairs = [(_seconds(one.a), _seconds(one.b)) for one in found]
    evidence = f"{found[0].member}: {found[0].a}, and {found[0].b}"
    condition = _by_moment(case.given, pairs) if case.given is not None else None
    if condition is not None:
        yield shown("archive-times", *found, evidence=evidence, conditions=(condition,))
    elif zone := _by_zone(case, {b - a for a, b in pairs}):
        hours = f"{evidence}: {(pairs[0][1] - pairs[0][0]) / 3600:+.4g} hours"
        if zone is Certainty.SHOWN:
            yield shown("archive-time-zone", *found, evidence=hours, conditions=("timezone",))
        else:
            yield consistent("archive-time-zone", *found, evidence=hours)
    else:
        yield consistent("archive-times", *found, evidence=evidence)


def _fits(pairs: Sequence[tuple[int, int]], umasks: tuple[int, int]) -> bool:
    """Tell whether modes differ by nothing but two umasks."""
    one, other = umasks
    return all(a & one == 0 and b & other == 0 and a & ~other == b & ~one for a, b in pairs)


def modes(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW102, SW303 and external attributes: modes that follow from two umasks."""
    found = tuple(one for one in left if one.code == "SW102" or (one.code == "SW303" and one.a != one.b))
    if not found:
        return
    pairs = [_modes(case, one) for one in found]
    if all(a & PERMISSIONS == b & PERMISSIONS for a, b in pairs):
        said = f"{found[0].member}: mode {pairs[0][0]:06o}, and {pairs[0][1]:06o}: the type of the file"
        yield shown("archive-system", *found, evidence=said)
        return
    one, (a, b) = next(pair for pair in zip(found, pairs, strict=True) if (pair[1][0] ^ pair[1][1]) & PERMISSIONS)
    evidence = f"{one.member}: {a & PERMISSIONS:04o}, and {b & PERMISSIONS:04o}"
    given = case.given.umasks if case.given is not None else None
    if given is not None and _fits(pairs, given):
        said = f"{evidence}, as umask {given[0]:03o} and {given[1]:03o} make of the same"
        yield shown("umask", *found, evidence=said, conditions=("umask",))
        return
    umasks = next((two for two in _pairs(UMASKS) if _fits(pairs, two)), None)
    as_if = f"as umask {umasks[0]:03o} and {umasks[1]:03o} would make of the same" if umasks else "as no usual umask"
    yield consistent("umask", *found, evidence=f"{evidence}, {as_if}")


def _modes(case: Case, one: Difference) -> tuple[int, int]:
    a, b = (members.get(one.member) for members in case.members)
    return (a.central.mode if a else 0, b.central.mode if b else 0)


def _pairs(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield from ((a, b) for a in values for b in values if a != b)


def orders(_: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW103: the order of members."""
    found = tuple(one for one in left if one.code == "SW103")
    if found:
        evidence = f"first {found[0].a}, and first {found[0].b}"
        yield consistent("entry-order", *found, evidence=evidence)


def compressors(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW104: the compression; two builds with one zlib should not differ in it, so that something else is guilty."""
    found = tuple(one for one in left if one.code == "SW104")
    if found:
        make = shown if case.given is None else consistent
        yield make("compressor", *found, evidence=f"{found[0].member}: {found[0].a}, and {found[0].b}")


def headers(_: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW105 to SW108: what another system or program packs otherwise."""
    for one in left:
        if one.code == "SW105":
            cause = "windows" if (one.a in WINDOWS) != (one.b in WINDOWS) else "archive-system"
        elif one.code in {"SW106", "SW107", "SW108"}:
            cause = "archive-system"
        else:
            continue
        evidence = f"{one.member or 'archive'}, {one.field}: {one.a or 'none'}, and {one.b or 'none'}"
        yield (shown if one.code == "SW105" else consistent)(cause, one, evidence=evidence)


RECOGNISERS = (times, modes, orders, compressors, headers)
"""Each has codes of its own, so that the order is of no matter."""
