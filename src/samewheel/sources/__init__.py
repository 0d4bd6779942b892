"""Sources and their snapshots: a folder, a git commit or an sdist becomes a clean copy with a digest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._types import SourceKind
from samewheel.errors import NoSourceError
from samewheel.sources import folder, git
from samewheel.sources.git import ignored_files, published_at, refresh_index, repository_of
from samewheel.sources.snapshot import Patterns, Snapshot, Source, nothing, settle, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Patterns",
    "Snapshot",
    "Source",
    "fits",
    "ignored_files",
    "inspect",
    "nothing",
    "published_at",
    "refresh_index",
    "repository_of",
    "settle",
    "shown",
    "take",
]

EXPANSION = 10
"""How many times its own size an sdist may be expected to take unpacked; source code is packed to a fifth."""


def inspect(path: Path, *, not_source: Iterable[Path] = ()) -> Source:
    """Find out what ``path`` is; nothing is copied, and nothing written.

    Args:
        path: a project's folder, or an sdist.
        not_source: what never counts as changed: our lock, the output and evidence folders.

    Raises:
        NoSourceError: there is nothing.
        UsageError: it is a file, but no sdist.
        SamewheelError: git is needed and missing, or failed.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - absolute() keeps "..", resolve() loses the user's name
    if absolute.is_dir():
        return git.inspect(absolute, not_source=not_source) or folder.inspect(absolute)
    if not absolute.exists():
        raise NoSourceError(
            f"{path} does not exist",
            cause="The name is misspelt, or relative to another folder.",
            hint="Name the project's folder or an sdist, for example: samewheel build PROJECT",
        )
    # Most sources are none, and it takes as long to import as all of the others.
    from samewheel.sources import sdist

    return sdist.inspect(absolute)


def take(
    source: Source,
    into: Path,
    *,
    allow_dirty: bool = False,
    include: Patterns = nothing,
    not_source: Iterable[Path] = (),
) -> Snapshot:
    """Make a clean copy of a source.

    Args:
        source: as :func:`inspect` returned it.
        into: a folder that does not exist yet, in one that does; after an error it may hold a part of the copy.
        allow_dirty: copy a git working copy as it is instead of refusing what is not committed.
        include: is asked for patterns of ignored files that belong to the source, of a git source with the project's
            folder in the copy, so that the commit decides, and of a folder with itself; not used for sdists.
        not_source: what never belongs to the source: our lock, the output and evidence folders.

    Raises:
        UsageError: changes are not committed; submodules or files of Git LFS are not there.
        InvalidProjectError: the source has something that cannot be copied safely; the message names it.
        SamewheelError: git failed, or a file cannot be read or written.
    """
    if source.kind is SourceKind.GIT:
        return git.take(source, into, allow_dirty=allow_dirty, include=include, not_source=not_source)
    if source.kind is SourceKind.FOLDER:
        return folder.take(source, into, include=include, not_source=not_source)
    from samewheel.sources import sdist

    return sdist.take(source, into)


def fits(source: Source, room: int) -> bool:
    """Tell whether a copy of a source will take no more than ``room`` bytes, as far as that can be told before.

    Raises:
        SamewheelError: git failed.
    """
    if source.kind is SourceKind.SDIST:
        return source.path.stat().st_size * EXPANSION <= room
    places = [source.root]
    if source.kind is SourceKind.GIT and not (source.root / ".git").is_dir():
        # A worktree, a submodule: its history is copied, too, and lies elsewhere.
        places.append(git.history_of(source.root))
    try:
        return sum(folder.weigh(place, room) for place in places) <= room
    except OSError:
        return False
