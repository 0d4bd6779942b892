"""The one way to run a process.

A child gets an explicit environment, no standard input, and a process group of its own that is killed as a whole
when it ends, when its time is up, or when we are interrupted. What it prints is kept up to a limit, so that a
child which prints without end costs no memory.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Protocol

from samewheel._groups import GRACE, KILL, ended, release, signal_group, start, stop_group, uninterrupted, wait_for
from samewheel._types import Value

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["Companion", "Finished", "Guard", "run"]

KEPT_OUTPUT = 1 << 20
"""Bytes of a stream's end that are kept unless the caller asks for all of it."""

LONGEST_LINE = 400
"""Characters of a line that an error message shows."""


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
                        ended(self._process, within=GRACE)
                    break
            else:
                return
        except BaseException as failure:  # noqa: BLE001 - raised again by finish(); nothing may run unwatched
            self._failures.append(failure)
        signal_group(self._process, KILL)

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
            stop_group(process)

    timer = threading.Timer(timeout or 0, expire)
    timer.daemon = True
    try:
        with uninterrupted():
            process = start(words, env=env, cwd=cwd, umask=umask, merge=merge)
        kept = [_Kept(stream, keep) for stream in (process.stdout, process.stderr) if stream is not None]
        if timeout is not None and timeout < threading.TIMEOUT_MAX:
            timer.start()
        if guard is not None:
            guarding = _Guarding(process, guard, kept)
        wait_for(process)
        if guarding is not None:
            guarding.finish()
    except BaseException:
        if process is not None:
            stop_group(process)
        raise
    finally:
        timer.cancel()
        if guarding is not None:
            # A look at a process whose id was given back would be one at a stranger.
            guarding.end()
        if process is not None:
            release(process)
    outputs = [stream.finish() for stream in kept]
    return Finished(
        argv=words,
        returncode=process.returncode,
        stdout=outputs[0],
        stderr=b"" if merge else outputs[1],
        timed_out=expired.is_set(),
    )


class Companion:
    """A process that is kept, and answers line by line; it is told to end by the end of its standard input."""

    def __init__(self, argv: Sequence[str | Path], *, env: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            SamewheelError: it cannot be started.
        """
        self._words = tuple(str(word) for word in argv)
        with uninterrupted():
            self._process = start(self._words, env=env, asked=True)
        if self._process.stderr is not None:
            self._said = _Kept(self._process.stderr, KEPT_OUTPUT)

    def ask(self, line: bytes, *, longest: int) -> bytes:
        """Write a line, and return the one that it answers; without its end if it died or says too much.

        Args:
            line: ends with a newline.
            longest: bytes of an answer that are read at most.
        """
        if self._process.stdin is None or self._process.stdout is None:
            return b""
        with suppress(OSError, ValueError):
            # OSError: it is dead, and the answer says so; ValueError: we closed it meanwhile.
            self._process.stdin.write(line)
            self._process.stdin.flush()
        return self._process.stdout.readline(longest)

    def tell_to_stop(self) -> None:
        """Ask it to stop what it does, and do not wait for that."""
        signal_group(self._process, signal.SIGTERM)

    def end(self, *, within: float) -> Finished:
        """Wait so many seconds for its end, kill it and its group if need be, and return what became of it."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        in_time = ended(self._process, within=within)
        release(self._process)
        stderr = self._said.finish()
        if self._process.stdout is not None:
            self._process.stdout.close()
        return Finished(
            argv=self._words,
            returncode=self._process.returncode,
            stdout=b"",
            stderr=stderr,
            timed_out=not in_time,
        )
