"""What of a git working copy is not as in its commit, and laying that over a clone."""

from __future__ import annotations

import os
import stat
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from samewheel._files import remove
from samewheel._types import Value
from samewheel.errors import SamewheelError
from samewheel.sources import _lfs
from samewheel.sources._command import attempt, git, git_with_paths, names, user_options
from samewheel.sources._copying import copy_entry, files_of
from samewheel.sources.snapshot import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Change", "changes", "lay_over", "submodules"]

SUBMODULE_MODE = "160000"


class Change(Value, frozen=True, kw_only=True, order=True):
    """A file that is not as in the commit."""

    path: str
    """Relative to the top of its repository; ends with ``/`` for a repository in it that is untracked."""
    codes: tuple[str, ...]
    """What ``git status --porcelain`` says of it, two characters each; sorted."""

    @property
    def is_gone(self) -> bool:
        """Whether the working copy, as far as git would commit it, does not have the file."""
        return "??" not in self.codes and any("D" in code and "U" not in code for code in self.codes)


def submodules(root: Path) -> dict[str, str]:
    """Return the commit of each submodule by path, as the index has it.

    Raises:
        SamewheelError: git failed.
    """
    found = dict[str, str]()
    for line in names(git(root, "ls-files", "--stage", "-z")):
        description, _, path = line.partition("\t")
        mode, oid, _ = description.split()
        if mode == SUBMODULE_MODE:
            found[path] = oid
    return found


def _status(root: Path) -> dict[str, list[str]]:
    # The state of submodules is asked for in each of them; here only whether it is another commit.
    listing = git(
        root,
        *("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--ignore-submodules=dirty"),
        user=True,
        options=user_options(root),
    )
    found = dict[str, list[str]]()
    for line in names(listing):
        found.setdefault(line[3:], []).append(line[:2])
    return found


def _has_mode(path: Path, mode: str) -> bool:
    return (mode == "100755") == bool(path.lstat().st_mode & stat.S_IXUSR)


def _restored(root: Path, paths: list[str]) -> set[str]:
    """Return those of the modified ``paths`` that are what a committed LFS pointer stands for."""
    if not paths:
        return set()
    found, modified = set[str](), set(paths)
    any_mode = attempt(root, "config", "--type=bool", "--get", "core.fileMode").text.strip() == "false"
    for line in names(git(root, "ls-tree", "-r", "-l", "-z", "HEAD")):
        description, _, path = line.partition("\t")
        mode, kind, oid, size = description.split()
        if path in modified and kind == "blob" and int(size) < _lfs.MAX_POINTER:
            pointer = _lfs.parse(git(root, "cat-file", "blob", oid))
            if pointer and _lfs.stands_for(pointer, root / path) and (any_mode or _has_mode(root / path, mode)):
                found.add(path)
    return found


def changes(root: Path, *, excluded: Callable[[str], bool], tracked: Callable[[str], bool]) -> list[Change]:
    """Return what is not as in the commit, in the repository but not in its submodules, sorted by path.

    Args:
        root: the top of the working tree.
        excluded: is asked with untracked paths, relative to it.
        tracked: is asked with those that git tracks: a package may have the name of our output folder.

    Raises:
        SamewheelError: git failed, or a file cannot be read.
    """
    status = _status(root)
    modified = [path for path, codes in status.items() if any("M" in code for code in codes)]
    try:
        restored = _restored(root, modified)
    except OSError as error:
        raise SamewheelError(f"cannot read the working copy {root}", cause=str(error)) from error
    return sorted(
        Change(path=path, codes=tuple(sorted(codes)))
        for path, codes in status.items()
        if path not in restored and not (excluded if codes == ["??"] else tracked)(path.rstrip("/"))
    )


def _delete(clone: Path, relative: str) -> None:
    """Remove a file, link or submodule, and the folders that are empty without it."""
    path = clone / relative
    if path.is_dir() and not path.is_symlink():
        remove(path)
    else:
        path.unlink(missing_ok=True)
    for parent in PurePosixPath(relative).parents[:-1]:
        try:
            (clone / parent).rmdir()
        except OSError:
            return


def _none(_: str) -> bool:
    return False


def lay_over(working_copy: Path, clone: Path, changed: list[Change], *, excluded: Callable[[str], bool]) -> None:
    """Make a clone that has just been checked out as the working copy is, for one repository.

    Args:
        working_copy: the top of its working tree.
        clone: the clone, with its submodules.
        changed: paths relative to both.
        excluded: is asked with such paths.

    Raises:
        InvalidProjectError: there is a socket, pipe or device.
        SamewheelError: a file cannot be read or written.
    """
    there = {change.path for change in changed if os.path.lexists(working_copy / change.path)}
    present = there - {change.path for change in changed if change.is_gone}
    try:
        # First, as a folder may have taken the place of a file, or a file that of a folder.
        for path in sorted({change.path for change in changed} - present):
            _delete(clone, path)
    except OSError as error:
        raise SamewheelError(f"cannot remove {shown(path)} from the copy", cause=str(error)) from error
    # A submodule was cloned at the commit that the working copy has.
    named = [path.rstrip("/") for path in sorted(present) if not os.path.lexists(clone / path / ".git")]
    untracked = {change.path.rstrip("/") for change in changed if change.codes == ("??",)}
    for names_of, skip in (
        ([n for n in named if n in untracked], excluded),
        ([n for n in named if n not in untracked], _none),
    ):
        for file in files_of(working_copy, names_of, excluded=skip):
            copy_entry(working_copy / file, clone, file)
    # What is added to the user's index is a file of git's for backends that ask, and must be one in the clone.
    tracked = [change.path for change in changed if change.codes != ("??",)]
    git_with_paths(clone, "update-index", "--force-remove", paths=[path for path in tracked if path not in present])
    git_with_paths(clone, "update-index", "--add", "--replace", paths=[path for path in tracked if path in present])
