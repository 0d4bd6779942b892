"""What runs in a worker process: it takes jobs from its standard input, one a line, and answers with outcomes.

It ends, and cleans up, when its input ends: that is so when the process that started it was killed.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import queue
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from samewheel._early import wait_for_early
from samewheel._groups import adopt_orphans, kill_orphans, stopped
from samewheel.audit.values import Job, Outcome, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType

__all__ = ["Request", "requested", "serve"]

FIRST_TO_GO = "500"
"""Of a thousand: how much rather the system ends a worker, and the build in it, than others when memory is short."""


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A job, and who does it."""

    work: str
    """A function at the top of a module: ``module:name``."""
    job: Job


def requested(work: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object]) -> Request:
    """Return what a call of a function with one job asks for, so that another process can do it.

    Raises:
        TypeError: it is no function at the top of a module, or gets something else than one Job.
    """
    name = f"{work.__module__}:{work.__qualname__}"
    if kwargs or len(args) != 1 or not isinstance(args[0], Job) or "." in work.__qualname__:
        raise TypeError(name)
    return Request(work=name, job=args[0])


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    # Once: the end of the input says it again, and would interrupt the cleaning up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _take(lines: queue.SimpleQueue[bytes]) -> None:
    """Hand over what comes in; at its end, interrupt whatever is being done."""
    # Not by sys.stdin: at the interpreter's end, a thread in there has the whole process aborted.
    parts: list[bytes] = []
    while chunk := os.read(0, 1 << 16):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            lines.put(b"".join([*parts, end]))
            parts.clear()
        parts.append(rest)
    lines.put(b"")
    # To that very thread: one that waits for a process notices no signal that another one gets.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def _function(name: str) -> Callable[[Job], Outcome]:
    module, _, function = name.partition(":")
    found: Callable[[Job], Outcome] = getattr(importlib.import_module(module), function)
    return found


def _done(request: Request) -> Outcome:
    """Do a job; a mistake in one must not cost the process."""
    try:
        return _function(request.work)(request.job)
    except Exception as error:  # noqa: BLE001 - as above; the log has it
        return failed(error)


def serve() -> None:
    """Do jobs until the input ends or we are told to stop."""
    # What a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    faulthandler.enable()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, "ascii")
    adopt_orphans()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    try:
        # Whoever started us says when to stop; the user's Ctrl-C is for that process.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _stop)
        threading.Thread(target=_take, args=(lines,), daemon=True).start()
        while line := lines.get():
            outcome = _done(msgspec.json.decode(line, type=Request))
            wait_for_early()
            kill_orphans()
            answers.write(msgspec.json.encode(outcome) + b"\n")
            answers.flush()
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with stopped():
            wait_for_early()
        kill_orphans()
        with suppress(OSError, KeyError):
            # It goes only if it is empty; else whoever started us removes it, if that was not killed.
            Path(os.environ["TMPDIR"]).rmdir()
