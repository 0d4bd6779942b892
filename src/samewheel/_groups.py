"""Process groups that we started: how they begin, and how none of them outlives us.

Each is registered when it starts; whoever interrupts us, all of them are killed as wholes, and their ids are given
back only after that. What only a run that starts some needs is imported by the first that does.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from types import FrameType

__all__ = [
    "GRACE",
    "KILL",
    "adopt_orphans",
    "adopt_when_starting",
    "ended",
    "get_ready",
    "kill_all",
    "kill_orphans",
    "kill_strays",
    "release",
    "signal_group",
    "start",
    "stop_group",
    "stopped",
    "uninterrupted",
    "wait_for",
    "watched",
]

PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h."""

GRACE = 2.0
"""Seconds between asking a process group to stop and killing it."""

_running: set[subprocess.Popen[bytes]] = set()
_stopped: list[bool] = []
"""Not empty while nothing may be started."""
_adopting = threading.Event()
"""Set once all children of this process are ours to kill."""
_to_adopt = threading.Event()
"""Set once they are to be that as soon as there are any."""
_running_lock = threading.RLock()
"""Held while a group is signalled and while its id is given back: a freed id may at once be a stranger's.

Reentrant, because a signal's handler may call :func:`kill_all` in the very thread that holds it.
"""

KILL = signal.SIGKILL if os.name == "posix" else signal.SIGTERM


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the whole group, if it is still ours."""
    with _running_lock, suppress(ProcessLookupError, PermissionError):
        if process not in _running:
            return
        if os.name == "posix":
            os.killpg(process.pid, number)
        elif number == KILL:
            process.kill()


def ended(process: subprocess.Popen[bytes], *, within: float) -> bool:
    """Wait for the leader's end without giving its process id back."""
    if not hasattr(os, "waitid"):
        from subprocess import TimeoutExpired

        with suppress(TimeoutExpired):
            process.wait(within)
        return process.returncode is not None
    deadline = time.monotonic() + within
    with suppress(ChildProcessError):
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
    return True


def stop_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to stop, then kill what is left of it."""
    if os.name == "posix":
        signal_group(process, signal.SIGTERM)
        ended(process, within=GRACE)
    signal_group(process, KILL)


def kill_all() -> None:
    """Kill every process group that :func:`run` started in any thread and that is still there."""
    with _running_lock:
        for process in list(_running):
            signal_group(process, KILL)


@contextmanager
def stopped() -> Iterator[None]:
    """Kill everything that :func:`run` started, and let no thread start anything while the block runs.

    For whoever waits for threads to end: one that was copying files when it was told to stop would go on to build.
    """
    with _running_lock:
        _stopped.append(True)
        kill_all()
    try:
        yield
    finally:
        with _running_lock:
            _stopped.pop()


def adopt_orphans() -> None:
    """Become the parent of processes that their own parents leave behind (Linux; see prctl(2)).

    For a program that starts nothing but through :func:`run`; a library must not do this to its caller.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        _adopting.set()


def adopt_when_starting() -> None:
    """Have :func:`adopt_orphans` called before the first process is started, which many commands never do."""
    _to_adopt.set()


def kill_orphans() -> None:
    """Kill the adopted, which left their groups, so that :func:`kill_all` does not find them.

    Nothing that :func:`run` started may be running any more.
    """
    _kill_children(spared=frozenset())


def kill_strays() -> None:
    """Kill the adopted only, and none if none were to be adopted; what :func:`run` started goes on."""
    if _adopting.is_set():
        # Under the lock, nothing that is being started is taken for a stray.
        with _running_lock:
            _kill_children(spared=frozenset(process.pid for process in _running))


PASSES = 100
"""How often threads are looked at again because one has ended meanwhile; some kernels tell of no children at all."""


def _children(tasks: Path) -> set[int]:
    """Return the children of a process, given the folder of its threads; each thread has its own."""
    found = set[int]()
    for _ in range(PASSES):
        vanished = False
        for task in os.listdir(tasks) if tasks.is_dir() else ():  # noqa: PTH208 - only names are needed
            try:
                found.update(map(int, (tasks / task / "children").read_text("ascii").split()))
            except (FileNotFoundError, ProcessLookupError):
                # It has ended, and another thread, which may have been looked at before, has its children.
                vanished = True
        if not vanished:
            break
    return found


def _kill_children(spared: frozenset[int]) -> None:
    while pids := _children(Path("/proc/self/task")) - spared:
        for pid in sorted(pids):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, KILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def watched() -> int | None:
    """Go on in a child (POSIX); the process that called waits for its end, kills what it left behind, and ends alike.

    For a program's very first lines: nothing may have been started, neither processes nor threads.

    Returns:
        None in the child; else the exit code that is left to end with. A signal that ended it ends this one, too.
    """
    adopt_orphans()
    child = os.fork()
    if not child:
        return None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Sent to the group, it is for the child, which cleans up.
        signal.signal(number, signal.SIG_IGN)
    _, status = os.waitpid(child, 0)
    kill_orphans()
    if os.WIFSIGNALED(status):
        ending = os.WTERMSIG(status)
        if ending not in {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(ending, signal.SIG_DFL)
        os.kill(os.getpid(), ending)
    return os.waitstatus_to_exitcode(status)


def wait_for(process: subprocess.Popen[bytes]) -> None:
    """Wait for the leader, where the platform can, without giving its process id back."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        process.wait()


def release(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group, and only then give its id back."""
    with _running_lock:
        signal_group(process, KILL)
        process.wait()
        _running.discard(process)


def get_ready() -> None:
    """Import what starting takes, and adopt orphans if that is wanted, as the first :func:`start` does by itself.

    For whoever is about to start several in threads, which hold each other up while they import.
    """
    import subprocess  # noqa: F401 - for start()

    if _to_adopt.is_set() and not _adopting.is_set():
        adopt_orphans()


def start(
    words: tuple[str, ...],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    umask: int = -1,
    merge: bool = False,
    asked: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process as the leader of a group of its own; if it is ``asked``, we write to its standard input.

    Raises:
        SamewheelError: it cannot be started, or nothing may be any more.
    """
    # Before the lock is taken: whoever is importing may be interrupted, and then wait for the lock.
    get_ready()
    import subprocess

    # Started and registered at once: whoever kills them all in between must not miss this one.
    with _running_lock:
        if _stopped:
            raise SamewheelError(f"{words[0]} was not started", cause="Everything was told to stop.")
        try:
            process = subprocess.Popen(
                words,
                env=dict(env),
                cwd=cwd,
                umask=umask,
                stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merge else subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            # ValueError: a NUL byte in a word or a variable, or "=" in a variable's name.
            raise SamewheelError(
                f"cannot start {words[0]}", cause=str(error), hint="Is it installed, and may it be run?"
            ) from error
        _running.add(process)
    return process


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off interruptions to the end of the block: one within Popen() loses the child, others leave locks held."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[tuple[int, FrameType | None]] = []
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = {number: handler for number in numbers if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda *happened: pending.append(happened))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for happened in pending:
            handlers[signal.Signals(happened[0])](*happened)
