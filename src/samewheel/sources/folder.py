"""A plain folder as source: all of it, less what earlier builds and tools have left there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import field

from samewheel._types import SourceKind, Value
from samewheel.errors import SamewheelError
from samewheel.sources import _copying
from samewheel.sources.snapshot import Snapshot, Source, finish, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from samewheel.sources.snapshot import Patterns

__all__ = ["inspect", "take", "weigh"]

LEFTOVERS = frozenset(
    {
        ".cache",
        ".eggs",
        ".hypothesis",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        "build",
        "dist",
    }
)
"""Folders at the top that belong to tools. A stale ``build/`` would put deleted modules into every wheel."""


class _Found(Value, frozen=True):
    """What is in a folder."""

    folders: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)


def inspect(path: Path) -> Source:
    """Return the folder as a source; the project is its top."""
    return Source(kind=SourceKind.FOLDER, path=path, root=path.resolve())


def weigh(root: Path, limit: int) -> int:
    """Return the bytes of all files below a folder but leftovers and virtual environments; or a sum above ``limit``.

    Raises:
        OSError: a folder cannot be read.
    """
    total, pending = 0, [""]
    while pending and total <= limit:
        folder = pending.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                relative = f"{folder}/{entry.name}" if folder else entry.name
                if not entry.is_dir(follow_symlinks=False):
                    total += entry.stat(follow_symlinks=False).st_size
                elif entry.name == ".git" or not _is_leftover(relative, entry):
                    pending.append(relative)
    return total


def _is_leftover(relative: str, entry: os.DirEntry[str]) -> bool:
    if entry.name == ".git":
        return True
    if not entry.is_dir():
        return False
    parent, _, name = relative.rpartition("/")
    # setuptools reads SOURCES.txt of an old egg-info, and packages what that names; with a src layout it lies there.
    if name == "__pycache__" or (name.endswith(".egg-info") and parent in ("", "src")):
        return True
    return parent == "" and (name in LEFTOVERS or os.path.lexists(os.path.join(entry.path, "pyvenv.cfg")))  # noqa: PTH118


def _scan(root: Path, excluded: Callable[[str], bool]) -> _Found:
    """List a folder's contents without what does not belong to the source."""
    found, pending = _Found(), [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            raise SamewheelError(
                f"cannot read the folder {shown(str(root / folder))}",
                cause=error.strerror or str(error),
                hint="Allow yourself to read it, or remove it.",
            ) from error
        for entry in entries:
            relative = f"{folder}/{entry.name}" if folder else entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if excluded(relative) or _is_leftover(relative, entry):
                found.left_out.add(f"{relative}/" if is_folder else relative)
            elif is_folder:
                found.folders.append(relative)
                pending.append(relative)
            else:
                found.files.append(relative)
    return found


def take(source: Source, into: Path, *, include: Patterns, not_source: Iterable[Path]) -> Snapshot:
    """Copy a plain folder.

    Left out, and named in the snapshot: build folders, caches, virtual environments, ``.git``, and ``not_source``;
    ``include`` brings back what it matches, except for the last two.

    Raises:
        InvalidProjectError: a pattern matches nothing; a link leads out; there is a socket, pipe or device.
        SamewheelError: a file or folder cannot be read or written.
    """
    excluded = _copying.exclusion(source.root, not_source)
    found = _scan(source.root, excluded)
    included = _copying.matches(source.root, include(source.root), excluded=excluded)
    files = {*found.files, *_copying.files_of(source.root, included, excluded=excluded)}
    # Only now: a copy that lies inside the folder would otherwise find itself.
    into.mkdir()
    for folder in found.folders:
        (into / folder).mkdir()
    made = {"", *found.folders}
    for file in sorted(files):
        if file.rpartition("/")[0] in made:
            _copying.copy_new(f"{source.root}/{file}", f"{into}/{file}")
        else:
            # Of a folder that was left out, and that ``include`` brings back in part.
            _copying.copy_entry(source.root / file, into, file)
    left_out = {name for name in found.left_out if name.rstrip("/") not in included}
    return finish(source, into, newest=None, left_out=left_out, warnings=[])
