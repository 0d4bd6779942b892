"""Terminals: results on standard output, everything else on standard error, colours only where they are wanted."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from samewheel._text import inert, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.status import Status

__all__ = ["TerminalProgress", "harmless", "progress", "say", "show"]


def _colours() -> bool | None:
    """Return whether to colour; None: if it is a terminal. See no-color.org and force-color.org."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def harmless(text: str) -> str:
    """Return a text as it may be printed: in a job of GitHub's, any line of it can be a command to the runner."""
    return inert(text) if os.environ.get("GITHUB_ACTIONS") == "true" else text


def show(lines: Iterable[str]) -> None:
    """Write lines of a result; they are never wrapped, so that they can be copied and parsed."""
    for line in lines:
        click.echo(harmless(line), color=_colours())


def say(line: str) -> None:
    """Write a line that is not the result."""
    click.echo(harmless(line), err=True, color=_colours())


class TerminalProgress:
    """One moving line on a terminal, plain lines elsewhere; warnings stay in both."""

    def __init__(self, status: Status | None, *, quiet: bool) -> None:
        """Speak through ``status`` if there is one, else line by line, or only in warnings if ``quiet``."""
        self._status = status
        self._quiet = quiet
        self._steps: list[tuple[str, float]] = []

    def step(self, text: str) -> None:
        """Say what begins; names in it may be other people's."""
        text = printable(text)
        self._steps.append((text, time.perf_counter()))
        if self._status is not None:
            from rich.markup import escape

            self._status.update(f"{escape(text)}…")
        elif not self._quiet:
            say(f"{text}…")

    def warn(self, text: str) -> None:
        """Say what deserves attention; names in it may be other people's."""
        lines = "\n".join(map(printable, text.splitlines()))
        line = f"{click.style('warning:', fg='yellow')} {lines}"
        if self._status is None:
            say(line)
        else:
            from rich.text import Text

            self._status.console.print(Text.from_ansi(line), soft_wrap=True)

    def note(self, text: str) -> None:
        """Say something that stays, and is no warning."""
        if self._quiet:
            return
        if self._status is None:
            say(printable(text))
        else:
            from rich.text import Text

            self._status.console.print(Text(printable(text)), soft_wrap=True)

    def timings(self) -> Iterator[str]:
        """Yield, for each step so far, the seconds until the next one, the last until now."""
        ends = [*(start for _, start in self._steps[1:]), time.perf_counter()]
        for (text, start), end in zip(self._steps, ends, strict=True):
            yield f"  {end - start:7.2f} s  {text}"


@contextmanager
def progress(*, quiet: bool) -> Iterator[TerminalProgress]:
    """Show progress on standard error while the block runs."""
    if quiet or not sys.stderr.isatty():
        yield TerminalProgress(None, quiet=quiet)
        return
    # Not before: it takes as long to import as all the rest of a command that has little to do.
    from rich.console import Console

    with Console(stderr=True, highlight=False).status("Starting…") as status:
        yield TerminalProgress(status, quiet=False)
