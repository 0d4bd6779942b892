"""Which files of a source did not make it into its wheel, though they look as if they should have."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["forgotten_files"]

GENERATED = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".o", ".orig", ".rej", ".swp")
"""Endings of files that stand beside modules and rightly stay out of a build from a clean source."""


def _packaged_as(path: PurePosixPath, members: frozenset[str]) -> str | None:
    """Return the name that ``path`` would have in the wheel: the longest end whose folder holds modules there."""
    for start in range(len(path.parts) - 1):
        name = "/".join(path.parts[start:])
        folder = name.rpartition("/")[0]
        if any(m.rpartition("/")[0] == folder and m.endswith(".py") for m in members):
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
    forgotten = []
    for name in ignored:
        path = PurePosixPath(name)
        if "__pycache__" in path.parts or path.name.endswith(GENERATED):
            continue
        packaged = _packaged_as(path, wheel)
        if packaged is not None and packaged not in wheel:
            forgotten.append(name)
    return tuple(sorted(forgotten))
