"""Repositories that lie elsewhere: a working tree may name any on the machine, so it must be one that names the tree.

A ``.git`` that is a file or a link needs no setting and runs nothing. Unpacked with a stranger's project it could
name a private repository, whose history would go into the build.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.errors import UsageError
from samewheel.sources._command import attempt, git

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["refuse_borrowed"]


def _line(path: Path) -> str:
    """Return the first line of a file; an empty one if it cannot be read."""
    try:
        return os.fsdecode(path.read_bytes()).partition("\n")[0]
    except OSError:
        return ""


def _named_by(history: Path, root: Path) -> bool:
    """Tell whether a repository names a folder as a working tree of its own.

    Of ``git worktree``, by the file ``gitdir`` (gitrepository-layout(5)); of submodules, by ``core.worktree``.
    """
    linked = _line(history / "gitdir")
    if linked and os.path.realpath(history / linked) == os.path.realpath(root / ".git"):
        return True
    said = attempt(root, "config", "--file", history / "config", "--get", "core.worktree").stdout
    named = os.fsdecode(said.removesuffix(b"\n"))
    return bool(named) and os.path.realpath(history / named) == os.path.realpath(root)


def _is_inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _names_of_commits(own: Path) -> Iterator[Path]:
    """Yield what of a repository says which commits there are, with all files and folders below."""
    yield from (own / name for name in ("HEAD", "commondir", "packed-refs", "refs", "reftable"))
    for top in ("refs", "reftable"):
        for folder, folders, files in os.walk(own / top):
            yield from (Path(folder, name) for name in (*folders, *files))


def _is_its_own(root: Path) -> bool:
    """Tell whether a working tree has its repository, and all that names commits of it, inside."""
    own = root / ".git"
    if not own.is_dir() or (own / "commondir").exists():
        return False
    return all(_is_inside(path, root) for path in (own, *_names_of_commits(own)))


def refuse_borrowed(root: Path) -> None:
    """Refuse a working tree whose repository lies outside of it, in whatever way, and does not name it.

    Args:
        root: the top of the working tree.

    Raises:
        UsageError: it does not.
        SamewheelError: git failed.
    """
    if _is_its_own(root):
        return
    own, common = (
        Path(os.path.realpath(root / os.fsdecode(git(root, "rev-parse", way).removesuffix(b"\n"))))
        for way in ("--absolute-git-dir", "--git-common-dir")
    )
    # What the common one holds is whose it is; the folder itself may be the stranger's.
    if own.is_relative_to(common) and not _is_inside(common, root) and _named_by(own, root):
        return
    cause = (
        "Whoever made this folder may have chosen any repository of yours, and its history would go into the build."
    )
    if _is_inside(common, root):
        raise UsageError(
            f"names of commits in {common} are links out of {root}", cause=cause, hint="Clone it instead."
        )
    words = ["git", "-C", str(root), "config", "core.worktree", str(root)]
    raise UsageError(
        f"the repository of {root} lies in {common}, which does not name {root} as a working tree",
        cause=cause,
        hint=f"If it is meant: {shlex.join(words)}",
    )
