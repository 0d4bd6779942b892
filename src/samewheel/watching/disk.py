"""How much lies where a step may write."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["ENTRY", "TOO_MUCH", "held", "size_below", "used_around"]

ENTRY = 4096
"""Bytes that each entry of a folder counts at least: even empty ones can fill a file system."""

OWN_ENTRIES = 100
"""Entries of a file system in memory that may be the sandbox's own, and do not count."""

TOO_MUCH = 1 << 62
"""What a folder counts that cannot be looked into: one deeper than a path can name, or one that is not for us."""


def size_below(folders: Iterable[Path], most: int) -> int:
    """Return the bytes that lie in folders; counting ends soon after ``most`` is reached. Links are not followed.

    A file with several names counts for each of them.
    """
    total, pending = 0, [os.fspath(folder) for folder in folders]
    while pending and total <= most:
        folder = pending.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    total += _size(entry)
                    if total > most:
                        break
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            return TOO_MUCH
    return total


def _size(entry: os.DirEntry[str]) -> int:
    with suppress(FileNotFoundError):
        return max(entry.stat(follow_symlinks=False).st_blocks * 512, ENTRY)
    return ENTRY


def held(handles: Sequence[int]) -> int:
    """Return the bytes in use on whole file systems, given folders on them that are open; entries count, too."""
    found = list(map(os.fstatvfs, handles))
    blocks = ((status.f_blocks - status.f_bfree) * status.f_frsize for status in found)
    entries = ((status.f_files - status.f_ffree - OWN_ENTRIES) * ENTRY for status in found)
    # An entry that holds something has blocks: the sum would count it twice.
    return sum(map(max, blocks, entries))


def used_around(folders: Iterable[Path]) -> int:
    """Return the bytes in use on the file systems that folders lie on, whoever uses them, entries included."""
    total, seen = 0, set[int]()
    for folder in folders:
        with suppress(OSError):
            device = os.stat(folder).st_dev  # noqa: PTH116 - as quick as it gets
            if device not in seen:
                seen.add(device)
                status = os.statvfs(folder)
                total += (status.f_blocks - status.f_bfree) * status.f_frsize
                total += (status.f_files - status.f_ffree) * ENTRY
    return total
