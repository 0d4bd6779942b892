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
from samewheel.sources._command import attempt

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["refuse_borrowed"]

CAUSE = "Whoever made this folder may have chosen any repository of yours, and its history would be built in."


def _line(path: Path) -> str:
    """Return the first line of a file; an empty one if it cannot be read."""
    try:
        return os.fsdecode(path.read_bytes()).partition("\n")[0]
    except OSError:
        return ""


def _is(path: Path, other: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def _is_inside(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _named_by(history: Path, root: Path) -> bool:
    """Tell whether a repository names a folder as a working tree of its own.

    Of ``git worktree``, by the file ``gitdir`` (gitrepository-layout(5)); of submodules, by ``core.worktree``.
    """
    linked = _line(history / "gitdir")
    if linked and _is(history / linked, root / ".git"):
        return True
    for name in ("config.worktree", "config"):
        # The first one, where a setting asks for it (git-worktree(1), "configuration file").
        said = attempt(root, "config", "--file", history / name, "--get", "core.worktree").stdout
        if said and _is(history / os.fsdecode(said.removesuffix(b"\n")), root):
            return True
    return False


def _links(folder: Path) -> Iterator[Path]:
    """Yield the symbolic links in a folder and all that are below."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield Path(entry.path)
            elif entry.is_dir():
                yield from _links(Path(entry.path))


def _keeps_commits_inside(own: Path, root: Path) -> bool:
    """Tell whether no link leads out of the working tree from what says which commits a repository has."""
    tops = [own / name for name in ("HEAD", "packed-refs", "refs", "reftable")]
    links = [top for top in tops if top.is_symlink()]
    links += [link for top in tops if top.is_dir() and not top.is_symlink() for link in _links(top)]
    return all(_is_inside(link, root) for link in links)


def _folders(place: Path) -> tuple[Path, Path] | None:
    """Return the repository's folder that git finds from a place, and that which several trees have in common."""
    found = [attempt(place, "rev-parse", way) for way in ("--absolute-git-dir", "--git-common-dir")]
    if not all(one.ok for one in found):
        return None
    own, common = (Path(os.path.realpath(place / os.fsdecode(one.stdout.removesuffix(b"\n")))) for one in found)
    return own, common


def _nearest(folder: Path) -> Path | None:
    return next((place for place in (folder, *folder.parents) if os.path.lexists(place / ".git")), None)


def _hint(own: Path, common: Path, root: Path) -> str:
    if own != common and own.is_relative_to(common):
        return f"If it was moved: {shlex.join(['git', f'--git-dir={common}', 'worktree', 'repair', str(root)])}"
    if own == common and common.name != ".git":
        return f"If it is meant: {shlex.join(['git', '-C', str(root), 'config', 'core.worktree', str(root)])}"
    return f"Build a clone of it: git clone {shlex.quote(str(root))}"


def refuse_borrowed(folder: Path, root: Path) -> None:
    """Refuse a folder whose repository lies outside of its working tree, in whatever way, and does not name that.

    Args:
        folder: what is to be built, or a submodule.
        root: the top of the working tree, as git says from there.

    Raises:
        UsageError: it does not.
        SamewheelError: there is no git.
    """
    plain = root / ".git"
    is_plain = plain.is_dir() and not plain.is_symlink() and not (plain / "commondir").exists()
    if is_plain and _nearest(folder) == root and _keeps_commits_inside(plain, root):
        return
    found = _folders(folder)
    if found is None or found != _folders(root):
        raise UsageError(f"the repository of {folder} says that its working tree is {root}", cause=CAUSE)
    own, common = found
    if _is_inside(own, root) and _is_inside(common, root):
        if _keeps_commits_inside(own, root) and _keeps_commits_inside(common, root):
            return
        raise UsageError(f"names of commits in {common} are links out of {root}", cause=CAUSE)
    # What the common one holds is whose it is; the folder itself may be the stranger's.
    if own.is_relative_to(common) and not _is_inside(common, root) and _named_by(own, root):
        return
    raise UsageError(
        f"the repository of {root} lies in {common}, which does not name {root} as a working tree",
        cause=CAUSE,
        hint=_hint(own, common, root),
    )
