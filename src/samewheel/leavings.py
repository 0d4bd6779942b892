"""What a build leaves in its output folder, taken without trust.

Project code could write there whatever it liked: links to files of the machine, pipes that nobody fills, numbers of
files. So nothing is opened that is not a plain file in a plain folder, and no more is read than is of use.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from samewheel.errors import BuildFailedError
from samewheel.sources import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_left", "take_left"]

MOST_READ = 1 << 22
"""Bytes of an answer that are read; the longest list of requirements is a thousandth of that."""


@contextmanager
def _opened(folder: Path, name: str = ".") -> Iterator[int]:
    """Open a folder in a folder, neither of them a link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    outer = os.open(folder, flags)
    try:
        inner = os.open(name, flags, dir_fd=outer)
    finally:
        os.close(outer)
    try:
        yield inner
    finally:
        os.close(inner)


def read_left(folder: Path, name: str) -> bytes | None:
    """Return what is in a file of a folder; None if there is none, or none that we would read.

    Args:
        folder: a build's output folder.
        name: of the file.
    """
    # Not blocking: opening a pipe would wait for somebody to write.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        with _opened(folder) as inside, open(os.open(name, flags, dir_fd=inside), "rb") as file:  # noqa: PTH123 - a descriptor
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_READ:
                return None
            return file.read(MOST_READ)
    except OSError:
        return None


def take_left(folder: Path, name: str, into: Path) -> Path:
    """Move the one file that a build was to make to a folder of ours, and return it there.

    Args:
        folder: a build's output folder.
        name: of the folder in it that holds the file.
        into: a folder on the same file system.

    Raises:
        BuildFailedError: there is not exactly one file, or it is none.
    """
    try:
        with _opened(folder, name) as inside:
            # .gitignore is uv's.
            found = sorted(
                set(os.listdir(inside))  # noqa: PTH208 - a descriptor
                - {".gitignore"}
            )
            # No name that we could not show either: it stands in errors and reports.
            if len(found) != 1 or not found[0].isprintable():
                listed = ", ".join(map(shown, found)) or "nothing"
                raise BuildFailedError(
                    f"building the {name} must leave one file",
                    cause=f"It left: {listed}.",
                    hint="Look at what the backend does, or have another frontend call it: --frontend.",
                )
            os.rename(found[0], into / found[0], src_dir_fd=inside)
    except OSError as error:
        raise BuildFailedError(f"building the {name} left no folder that can be read", cause=str(error)) from error
    taken = into / found[0]
    # Only here nobody can exchange it any more.
    status = taken.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
        raise BuildFailedError(f"building the {name} must leave one file", cause=f"{found[0]} is a link or no file.")
    taken.chmod(0o644)
    return taken
