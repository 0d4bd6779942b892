"""Dask clusters of processes on the loopback interface, started as users start them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]

DASK = (sys.executable, "-W", "ignore", "-m", "dask")

HOST = ("--host", "127.0.0.1", "--no-dashboard")

SOON = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
    "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "spawn",
}
"""Settings under which what cannot be reached is given up soon."""


class Dask:
    """A process of a cluster, whose words are read until its end."""

    def __init__(self, words: Sequence[str | Path], env: Mapping[str, str], prefix: Sequence[str] = ()) -> None:
        """Start it, as the leader of a process group; ``prefix`` stands before the command."""
        self.process = subprocess.Popen(
            [*prefix, *DASK, *map(str, words)],
            env={**os.environ, **SOON, "PYTHONPATH": str(ROOT), **env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        for line in self.process.stderr or ():
            with self._more:
                self.lines.append(line)
                self._more.notify_all()
        with self._more:
            self.lines.append("")
            self._more.notify_all()

    def said(self, words: str, patience: float = 120) -> str:
        """Wait for words, and return what follows them in their line.

        Raises:
            RuntimeError: it ended without them, or says nothing.
        """
        with self._more:
            while True:
                found = [line.partition(words)[2].strip() for line in self.lines if words in line]
                if found:
                    return found[0]
                if self.lines[-1:] == [""] or not self._more.wait(patience):
                    raise RuntimeError(f"it never said {words!r}:\n{''.join(self.lines)}")

    def kill(self) -> None:
        """Kill it, as nobody can prepare for it; not what it has started."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it as an operator does, and then with all that it has started."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self.release()

    def release(self) -> None:
        """Close what it was read by, now that it has ended."""
        self._thread.join(20)
        if self.process.stderr is not None:
            self.process.stderr.close()


class Cluster(NamedTuple):
    """A scheduler, and what it takes to have workers."""

    address: str
    scheduler: Dask
    stack: ExitStack
    folder: Path
    options: tuple[str, ...]

    def worker(self, *options: str, **env: str) -> Dask:
        """Start a worker with one thread, and wait until the scheduler knows it."""
        words: list[str | Path] = [
            "worker",
            self.address,
            "--nthreads",
            "1",
            *HOST,
            "--local-directory",
            self.folder / "scratch",
        ]
        worker = self.stack.enter_context(Dask([*words, *self.options, *options], env))
        worker.said("Registered to:")
        return worker


@contextmanager
def cluster(folder: Path, *options: str, **env: str) -> Iterator[Cluster]:
    """Have a scheduler while the block runs; ``options`` are for it and its workers."""
    with ExitStack() as stack:
        words = ["scheduler", "--port", "0", *HOST, *options]
        scheduler = stack.enter_context(Dask(words, env))
        yield Cluster(scheduler.said("Scheduler at:"), scheduler, stack, folder, options)
