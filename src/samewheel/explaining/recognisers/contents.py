"""Causes in what members hold: values that a build was given, and words that look like dates, paths or chance.

Each value that one build had is taken out of its member, and the other's out of the other. If both are equal then,
nothing but these values differs. What is left is compared word by word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from samewheel.explaining import moments
from samewheel.explaining.case import LARGEST as WHOLE
from samewheel.explaining.case import Recognised
from samewheel.explaining.causing import cause_of
from samewheel.explaining.pieces import LARGEST, differing_lines, is_reordered, pairs
from samewheel.explaining.recognisers.said import by_member
from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Given
    from samewheel.patterns import Patterns

__all__ = ["changed", "values", "words"]

LAYERS = ("SW2", "SW3", "SW4")

LONGEST = 120
"""Characters of a value that is shown."""

FOLDER = re.compile(
    r"/(?:home|Users|root|tmp|var|private|builds?|work|workspace|github|io|project|opt|mnt|srv|usr|nix)/"
    r"|/[^/]*(?:build|tmp|temp|work)[^/]*/",
    re.IGNORECASE,
)
"""How paths of machines begin; other words with slashes may be addresses, names of routes or anything else."""

TIMES = re.compile(
    r"(?<![a-z])(?:m?time(?!out|r)|date|epoch|stamp|buil[dt]|generated|year|copyright)"
    r"|Time(?!out|r)|Date|Epoch|Stamp|Buil[dt]|Generated|Year|Copyright|©"
    r"|(?<![A-Z])(?:M?TIME(?!OUT|R)|DATE|EPOCH|STAMP|BUIL[DT]|GENERATED|YEAR|COPYRIGHT)"
)
"""Words beside numbers that are times; as words of their own, or as parts of names."""

GENERATED = re.compile(rb"generated (?:by|on|at|from|file)|auto-?generated|do not edit", re.IGNORECASE)
"""What the first lines of generated files say."""

HEAD = 1000
"""Bytes of these first lines."""

DISTINCTIVE = 3
"""Characters of a value that does not stand at a place by chance, if another one of them stands there in turn."""


class Told(NamedTuple):
    """A cause of two words, and how sure it is."""

    cause: str
    certainty: Certainty
    condition: str = ""
    evidence: str = ""


def values(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW2xx to SW4xx of members that both wheels have: values of the builds, and what follows from them."""
    if case.given is None:
        return
    for both, differences in changed(case, left):
        marked, rest = _marked(case, both, differences)
        told = _words(case, *rest, differences)
        whole = rest[0] == rest[1] or (bool(told) and all(one.certainty is Certainty.SHOWN for one in told))
        yield from _recognised([*marked, *(told if whole else [])], differences, whole=whole)


