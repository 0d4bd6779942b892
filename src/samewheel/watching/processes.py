"""What the processes of a step use, as the kernel tells in /proc: proc_pid_stat(5), proc_pid_status(5)."""

from __future__ import annotations

import os
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Usage", "below", "children", "end_namespace", "exact_memory", "members", "nameless", "usage"]

LINUX = sys.platform == "linux"

TICKS = os.sysconf("SC_CLK_TCK") if LINUX else 100
"""Parts of a second in which the kernel counts CPU time."""

TIMES = slice(11, 15)
"""utime, stime, cutime and cstime among the fields of ``stat`` that follow the name."""

MEMORY = (b"RssAnon:", b"RssShmem:")
EXACT = (b"Pss_Anon:", b"Pss_Shmem:")


class Usage(Value, frozen=True, kw_only=True):
    """What some processes use together."""

    cpu_seconds: float = 0
    """Those of children that they waited for included."""
    memory: int = 0
    """Bytes that no file on a disk holds; what processes share counts once for each of them."""
    processes: int = 0
    """Threads included."""


def children(pid: int) -> list[int]:
    """Return the children of a process of one thread; none if it is gone.

    Raises:
        SamewheelError: the kernel does not tell.
    """
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()]
    except (FileNotFoundError, ProcessLookupError) as error:
        if Path(f"/proc/{pid}/task/{pid}").exists():
            raise SamewheelError(
                "the limits of a build cannot be held here",
                cause="This kernel does not tell which children a process has (CONFIG_PROC_CHILDREN).",
            ) from error
        return []


def members(proc: str) -> list[str]:
    """Return the folders of all processes that a /proc shows, which is that of a namespace of its own."""
    with suppress(OSError):
        return [f"{proc}/{name}" for name in os.listdir(proc) if name.isdigit()]  # noqa: PTH208 - paths are strings here
    return []


def below(pid: int) -> list[str]:
    """Return the folders of a process and of all that descend from it by parents that are there."""
    if not LINUX:
        return []
    found, pending = list[str](), [pid]
    while pending:
        folder = f"/proc/{pending.pop()}"
        found.append(folder)
        with suppress(OSError):
            for task in os.listdir(f"{folder}/task"):  # noqa: PTH208 - as above
                pending += map(int, _read(f"{folder}/task/{task}/children").split())
    return found


def _read(path: str) -> bytes:
    """Return what is in a file of the kernel's; nothing if its process is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(handle, 1 << 16)
    except OSError:
        return b""
    finally:
        os.close(handle)


def _bytes(text: bytes, names: Sequence[bytes]) -> int:
    """Return the sum of some lines such as ``RssAnon:  12 kB``."""
    return sum(int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith(tuple(names)))


def usage(folders: Sequence[str]) -> Usage:
    """Return what the processes of folders in /proc use; those that are gone use nothing."""
    ticks = memory = processes = 0
    for folder in folders:
        # A name may have spaces and brackets in it.
        fields = _read(f"{folder}/stat").rpartition(b")")[2].split()
        ticks += sum(map(int, fields[TIMES]))
        status = _read(f"{folder}/status")
        memory += _bytes(status, MEMORY)
        processes += next((int(line.split()[1]) for line in status.splitlines() if line.startswith(b"Threads:")), 0)
    return Usage(cpu_seconds=ticks / TICKS, memory=memory, processes=processes)


def exact_memory(folders: Sequence[str]) -> int:
    """Return the bytes of memory that processes use together; this takes far longer than :func:`usage`."""
    return sum(_bytes(_read(f"{folder}/smaps_rollup"), EXACT) for folder in folders)


def nameless(folders: Sequence[str], *, but: frozenset[int]) -> int:
    """Return the bytes of files that processes have open and that no folder lists any more, or ever did.

    Args:
        folders: of the processes, in /proc.
        but: file systems (``st_dev``) whose files are counted otherwise.
    """
    sizes = dict[tuple[int, int], int]()
    for folder in folders:
        for status in _opened(folder):
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 0 and status.st_dev not in but:
                sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def _opened(folder: str) -> Iterator[os.stat_result]:
    with suppress(OSError), os.scandir(f"{folder}/fd") as entries:
        for entry in entries:
            with suppress(OSError):
                # By its link, which leads to the file itself, whatever its name says.
                yield os.stat(entry.path)  # noqa: PTH116 - as above


def end_namespace(pid: int) -> None:
    """Kill the first process of a namespace, the only child of ``pid``, and with it all others; pid_namespaces(7)."""
    for child in children(pid):
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(child)
            try:
                # Its id may have become somebody else's since it was read, but not since it was opened.
                if child in children(pid):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)
