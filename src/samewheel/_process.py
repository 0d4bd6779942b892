"""The one way to run a process.

A child gets an explicit environment, no standard input, and a process group of its own that is killed as a whole
when it ends, when its time is up, or when we are interrupted. What it prints is kept up to a limit, so that a
child which prints without end costs no memory.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Finished", "kill_all", "run"]

KEPT_OUTPUT = 1 << 20
"""Bytes of a stream's end that are kept unless the caller asks for all of it."""

KILL = signal.SIGKILL if os.name == "posix" else signal.SIGTERM

LONGEST_LINE = 400
"""Characters of a line that an error message shows."""

GRACE = 2.0
"""Seconds between asking a process group to stop and killing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
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


class _Kept:
    """Reads a stream in a thread to its end, and keeps its last bytes."""

    def __init__(self, stream: IO[bytes], limit: int | None) -> None:
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._limit = limit
        self._stream = stream
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while chunk := os.read(self._stream.fileno(), 1 << 16):
            self._chunks.append(chunk)
            self._size += len(chunk)
            while self._limit is not None and self._size - len(self._chunks[0]) >= self._limit:
                self._size -= len(self._chunks.popleft())

    def finish(self) -> bytes:
        """Return what was kept; a process that left the group and holds the pipe is not waited for."""
        self._thread.join(timeout=GRACE)
        if not self._thread.is_alive():
            self._stream.close()
        kept = b"".join(list(self._chunks))
        return kept if self._limit is None else kept[-self._limit :]


_running: set[subprocess.Popen[bytes]] = set()
_running_lock = threading.Lock()


@contextmanager
def _registered(process: subprocess.Popen[bytes]) -> Iterator[None]:
    with _running_lock:
        _running.add(process)
    try:
        yield
    finally:
        with _running_lock:
            _running.discard(process)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
    elif number != signal.SIGTERM:
        process.kill()


def _stop(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    """Ask the group to stop, and kill it if it has not ``ended`` after the grace.

    Nothing is waited for with a process id here: another thread may be waiting for it, and only one is told.
    """
    _signal_group(process, signal.SIGTERM)
    if not ended.wait(GRACE):
        _signal_group(process, KILL)


def kill_all() -> None:
    """Kill every process group that :func:`run` started in any thread and that is still there."""
    with _running_lock:
        processes = list(_running)
    for process in processes:
        _signal_group(process, KILL)


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait for the leader, kill what it left behind in its group, and only then free its process id."""
    if hasattr(os, "waitid"):
        # Without WNOWAIT the id could be given to a stranger before the group is killed.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        _signal_group(process, signal.SIGKILL)
    process.wait()


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    timeout: float | None = None,
    umask: int = -1,
    merge: bool = False,
    keep: int | None = KEPT_OUTPUT,
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

    Raises:
        SamewheelError: the command cannot be started.
    """
    words = tuple(str(word) for word in argv)
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
    except OSError as error:
        raise SamewheelError(
            f"cannot start {words[0]}", cause=str(error), hint="Is it installed, and may it be run?"
        ) from error
    with _registered(process):
        kept = [_Kept(stream, keep) for stream in (process.stdout, process.stderr) if stream is not None]
        expired, ended = threading.Event(), threading.Event()

        def expire() -> None:
            expired.set()
            _stop(process, ended)

        timer = threading.Timer(timeout or 0, expire)
        timer.daemon = True
        if timeout is not None:
            timer.start()
        try:
            _wait(process)
        except BaseException:
            _signal_group(process, KILL)
            _wait(process)
            raise
        finally:
            ended.set()
            timer.cancel()
    outputs = [stream.finish() for stream in kept]
    return Finished(
        argv=words,
        returncode=process.returncode,
        stdout=outputs[0],
        stderr=b"" if merge else outputs[1],
        timed_out=expired.is_set(),
    )
