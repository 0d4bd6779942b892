"""Processes that are kept to do jobs, one after the other: one that crashes costs its own job and nothing else."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import msgspec

from samewheel._groups import kill_strays
from samewheel._process import Companion
from samewheel.audit.values import Failure, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._process import Finished
    from samewheel.audit.serving import Request

__all__ = ["LONGEST_ANSWER", "SERVE", "WATCHED", "Companions"]

PLACES = "SAMEWHEEL_WORKER_PATH"
"""A worker finds its modules where we found ours. In a variable: everybody can read the words of a command."""

FOUND = f"import json, os, sys; sys.path[:] = json.loads(os.environ.pop({PLACES!r}))\n"

SERVE = f"{FOUND}from samewheel.audit.serving import serve\nserve()"

WATCHED = f"""{FOUND}
from samewheel._groups import watched
code = watched()
if code is not None:
    os._exit(code)
from samewheel.audit.serving import serve
serve()"""
"""The same, with a parent that kills what it leaves: for where the parent may not adopt orphans."""

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


class Companions:
    """Has jobs done by processes, as many as threads ask at the same time."""

    def __init__(self, folder: Path, *, serve: str = SERVE, hint: str = "") -> None:
        """Start none before it is needed.

        Args:
            folder: for their temporary files; the caller removes it.
            serve: what they run.
            hint: what to do about one that dies.
        """
        self._folder = folder
        self._serve = serve
        self._hint = hint
        self._lock = threading.Lock()
        self._all: set[Companion] = set()
        self._idle: list[Companion] = []
        self._busy: dict[Companion, object] = {}
        self._doomed: set[object] = set()
        """Keys of jobs that are to be stopped, or that will be as soon as they begin."""
        self._ending = False

    def do(self, request: Request, key: object = None) -> Outcome:
        """Have a job done; a process that dies is an outcome.

        Args:
            request: what to do.
            key: names it, for :meth:`cancel`.

        Raises:
            SamewheelError: no process can be started.
        """
        companion = self._taken(key)
        answer = companion.ask(msgspec.json.encode(request) + b"\n", longest=LONGEST_ANSWER)
        if self._given_back(companion, key, fit=answer.endswith(b"\n")):
            return OUTCOMES.decode(answer)
        finished = companion.end(within=0 if answer else PATIENCE)
        with self._lock:
            self._all.discard(companion)
        kill_strays()
        job = request.job
        return Outcome(
            failure=Failure(
                what=f"the process that rebuilt {job.name} {job.version} died",
                cause=_death(finished),
                hint=self._hint,
            ),
            log=finished.tail(),
        )

    def _taken(self, key: object) -> Companion:
        """Return a process that has nothing to do."""
        with self._lock:
            companion = self._idle.pop() if self._idle else None
        if companion is None:
            env = {**os.environ, "TMPDIR": str(self._folder), PLACES: json.dumps(sys.path)}
            # Not from the working folder, which may be somebody's source with a json.py in it.
            companion = Companion([sys.executable, "-P", "-c", self._serve], env=env)
        with self._lock:
            self._all.add(companion)
            self._busy[companion] = key
            if self._ending or key in self._doomed:
                companion.tell_to_stop()
        return companion

    def _given_back(self, companion: Companion, key: object, *, fit: bool) -> bool:
        """Keep a process for the next job, if it is fit for that; one that was told to stop is not."""
        with self._lock:
            del self._busy[companion]
            fit = fit and key not in self._doomed
            self._doomed.discard(key)
            if fit:
                self._idle.append(companion)
        return fit

    def cancel(self, key: object) -> None:
        """Have the job of that key stopped, if it is under way, or else as soon as it begins; do not wait."""
        with self._lock:
            self._doomed.add(key)
            for companion, busy in self._busy.items():
                if busy == key:
                    companion.tell_to_stop()

    def end_idle(self) -> None:
        """End the processes that have nothing to do."""
        with self._lock:
            idle, self._idle = self._idle, []
            self._all.difference_update(idle)
        for companion in idle:
            companion.end(within=PATIENCE)

    def stop(self) -> None:
        """Have every process stop what it does, clean up and end."""
        with self._lock:
            self._ending = True
            companions = list(self._all)
        for companion in companions:
            companion.tell_to_stop()
        for companion in companions:
            companion.end(within=PATIENCE)
        kill_strays()
