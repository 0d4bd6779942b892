"""A git repository as source: cloned from the working copy at its commit, with tags, without a trace of the machine.

setuptools-scm and hatch-vcs ask git for versions and files, so the copy has a ``.git`` of its own.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from samewheel._types import SourceKind
from samewheel.errors import SamewheelError, UsageError
from samewheel.sources import _changes, _copying, _lfs, _objects
from samewheel.sources._command import attempt, git, names, user_options
from samewheel.sources._pointing import refuse_borrowed
from samewheel.sources.snapshot import Snapshot, Source, finish, settle, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.sources._changes import Change
    from samewheel.sources.snapshot import Patterns

__all__ = ["history_of", "ignored_files", "inspect", "published_at", "refresh_index", "repository_of", "take"]

OUTPUTS = frozenset({"dist", "evidence"})
"""Folders into which builds go, also those of other projects of the repository."""

UPLOAD_PACK = "git -c 'safe.directory=*' upload-pack"
"""What git runs in the repository to clone; it does not inherit settings from its own command line."""


def _is_below_git(folder: Path) -> bool:
    """Tell whether git is needed to know more."""
    return any(os.path.lexists(place / ".git") for place in (folder, *folder.parents))


def _top(folder: Path) -> tuple[Path, bool] | None:
    """Return the top of the working tree and whether its history is cut off; None without a repository."""
    finished = attempt(folder, "rev-parse", "--is-shallow-repository", "--show-toplevel")
    shallow, _, top = finished.stdout.partition(b"\n")
    if finished.ok and shallow in {b"true", b"false"} and top:
        return Path(os.fsdecode(top.removesuffix(b"\n"))), shallow == b"true"
    if b"not a git repository (or any" in finished.stderr:
        return None
    raise SamewheelError(
        f"git does not accept the repository of {folder}",
        cause=finished.tail() or f"It said nothing, and ended with {finished.returncode}.",
        hint=f"Ask git itself: git -C {folder} status",
    )


def history_of(root: Path) -> Path:
    """Return the folder with the history of a working tree, which several trees may have in common.

    Raises:
        SamewheelError: git failed.
    """
    # Relative to the tree, or absolute.
    return root / os.fsdecode(git(root, "rev-parse", "--git-common-dir").removesuffix(b"\n"))


def _is_tracked(folder: Path) -> bool:
    """Tell whether the repository has a commit, and any file of the folder."""
    if not attempt(folder, "rev-parse", "--quiet", "--verify", "HEAD").ok:
        return False
    return bool(git(folder, "ls-files", "-z", "--", "."))


def published_at(url: str) -> str | None:
    """Return a remote's URL as it may be told to anyone: without credentials; None for a place on this machine."""
    if "://" not in url and (match := re.fullmatch(r"(?:[^/@:]+@)?([^/@:]{2,}):/*([^:@]+)", url)):
        # As scp has it; a single letter before the colon would be a drive.
        return f"ssh://{match[1]}/{match[2]}"
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("git", "http", "https", "ssh") or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def repository_of(folder: Path) -> tuple[Path, str | None] | None:
    """Return the top of the working tree that a folder is in, and ``origin`` as :func:`published_at` has it.

    Returns:
        None if it is in no repository; a repository without a commit is one.

    Raises:
        SamewheelError: git is missing or failed.
    """
    found = _top(folder) if _is_below_git(folder) else None
    if found is None:
        return None
    return found[0], published_at(attempt(found[0], "config", "--get", "remote.origin.url").text.strip())


def inspect(path: Path, *, not_source: Iterable[Path]) -> Source | None:
    """Return the folder as a source if a git repository tracks it, else None.

    Raises:
        UsageError: its repository lies elsewhere, and does not name it.
        SamewheelError: git is missing or failed, or a changed file cannot be read.
    """
    folder = path.resolve()
    found = _top(folder) if _is_below_git(folder) else None
    if found is None or not _is_tracked(folder):
        return None
    root, shallow = found
    refuse_borrowed(folder, root)
    commit, time = git(root, "log", "-1", "--no-show-signature", "--format=%H %ct").decode().split()
    described = attempt(root, "describe", "--tags", "--long", "--abbrev=12")
    return Source(
        kind=SourceKind.GIT,
        path=path,
        root=root,
        uri=published_at(attempt(root, "config", "--get", "remote.origin.url").text.strip()),
        subdirectory="" if folder == root else folder.relative_to(root).as_posix(),
        commit=commit,
        describe=described.text.strip() if described.ok else None,
        dirty=_paths(_changes_of(root, tuple(not_source))),
        shallow=shallow,
        time=int(time),
    )


