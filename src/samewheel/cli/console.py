"""Terminals: consoles for results and for messages, and the progress that a person sees."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.status import Status

__all__ = ["TerminalProgress", "error_console", "output_console", "progress"]


def output_console() -> Console:
    """Return the console for results; lines are never wrapped, so that they can be copied and parsed."""
    return Console(highlight=False, soft_wrap=True)


def error_console() -> Console:
    """Return the console for everything that is not the result."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


class TerminalProgress:
    """One moving line on a terminal, plain lines elsewhere; warnings stay in both."""

    def __init__(self, console: Console, status: Status | None, *, quiet: bool) -> None:
        """Speak through ``status`` if there is one, else line by line, or only in warnings if ``quiet``."""
        self._console = console
        self._status = status
        self._quiet = quiet

    def step(self, text: str) -> None:
        """Say what begins."""
        if self._status is not None:
            self._status.update(f"{escape(text)}…")
        elif not self._quiet:
            self._console.print(f"{escape(text)}…")

    def warn(self, text: str) -> None:
        """Say what deserves attention."""
        self._console.print(f"[yellow]warning:[/] {escape(text)}")


@contextmanager
def progress(*, quiet: bool) -> Iterator[TerminalProgress]:
    """Show progress on standard error while the block runs."""
    console = error_console()
    if quiet or not console.is_terminal:
        yield TerminalProgress(console, None, quiet=quiet)
        return
    with console.status("Starting…") as status:
        yield TerminalProgress(console, status, quiet=False)
