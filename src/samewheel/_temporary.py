"""Temporary folders that always go away: at the end of the block, or when a later run finds that their owner is dead.

Who is killed (SIGKILL, no memory left, no power) removes nothing, and a folder in memory then takes that memory until
the machine starts again. So each folder is locked (flock(2)) by the process that uses it, and marked once it is: the
kernel gives the lock back however the process ends, and whoever gets the lock of a marked folder may remove it. One
that is not marked yet goes if it is empty; its user, if that is alive, then makes another. Not every file system of a
network tells other machines of locks, so names say on which machine a folder was made.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._early import once
from samewheel._files import remove
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["temporary_folder", "without_places"]

PREFIX = "samewheel-"

BOOT = Path("/proc/sys/kernel/random/boot_id")
"""What tells this run of this machine from all others: random(4)."""

MARKED = 0o1700
"""The mode of a folder that its user has locked: the sticky bit does nothing there, so nobody else sets it."""

UNMARKED = 0o700
"""The mode in which ``tempfile`` makes a folder."""

TEMPORARY = re.compile(r"(?:/[^\s/'\"]+)+/samewheel-(?:[0-9a-f]{8})?[a-z0-9_]{8}\b")
"""A folder of :func:`temporary_folder` in a text."""

RANDOM = re.compile(r"\btmp[a-z0-9_]{8}\b")
"""A name that Python's ``tempfile`` has made up."""


@contextmanager
def temporary_folder(parent: Path | None = None) -> Iterator[Path]:
    """Make a private folder, and remove it with all its contents at the end, however the end comes.

    The first one in a parent also removes those in it whose users were killed.

    Raises:
        SamewheelError: it cannot be made.
    """
    try:
        folder, lock = _made(parent)
    except OSError as error:
        raise SamewheelError(
            "cannot make a temporary folder", cause=str(error), hint="Set TMPDIR to a folder that can be written."
        ) from error
    try:
        if lock is not None:
            # Not before it is locked: one that is marked and not locked has lost its owner.
            with suppress(OSError):
                # Not every file system has such a mode: FAT has none.
                folder.chmod(MARKED)
            _sweep(folder.parent)
        yield folder
    finally:
        remove(folder)
        if lock is not None:
            os.close(lock)


@once
def _machine() -> str:
    """Return eight letters for this machine since it was started; none if nothing tells."""
    try:
        return hashlib.sha256(BOOT.read_bytes()).hexdigest()[:8]
    except OSError:
        return ""


def _made(parent: Path | None) -> tuple[Path, int | None]:
    """Make a folder, and return it with what holds its lock, if it can be locked.

    Raises:
        OSError: it cannot be made.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX + _machine(), dir=parent)).resolve()
        lock = _take(folder, wait=True)
        if folder.exists():
            return folder, lock
        # A sweep was faster than the lock.
        if lock is not None:
            os.close(lock)


def _take(folder: Path, *, wait: bool = False) -> int | None:
    """Lock a folder, and return what holds the lock until it is closed; None if it is taken, or cannot be locked."""
    if sys.platform == "win32":
        return None
    import fcntl

    handle = None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        # Taken, gone, or on a file system without locks.
        if handle is not None:
            os.close(handle)
        return None
    return handle


@once
def _sweep(parent: Path) -> None:
    """Remove the temporary folders of ours whose users are dead; what cannot be removed stays."""
    for folder, mode in _ours(parent):
        lock = _take(folder)
        if lock is not None:
            if mode == MARKED:
                remove(folder)
            else:
                with suppress(OSError):
                    folder.rmdir()
            os.close(lock)


def _ours(parent: Path) -> list[tuple[Path, int]]:
    """Return the folders in a folder that we made on this machine, with their modes; none if nothing tells."""
    found, machine = list[tuple[Path, int]](), _machine()
    if not machine:
        return found
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX + machine):
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    mode = stat.S_IMODE(status.st_mode)
                    if stat.S_ISDIR(status.st_mode) and mode in {UNMARKED, MARKED} and status.st_uid == os.geteuid():
                        found.append((Path(entry.path), mode))
    return sorted(found)


def without_places(text: str) -> str:
    """Return a text in which temporary folders and the user's home have no names of this machine and this run."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() can fail
    bare = RANDOM.sub("tmp…", TEMPORARY.sub("$TMP", text))
    return bare.replace(home, "$HOME") if len(home) > 1 else bare
