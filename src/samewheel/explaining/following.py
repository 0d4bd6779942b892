"""What follows from what is recognised: sizes, places and digests of the same member, and what is only counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.case import Recognised
from samewheel.explaining.recognisers.bytecode import source_of
from samewheel.explaining.recognisers.said import last
from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from samewheel.comparison import Difference

    _Known: TypeAlias = tuple[Recognised, Difference]
    """What was recognised, and a difference of it."""

__all__ = ["following"]

APART = frozenset({"build-id", "link-stamp"})
"""Causes that change nothing but a field of their own."""


def following(found: Sequence[Recognised], left: Sequence[Difference]) -> Iterator[Recognised]:
    """Yield what the surest cause of a member would explain beside what it was recognised by.

    Args:
        found: what was recognised.
        left: differences that are not explained as a whole.
    """
    known: dict[str, list[_Known]] = {}
    for one in found:
        for origin in one.differences:
            known.setdefault(origin.member, []).append((one, origin))
    partly = {difference for one in found for difference in one.differences}
    for difference in left:
        if difference not in partly and may_follow(difference):
            yield from _of(difference, known)


def _of(difference: Difference, known: Mapping[str, Sequence[_Known]]) -> Iterator[Recognised]:
    places = (difference.member, source_of(difference.member)) if _is_compiled(difference) else (difference.member,)
    causes = [
        (one, origin)
        for name in places
        for one, origin in known.get(name, ())
        if one.cause not in APART and leads(origin, difference)
    ]
    certainties = tuple(Certainty)
    if causes:
        one, origin = min(causes, key=lambda pair: certainties.index(pair[0].certainty))
        evidence = f"{difference.member}, {difference.field}: follows from {origin.field} of {origin.member}"
        yield _consistent(one.cause, difference, evidence)
    elif difference.code == "SW401":
        evidence = f"{difference.member}, {difference.field}: a digest of what differs in the file"
        yield _consistent("build-id", difference, evidence)


def _consistent(cause: str, difference: Difference, evidence: str) -> Recognised:
    return Recognised(cause=cause, certainty=Certainty.CONSISTENT, differences=(difference,), evidence=evidence)


def _is_compiled(one: Difference) -> bool:
    """Tell whether it is in a compiled module, and may follow from its source."""
    is_of_source = last(one.field) in {"header source size", "header source hash"}
    return one.code == "SW313" or (one.code == "SW311" and is_of_source)


def _only_counts(one: Difference) -> bool:
    return one.a == one.b == "" and last(one.field).startswith("and ") and one.field.endswith(" more")


def may_follow(one: Difference) -> bool:
    """Tell whether it is of a kind that follows from others, of which a member has few."""
    return one.code.startswith(("SW319", "SW4")) or _is_compiled(one) or _only_counts(one)


def leads(origin: Difference, one: Difference) -> bool:
    """Tell whether what changed one thing in a member would also change another one.

    Args:
        origin: what is explained, in the same member or in the source of that.
        one: what is not.
    """
    if origin.member != one.member:
        return origin.code.startswith("SW3")
    if _only_counts(one):
        return True
    if one.code == "SW319":
        return origin.field.startswith(f"{one.field}: ")
    return one.code.startswith("SW4") and origin.code.startswith("SW4") and one.code not in {"SW408", "SW409"}
