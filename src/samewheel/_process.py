"""The one way to run a process.

A child gets an explicit environment, no standard input, and a process group of its own that is killed as a whole
when it ends, when its time is up, or when we are interrupted. What it prints is kept up to a limit, so that a
child which prints without end costs no memory.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from samewheel._types import Value
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

__all__ = ["Finished", "Guard", "adopt_orphans", "kill_all", "kill_orphans", "run", "stopped"]

KEPT_OUTPUT = 1 << 20
"""Bytes of a stream's end that are kept unless the caller asks for all of it."""

LONGEST_LINE = 400
"""Characters of a line that an error message shows."""

PR_SET_CHILD_SUBREAPER = 36
"""From linux/prctl.h."""

GRACE = 2.0
"""Seconds between asking a process group to stop and killing it."""


class Finished(Value, frozen=True, kw_only=True):
    """What became of a process."""

    argv: tuple[str, ...]
    returncode: int
    """As :attr:`subprocess.Popen.returncode`: negative when a signal ended it."""
    stdout: bytes
    """Standard output, or its end; standard error is mixed in when the caller merged them."""
    stderr: bytes
    timed_out: bool
    """Whether we stopped it because its time was up."""

    @property
    def ok(self) -> bool:
        """Whether it ended by itself and successfully."""
        return self.returncode == 0 and not self.timed_out

    @property
    def text(self) -> str:
        """Standard output as text; undecodable bytes are replaced."""
        return self.stdout.decode("utf-8", "replace")

    def tail(self, lines: int = 40) -> str:
        """Return the last ``lines`` lines of everything it printed, for an error message."""
        output = (self.stdout + self.stderr).decode("utf-8", "replace")
        return "\n".join(
            line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"
            for line in output.rstrip().splitlines()[-lines:]
        )


class Guard(Protocol):
    """Looks after a process while it runs, in a thread of its own, and once more when it has ended."""

    pause: float
    """Seconds to wait before the next look."""

    def look(self, pid: int, printed: int) -> bool:
        """Tell whether the process must be stopped, given what it has printed so far (bytes)."""

    def stop(self, pid: int) -> bool:
        """Tell whether it will end by itself now; if it does not within a moment, its group is killed."""


class _Kept:
    """Reads a stream in a thread to its end, and keeps its last bytes."""

    def __init__(self, stream: IO[bytes], limit: int | None) -> None:
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self.read = 0
        """Bytes, those that were not kept included."""
        self._limit = limit
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        # Closed here, not by whoever reads the result: a process that left the group may hold the pipe for longer.
        with self._stream as stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                self._chunks.append(chunk)
                self._size += len(chunk)
                self.read += len(chunk)
                while self._limit is not None and self._size - len(self._chunks[0]) >= max(self._limit, 1):
                    self._size -= len(self._chunks.popleft())

    def finish(self) -> bytes:
        """Return what was kept; a process that left the group and holds the pipe is not waited for."""
        self._thread.join(timeout=GRACE)
        kept = b"".join(list(self._chunks))
        return kept if self._limit is None else kept[max(0, len(kept) - self._limit) :]


_running: set[subprocess.Popen[bytes]] = set()
_stopped: list[bool] = []
"""Not empty while nothing may be started."""
_running_lock = threading.RLock()
"""Held while a group is signalled and while its id is given back: a freed id may at once be a stranger's.

Reentrant, because a signal's handler may call :func:`kill_all` in the very thread that holds it.
"""

_KILL = signal.SIGKILL if os.name == "posix" else signal.SIGTERM


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal the whole group, if it is still ours."""
    with _running_lock, suppress(ProcessLookupError, PermissionError):
        if process not in _running:
            return
        if os.name == "posix":
            os.killpg(process.pid, number)
        elif number == _KILL:
            process.kill()


def _ended(process: subprocess.Popen[bytes], *, within: float) -> bool:
    """Wait for the leader's end without giving its process id back."""
    if not hasattr(os, "waitid"):
        with suppress(subprocess.TimeoutExpired):
            process.wait(within)
        return process.returncode is not None
    deadline = time.monotonic() + within
    with suppress(ChildProcessError):
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to stop, then kill what is left of it."""
    if os.name == "posix":
        _signal_group(process, signal.SIGTERM)
        _ended(process, within=GRACE)
    _signal_group(process, _KILL)


def kill_all() -> None:
    """Kill every process group that :func:`run` started in any thread and that is still there."""
    with _running_lock:
        for process in list(_running):
            _signal_group(process, _KILL)


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


def kill_orphans() -> None:
    """Kill the adopted, which left their groups, so that :func:`kill_all` does not find them.

    Nothing that :func:`run` started may be running any more.
    """
    tasks = Path("/proc/self/task")
    while pids := [int(pid) for task in tasks.glob("*/children") for pid in task.read_text("ascii").split()]:
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, _KILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for the leader, where the platform can, without giving its process id back."""
    if hasattr(os, "waitid"):
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        process.wait()


