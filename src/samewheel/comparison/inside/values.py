"""What is looked into, and what is found there: values, limits, and how bytes become words for any terminal."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from samewheel._types import Value

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = [
    "CHUNK",
    "LARGEST_READ",
    "Content",
    "Finding",
    "Findings",
    "Look",
    "Rule",
    "finding",
    "printable",
    "read_at",
    "whole",
]

CHUNK = 1 << 20
"""Bytes that are compared at a time."""

LARGEST_READ = 1 << 24
"""Bytes that are read at once at most: what is larger is only ever compared in chunks."""

LONGEST_SHOWN = 120
"""Characters of a value."""

CONTEXT = 24
"""Characters that are kept before the place where two long values part."""


class Content(Value, frozen=True, kw_only=True):
    """The bytes of a member, or of a part of one."""

    size: int
    """In bytes."""
    file: BinaryIO
    """Seekable, positioned anywhere."""
    sha256: str = ""
    """In hexadecimal; empty for a part."""


class Finding(NamedTuple):
    """One difference between two contents."""

    code: str
    """Stable: ``SW309``."""
    field: str
    """The place, the same whichever of the two comes first."""
    a: str
    """What the first one has there: short and printable; it differs from ``b``, but where a finding only counts."""
    b: str


Findings = Iterator[Finding]
"""What a rule yields; nothing at all if it cannot tell, and then a plainer one is asked."""

Look = Callable[[str, Content, Content], tuple[Finding, ...]]
"""What containers ask about that which they contain."""

Rule = Callable[[str, Content, Content, Look], Findings]
"""Takes a member's name and its two contents; may raise what `looking` names as a sign of bytes it cannot read."""


def printable(value: str | bytes) -> str:
    """Return text in printable ASCII: what is not, is escaped as in a literal of Python."""
    text = value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
    return text.encode("unicode_escape").decode("ascii")


def finding(code: str, field: str, a: str | bytes, b: str | bytes) -> Finding:
    """Return a finding whose values are printable and short, and still show where they part."""
    shown_a, shown_b = printable(a), printable(b)
    common = bisect(range(1, min(len(shown_a), len(shown_b)) + 1), 0, key=lambda n: shown_a[:n] != shown_b[:n])
    is_long = max(len(shown_a), len(shown_b)) > LONGEST_SHOWN
    start = max(0, common - CONTEXT) if is_long else 0
    return Finding(code, _cut(printable(field), 0), _cut(shown_a, start), _cut(shown_b, start))


def _cut(text: str, start: int) -> str:
    """Return the text from a place on, with an ellipsis for what is left out."""
    rest = text[start:]
    shown = rest if len(rest) <= LONGEST_SHOWN else f"{rest[: LONGEST_SHOWN - 1]}…"
    return f"…{shown}" if start else shown


def read_at(content: Content, offset: int, length: int) -> bytes:
    """Return exactly so many bytes from a place on.

    Raises:
        ValueError: they are not all there, or are too many to be read at once.
    """
    if not 0 <= offset <= offset + length <= content.size:
        raise ValueError(f"no {length} bytes at {offset}")
    if length > LARGEST_READ:
        raise ValueError(f"{length} bytes are too many")
    content.file.seek(offset)
    data = content.file.read(length)
    if len(data) != length:
        raise ValueError(f"only {len(data)} of {length} bytes at {offset}")
    return data


def whole(content: Content) -> bytes:
    """Return all bytes.

    Raises:
        ValueError: there are too many to be read at once.
    """
    return read_at(content, 0, content.size)
