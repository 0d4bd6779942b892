"""The parts that lines for a terminal are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import style

from samewheel._text import printable

if TYPE_CHECKING:
    from samewheel.buildinfo import Isolation

__all__ = ["headline", "isolated", "row"]

LABEL = 13
"""Width of the column of labels."""


def row(label: str, value: str) -> str:
    """Return one line of a table with two columns."""
    return f"  {style(f'{label:<{LABEL}}', dim=True)}{printable(value)}"


def headline(word: str, name: str, *, good: bool = True) -> str:
    """Return the line that says first what came of it."""
    return f"{style(word, fg='green' if good else 'red', bold=True)} {style(printable(name), bold=True)}"


def isolated(isolation: Isolation) -> str:
    """Return in words how far a build was kept apart."""
    if isolation.mechanism == "none":
        return "none: the build could reach the network and write to other files"
    network = "no network" if isolation.network == "none" else f"network {isolation.network}"
    return f"{isolation.mechanism}: {network}, files {isolation.filesystem}"
