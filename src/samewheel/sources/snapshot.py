"""What a wheel is built from, a clean copy of it, and what all copies have in common."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import field

from samewheel._files import tree_digest
from samewheel._types import Sha256, SourceKind, Value
from samewheel.errors import InvalidProjectError, SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["Patterns", "Snapshot", "Source", "finish", "nothing", "settle", "shown"]

Patterns = Callable[["Path"], Sequence[str]]
"""Says of a project's folder which ignored files in it are source: patterns, relative to it."""

MAX_LINKS = 40
"""Links that are followed in one path; as Linux, which gives up after as many (path_resolution(7))."""


class Source(Value, frozen=True, kw_only=True):
    """Where a wheel's source lies, and what is known of it before it is copied.

    Paths of files are ``/``-separated and relative to ``root``; bytes that are no UTF-8 are kept as surrogates, as
    :func:`os.fsdecode` does.
    """

    kind: SourceKind
    path: Path
    """What the user named, absolute."""
    root: Path
    """The top of the git working tree, or the folder, or the sdist; symbolic links are resolved."""
    subdirectory: str = ""
    """The project's folder in the root; empty if it is the root."""
    uri: str | None = None
    """Where the repository's remote ``origin`` is, without credentials; None if it is on this machine."""
    commit: str | None = None
    """The commit that HEAD is at, in full."""
    describe: str | None = None
    """What ``git describe --tags --long`` says; None without a tag."""
    dirty: tuple[str, ...] = ()
    """Files of the working copy that are not as in the commit, sorted; folders end with ``/``."""
    included: tuple[str, ...] = ()
    """Files that git ignores, and that were copied as the project's settings count them as source, sorted."""
    shallow: bool = False
    """Whether the repository's history is cut off."""
    time: int | None = None
    """The commit's time, POSIX seconds."""

    @property
    def project(self) -> Path:
        """The project's folder, or the sdist."""
        return self.root / self.subdirectory


class Snapshot(Value, frozen=True, kw_only=True):
    """A clean copy of a source."""

    root: Path
    """The top folder of the copy."""
    project: Path
    """The project's folder in the copy."""
    source: Source
    digest: Sha256
    """Over the sorted (mode, path, sha256) of the copy's files, git's own left out."""
    newest: int | None
    """The commit's time, or that of an sdist's newest member, POSIX seconds; None for a plain folder."""
    times: Mapping[str, int] = field(default_factory=dict)
    """When an sdist says that its files were last modified, POSIX seconds, by their paths in the copy."""
    left_out: tuple[str, ...] = ()
    """What was not copied, relative to the source's root, sorted; folders end with ``/``."""
    warnings: tuple[str, ...] = ()


def nothing(_: Path) -> tuple[str, ...]:
    """Say that no ignored file is source."""
    return ()


def shown(path: str) -> str:
    """Return a path as it may be printed: quoted and escaped if a terminal could not show it as it is."""
    return path if path.isprintable() else repr(path)


def _entries(root: Path, *, with_git: bool) -> Iterator[tuple[str, os.stat_result]]:
    """Yield everything below ``root``, folders included, relative to it, and the root itself as an empty path."""
    yield "", root.lstat()
    pending = [""]
    while pending:
        folder = pending.pop()
        with os.scandir(root / folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name == ".git" and not with_git:
                    continue
                relative = f"{folder}/{entry.name}" if folder else entry.name
                yield relative, entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(relative)


def _stays_inside(root: Path, link: str) -> bool:
    """Tell whether a link, followed step by step, never leaves ``root``.

    Not by resolving it: a path that leaves the root and comes back would depend on the name of the copy.
    """
    pending, place, followed = list(reversed(link.split("/"))), list[str](), 0
    while pending:
        part = pending.pop()
        if part == "..":
            if not place:
                return False
            place.pop()
        elif part not in ("", "."):
            path = root.joinpath(*place, part)
            if not path.is_symlink():
                place.append(part)
                continue
            followed += 1
            if followed > MAX_LINKS:
                return True
            target = path.readlink()
            if target.is_absolute():
                return False
            pending.extend(reversed(target.parts))
    return True


def _check_link(root: Path, link: str) -> None:
    if not _stays_inside(root, link):
        target = shown(os.fspath((root / link).readlink()))
        raise InvalidProjectError(
            f"the symbolic link {shown(link)} points to {target}",
            cause="That is outside the source, and elsewhere there would be something else, or nothing.",
            hint="Replace the link by what it points to.",
        )


def _normalise(root: Path, *, with_git: bool) -> None:
    """Set the modes that a fresh clone under umask 022 has, and check the links."""
    for relative, status in _entries(root, with_git=with_git):
        if stat.S_ISLNK(status.st_mode):
            _check_link(root, relative)
        else:
            executable = stat.S_ISDIR(status.st_mode) or status.st_mode & stat.S_IXUSR
            mode = 0o755 if executable else 0o644
            if stat.S_IMODE(status.st_mode) != mode:
                (root / relative).chmod(mode)


def finish(
    source: Source,
    root: Path,
    *,
    newest: int | None,
    times: Mapping[str, int] | None = None,
    left_out: set[str],
    warnings: list[str],
) -> Snapshot:
    """Normalise a copy that has just been made, and return the snapshot that it is.

    Files get the modes 0644 and 0755 by their executable bit, folders 0755.

    Raises:
        InvalidProjectError: a symbolic link leads out of the root.
        SamewheelError: something in the copy cannot be read or changed.
    """
    # Only a clone has a .git of ours; what is called so in an sdist is content like any other.
    with_git = source.kind is not SourceKind.GIT
    try:
        _normalise(root, with_git=with_git)
        digest = tree_digest(root, skip=lambda path: not with_git and path.rpartition("/")[2] == ".git")
    except OSError as error:
        raise SamewheelError(f"cannot read the copy of {source.path}", cause=str(error)) from error
    return Snapshot(
        root=root,
        project=root / source.subdirectory,
        source=source,
        digest=digest,
        newest=newest,
        times=times or {},
        left_out=tuple(sorted(left_out)),
        warnings=tuple(warnings),
    )


def settle(root: Path, time: int) -> None:
    """Set the modification time of ``root`` and of every file, link and folder in it to ``time``, POSIX seconds.

    Raises:
        OSError: a time cannot be set.
    """
    for relative, status in _entries(root, with_git=True):
        path = f"{root}/{relative}"
        if os.utime in os.supports_follow_symlinks:
            os.utime(path, (time, time), follow_symlinks=False)
        elif not stat.S_ISLNK(status.st_mode):
            os.utime(path, (time, time))
