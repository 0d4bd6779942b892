"""What a wheel is to be built from: as asked for or planned, else its sdist, else a commit that something names."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from samewheel._files import sha256_of
from samewheel._types import Value
from samewheel.errors import NoSourceError, SamewheelError, UsageError
from samewheel.rebuilding.provenance import NOT_VERIFIED, read_provenance
from samewheel.rebuilding.repository import find_tag
from samewheel.rebuilding.values import PlannedSource
from samewheel.sources import inspect, published_at
from samewheel.sources.remote import clone, split_ref

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.index import Index
    from samewheel.rebuilding.finding import Release
    from samewheel.rebuilding.provenance import Origin
    from samewheel.rebuilding.published import Published
    from samewheel.rebuilding.values import Wanted

__all__ = ["FoundSource", "check_planned", "find_source"]


class FoundSource(Value, frozen=True, kw_only=True):
    """A source that lies here."""

    path: Path
    planned: PlannedSource
    why: str = ""
    """Why it is that one; empty if somebody said so, or there is only one."""


def _told(url: str) -> str:
    """Return a repository's address as a plan has it: one of the network loses user and password."""
    return published_at(url) or url


def _cloned(url: str, ref: str, folder: Path, *, subdirectory: str = "", why: str = "") -> FoundSource:
    """Clone a repository at a reference, and return it with the commit in full, and without anybody's credentials.

    Raises:
        NoSourceError: there is no such repository, reference or folder in it.
        SamewheelError: it cannot be reached, or there is no git.
    """
    top = folder / "repository"
    commit = clone(url, ref, top)
    path = top / subdirectory
    if not path.is_dir() or not path.resolve().is_relative_to(top.resolve()):
        raise NoSourceError(
            f"the repository has no folder {subdirectory!r}", cause="It is missing, or a link that leads elsewhere."
        )
    planned = PlannedSource(git=_told(url), commit=commit, subdirectory=subdirectory)
    return FoundSource(path=path, planned=planned, why=why)


def check_planned(planned: PlannedSource, *, sdist: Path | None, git: str | None) -> None:
    """Refuse a plan whose source is not the caller's, or a repository that only the caller may name.

    Args:
        planned: what the plan says.
        sdist: the caller's source.
        git: the caller's source, as ``URL@REF``.

    Raises:
        UsageError: it is another one; or a place of this machine, or one that is reached with the user's keys or in
            the clear.
    """
    same = planned.git is not None and git is not None and _told(split_ref(git)[0]) == _told(planned.git)
    if (git is not None and not same) or (sdist is not None and planned.sdist is None):
        raise UsageError(
            "the plan names another source",
            cause=f"It says: {planned.sdist or planned.git}.",
            hint="Give one of them.",
        )
    # A plan may be a stranger's, who could have private files read, or the user's keys tried.
    if planned.git is not None and git is None and not planned.git.startswith("https://"):
        raise UsageError(
            "the plan alone cannot name this repository",
            cause=f"It says {planned.git}, and of a plan only https:// is followed.",
            hint=f"If you mean it, name it, too: --git {shlex.quote(f'{planned.git}@{planned.commit}')}",
        )


def _planned_commit(planned: PlannedSource, git: str | None, folder: Path) -> FoundSource:
    """Clone the repository of a plan; with what the caller knows to reach it, if it was named.

    Raises:
        UsageError: the caller's reference is another commit.
        SamewheelError: as of :func:`_cloned`.
    """
    url, ref = split_ref(git) if git is not None else (str(planned.git), str(planned.commit))
    found = _cloned(url, ref, folder, subdirectory=planned.subdirectory)
    if found.planned.commit != planned.commit:
        raise UsageError(
            f"{ref} is not the commit of the plan",
            cause=f"It is {found.planned.commit}, and the plan's is {planned.commit}.",
            hint=f"Name that one: --git URL@{planned.commit}",
        )
    return found


def _attested(wanted: Wanted, release: Release, index: Index, progress: Progress) -> Origin | None:
    """Return the source that the wheel's provenance names, if it has one that can be read; it is a hint, no more."""
    if wanted.plan is not None or release.file is None or release.file.sha256 is None:
        return None
    try:
        content = index.provenance(release.file)
        return None if content is None else read_provenance(content, release.file.filename, release.file.sha256)
    except SamewheelError as error:
        progress.warn(str(error))
        return None


def _why(origin: Origin) -> str:
    at = f", {origin.ref}" if origin.ref else ""
    return f"the wheel's provenance names {origin.repository} at {origin.commit}{at} ({NOT_VERIFIED})"


def _sdist(path: Path, planned: PlannedSource | None, why: str) -> FoundSource:
    # What is called like no sdist is refused here: no plan can do better.
    inspect(path)
    found = PlannedSource(sdist=path.name, sha256=sha256_of(path))
    if planned is not None and planned.sha256 not in {None, found.sha256}:
        raise UsageError(
            f"{path.name} is not the sdist of the plan",
            cause=f"Its SHA-256 is {found.sha256}, and the plan's is {planned.sha256}.",
        )
    return FoundSource(path=path, planned=found, why=why)


def _tagged(published: Published, folder: Path) -> FoundSource | None:
    """Return the commit whose tag is the release, of a repository that METADATA names; None if there is none."""
    found = find_tag(published.metadata, published.name, published.version, folder)
    if found is None:
        return None
    url, tag, commit = found
    return _cloned(url, commit, folder, why=f"METADATA names {url}, whose tag {tag} it is")


def find_source(
    wanted: Wanted, release: Release, published: Published, *, index: Index, folder: Path, progress: Progress
) -> FoundSource:
    """Return what the wheel is to be built from.

    Args:
        wanted: may name the source, or have a plan that does.
        release: what the index has of it.
        published: the wheel.
        index: where sdists and provenance are fetched from.
        folder: where a repository is cloned to.
        progress: told what cannot be read.

    Raises:
        NoSourceError: there is nothing.
        UsageError: the sdist, or the commit, is not the plan's.
        SamewheelError: the index cannot be reached, or there is no git.
    """
    planned = wanted.plan.source if wanted.plan is not None else None
    if wanted.sdist is not None:
        return _sdist(wanted.sdist, planned, "")
    if planned is not None and planned.git is not None:
        return _planned_commit(planned, wanted.git, folder)
    if wanted.git is not None:
        return _cloned(*split_ref(wanted.git), folder)
    origin = _attested(wanted, release, index, progress)
    why = _why(origin) if origin is not None else ""
    for file in release.sdists:
        if planned is None or file.filename == planned.sdist:
            return _sdist(index.fetch(file), planned, why)
    if origin is not None:
        return _cloned(origin.repository, origin.commit, folder, why=why)
    if planned is None and not index.offline and (tagged := _tagged(published, folder)) is not None:
        return tagged
    raise NoSourceError(
        f"there is no source of {release.wheel.name}",
        cause=f"The release has no {planned.sdist if planned is not None else 'sdist'} on the index, and nothing "
        "that can be read names its commit.",
        hint="Name a source: --sdist FILE or --git URL@REF",
    )
