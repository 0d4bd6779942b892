"""The parts that Markdown for the summary of a CI job is made of; what others have named is never taken for more.

Names and values stand in code, where nothing is a link, a mention or a tag. Prose has them, too, and so is escaped:
marks by a backslash; links and mentions, which GitHub looks for in what is left, by a space of no width.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel._text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["MOST_ROWS", "bullets", "code", "details", "escaped", "fenced", "page", "table", "verdict_line"]

LARGEST = 900_000
"""Bytes of a page: GitHub takes 1 MiB for the summary of a step."""

LONGEST = 400
"""Characters of a name or value, the middle of which is left out if it is longer."""

MOST_LINES = 400
"""Lines of what is pasted, or quoted."""

MOST_ROWS = 200
"""Rows of a table."""

MARKS = frozenset("\\`*_{}[]<>()#+!|~&$")
"""What means something in Markdown, HTML, or GitHub's mathematics."""

APART = "&#8203;"
"""A space of no width."""

LINKS = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=#)(?=\d)|(?<=\bGH)(?=-\d)", re.IGNORECASE)
"""Where a space keeps text from becoming a mention or a link: ``@name``, ``https://``, ``www.``, ``#1``, ``GH-1``."""


def _fitted(text: str) -> str:
    """Return a text with its middle cut out if need be."""
    half = (LONGEST - 1) // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"


def escaped(text: str) -> str:
    """Return prose that shows as it is, on one line, also in a table."""
    pieces = LINKS.split(printable(_fitted(text)))
    return APART.join("".join(f"\\{mark}" if mark in MARKS else mark for mark in piece) for piece in pieces)


def _fence(text: str, least: int) -> str:
    """Return more backticks than there are in a row in a text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def code(text: str) -> str:
    """Return a name or value as code, on one line, also in a table; nothing for nothing.

    A bar, which ends a cell even in code, is written as a hexadecimal escape.
    """
    plain = printable(_fitted(text)).replace("|", "\\x7c")
    if not plain.strip():
        return ""
    fence = _fence(plain, 1)
    # One space at both ends is not shown, so that a backtick can stand there.
    room = " " if plain[0] in "` " or plain[-1] in "` " else ""
    return f"{fence}{room}{plain}{room}{fence}"


def fenced(text: str, language: str = "text") -> str:
    """Return lines as a block of code."""
    lines = text.split("\n")
    more = [f"… and {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
    shown = "\n".join([*(printable(_fitted(line)) for line in lines[:MOST_LINES]), *more])
    fence = _fence(shown, 3)
    return f"{fence}{language}\n{shown}\n{fence}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown on one line."""
    lines = [head, ["---"] * len(head), *rows[:MOST_ROWS]]
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{text}\n\nand {len(rows) - MOST_ROWS} more: `--json` has them all" if len(rows) > MOST_ROWS else text


def bullets(items: Iterable[str]) -> str:
    """Return a list; its items are Markdown on one line."""
    return "\n".join(f"- {item}" for item in items)


def details(summary: str, *blocks: str) -> str:
    """Return blocks that are shown when somebody asks for them; the summary is ours, and plain."""
    return "\n\n".join([f"<details><summary>{summary}</summary>", *blocks, "</details>"])


def verdict_line(word: str, name: str, meaning: str = "", *, good: bool) -> str:
    """Return the sentence that comes first: what came of it, of what, and what that means."""
    return f"### {'✅' if good else '❌'} {word}: {code(name)}" + (f", {meaning}" if meaning else "")


def page(blocks: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a page: as many blocks as GitHub takes, and if there are more, a line that says so."""
    size = 0
    for number, block in enumerate(blocks):
        size += len(block.encode()) + 2
        if size > LARGEST:
            yield from ("", "**The rest is left out, as it is too long for a summary:** `--json` has all of it.")
            return
        yield from ([""] if number else [])
        yield from block.split("\n")
