"""Copies single files, and decides which: patterns of what belongs to a source, and paths that never do."""

from __future__ import annotations

import glob
import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from samewheel._files import copy_file, walk
from samewheel.errors import InvalidProjectError, SamewheelError
from samewheel.sources.snapshot import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["copy_entry", "copy_new", "exclusion", "files_of", "matches"]


def exclusion(root: Path, paths: Iterable[Path], *, exactly: bool = False) -> Callable[[str], bool]:
    """Return a test of whether a path relative to ``root`` is one of ``paths``, or, if not ``exactly``, below one.

    Paths that contain the root are passed over: were they obeyed, nothing at all would belong to the source.
    """
    tops = set[str]()
    for path in paths:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - unlike resolve(), keeps a link that is named
        for place in (absolute.parent.resolve() / absolute.name, absolute.resolve()):
            if place != root and place.is_relative_to(root):
                tops.add(place.relative_to(root).as_posix())

    def excluded(relative: str) -> bool:
        return any(relative == top or (not exactly and relative.startswith(f"{top}/")) for top in tops)

    return excluded


def matches(project: Path, patterns: Iterable[str], *, excluded: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the files and folders of ``project`` that match, relative to it, sorted.

    Nothing is found through a symbolic link to a folder, as that could lead anywhere.

    Args:
        project: a resolved path.
        patterns: as in :func:`glob.glob`, with ``**``, hidden files included.
        excluded: is asked with a path relative to the project.

    Raises:
        InvalidProjectError: a pattern leads out of the project, or matches nothing.
    """
    found = set[str]()
    for pattern in patterns:
        if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise InvalidProjectError(
                f"tool.samewheel.include has {pattern!r}",
                cause="It leads out of the project.",
                hint="Name files relative to the project's folder.",
            )
        # Path.glob() is not told about hidden files, and finds no files for "**" before Python 3.13.
        names = glob.glob(pattern, root_dir=project, recursive=True, include_hidden=True)  # noqa: PTH207
        paths = [PurePosixPath(name.replace(os.sep, "/")) for name in names]
        fitting = {
            str(path)
            for path in paths
            if ".git" not in path.parts
            and not excluded(str(path))
            and (project / path).parent.resolve() == (project / path).parent
        }
        if not fitting:
            raise InvalidProjectError(
                f"tool.samewheel.include has {pattern!r}, which matches nothing in {project}",
                cause="The file was not generated yet, or is called something else.",
                hint="Generate it, or drop the pattern.",
            )
        found |= fitting
    return tuple(sorted(found))


def files_of(project: Path, names: Iterable[str], *, excluded: Callable[[str], bool]) -> tuple[str, ...]:
    """Return what is named, with folders replaced by the files in them, sorted; ``.git`` is never among them.

    Raises:
        SamewheelError: a folder cannot be read.
    """
    found = set[str]()
    for name in names:
        path = project / name
        if path.is_symlink() or not path.is_dir():
            found.add(name)
            continue
        try:
            below = list(walk(path, skip=lambda inner: inner.rpartition("/")[2] == ".git"))
        except OSError as error:
            raise SamewheelError(f"cannot read {shown(str(path))}", cause=str(error)) from error
        found.update(file for inner in below if not excluded(file := str(PurePosixPath(name, inner))))
    return tuple(sorted(found))


def _make_folders(root: Path, relative: str) -> None:
    """Make the folders on the way to a file, and see to it that none of them is a link to somewhere else."""
    for parent in reversed(PurePosixPath(relative).parents):
        folder = root / parent
        if folder.is_symlink():
            raise NotADirectoryError(f"{folder} is a symbolic link")
        folder.mkdir(exist_ok=True)


def copy_new(source: str, target: str) -> None:
    """Copy a file or a link to where nothing is yet, in a folder of ours; of its mode only the executable bit.

    Quicker than :func:`copy_entry`, for whole trees.

    Raises:
        InvalidProjectError: it is neither a file nor a link.
        SamewheelError: it cannot be read or written.
    """
    try:
        mode = os.lstat(source).st_mode
        if stat.S_ISLNK(mode):
            Path(target).symlink_to(Path(source).readlink())
        elif stat.S_ISREG(mode):
            copy_file(source, target, 0o755 if mode & stat.S_IXUSR else 0o644)
        else:
            raise InvalidProjectError(
                f"{shown(source)} is neither a file, a folder nor a symbolic link",
                cause="Sockets, named pipes and devices cannot be copied.",
                hint="Remove it.",
            )
    except OSError as error:
        raise SamewheelError(
            f"cannot copy {shown(source)}", cause=str(error), hint="May it be read, and is there space left?"
        ) from error


def copy_entry(source: Path, root: Path, relative: str) -> None:
    """Copy the file or link ``source`` to ``relative`` in ``root``; what is there is replaced.

    Of its mode only the executable bit is kept.

    Raises:
        InvalidProjectError: it is neither a file nor a link.
        SamewheelError: it cannot be read or written.
    """
    target = root / relative
    try:
        _make_folders(root, relative)
        target.unlink(missing_ok=True)
    except OSError as error:
        raise SamewheelError(f"cannot copy {shown(str(source))}", cause=str(error)) from error
    copy_new(str(source), str(target))
