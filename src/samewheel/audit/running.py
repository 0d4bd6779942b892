"""Runs the jobs of an audit, and keeps each outcome as it comes."""

from __future__ import annotations

import hashlib
import queue
import re
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from samewheel import __version__
from samewheel._files import write_atomic
from samewheel._groups import uninterrupted
from samewheel._text import printable
from samewheel.audit.values import Failure, Job, Outcome, Status, failed
from samewheel.comparison import Verdict
from samewheel.errors import ClusterError, SamewheelError
from samewheel.limits import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future
    from pathlib import Path

    from samewheel.audit.store import Writer
    from samewheel.audit.values import Entry
    from samewheel.limits import Limits

__all__ = ["NOT_KEPT", "audit", "jobs_of", "log_file", "log_folder"]


def jobs_of(entries: Iterable[Entry], *, offline: bool = False, limits: Limits = AUDIT) -> tuple[Job, ...]:
    """Return the jobs of what has no final result yet."""
    return tuple(
        Job(
            name=entry.name,
            version=entry.version,
            filename=entry.filename,
            sha256=entry.sha256,
            offline=offline,
            limits=limits,
        )
        for entry in entries
        if entry.status in {Status.PENDING, Status.FAILED}
    )


NOT_KEPT = "not kept: "
"""What an entry has for its log where that could not be written, followed by why."""

TOGETHER = 256
"""Outcomes that are kept at once, when many come while one is being written: a disk takes its time for each write."""

LOOK_UP = 0.5
"""Seconds after which the wait for an outcome begins anew, so that an interruption is noticed that came as it began.

CPython runs handlers between instructions: a wait is ended by a signal that comes during it, and by none before.
"""

LONGEST_NAME = 255
"""Bytes that a file's name may have on the usual file systems."""


def _told_apart(words: str, longest: int) -> str:
    """Return a name that begins like a text, and is another one for each text, also where case does not count."""
    plain = re.sub(r"[^A-Za-z0-9_.+!-]", "_", words)
    return f"{plain[: longest - 17]}-{hashlib.sha256(words.encode(errors='surrogatepass')).hexdigest()[:16]}"


def log_folder(store: Path, title: str) -> Path:
    """Return the folder for the logs of what failed in one audit: beside the store, in a folder with its name."""
    return store.with_name(f"{store.name}-logs") / _told_apart(title, 64)


def _log_name(filename: str) -> str:
    """Return the name of a wheel's log: the wheel's, unless that would be too long with an ending."""
    ending = ".log"
    whole = f"{filename}{ending}"
    return whole if len(whole) <= LONGEST_NAME else f"{_told_apart(filename, LONGEST_NAME - len(ending))}{ending}"


def log_file(store: Path, title: str, filename: str) -> Path:
    """Return where the log of a wheel is, if it has one."""
    return log_folder(store, title) / _log_name(filename)


def _log_text(job: Job, outcome: Outcome) -> str:
    """Return what is worth keeping of a job that failed; empty if it did not."""
    rebuilt, failure = outcome.rebuilt, outcome.failure
    if rebuilt is not None and rebuilt.verdict is not Verdict.NOT_BUILDABLE:
        return ""
    why = (failure.what, failure.cause, failure.hint) if failure is not None else (rebuilt.reason if rebuilt else "",)
    head = f"{job.filename} ({job.name} {job.version}), samewheel {__version__}\n"
    text = "\n".join([head, *(part.rstrip() for part in (*why, outcome.log) if part)])
    # Builds print what they want, and logs are read on terminals.
    return "".join(f"{printable(line.expandtabs())}\n" for line in text.splitlines())


def _keep(job: Job, outcome: Outcome, store: Path, writer: Writer) -> None:
    """Keep an outcome, and its log if it failed; a log that cannot be written costs neither."""
    text = _log_text(job, outcome)
    file = log_file(store, writer.name, job.filename)
    log = file.relative_to(store.parent).as_posix() if text else ""
    if text:
        try:
            write_atomic(file, text.encode())
        except SamewheelError as error:
            why = error.__cause__
            log = f"{NOT_KEPT}{why.strerror if isinstance(why, OSError) else error.cause}"
    writer.put(job, outcome, log)


