"""How an audit goes on: a bar with rate and time left on a terminal, one plain line for each package elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Self

from samewheel._text import printable
from samewheel.cli.console import say

if TYPE_CHECKING:
    from contextlib import ExitStack
    from types import TracebackType

    from rich.progress import Progress, TaskID

    from samewheel.audit.values import Job, Outcome

__all__ = ["Bar"]


def _word(outcome: Outcome) -> str:
    return outcome.rebuilt.verdict.value if outcome.rebuilt is not None else "failed"


class Bar:
    """Shows an audit on standard error."""

    def __init__(self, before: ExitStack, *, quiet: bool) -> None:
        """Show nothing if ``quiet``; ``before`` is what shows what comes first, and has to go then."""
        self._before = before
        self._quiet = quiet
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._began = time.perf_counter()
        self._jobs = 0
        self.begun = False
        """Whether the store is open."""
        self.finished = 0
        """Jobs that are done."""

    def begin(self, jobs: int, total: int) -> None:
        """Say how many jobs there are."""
        self._before.close()
        self.begun = True
        self._jobs, self._began = jobs, time.perf_counter()
        if self._quiet:
            return
        if jobs < total:
            say(f"{total - jobs} of {total} are there from before.")
        if jobs and sys.stderr.isatty():
            self._open()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True, highlight=False))
        self._task = self._bar.add_task("Rebuilding", total=self._jobs, rate="")
        self._bar.start()

    def done(self, job: Job, outcome: Outcome) -> None:
        """Say what came of one job."""
        self.finished += 1
        if self._bar is not None and self._task is not None:
            rate = 60 * self.finished / max(time.perf_counter() - self._began, 1e-3)
            self._bar.update(self._task, advance=1, rate=f"{rate:.1f} per minute")
        elif not self._quiet:
            say(f"[{self.finished}/{self._jobs}] {_word(outcome)} {printable(job.name)} {printable(job.version)}")

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
