"""Git LFS pointers: small committed files that stand for large ones, which the working copy has."""

from __future__ import annotations

import re
import stat
from typing import TYPE_CHECKING

from samewheel._files import sha256_of, walk
from samewheel._types import Sha256, Value
from samewheel.errors import UsageError
from samewheel.sources._command import git, git_with_paths, names
from samewheel.sources._copying import copy_entry
from samewheel.sources.snapshot import shown

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

__all__ = ["MAX_POINTER", "Pointer", "parse", "restore", "stands_for"]

MAX_POINTER = 1024
"""Bytes that a pointer is shorter than (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md)."""

POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[^\n]+\n)*?oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,19})\n"
)

MAX_NAMED = 10
"""Files that an error names."""


class Pointer(Value, frozen=True, kw_only=True):
    """What a pointer says of the file that it stands for."""

    oid: Sha256
    size: int
    """Bytes."""


def parse(content: bytes) -> Pointer | None:
    """Return what ``content`` points to, or None if it is no pointer."""
    match = POINTER.match(content)
    return Pointer(oid=Sha256(match[1].decode()), size=int(match[2])) if match else None


def stands_for(pointer: Pointer, path: Path) -> bool:
    """Tell whether ``path`` is the file that the pointer stands for.

    Raises:
        OSError: the file is there, but cannot be read.
    """
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size == pointer.size and sha256_of(path) == pointer.oid


def _pointers(clone: Path) -> dict[str, Pointer]:
    found = dict[str, Pointer]()
    for relative in walk(clone, skip=lambda path: path.rpartition("/")[2] == ".git"):
        path = clone / relative
        status = path.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_size < MAX_POINTER and (pointer := parse(path.read_bytes())):
            found[relative] = pointer
    return found


def _is_declared(clone: Path, relative: str) -> bool:
    """Tell whether the commit's attributes leave a file to LFS; else its text may well be meant as it is."""
    return names(git(clone, "check-attr", "-z", "filter", "--", relative))[-1:] == ["lfs"]


def restore(working_copy: Path, clone: Path, *, changed: Container[str]) -> None:
    """Replace the pointers in a fresh clone by the files of the working copy that they stand for.

    Args:
        working_copy: the top of a working tree.
        clone: a clone of its repository, checked out.
        changed: files that are laid over the clone later, whatever they are now.

    Raises:
        UsageError: the working copy does not have them; the message names the files.
        SamewheelError: git failed, or a file cannot be copied.
        OSError: a file cannot be read.
    """
    restored, missing = list[str](), list[str]()
    for relative, pointer in _pointers(clone).items():
        if relative in changed:
            continue
        if stands_for(pointer, working_copy / relative):
            mode = (clone / relative).stat().st_mode
            copy_entry(working_copy / relative, clone, relative)
            (clone / relative).chmod(mode)
            restored.append(relative)
        elif len(missing) < MAX_NAMED and _is_declared(clone, relative):
            missing.append(relative)
    if missing:
        raise UsageError(
            f"{working_copy} lacks files of Git LFS: {', '.join(map(shown, missing))}",
            cause="It has only the pointers to them, or other versions than the commit asks for.",
            hint="Fetch them: git lfs pull",
        )
    # Versions that are taken from git would otherwise say that the clone is dirty.
    git_with_paths(clone, "update-index", "--assume-unchanged", paths=restored)
