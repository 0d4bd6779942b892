"""What was written is on the disk before anybody is told so: names in folders, which a file's own sync leaves out.

A file that was synced and then renamed can be gone after a power cut, or have its old name, until its folder is
synced, too (fsync(2)).
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["folder_of", "sync_folder"]

UNKEPT = frozenset({errno.EIO, errno.ENOSPC, errno.EDQUOT})
"""What a disk says when it loses what it was given; anything else says that folders cannot be synced here."""


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a power cut; not every platform can open a folder, or sync one.

    Raises:
        SamewheelError: the disk says that it lost them.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in UNKEPT:
            raise SamewheelError(
                f"what was written to {folder} may be lost",
                cause=f"{error}: the disk did not take the folder's list of names.",
                hint="Look after the disk, then run it again.",
            ) from error
    finally:
        os.close(handle)


@contextmanager
def folder_of(destination: Path) -> Iterator[None]:
    """Make the folder of what the block puts there, and sync it then; if it fails, none that was made stays.

    Raises:
        OSError: it cannot be made.
        SamewheelError: the disk says that it lost what was put there.
    """
    missing = [folder for folder in (destination.parent, *destination.parent.parents) if not folder.exists()]
    try:
        try:
            destination.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError as error:
            # Which would sound as if the destination was there: it is a link to nowhere, or no folder.
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), error.filename) from error
        yield
    except BaseException:
        with suppress(OSError):
            for folder in missing:
                # It goes only if it is empty.
                folder.rmdir()
        raise
    # A folder that was made is itself a name in the one above it.
    for folder in (destination.parent, *(made.parent for made in missing)):
        sync_folder(folder)
