"""An executor whose workers are processes that are kept: one that crashes costs its own job and nothing else.

A :class:`~concurrent.futures.ProcessPoolExecutor` breaks as a whole when one of its processes dies, and its processes
outlive the one that was killed. A process for each job would cost the start of an interpreter each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from samewheel._groups import kill_strays
from samewheel._process import Companion
from samewheel._temporary import temporary_folder
from samewheel.audit.serving import Request
from samewheel.audit.values import Failure, Job, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from samewheel._process import Finished

__all__ = ["Workers", "workers"]

PLACES = "SAMEWHEEL_WORKER_PATH"
"""A worker finds its modules where we found ours. In a variable: everybody can read the words of a command."""

SERVE = f"""import json, os, sys
sys.path[:] = json.loads(os.environ.pop({PLACES!r}))
from samewheel.audit.serving import serve
serve()"""

OUTCOMES = msgspec.json.Decoder(Outcome)
"""Made once: where two threads decode into a type that msgspec sees for the first time, it crashes (0.22)."""

LONGEST_ANSWER = 256 << 20
"""Bytes of an outcome."""

PATIENCE = 20.0
"""Seconds that a worker has to stop its build and clean up."""


def _death(finished: Finished) -> str:
    """Return in words how a process ended."""
    if finished.returncode >= 0:
        return f"It ended by itself, with exit code {finished.returncode}."
    try:
        return f"It was ended by the signal {signal.Signals(-finished.returncode).name}."
    except ValueError:
        return f"It was ended by the signal {-finished.returncode}."


class Workers(Executor):
    """Does jobs in processes; ``submit(work, job)`` takes a function at the top of a module, and a Job."""

    def __init__(self, slots: int, folder: Path) -> None:
        """Have so many processes at most, with their temporary files in a folder."""
        self._pool = ThreadPoolExecutor(max_workers=slots)
        self._slot = threading.local()
        self._folder = folder
        self._companions: set[Companion] = set()
        self._lock = threading.Lock()
        self._ending = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as in the base
        """Have a job done.

        Raises:
            TypeError: it is no function at the top of a module, or gets something else than one Job.
        """
        name = f"{fn.__module__}:{fn.__qualname__}"
        if kwargs or len(args) != 1 or not isinstance(args[0], Job) or "." in fn.__qualname__:
            raise TypeError(name)
        return self._pool.submit(self._do, Request(work=name, job=args[0]))

    def _companion(self) -> Companion:
        """Return this thread's process."""
        kept: Companion | None = getattr(self._slot, "companion", None)
        if kept is None:
            env = {**os.environ, "TMPDIR": str(self._folder), PLACES: json.dumps(sys.path)}
            kept = Companion([sys.executable, "-c", SERVE], env=env)
            with self._lock:
                self._companions.add(kept)
                ending = self._ending
            if ending:
                kept.tell_to_stop()
            self._slot.companion = kept
        return kept

    def _do(self, request: Request) -> Outcome:
        companion = self._companion()
        answer = companion.ask(msgspec.json.encode(request) + b"\n", longest=LONGEST_ANSWER)
        if answer.endswith(b"\n"):
            return OUTCOMES.decode(answer)
        self._slot.companion = None
        finished = companion.end(within=0 if answer else PATIENCE)
        with self._lock:
            self._companions.discard(companion)
        kill_strays()
        job = request.job
        return Outcome(
            failure=Failure(
                what=f"the process that rebuilt {job.name} {job.version} died",
                cause=_death(finished),
                hint="It is tried again by --resume; with fewer --jobs it has more memory.",
            ),
            log=finished.tail(),
        )

    def stop(self) -> None:
        """Have every process stop what it does, clean up and end."""
        with self._lock:
            self._ending = True
            companions = list(self._companions)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for companion in companions:
            companion.tell_to_stop()
        for companion in companions:
            companion.end(within=PATIENCE)
        kill_strays()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the base
        """Let the jobs be done, or cancel those that have not begun, and end the processes."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        with self._lock:
            companions = list(self._companions)
        for companion in companions if wait else ():
            companion.end(within=PATIENCE)


@contextmanager
def workers(slots: int) -> Iterator[Workers]:
    """Have jobs done by processes while the block runs; what interrupts it stops them all."""
    with temporary_folder() as folder:
        executor = Workers(slots, folder)
        try:
            yield executor
        except BaseException:
            executor.stop()
            raise
        executor.shutdown()
