"""Two texts that are the same but for some words: which these are, pair by pair."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from samewheel.comparison.inside.hunks import hunks
from samewheel.explaining import moments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LARGEST", "differing_lines", "is_reordered", "only_numbers", "pairs"]

LARGEST = 1 << 22
"""Bytes of a text that is looked at word by word."""

MOST_LINES = 200_000
"""Lines of such a text."""

LONGEST_VALUE = 200
"""Characters that a value may have which has more than one word, such as a date."""

BETWEEN = r"\s,;:=|<>()\[\]{}'\"`"
"""White space, and what else stands between values."""

WORD = f"[^{BETWEEN}]"
"""What words are made of."""

VARIABLE = re.compile(
    rf"(?:{moments.PATTERN})"
    r"|(?<![\w])[+-][01]\d:?[0-5]\d(?!\w)"
    r"|(?<![0-9A-Za-z_])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z_])"
    r"|(?<![0-9A-Za-z_])(?:0x)?[0-9a-f]{7,128}(?![0-9A-Za-z_])"
    r"|(?<![0-9A-Za-z_])[0-9]+(?:\.[0-9]+)?(?![0-9A-Za-z_])"
)
"""What often differs in generated text: times, offsets, numbers, digests."""

NUMBER = re.compile(r"-?(?<![0-9A-Za-z_])(?:\d{1,20}|(?:0x)?(?=[a-f]*\d)[0-9a-f]{1,16})(?![0-9A-Za-z_])")
"""A number of up to 64 bits, in either notation."""


def _decoded(content: bytes) -> str | None:
    if len(content) > LARGEST or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def differing_lines(a: bytes, b: bytes) -> tuple[str, str] | None:
    """Return the lines in which two texts differ, without the words that they begin and end with alike.

    None if one of them is no text, or too long.
    """
    one, other = _decoded(a), _decoded(b)
    if one is None or other is None:
        return None
    lines_of_a, lines_of_b = one.splitlines(), other.splitlines()
    if max(len(lines_of_a), len(lines_of_b)) > MOST_LINES:
        return None
    found = [
        _trimmed(lines_of_a[hunk.a : hunk.a_stop], lines_of_b[hunk.b : hunk.b_stop])
        for hunk in hunks(lines_of_a, lines_of_b)
    ]
    return (
        "\n".join(line for of_a, _ in found for line in of_a),
        "\n".join(line for _, of_b in found for line in of_b),
    )


def _trimmed(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    """Return lines without the words that both begin and end with."""
    if not (a and b):
        return a, b
    one, other = "\n".join(a), "\n".join(b)
    start = _alike(one, other)
    one, other = one[start:], other[start:]
    end = _alike(one[::-1], other[::-1])
    return [one[: len(one) - end]], [other[: len(other) - end]]


def _alike(a: str, b: str) -> int:
    """Return how many characters of words both begin with, but for those that may belong to what differs."""
    parting = bisect_left(range(min(len(a), len(b))), True, key=lambda at: not a.startswith(b[: at + 1]))  # noqa: FBT003
    alike = a[: max(0, parting - LONGEST_VALUE)]
    between = re.search(f"[{BETWEEN}]", alike[::-1])
    return len(alike) - between.start() if between else 0


def is_reordered(a: str, b: str) -> bool:
    """Tell whether two texts have the same words in another order."""
    words_of_a, words_of_b = (re.findall(f"{WORD}+", text) for text in (a, b))
    return a != b and len(words_of_a) > 1 and Counter(words_of_a) == Counter(words_of_b)


def only_numbers(a: str, b: str) -> bool:
    """Tell whether two texts differ in numbers alone, which are not the same ones in another order."""
    return a != b and NUMBER.sub("\0", a) == NUMBER.sub("\0", b) and not is_reordered(a, b)


def pairs(a: str, b: str, more: Sequence[str] = ()) -> list[tuple[str, str]] | None:
    """Return the words that stand at the same places and differ; None if more differs than such words.

    Args:
        a: the first text.
        b: the other one.
        more: values that count as such words, too.
    """
    for pattern in (_with(more), re.compile(f"{WORD}+")):
        found = _aligned(a, b, pattern)
        if found is not None:
            return list(dict.fromkeys(found))
    return None


def _with(more: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of what often differs, and some values, the longest first."""
    values = [re.escape(value) for value in sorted(set(more), key=lambda value: (-len(value), value))]
    known = rf"(?<![0-9A-Za-z_])(?:{'|'.join(values)})(?![0-9A-Za-z_])|" if values else ""
    return re.compile(f"{known}{VARIABLE.pattern}")


def _aligned(a: str, b: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]] | None:
    """Return what a pattern finds in two texts, where it differs; None if they differ beside that, too."""
    if pattern.sub("\0", a) != pattern.sub("\0", b):
        return None
    found = zip(pattern.findall(a), pattern.findall(b), strict=True)
    return (pair for pair in found if pair[0] != pair[1])
