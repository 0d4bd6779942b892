"""What recognisers share: differences by code and member, their fields and values, the words of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.case import Recognised
from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case

__all__ = [
    "alone",
    "by_member",
    "coded",
    "consistent",
    "last",
    "may_be_backend",
    "pair",
    "shown",
    "side",
    "value",
]

ABSENT = frozenset({"", "absent", "(absent)", "(no other)"})
"""How differences say that there is nothing on one side."""

LARGEST = 1 << 22
"""Bytes of a member of one wheel that is read, to be compared with another."""

NOT_THE_BACKEND = "bdist_wheel"
"""The Generator of wheels that setuptools made by the package wheel: the version is that of wheel alone."""


def coded(left: Iterable[Difference], *codes: str) -> list[Difference]:
    """Return the differences that have one of the codes."""
    return [one for one in left if one.code in codes]


def by_member(found: Iterable[Difference]) -> dict[str, list[Difference]]:
    """Return differences by member, in their order."""
    members: dict[str, list[Difference]] = {}
    for one in found:
        members.setdefault(one.member, []).append(one)
    return members


def last(field: str) -> str:
    """Return what a field says of the innermost thing, where it names the way to it."""
    return field.rpartition(": ")[2]


def value(text: str) -> str:
    """Return a value of a header without the line that it is in; nothing for one that is absent."""
    number, colon, rest = text.partition(": ")
    if colon and number.startswith("line ") and number[5:].isdigit():
        return rest
    return "" if text in ABSENT else text


def pair(one: Difference) -> tuple[str, str]:
    """Return both values of a header without their lines."""
    return value(one.a), value(one.b)


def side(one: Difference) -> int:
    """Return which wheel has a member that only one has: 0 or 1."""
    return int(one.a == "absent")


def alone(case: Case, one: Difference) -> bytes | None:
    """Return what a member holds that only one wheel has; None if that is too large.

    Raises:
        InvalidWheelError: the wheel is damaged.
    """
    which = side(one)
    member = case.members[which].get(one.member)
    if member is None or member.size > LARGEST:
        return None
    return b"".join(case.wheels[which].contents(member))


def _in_words(one: Difference) -> str:
    place = ", ".join(filter(None, (one.member, one.field)))
    return f"{place}: {one.a or 'nothing'} against {one.b or 'nothing'}"


def _recognised(
    cause: str,
    certainty: Certainty,
    found: Sequence[Difference],
    evidence: str,
    *,
    whole: bool,
    conditions: tuple[str, ...] = (),
) -> Recognised:
    return Recognised(
        cause=cause,
        certainty=certainty,
        differences=tuple(found),
        conditions=conditions,
        evidence=evidence or _in_words(found[0]),
        whole=whole,
    )


def shown(
    cause: str, *found: Difference, evidence: str = "", whole: bool = True, conditions: tuple[str, ...] = ()
) -> Recognised:
    """Return a cause that the bytes show; the evidence is the first difference, if nothing better is said."""
    return _recognised(cause, Certainty.SHOWN, found, evidence, whole=whole, conditions=conditions)


def consistent(cause: str, *found: Difference, evidence: str = "", whole: bool = True) -> Recognised:
    """Return a cause that would explain differences, as something else may."""
    return _recognised(cause, Certainty.CONSISTENT, found, evidence, whole=whole)


def may_be_backend(case: Case) -> bool:
    """Tell whether another version of the backend may have made the second wheel.

    It may not, where both name the same program and its version; but the package wheel names its own.
    """
    one, other = case.generators
    says_version = any(letter.isdigit() for letter in one)
    return one != other or not says_version or one.startswith(NOT_THE_BACKEND)