def _keep_all(
    outcomes: Iterable[tuple[Job, Outcome]], store: Path, writer: Writer
) -> tuple[list[tuple[Job, Outcome]], SamewheelError | None]:
    """Keep outcomes with one wait for the disk, and return those that are kept, and what kept the others from it.

    Raises:
        SamewheelError: none of them is kept.
    """
    kept = []
    with writer.together():
        try:
            for job, outcome in outcomes:
                _keep(job, outcome, store, writer)
                kept.append((job, outcome))
        except SamewheelError as error:
            return kept, error
    return kept, None


def _outcome(future: Future[Outcome]) -> Outcome:
    """Return what came of a job, also where the executor or the work has a mistake.

    Raises:
        ClusterError: nothing came of it, and nothing will of the others.
    """
    try:
        return future.result()
    except ClusterError:
        raise
    except BrokenExecutor as error:
        return Outcome(failure=Failure(what="the process that rebuilt it died", cause=str(error)))
    except Exception as error:  # noqa: BLE001 - a mistake in one rebuild must not cost the others; its log has it
        return failed(error)


class _Flight:
    """Jobs under way.

    Interruptions come only while it waits for the next one. Where they came in the midst of what futures do, a lock
    of theirs could stay locked, and the thread that does the job wait for it for ever.
    """

    def __init__(self, executor: Executor, work: Callable[[Job], Outcome]) -> None:
        self._executor = executor
        self._work = work
        self._jobs: dict[Future[Outcome], Job] = {}
        self._done: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()

    def __len__(self) -> int:
        return len(self._jobs)

    def add(self, job: Job) -> None:
        """Submit a job."""
        try:
            future = self._executor.submit(self._work, job)
        except (BrokenExecutor, RuntimeError) as error:
            # RuntimeError: it was shut down, for whatever reason.
            raise SamewheelError(
                "what does the rebuilds broke down", cause=str(error), hint="Go on by adding --resume."
            ) from error
        self._jobs[future] = job
        future.add_done_callback(self._done.put)

    def next(self) -> tuple[Job, Outcome]:
        """Wait for the next one that is done."""
        while True:
            with suppress(queue.Empty):
                return self._taken(self._done.get(timeout=LOOK_UP))

    def more(self) -> Iterator[tuple[Job, Outcome]]:
        """Yield those that are done by now, not too many."""
        for _ in range(TOGETHER):
            try:
                future = self._done.get_nowait()
            except queue.Empty:
                return
            yield self._taken(future)

    def _taken(self, future: Future[Outcome]) -> tuple[Job, Outcome]:
        return self._jobs.pop(future), _outcome(future)

    def cancel(self) -> None:
        """Cancel what has not begun."""
        for future in self._jobs:
            future.cancel()


def audit(
    jobs: Iterable[Job],
    *,
    executor: Executor,
    work: Callable[[Job], Outcome],
    store: Path,
    writer: Writer,
    ahead: int,
    told: Callable[[Job, Outcome], object],
) -> None:
    """Do jobs, and keep each outcome as soon as it is there; only this process writes to the store.

    Args:
        jobs: the wheels to rebuild.
        executor: does them, here or elsewhere; the caller shuts it down.
        work: does one; a function at the top of a module, for it may run in another process.
        store: the store's path; logs go beside it.
        writer: the open store.
        ahead: jobs that are submitted at the same time; twice the workers keeps all of them busy.
        told: called with each job and its outcome, once that is kept.

    Raises:
        SamewheelError: the store cannot be written, or the executor broke down.
        ClusterError: the cluster is gone.
    """
    waiting, flight = iter(jobs), _Flight(executor, work)
    try:
        while True:
            with uninterrupted():
                while len(flight) < ahead and (job := next(waiting, None)) is not None:
                    flight.add(job)
            if not len(flight):
                return
            first = flight.next()
            with uninterrupted():
                kept, error = _keep_all(chain([first], flight.more()), store, writer)
                for job, outcome in kept:
                    told(job, outcome)
                if error is not None:
                    raise error
    finally:
        with uninterrupted():
            flight.cancel()
