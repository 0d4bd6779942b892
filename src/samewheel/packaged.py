"""Which files of a source did not make it into its wheel, though they look as if they should have."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["forgotten_files"]

GENERATED = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".o", ".orig", ".rej", ".swp")
"""Endings of files that stand beside modules and rightly stay out of a build from a clean source."""

COPIES = frozenset({"__pycache__", "site-packages", "node_modules"})
"""Folders whose files were installed or compiled: copies of the package in them are not its source."""

OUTPUTS = frozenset({"build", "dist"})
"""Top folders that earlier builds left."""


def _packaged_as(path: PurePosixPath, folders: frozenset[str]) -> str | None:
    """Return the name that ``path`` would have in the wheel: the longest end whose folder holds modules there."""
    for start in range(len(path.parts) - 1):
        name = "/".join(path.parts[start:])
        if name.rpartition("/")[0] in folders:
            return name
    return None


def forgotten_files(ignored: Sequence[str], members: Sequence[str]) -> tuple[str, ...]:
    """Return the git-ignored files that lie beside packaged modules and are missing from the wheel, sorted.

    A clean copy of a commit does not have them, while a build in the working copy would have packaged them: a data
    file that someone forgot to add, or a generated module that nothing generates.

    Args:
        ignored: git-ignored files, relative to the project.
        members: the wheel's members.
    """
    wheel = frozenset(members)
    folders = frozenset(member.rpartition("/")[0] for member in members if member.endswith(".py"))
    forgotten = []
    for name in ignored:
        path = PurePosixPath(name)
        if path.name.endswith(GENERATED) or not COPIES.isdisjoint(path.parts) or path.parts[0] in OUTPUTS:
            continue
        packaged = _packaged_as(path, folders)
        if packaged is not None and packaged not in wheel:
            forgotten.append(name)
    return tuple(sorted(forgotten))
