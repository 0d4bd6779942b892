"""``pylock.toml``, the standard's lock file (PEP 751)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError

from samewheel.audit.inputs.bytes import toml_of
from samewheel.audit.inputs.names import sha256_in
from samewheel.audit.values import Named, NamedWheel, Skipped
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageWheel

__all__ = ["read_pylock"]


def _wheel(wheel: PackageWheel, where: str) -> NamedWheel:
    digest = wheel.hashes.get("sha256")
    # uv writes names in one spelling (0.13.9), and an index finds a file by the name that it has there.
    published = unquote(urlsplit(wheel.url or "").path.rpartition("/")[2])
    filename = published if published.endswith(".whl") else wheel.filename
    return NamedWheel(filename=filename, sha256=sha256_in(digest, where) if digest is not None else None)


def _skipped(package: Package) -> Skipped | None:
    """Return why a package is none of an index."""
    if package.vcs is not None:
        return Skipped.VCS
    if package.directory is not None:
        return Skipped.EDITABLE if package.directory.editable else Skipped.LOCAL_PATH
    if package.archive is not None:
        return Skipped.URL if package.archive.url is not None else Skipped.LOCAL_PATH
    if package.version is None:
        return Skipped.NO_VERSION
    return Skipped.LOCAL_PATH if any(wheel.url is None and wheel.path for wheel in package.wheels or ()) else None


def _named(package: Package, where: str) -> Named:
    skipped = _skipped(package)
    wheels = tuple(_wheel(wheel, where) for wheel in package.wheels or ()) if skipped is None else ()
    hashed = all(wheel.sha256 is not None for wheel in wheels)
    return Named(
        name=package.name,
        version=str(package.version or ""),
        where=where,
        marker=str(package.marker or ""),
        wheels=wheels,
        skipped=skipped or (None if hashed else Skipped.NO_SHA256),
    )


def read_pylock(content: bytes, where: str) -> tuple[tuple[Named, ...], tuple[str, ...]]:
    """Return what a ``pylock.toml`` names, and the dependency groups that it installs by default.

    Raises:
        UsageError: it is none; the message names the key.
    """
    try:
        lock = Pylock.from_dict(toml_of(content, where))
        named = tuple(_named(package, f"{where}, packages[{index}]") for index, package in enumerate(lock.packages))
    except PylockUnsupportedVersionError as error:
        raise UsageError(f"{where} is of a format that samewheel does not know", cause=str(error)) from error
    except (PylockValidationError, ValueError, RecursionError) as error:
        raise UsageError(f"{where} is not a pylock.toml", cause=str(error)) from error
    return named, tuple(lock.default_groups or ())
