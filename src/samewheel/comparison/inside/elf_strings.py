"""Strings that end with NUL, in sections of ELF files: those that only one of two files has."""

from __future__ import annotations

import re
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from samewheel.comparison.inside.values import finding, whole

if TYPE_CHECKING:
    from samewheel.comparison.inside.values import Content, Findings

__all__ = ["news"]

STRING = re.compile(rb"[\x09\x0a\x0d\x20-\x7e\x80-\xff]{4,}(?=\0)")
"""What is a string to the eye: four characters at least, and a NUL."""

MOST_STRINGS = 3
"""Pairs of strings of a section that are named."""


def news(code: str, name: str, a: Content, b: Content) -> Findings:
    """Yield the first strings of a section that only one of two files has, side by side.

    Args:
        code: of the findings.
        name: of the section.
        a: what the first file has in it.
        b: what the second one has.

    Raises:
        ValueError: too large.
    """
    in_a, in_b = ([match[0] for match in STRING.finditer(whole(content))] for content in (a, b))
    all_a, all_b = set(in_a), set(in_b)
    only_a = dict.fromkeys(text for text in in_a if text not in all_b)
    only_b = dict.fromkeys(text for text in in_b if text not in all_a)
    for one, other in islice(zip_longest(only_a, only_b, fillvalue=b"(no other)"), MOST_STRINGS):
        yield finding(code, f"string in section {name}", one, other)