def _join(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder else path


Changes = dict[str, list["Change"]]
"""What changed, by repository: its path from the top of the outermost one, which is empty for that itself."""


def _changes_of(root: Path, not_source: Iterable[Path], inner: str = "") -> Changes:
    """Return what changed in a repository and its submodules."""
    top = root / inner
    found = {
        inner: _changes.changes(
            top,
            excluded=_copying.exclusion(top, not_source),
            tracked=_copying.exclusion(top, not_source, exactly=True),
        )
    }
    for path in _changes.submodules(top):
        if os.path.lexists(top / path / ".git"):
            found |= _changes_of(root, not_source, _join(inner, path))
    return found


def _paths(changed: Changes) -> tuple[str, ...]:
    return tuple(sorted(_join(inner, change.path) for inner, found in changed.items() for change in found))


def _clone(repository: Path, into: Path, commit: str) -> None:
    """Clone with tags only, and check out ``commit``.

    Nothing is shared with the repository, as a build may write to its copy; and what names its remotes goes.
    """
    options = ["--quiet", "--no-hardlinks", "--dissociate", "--no-checkout", "--template=", "--origin=origin"]
    hint = f"Is the repository complete? git -C {repository} fsck"
    git(into.parent, "clone", *options, f"--upload-pack={UPLOAD_PACK}", "--", repository, into, hint=hint)
    _objects.check_out(into, commit, repository=repository)
    git(into, "remote", "remove", "origin")
    for branch in git(into, "for-each-ref", "--format=%(refname)", "refs/heads").split():
        git(into, "update-ref", "-d", os.fsdecode(branch))


def _place(
    root: Path, into: Path, commit: str, changed: Changes, not_source: Iterable[Path], *, inner: str = ""
) -> None:
    """Clone a repository with its submodules and the files of LFS, and lay over it what changed.

    Without any changes, submodules are at the recorded commits; else at those that the working copy has.
    """
    repository, clone, dirty = root / inner, into / inner, any(changed.values())
    own = changed.get(inner, [])
    _clone(repository, clone, commit)
    try:
        _lfs.restore(repository, clone, changed={change.path for change in own})
    except OSError as error:
        raise SamewheelError(f"cannot read the working copy {repository}", cause=str(error)) from error
    recorded = _changes.submodules(repository if dirty else clone)
    for path, oid in sorted(recorded.items()):
        submodule = repository / path
        if not os.path.lexists(submodule / ".git"):
            raise UsageError(
                f"the submodule {shown(path)} of {repository} is not there",
                cause="It was not initialised, and is not fetched from its address behind your back.",
                hint=f"Get it: git -C {repository} submodule update --init --recursive",
            )
        refuse_borrowed(submodule, submodule)
        (clone / path).mkdir(parents=True, exist_ok=True)
        head = _head(submodule) if dirty else oid
        _place(root, into, head, changed, not_source, inner=_join(inner, path))
    if recorded:
        # Without it, "git ls-files --recurse-submodules" would pass over them.
        git(clone, "config", "submodule.active", ".")
    if own:
        _changes.lay_over(repository, clone, own, excluded=_copying.exclusion(repository, not_source))


def _head(repository: Path) -> str:
    return git(repository, "rev-parse", "--verify", "HEAD").decode().strip()


def _named(changed: tuple[str, ...]) -> str:
    """Return the first of some paths, and how many more there are."""
    more = f" and {len(changed) - _lfs.MAX_NAMED} more" if len(changed) > _lfs.MAX_NAMED else ""
    return ", ".join(shown(path) for path in changed[: _lfs.MAX_NAMED]) + more


def _refuse(source: Source, changed: tuple[str, ...]) -> UsageError:
    are_outputs = all(OUTPUTS.intersection(path.split("/")[:-1]) for path in changed)
    cure = "Have git ignore dist and evidence (samewheel init does)" if are_outputs else "Commit them"
    return UsageError(
        f"{source.root} has changes that are not committed: {_named(changed)}",
        cause="Nobody could build the same from the commit.",
        hint=f"{cure}, or build the working copy as it is: --allow-dirty",
    )


def _include(source: Source, into: Path, patterns: Sequence[str], not_source: Iterable[Path]) -> tuple[str, ...]:
    """Copy the ignored files that belong to the source, let the clone ignore them, too, and return their paths."""
    excluded = _copying.exclusion(source.project, not_source)
    found = _copying.matches(source.project, patterns, excluded=excluded)
    copied = list[str]()
    for name in _copying.files_of(source.project, found, excluded=excluded):
        file = _join(source.subdirectory, name)
        if not os.path.lexists(into / file):
            _copying.copy_entry(source.project / name, into, file)
            copied.append(file)
    if copied:
        info = into / ".git" / "info"
        info.mkdir(exist_ok=True)
        lines = ["/" + "".join(f"\\{sign}" if sign in "\\*?[ " else sign for sign in file) for file in copied]
        (info / "exclude").write_bytes(b"".join(os.fsencode(line) + b"\n" for line in lines))
    return tuple(copied)


def take(source: Source, into: Path, *, allow_dirty: bool, include: Patterns, not_source: Iterable[Path]) -> Snapshot:
    """Clone the source at its commit; with ``allow_dirty``, as its working copy is.

    Raises:
        UsageError: there are changes, submodules that were not initialised, or files of LFS that are not there.
        InvalidProjectError: a pattern matches nothing; a link leads out; there is a socket, pipe or device.
        SamewheelError: git failed, or a file cannot be read or written.
    """
    left_out = tuple(not_source)
    changed = _changes_of(source.root, left_out)
    dirty = _paths(changed)
    if dirty and not allow_dirty:
        raise _refuse(source, dirty)
    _place(source.root, into, source.commit or _head(source.root), changed, left_out)
    included = _include(source, into, include(into / source.subdirectory), left_out)
    warnings = list[str]()
    if source.shallow:
        warnings.append(
            f"the history of {source.root} is cut off, so a version taken from its tags may be wrong; "
            f"complete it: git -C {source.root} fetch --unshallow --tags"
        )
    if dirty:
        warnings.append(f"the working copy {source.root} has changes that are not committed: {_named(dirty)}")
    taken = replace(source, dirty=dirty, included=included)
    snapshot = finish(taken, into, newest=source.time, left_out=set(), warnings=warnings)
    refresh_index(into)
    return snapshot


def refresh_index(root: Path, *, time: int | None = None) -> None:
    """Let the index of a clone, and of its submodules, know the files' present times and modes.

    Else tools that compare without looking, such as ``git diff-index``, take every file for modified.

    Args:
        root: the top of the clone.
        time: what git's own files then get as modification time, POSIX seconds, so that no clock shows in them.

    Raises:
        SamewheelError: git failed.
        OSError: a time cannot be set.
    """
    # It fails if a file is really modified, as after laying changes over.
    attempt(root, "update-index", "-q", "--refresh")
    for path in _changes.submodules(root):
        if os.path.lexists(root / path / ".git"):
            refresh_index(root / path, time=time)
    if time is not None:
        settle(root / ".git", time)


def ignored_files(source: Source) -> tuple[str, ...]:
    """Return the files of the project's folder that git ignores, relative to it, sorted; none without git.

    Raises:
        SamewheelError: git failed.
    """
    if source.kind is not SourceKind.GIT:
        return ()
    listing = git(
        source.project,
        *("ls-files", "-z", "--others", "--ignored", "--exclude-standard"),
        user=True,
        options=user_options(source.root),
    )
    return tuple(sorted(names(listing)))