def words(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """SW2xx to SW4xx of members that both wheels have: dates, offsets, numbers, order."""
    for both, differences in changed(case, left, LARGEST):
        rest = both if case.given is None else _marked(case, both, differences)[1]
        told = _words(case, *rest, differences)
        yield from _recognised(told, differences, whole=bool(told))


def changed(
    case: Case, left: Sequence[Difference], at_most: int = WHOLE
) -> Iterator[tuple[tuple[bytes, bytes], tuple[Difference, ...]]]:
    """Yield what members hold that both wheels have, and their differences."""
    found = (one for one in left if one.code.startswith(LAYERS) and one.member and one.field != "presence")
    for member, differences in by_member(found).items():
        both = case.contents(member, at_most)
        if both is not None and both[0] != both[1]:
            yield both, tuple(differences)


def _recognised(told: Sequence[Told], differences: tuple[Difference, ...], *, whole: bool) -> Iterator[Recognised]:
    for one in told:
        yield Recognised(
            cause=one.cause,
            certainty=one.certainty,
            differences=differences,
            conditions=(one.condition,) if one.condition else (),
            evidence=f"{differences[0].member}: {one.evidence}",
            whole=whole,
        )


def _marked(
    case: Case, both: tuple[bytes, bytes], differences: Sequence[Difference]
) -> tuple[list[Told], tuple[bytes, bytes]]:
    """Return the marks of each build that stand in its wheel alone, and the contents without them."""
    (one, a), (other, b) = map(_without, case.marks, both)
    shared = sorted(one.keys() & other.keys())
    told = [
        Told(
            cause_of(condition, differences),
            Certainty.SHOWN,
            condition,
            f"{one[condition]} in the first, {other[condition]} in the second",
        )
        for condition in shared
    ]
    return told, (a, b) if shared else both


def _without(marks: Patterns, content: bytes) -> tuple[dict[str, str], bytes]:
    """Return an example of each condition's value in some contents, and the contents with its name instead of it."""
    found: dict[str, str] = {}
    pieces, done = [], 0
    for one in marks.find(content):
        found.setdefault(one.condition, one.word.decode("utf-8", "backslashreplace")[:LONGEST])
        pieces += [content[done : one.start], f"<{one.condition}:{one.encoding}>".encode()]
        done = one.end
    return found, b"".join([*pieces, content[done:]])


def _words(case: Case, a: bytes, b: bytes, differences: Sequence[Difference]) -> list[Told]:
    """Return what all the words tell in which two texts differ; nothing if they do not, or one tells nothing."""
    lines = differing_lines(a, b) if a != b else None
    if lines is None or not case.may_read(sum(map(len, lines))):
        return []
    given = case.given
    more = [value for mark in given.values for value in (mark.a, mark.b)] if given is not None else []
    if is_reordered(*lines):
        cause = cause_of("hash_seed", differences)
        # Numbers that are the same are no hashes, in whatever order they stand.
        cause = "set-order" if cause == "hash-value" else cause
        return [Told(cause, Certainty.CONSISTENT, "", "the same words in another order")]
    is_dated = (
        given is not None or all(map(TIMES.search, lines)) or all(GENERATED.search(text[:HEAD]) for text in (a, b))
    )
    told = [_pair(given, *pair, differences, is_dated=is_dated) for pair in pairs(*lines, more) or [("", "")]]
    return [one for one in dict.fromkeys(told) if one is not None] if None not in told else []


def _pair(given: Given | None, a: str, b: str, differences: Sequence[Difference], *, is_dated: bool) -> Told | None:
    """Return what two words tell that stand at the same place.

    Args:
        given: what the builds were given, if that is known.
        a: the word in the first wheel.
        b: that in the second one.
        differences: of the member.
        is_dated: whether numbers may be times here.
    """
    evidence = f"{a[:LONGEST]} in the first, {b[:LONGEST]} in the second"
    condition = _by_value(given, a, b) if given is not None else None
    if condition is not None and given is not None:
        sure = min(len(a), len(b)) >= DISTINCTIVE or condition == "timezone"
        certainty = Certainty.SHOWN if sure else Certainty.CONSISTENT
        cause = "hash-value" if condition == "hash_seed" else cause_of(condition, differences)
        return Told(cause, certainty, condition if sure else "", evidence)
    if (is_dated or not _is_number(a)) and all(any(True for _ in moments.instants(word)) for word in (a, b)):
        return Told("build-date", Certainty.CONSISTENT, "", evidence)
    return _by_looks(a, b, evidence, is_known=given is not None)


def _is_number(text: str) -> bool:
    return text.replace(".", "").isdigit()


def _by_value(given: Given, a: str, b: str) -> str | None:
    """Return the condition that gave two words, if one of them did."""
    for mark in given.values:
        if (a, b) == (mark.a, mark.b):
            return mark.condition
    condition = moments.told_by(given, a, b)
    if condition is None and given.zones[0] != given.zones[1]:
        offsets = {_zone(a), -_zone(a)}, {_zone(b), -_zone(b)}
        if all(zone in said for zone, said in zip(given.zones, offsets, strict=True)):
            return "timezone"
    return condition


def _zone(text: str) -> float:
    """Return the seconds that a text may say as the offset of a time zone: ``+0545``, ``20700``; 1 if none."""
    said = moments.offset(text)
    if said is not None:
        return said
    return float(text) if re.fullmatch(r"-?\d{1,5}", text) else 1.0


def _by_looks(a: str, b: str, evidence: str, *, is_known: bool) -> Told | None:
    """Return what two words tell by themselves; of builds that are not known, less."""
    if all(re.fullmatch(r"(?:0x)?[0-9a-f-]{12,128}", word) for word in (a, b)) and len(a) == len(b):
        return Told("randomness", Certainty.CONSISTENT, "", evidence)
    if all(word.startswith("/") and word.count("/") > 1 and (is_known or FOLDER.match(word)) for word in (a, b)):
        cause = "temp-path" if "/tmp/" in a and "/tmp/" in b else "build-path"  # noqa: S108 - a name, not a place
        return Told(cause, Certainty.CONSISTENT, "", evidence)
    return None
