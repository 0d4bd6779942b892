"""The rules in the order in which they are asked, and what becomes of their answers."""

from __future__ import annotations

import functools
import struct
import zlib
from itertools import islice
from typing import TYPE_CHECKING

from samewheel.comparison.inside import (
    archives,
    elf,
    gzipped,
    json_values,
    mach_o,
    pe,
    pyc,
    raw,
    sources,
    texts,
    zipped,
)
from samewheel.comparison.inside.values import Finding
from samewheel.errors import Flaw

if TYPE_CHECKING:
    from samewheel.comparison.inside.values import Content, Look, Rule

__all__ = ["SUMMARIES", "look_inside"]

SUMMARIES = {
    code: summary
    for module in (raw, texts, sources, pyc, json_values, gzipped, archives, zipped, elf, pe, mach_o)
    for code, summary in module.SUMMARIES.items()
}
"""What each code says, in a line."""

CONTAINERS: tuple[Rule, ...] = (gzipped.gzipped, zipped.zipped, archives.archive)
"""What has other contents in it."""

RULES: tuple[Rule, ...] = (
    *(elf.elf, pe.pe, mach_o.mach_o, *CONTAINERS, pyc.pyc),
    *(json_values.json_values, sources.source, texts.text, raw.raw),
)
"""All rules: by content first, then by the name's ending, the plainest last."""

MOST_FINDINGS = 20
"""Findings of one member, before one that only counts those that follow."""

DEEPEST = 2
"""Containers in each other that are opened."""

UNREADABLE = (Flaw, ValueError, ArithmeticError, RecursionError, MemoryError, SyntaxError, struct.error, zlib.error)
"""What a rule raises about bytes that are not what they look like; all else is a fault of ours, or of the disk."""


def _answer(rule: Rule, name: str, a: Content, b: Content, look: Look) -> tuple[Finding, ...]:
    """Return what a rule finds: none if it cannot tell."""
    try:
        findings = rule(name, a, b, look)
        first = tuple(islice(findings, MOST_FINDINGS))
        following = sum(1 for _ in findings)
    except UNREADABLE:
        return ()
    return (*first, Finding(first[-1].code, f"and {following} more", "", "")) if following else first


def _look(depth: int, name: str, a: Content, b: Content) -> tuple[Finding, ...]:
    """Return the answer of the first rule that has one; nothing if the contents are the same."""
    inner = functools.partial(_look, depth + 1)
    asked = RULES if depth < DEEPEST else tuple(rule for rule in RULES if rule not in CONTAINERS)
    answers = (_answer(rule, name, a, b, inner) for rule in asked)
    return next((answer for answer in answers if answer), ())


def look_inside(name: str, a: Content, b: Content) -> tuple[Finding, ...]:
    """Return what differs inside of a member whose contents differ: at least one finding, at most 21.

    The same whichever comes first, but that the values change places. Bytes that cannot be read as what they look
    like are looked at by a plainer rule; a file is never in memory as a whole if it is larger than 16 MiB.

    Args:
        name: the member's path in the wheel.
        a: the first content, with its digest.
        b: the second one.

    Raises:
        OSError: a file cannot be read.
    """
    if a.sha256 <= b.sha256:
        return _look(0, name, a, b)
    return tuple(Finding(code, field, of_a, of_b) for code, field, of_b, of_a in _look(0, name, b, a))
