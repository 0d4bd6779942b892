"""The parts that lines for a terminal are made of."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

from click import style

from samewheel._text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.buildinfo import Isolation

__all__ = ["columns", "headline", "isolated", "paragraph", "row", "wrapped"]

LABEL = 13
"""Width of the column of labels."""


def row(label: str, value: str) -> str:
    """Return one line of a table with two columns."""
    return f"  {style(f'{label:<{LABEL}}', dim=True)}{printable(value)}"


UNBOUNDED = 1 << 20
"""Columns where lines end where they end."""

NARROWEST = 40
"""Columns that are always used."""


def columns() -> int:
    """Return how wide lines may be: on a terminal as wide as that, elsewhere as long as they are."""
    if not sys.stdout.isatty():
        return UNBOUNDED
    import shutil

    return max(NARROWEST, shutil.get_terminal_size().columns)


def paragraph(label: str, text: str) -> Iterator[str]:
    """Yield prose as the second column of a table; on a terminal it is wrapped between words."""
    for line in text.split("\n"):
        pieces = textwrap.wrap(line, columns() - LABEL - 2, break_long_words=False, break_on_hyphens=False) or [""]
        for piece in pieces:
            yield row(label, piece) if label or piece else ""
            label = ""


def wrapped(text: str) -> Iterator[str]:
    """Yield prose; on a terminal it is wrapped between words."""
    for line in textwrap.wrap(text, columns() - 2, break_long_words=False, break_on_hyphens=False):
        yield f"  {printable(line)}"


def headline(word: str, name: str, *, good: bool = True) -> str:
    """Return the line that says first what came of it."""
    return f"{style(word, fg='green' if good else 'red', bold=True)} {style(printable(name), bold=True)}"


def isolated(isolation: Isolation) -> str:
    """Return in words how far a build was kept apart."""
    if isolation.mechanism == "none":
        return "none: the build could reach the network and write to other files"
    network = "no network" if isolation.network == "none" else f"network {isolation.network}"
    return f"{isolation.mechanism}: {network}, files {isolation.filesystem}"
