"""Help for the tests of what is inside of members: contents made of bytes, and a look that also checks the laws."""

from __future__ import annotations

import hashlib
import io

from samewheel.comparison.inside.looking import SUMMARIES, look_inside
from samewheel.comparison.inside.values import Content, Finding

__all__ = ["content", "look", "places"]

EQUAL_VALUES = "and "
"""How the field of a finding begins that only counts others."""


def content(data: bytes) -> Content:
    """Return bytes as the content of a member."""
    return Content(size=len(data), file=io.BytesIO(data), sha256=hashlib.sha256(data).hexdigest())


def look(name: str, a: bytes, b: bytes) -> tuple[Finding, ...]:
    """Look inside, from both sides: the findings mirror each other, can be printed, and are not too many."""
    found = look_inside(name, content(a), content(b))
    mirrored = tuple(Finding(one.code, one.field, one.b, one.a) for one in found)
    assert look_inside(name, content(b), content(a)) == mirrored
    assert 1 <= len(found) <= 21
    for one in found:
        assert one.code in SUMMARIES
        assert one.a != one.b or one.field.startswith(EQUAL_VALUES)
        for text in (one.field, one.a, one.b):
            assert text.replace("…", "").isascii()
            assert text.isprintable()
            assert len(text) <= 400
    return found


def places(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return the codes and fields of findings."""
    return [(one.code, one.field) for one in found]