def _release(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group, and only then give its id back."""
    with _running_lock:
        _signal_group(process, _KILL)
        process.wait()
        _running.discard(process)


def _start(
    words: tuple[str, ...], *, env: Mapping[str, str], cwd: Path | None, umask: int, merge: bool
) -> subprocess.Popen[bytes]:
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
                stdin=subprocess.DEVNULL,
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


class _Guarding:
    """Has a guard look after a process until it has ended."""

    def __init__(self, process: subprocess.Popen[bytes], guard: Guard, kept: Sequence[_Kept]) -> None:
        self._process = process
        self._guard = guard
        self._kept = kept
        self._over = threading.Event()
        self._failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _look(self) -> bool:
        return self._guard.look(self._process.pid, sum(stream.read for stream in self._kept))

    def _watch(self) -> None:
        try:
            while not self._over.wait(self._guard.pause):
                if self._look():
                    if self._guard.stop(self._process.pid):
                        _ended(self._process, within=GRACE)
                    break
            else:
                return
        except BaseException as failure:  # noqa: BLE001 - raised again by finish(); nothing may run unwatched
            self._failures.append(failure)
        _signal_group(self._process, _KILL)

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def finish(self) -> None:
        """End the watch with a last look, now that the process has ended.

        Raises:
            BaseException: what a look raised; the process was killed then.
        """
        self.end()
        if self._failures:
            raise self._failures[0]
        self._look()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off interruptions to the end of the block: one in the midst of Popen() would lose the child."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[tuple[int, FrameType | None]] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
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


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    timeout: float | None = None,
    umask: int = -1,
    merge: bool = False,
    keep: int | None = KEPT_OUTPUT,
    guard: Guard | None = None,
) -> Finished:
    """Run a command to its end and return what became of it; a failure of the command is not an error here.

    Args:
        argv: the command; no shell is involved.
        env: the whole environment of the child; nothing is inherited.
        cwd: its working directory.
        timeout: seconds after which its whole process group is stopped.
        umask: its umask; -1 leaves the caller's.
        merge: mix standard error into standard output, in the order it was written.
        keep: how many bytes of each stream's end to keep; None for all, for commands whose output is data.
        guard: looks after it while it runs, and may have it stopped.

    Raises:
        SamewheelError: the command cannot be started.
        BaseException: whatever the guard raised; the command was killed then.
    """
    words = tuple(str(word) for word in argv)
    process: subprocess.Popen[bytes] | None = None
    guarding: _Guarding | None = None
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        if process is not None:
            _stop(process)

    timer = threading.Timer(timeout or 0, expire)
    timer.daemon = True
    try:
        with _uninterrupted():
            process = _start(words, env=env, cwd=cwd, umask=umask, merge=merge)
        kept = [_Kept(stream, keep) for stream in (process.stdout, process.stderr) if stream is not None]
        if timeout is not None and timeout < threading.TIMEOUT_MAX:
            timer.start()
        if guard is not None:
            guarding = _Guarding(process, guard, kept)
        _wait(process)
        if guarding is not None:
            guarding.finish()
    except BaseException:
        if process is not None:
            _stop(process)
        raise
    finally:
        timer.cancel()
        if guarding is not None:
            # A look at a process whose id was given back would be one at a stranger.
            guarding.end()
        if process is not None:
            _release(process)
    outputs = [stream.finish() for stream in kept]
    return Finished(
        argv=words,
        returncode=process.returncode,
        stdout=outputs[0],
        stderr=b"" if merge else outputs[1],
        timed_out=expired.is_set(),
    )
