"""Two wheels read for excerpts: which members differ, and of those that do what a person can read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from samewheel.comparison.inside.texts import decoded
from samewheel.comparison.inside.values import Content
from samewheel.comparison.reading import read_pairing
from samewheel.excerpts.lines import MOST_LINES, side_by_side
from samewheel.excerpts.sections import sections
from samewheel.excerpts.values import Excerpts, Seen, Text
from samewheel.wheel import open_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel.comparison.facts import Pairing, Shared
    from samewheel.wheel import Member, Wheel

__all__ = ["read_excerpts"]

LARGEST = 1 << 26
"""Bytes of a member that is looked into."""

Mask = Callable[[str], str]

MOST = 200
"""Members that are looked into; of more, nobody reads the excerpts."""

MOST_LINES_OF_ALL = 6_000
"""Lines of all members together: a page of them still opens at once."""


def _content(wheel: Wheel, member: Member) -> Content:
    data = b"".join(wheel.contents(member))
    return Content(size=len(data), file=io.BytesIO(data))


def _text(a: Content, b: Content, masked: Mask, most: int) -> Text | None:
    """Return the lines in which two texts differ; None if one is no text. Carriage returns stay, to be seen."""
    try:
        one, other = (masked(decoded(content)[1]) for content in (a, b))
    except ValueError:
        return None
    if one.endswith("\n") and other.endswith("\n"):
        one, other = one[:-1], other[:-1]
    return side_by_side(one.split("\n"), other.split("\n"), most)


def _looked(a: Wheel, b: Wheel, shared: Shared, masked: Mask, most: int) -> Seen:
    """Return a member whose contents differ."""
    seen = {"name": shared.name, "a": shared.a.size, "b": shared.b.size, "same": False}
    if max(shared.a.size, shared.b.size) > LARGEST:
        return Seen(**seen)  # type: ignore[arg-type]
    one, other = _content(a, shared.a), _content(b, shared.b)
    text = _text(one, other, masked, most)
    return Seen(**seen, text=text, sections=sections(one, other) if text is None else ())  # type: ignore[arg-type]


def _members(pairing: Pairing, a: Wheel, b: Wheel, masked: Mask) -> Iterator[Seen]:
    left, lines = MOST, MOST_LINES_OF_ALL
    for shared in pairing.both:
        if shared.same or not left:
            yield Seen(name=shared.name, a=shared.a.size, b=shared.b.size, same=shared.same)
        else:
            left -= 1
            seen = _looked(a, b, shared, masked, min(MOST_LINES, lines))
            lines -= len(seen.text.lines) if seen.text is not None else 0
            yield seen
    for alone in pairing.only_a:
        yield Seen(name=alone.member.name, a=alone.member.size, b=None, same=False)
    for alone in pairing.only_b:
        yield Seen(name=alone.member.name, a=None, b=alone.member.size, same=False)


def read_excerpts(a: Path, b: Path, *, masked: Mask = str) -> Excerpts:
    """Read what people look at in two wheels.

    Args:
        a: the first wheel.
        b: the second wheel.
        masked: makes of a text what may be shown of it, such as one without the names of this machine's folders.

    Raises:
        InvalidWheelError: one is damaged, or readers could find different things in it.
        SamewheelError: one cannot be read.
    """
    with open_wheel(a) as one, open_wheel(b) as other:
        found = _members(read_pairing(one, other, closely=False), one, other, masked)
        return Excerpts(members=tuple(sorted(found, key=lambda seen: seen.name)))
