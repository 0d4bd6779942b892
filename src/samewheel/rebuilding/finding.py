"""From what a user names to the published wheel and its source: a release of the index, or a file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.tags import sys_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name
from packaging.version import InvalidVersion, Version

from samewheel._files import sha256_of
from samewheel._standards import requirement_of, version_of
from samewheel._types import Value
from samewheel.errors import NoSourceError, SamewheelError, UsageError
from samewheel.wheel import read_file_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel._types import Sha256
    from samewheel.index import Index, ReleaseFile

__all__ = ["Release", "find_release", "sdist_of"]


class Release(Value, frozen=True, kw_only=True):
    """A published wheel, and what else there is of its release."""

    wheel: Path
    uploaded: str | None
    """When the index's file of this name was (RFC 3339); None if the index does not say, or has none."""
    on_index: bool | None
    """Whether the index has this very file; None: it was not asked, or has no file of that name."""
    requires_python: str
    """Empty: any."""
    sdists: tuple[ReleaseFile, ...]
    """The likeliest source first."""
    file: ReleaseFile | None
    """The wheel as the index describes it; None if the index does not have this one."""
    warnings: tuple[str, ...] = ()


def _pinned(target: str) -> tuple[str, Version]:
    """Return name and version of ``NAME==VERSION``."""
    try:
        requirement = requirement_of(target)
        (specifier,) = requirement.specifier
        if specifier.operator in {"==", "==="} and not requirement.marker and not requirement.url:
            return canonicalize_name(requirement.name), version_of(specifier.version)
    except (InvalidRequirement, InvalidVersion, ValueError):
        pass
    raise UsageError(
        f"{target!r} is neither a release nor a wheel",
        cause="There is no such file, and a release is written NAME==VERSION.",
        hint="For example: samewheel rebuild six==1.16.0",
    )


def _named(filename: str) -> tuple[str, Version]:
    """Return name and version that a wheel's file name says."""
    try:
        named = read_file_name(filename)
    except InvalidWheelFilename as error:
        raise UsageError(
            f"{filename} is not called like a wheel",
            cause=str(error),
            hint="Give it back the name that it was published with.",
        ) from error
    return named.name, version_of(named.version)


def _of(files: Iterable[ReleaseFile], version: Version, kind: str) -> list[ReleaseFile]:
    """Return the files of a release that are of a kind, sorted by name."""

    def fits(file: ReleaseFile) -> bool:
        try:
            return file.kind == kind and version_of(file.version) == version
        except InvalidVersion:
            return False

    return sorted(filter(fits, files), key=lambda file: file.filename)


def _for_here(wheels: Iterable[ReleaseFile]) -> ReleaseFile | None:
    """Return the wheel that is for every platform, else the one that an installer would choose here."""
    order = {tag: number for number, tag in enumerate(sys_tags())}

    def rank(file: ReleaseFile) -> tuple[bool, int]:
        tags = read_file_name(file.filename).tags
        best = min((order.get(tag, len(order)) for tag in tags), default=len(order))
        return not file.filename.endswith("-none-any.whl"), best

    ranked = sorted((rank(file), file.filename, file) for file in wheels)
    fitting = [file for (other, number), _, file in ranked if number < len(order) or not other]
    return fitting[0] if fitting else None


def _newest(files: Iterable[ReleaseFile]) -> list[str]:
    """Return the newest versions of a project."""
    found = set()
    for file in files:
        with suppress(InvalidVersion):
            found.add(version_of(file.version))
    return [str(version) for version in sorted(found, reverse=True)[:5]]


def sdist_of(files: Iterable[ReleaseFile], version: Version) -> tuple[ReleaseFile, ...]:
    """Return the sdists of a release, a ``.tar.gz`` first: that is what backends make."""
    found = _of(files, version, "sdist")
    return tuple(sorted(found, key=lambda file: (not file.filename.endswith(".tar.gz"), file.filename)))


def _asked(name: str, index: Index, *, needed: bool) -> tuple[tuple[ReleaseFile, ...], tuple[str, ...]]:
    """Return the files of a project, and what to warn of; without an answer, there are none, if none is needed."""
    try:
        return index.files(name), ()
    except NoSourceError as error:
        return (), (error.what,)
    except SamewheelError as error:
        if needed:
            raise
        return (), (f"{error.what}; when the wheel was uploaded is not known",)


def _local(path: Path, index: Index, *, needed: bool) -> Release:
    """Return what there is of a wheel that lies here."""
    name, version = _named(path.name)
    files, warnings = _asked(name, index, needed=needed)
    named = next((file for file in files if file.filename == path.name), None)
    same = named if named is not None and named.sha256 == sha256_of(path) else None
    if named is not None and same is None:
        warnings = (f"this is not the {path.name} of the index, whose SHA-256 is {named.sha256}",)
    if named is None and not warnings:
        warnings = (f"the index has no {path.name}: when it was uploaded is not known",)
    return Release(
        wheel=path,
        uploaded=named.uploaded if named is not None else None,
        on_index=same is not None if named is not None else None,
        requires_python=(named.requires_python or "") if named is not None else "",
        sdists=sdist_of(files, version),
        file=same if not warnings else None,
        warnings=warnings,
    )


def find_release(
    target: str,
    index: Index,
    *,
    filename: str | None = None,
    sha256: Sha256 | None = None,
    needed: bool = True,
) -> Release:
    """Find a published wheel, and the sdists of its release.

    Args:
        target: the path of a wheel, or ``NAME==VERSION``.
        index: where files are looked for, and fetched from.
        filename: which of the release's wheels; None: the one for every platform, else that for this one.
        sha256: what the wheel must have.
        needed: the sdist has to come from the index, so that not reaching it is an error.

    Raises:
        UsageError: the target is neither, or the release has no such wheel.
        NoSourceError: there is no such project or release.
        SamewheelError: the index cannot be reached, or the file is not what it should be.
    """
    path = Path(target)
    if target.endswith(".whl") and path.is_file():
        return _local(path, index, needed=needed)
    name, version = _pinned(target)
    files = index.files(name)
    wheels = _of(files, version, "wheel")
    if index.asked_before and not any(filename in {None, file.filename} for file in wheels):
        # What is kept may be older than the release.
        files = index.files(name, anew=True)
        wheels = _of(files, version, "wheel")
    chosen = next((file for file in wheels if file.filename == filename), None) if filename else _for_here(wheels)
    if not _of(files, version, "wheel") and not _of(files, version, "sdist"):
        raise NoSourceError(
            f"there is no release {version} of {name}",
            cause=f"The newest are: {', '.join(_newest(files)) or 'none'}.",
            hint="Name one of them.",
        )
    if chosen is None:
        there = ", ".join(file.filename for file in wheels[:8]) or "none"
        raise NoSourceError(
            f"{name} {version} has no wheel {filename or 'for this platform'}",
            cause=f"Its wheels: {there}.",
            hint="Name one of its wheels with --wheel, or another release." if wheels else "Name another release.",
        )
    if sha256 is not None and chosen.sha256 is not None and chosen.sha256 != sha256:
        raise UsageError(
            f"{chosen.filename} is not the one that was asked for",
            cause=f"Its SHA-256 on the index is {chosen.sha256}, and should be {sha256}.",
        )
    return Release(
        wheel=index.fetch(chosen),
        uploaded=chosen.uploaded,
        on_index=True,
        requires_python=chosen.requires_python or "",
        sdists=sdist_of(files, version),
        file=chosen,
    )
