"""The watcher of one step: looks a few times a second, and says which limit was passed.

It takes no more than a part of one processor's time: after a look that took long, the next one comes later, and after
a long walk through the folders, the next walk.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from samewheel.watching.disk import TOO_MUCH, held, size_below, used_around
from samewheel.watching.processes import below, children, end_namespace, exact_memory, members, nameless, usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from samewheel.limits import Limits

__all__ = ["Watcher"]

PAUSE = 0.05
"""Seconds between two looks, at least."""

SELDOM = 0.25
"""Seconds between two walks through the folders, at least, unless their file systems fill up."""

SHARE = 9
"""A pause is at least so many times as long as the look before it."""

MOUNTED = ("dev/shm", "run", "tmp", "var/tmp")
"""File systems in memory that a contained step has for itself, besides that of the root; see ``sandbox``."""


FOLDER = (os.O_PATH if hasattr(os, "O_PATH") else 0) | os.O_DIRECTORY | os.O_CLOEXEC
"""Flags that open a folder, not to read it, but to keep hold of it."""


def _is_final(root: int) -> bool:
    """Tell whether an open folder is neither the machine's root nor one of those on the way to a sandbox's."""
    if os.fstat(root).st_dev == os.stat("/").st_dev:  # noqa: PTH116 - beside the other one
        return False
    try:
        # Bubblewrap has another one in between, from which the step's processes cannot be seen.
        os.stat("proc/1", dir_fd=root)
    except OSError:
        return False
    return True


class Watcher:
    """Watches one step.

    Attributes:
        passed: the name of the limit that the step went past; empty as long as there is none.
        pause: seconds to wait before the next look.
    """

    def __init__(self, limits: Limits, folders: Sequence[Path], *, contained: bool) -> None:
        """Begin to count the time.

        Args:
            limits: that the step must keep.
            folders: where it writes.
            contained: whether what is watched is the parent of a process namespace.
        """
        self.passed = ""
        self.pause = PAUSE
        self._limits = limits
        self._folders = folders
        self._contained = contained
        self._began = time.monotonic()
        self._opened = ExitStack()
        self._root: int | None = None
        """The root folder of the namespace, open; None: it was not ready yet."""
        self._closed = False
        """Whether the kernel lets us look neither into its files nor at who shares memory: root made it."""
        self._mounted: tuple[int, ...] = ()
        self._walked: tuple[float, float, int, int] | None = None
        """The last walk: its end, how long it took, what lay there, and what was in use around it."""

    def look(self, pid: int, printed: int) -> bool:
        """Look once, and tell whether the step must be stopped.

        Args:
            pid: of the process that was started for it, which was not waited for yet.
            printed: bytes, so far.
        """
        if self.passed:
            return True
        began = time.monotonic()
        self._enter(pid)
        limits = self._limits
        if limits.seconds is not None and began - self._began > limits.seconds:
            self.passed = "seconds"
        elif limits.output is not None and printed > limits.output:
            self.passed = "output"
        else:
            self.passed = self._processes(pid)
            # Walks through folders have pauses of their own, see _is_due().
            self.pause = max(PAUSE, SHARE * (time.monotonic() - began))
            self.passed = self.passed or self._disk(pid)
        return bool(self.passed)

    def stop(self, pid: int) -> bool:
        """End a contained step as a whole, and tell whether ``pid`` then ends by itself, after all the others."""
        if self._contained:
            end_namespace(pid)
        return self._contained

    def close(self) -> None:
        """Let go of the step's file systems."""
        self._opened.close()

    def _enter(self, pid: int) -> None:
        """Open the root of the namespace, as soon as it is the one that the step will see."""
        if not self._contained or self._closed or self._root is not None:
            return
        for first in children(pid):
            with ExitStack() as until_sure:
                try:
                    root = os.open(f"/proc/{first}/root", FOLDER)
                except (FileNotFoundError, ProcessLookupError):
                    continue
                except PermissionError:
                    self._closed = True
                    return
                until_sure.callback(os.close, root)
                if not _is_final(root):
                    continue
                self._opened.push(until_sure.pop_all())
                self._root = root
                self._mounted = (root, *self._mounts(root))

    def _mounts(self, root: int) -> Iterator[int]:
        """Open the step's file systems in memory, those that it has not moved away, through no link of its own."""
        for name in MOUNTED:
            place = root
            with suppress(OSError):
                for part in name.split("/"):
                    place = os.open(part, FOLDER | os.O_NOFOLLOW, dir_fd=place)
                    self._opened.callback(os.close, place)
                yield place

    def _members(self, pid: int) -> list[str]:
        if not self._contained or self._closed:
            # Of a namespace that is closed to us, these are all: its first process is the parent of every orphan.
            return below(pid)
        inside = members(f"/proc/self/fd/{self._root}/proc") if self._root is not None else []
        # When they have all ended, their times are those of their parent's children.
        return inside or [f"/proc/{pid}"]

    def _processes(self, pid: int) -> str:
        """Return which limit the processes have passed together, if they have; looked at twice before it is said."""
        limits = self._limits
        for sure in (False, True):
            folders = self._members(pid)
            if limits.processes is not None and len(folders) > limits.processes:
                # Enough is known, and looking at each of them would take long.
                return "processes"
            found = usage(folders)
            memory = (
                exact_memory(folders) if sure and not self._closed and limits.memory is not None else found.memory
            )
            if limits.processes is not None and found.processes > limits.processes:
                passed = "processes"
            elif limits.memory is not None and memory > limits.memory:
                passed = "memory"
            elif limits.cpu_seconds is not None and found.cpu_seconds > limits.cpu_seconds:
                # A process that ends between two files that are read counts in both: its own and its parent's.
                passed = "cpu_seconds"
            else:
                return ""
        return passed

    def _disk(self, pid: int) -> str:
        """Return the name of the limit if too much lies on disks and in memory."""
        most = self._limits.disk
        if most is None:
            return ""
        devices = frozenset(os.fstat(handle).st_dev for handle in self._mounted)
        hidden = self._root is not None and len(devices) <= len(MOUNTED)
        own = TOO_MUCH if hidden else held(self._mounted)
        around = used_around(self._folders)
        if own <= most and self._is_due(around, most - own):
            began = time.monotonic()
            lying = size_below(self._folders, most) + nameless(self._members(pid), but=devices)
            ended = time.monotonic()
            self._walked = (ended, ended - began, lying, around)
        lying = self._walked[2] if self._walked is not None else 0
        return "disk" if own + lying > most else ""

    def _is_due(self, around: int, left: int) -> bool:
        """Tell whether to walk through the folders: now and then, and when the disk got that much fuller."""
        if self._walked is None:
            return True
        ended, took, lying, before = self._walked
        now = time.monotonic()
        fuller = lying + around - before > left
        return now > ended + max(SELDOM, 2 * SHARE * took) or (fuller and now > ended + took)
