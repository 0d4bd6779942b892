"""Running samewheel as its users do, and looking at what it leaves behind."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PROJECTS = Path(__file__).parents[1] / "projects"
PROJECT = PROJECTS / "hatchling"
"""The project that is built where any would do."""
WHEEL = "sample_hatchling-1.0-py2.py3-none-any.whl"
"""What it becomes."""
SAMEWHEEL = (sys.executable, "-m", "samewheel")

PATIENCE = 5.0
"""Seconds in which all that a command has started must have ended after it."""
BECOMES_PARENT = 36
"""PR_SET_CHILD_SUBREAPER: orphans below become children of ours (prctl(2))."""


def tried(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of samewheel in a folder, with our own variables or others, and return what became of it."""
    command = [*SAMEWHEEL, *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def run(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command that must succeed, and return what it printed.

    Raises:
        RuntimeError: it failed.
    """
    done = tried(folder, *words, env=env)
    if done.returncode:
        raise RuntimeError(f"samewheel {' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


class Measured(NamedTuple):
    """What a command did, and what it took."""

    code: int
    said: str
    """On both streams."""
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of CPU, with all that it started and waited for."""
    memory: float
    """MiB at most in one of its processes."""


MEASURE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=2)
_, status, usage = os.wait4(process.pid, 0)
took = time.perf_counter() - start
print(json.dumps([os.waitstatus_to_exitcode(status), took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""
"""Starts a command from a small process: on Linux, a process begins with the peak memory of the one it came from."""


def measured(command: Sequence[str], folder: Path, *, env: Mapping[str, str] | None = None) -> Measured:
    """Run a command in a folder, and return what became of it."""
    words = [sys.executable, "-I", "-S", "-c", MEASURE, *command]
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, check=False)
    code, *figures = json.loads(done.stdout)
    return Measured(code, done.stderr.decode("utf-8", "replace"), *figures)


def files(folder: Path) -> set[str]:
    """Return all files in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def adopt_orphans() -> None:
    """Make what a killed command leaves a child of ours; without that, :func:`descendants` would miss it."""
    ctypes.CDLL(None, use_errno=True).prctl(BECOMES_PARENT, 1, 0, 0, 0)


def descendants() -> set[int]:
    """Return all processes that have come from this one."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(path.parent.name)] = int(parent)
    found, last = {os.getpid()}, set[int]()
    while found != last:
        last = set(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found - {os.getpid()}


def outlived() -> int:
    """Return how many processes are still there after a while, and end them."""
    end = time.monotonic() + PATIENCE
    while (left := descendants()) and time.monotonic() < end:
        time.sleep(0.01)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    while True:
        try:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                return len(left)
        except ChildProcessError:
            return len(left)


def mounts() -> str:
    """Return what is mounted."""
    return Path("/proc/self/mounts").read_text()


def head(*names: str, numbers: Iterable[str] = ()) -> str:
    """Return the first two lines of a table in Markdown; columns of numbers are set to the right."""
    right = set(numbers)
    return row(names) + "\n" + row(["---:" if name in right else "---" for name in names])


def row(cells: Sequence[object]) -> str:
    """Return a line of a table; numbers get commas."""
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else str(cell) for cell in cells)} |"
