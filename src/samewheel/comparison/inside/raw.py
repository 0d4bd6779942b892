"""Bytes of which nothing better is known, SW301; and the arithmetic of differing bytes for all other rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from samewheel.comparison.inside.values import CHUNK, finding, read_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "Span", "bytes_at", "count_bytes", "differing", "outside", "raw", "said"]

SUMMARIES = {"SW301": "contents, of which nothing better is known than where they differ"}
"""What each code says, in a line."""

SHOWN_BYTES = 16
"""Bytes that a value shows in hexadecimal."""


class Span(NamedTuple):
    """The bytes that differ in a range that two contents have."""

    first: int
    """The offset of the first, from the start of the contents."""
    total: int
    """How many there are."""


def count_bytes(a: bytes, b: bytes) -> int:
    """Return in how many places two strings of one length differ."""
    # One XOR of two long numbers is some hundred times as fast as a loop.
    both = int.from_bytes(a, "little") ^ int.from_bytes(b, "little")
    return len(a) - both.to_bytes(len(a), "little").count(0)


def _first(a: bytes, b: bytes) -> int:
    """Return the place where two strings of one length, that differ, do so first."""
    both = int.from_bytes(a, "little") ^ int.from_bytes(b, "little")
    return ((both & -both).bit_length() - 1) // 8


def _chunks(content: Content, start: int, length: int) -> Iterator[bytes]:
    for offset in range(start, start + length, CHUNK):
        yield read_at(content, offset, min(CHUNK, start + length - offset))


def differing(a: Content, b: Content, start: int = 0, length: int | None = None) -> Span | None:
    """Return the bytes that differ in a range; by default, in all that both have.

    Raises:
        ValueError: one of them ends before the range does.
    """
    if length is None:
        length = min(a.size, b.size) - start
    first, count, offset = None, 0, start
    for of_a, of_b in zip(_chunks(a, start, length), _chunks(b, start, length), strict=True):
        if of_a != of_b:
            first = offset + _first(of_a, of_b) if first is None else first
            count += count_bytes(of_a, of_b)
        offset += len(of_a)
    return None if first is None else Span(first, count)


def outside(a: Content, b: Content, regions: Iterable[tuple[int, int]]) -> Span | None:
    """Return the bytes that differ outside of some regions, of two contents of one size.

    Args:
        a: the first content.
        b: the second one, as long.
        regions: offset and length of each, in any order; they may overlap.
    """
    spans, reached = [], 0
    for start, length in [*sorted(regions), (a.size, 0)]:
        if start > reached:
            spans.append(differing(a, b, reached, min(start, a.size) - reached))
        reached = min(max(reached, start + length), a.size)
    found = [span for span in spans if span]
    return Span(found[0].first, sum(span.total for span in found)) if found else None


def bytes_at(content: Content, offset: int) -> str:
    """Return a few bytes in hexadecimal, or that there are none."""
    length = max(0, min(SHOWN_BYTES, content.size - offset))
    return read_at(content, offset, length).hex() if length else "the end"


def said(code: str, field: str, a: Content, b: Content) -> Findings:
    """Yield where two contents differ: the first byte, and how many; or the sizes.

    Args:
        code: of the findings.
        field: words in front of the place, such as ``section .text, ``; may be empty.
        a: the first content.
        b: the second one.
    """
    span = differing(a, b)
    if a.size == b.size:
        if span:
            place = f"{field}byte {span.first}{_line(a, span.first)}, {span.total} of {a.size} differ"
            yield finding(code, place, bytes_at(a, span.first), bytes_at(b, span.first))
        return
    first = span.first if span else min(a.size, b.size)
    yield finding(code, f"{field}byte {first}{_line(a, first)}", bytes_at(a, first), bytes_at(b, first))
    yield finding(code, f"{field}size", f"{a.size} bytes", f"{b.size} bytes")


def _line(content: Content, first: int) -> str:
    """Return in words which line a byte is in, if what stands before it is text to the eye."""
    lines = 1
    for chunk in _chunks(content, 0, first):
        if b"\0" in chunk:
            return ""
        lines += chunk.count(b"\n")
    return f" (line {lines})" if lines > 1 else ""


def raw(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW301: where the bytes differ."""
    del name, look
    yield from said("SW301", "", a, b)
