"""Formats of which only a few fields are known: those, and whether anything else differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from samewheel.comparison.inside.raw import bytes_at, outside
from samewheel.comparison.inside.values import finding, read_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.comparison.inside.values import Content, Findings

__all__ = ["Place", "masked"]


class Place(NamedTuple):
    """A field of a file."""

    name: str
    offset: int
    length: int
    """In bytes."""


def masked(code: str, a: Content, b: Content, places_a: Sequence[Place], places_b: Sequence[Place]) -> Findings:
    """Yield the fields that differ, then SW301 for what differs beside them; nothing if no field does.

    Args:
        code: of the fields.
        a: the first content.
        b: the second one.
        places_a: the fields of the first one.
        places_b: the fields of the second one; what differs beside them is only known if they are where the first has
            its own.
    """
    count = 0
    for one, other in zip(places_a, places_b, strict=False):
        values = read_at(a, one.offset, one.length).hex(), read_at(b, other.offset, other.length).hex()
        if one.name == other.name and values[0] != values[1]:
            yield finding(code, one.name, *values)
            count += 1
    if not count:
        return
    if a.size != b.size:
        yield finding("SW301", "size", f"{a.size} bytes", f"{b.size} bytes")
    elif list(places_a) != list(places_b):
        yield finding("SW301", "places of these fields", _listed(places_a), _listed(places_b))
    elif span := outside(a, b, [(place.offset, place.length) for place in places_a]):
        field = f"elsewhere: byte {span.first}, {span.total} of {a.size} differ"
        yield finding("SW301", field, bytes_at(a, span.first), bytes_at(b, span.first))


def _listed(places: Sequence[Place]) -> str:
    return ", ".join(f"{place.name} at {place.offset}" for place in places)
