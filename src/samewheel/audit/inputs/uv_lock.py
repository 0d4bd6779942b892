"""``uv.lock``: a graph, of which a walk from the projects tells what is installed here."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from samewheel.audit.inputs.bytes import convert, toml_of
from samewheel.audit.inputs.names import sha256_in, usual_name, usual_version
from samewheel.audit.values import Named, NamedWheel, Skipped
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.audit.target import Target

__all__ = ["read_uv_lock"]

FORMAT = 1
"""The lock's ``version``; uv raises it when an older reader would go wrong, and ``revision`` otherwise."""

DEFAULT_GROUPS = frozenset({"dev"})
"""What ``uv sync`` installs; a project may say otherwise, but not in the lock."""


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    registry: str | None = None
    git: str | None = None
    url: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None


class _Wheel(msgspec.Struct, frozen=True, kw_only=True):
    url: str | None = None
    path: str | None = None
    filename: str | None = None
    hash: str | None = None


class _Dependency(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str | None = None
    source: _Source | None = None
    extra: list[str] = []
    extras: list[str] = []
    """The same, in a manifest."""
    marker: str = ""


class _Package(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    name: str
    version: str = ""
    source: _Source
    dependencies: list[_Dependency] = []
    optional_dependencies: dict[str, list[_Dependency]] = {}
    dev_dependencies: dict[str, list[_Dependency]] = {}
    wheels: list[_Wheel] = []


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    members: list[str] = []
    requirements: list[_Dependency] = []
    """Those of a script, whose lock has no project."""


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    package: list[_Package] = []
    manifest: _Manifest = msgspec.field(default_factory=_Manifest)


def _local(source: _Source) -> bool:
    return any(place is not None for place in (source.directory, source.editable, source.virtual))


class _Walk:
    """Goes from package to package, along the dependencies that count."""

    def __init__(self, lock: _Lock, where: str, target: Target, *, anywhere: bool) -> None:
        """Prepare it; ``anywhere``, every marker holds."""
        self._anywhere = anywhere
        self._manifest = lock.manifest
        self._packages = lock.package
        self._places: dict[str, list[int]] = defaultdict(list)
        for index, package in enumerate(lock.package):
            self._places[package.name].append(index)
        self._where = where
        self._target = target
        self._pending: list[tuple[int, str]] = []
        self._seen: set[tuple[int, str]] = set()

    def _meant(self, dependency: _Dependency) -> Iterator[int]:
        """Yield the packages that a dependency can mean; only where there are several, it says which."""
        for index in self._places.get(dependency.name, ()):
            package = self._packages[index]
            if dependency.version in {None, package.version} and dependency.source in {None, package.source}:
                yield index

    def _follow(self, dependencies: Iterable[_Dependency]) -> None:
        for dependency in dependencies:
            if self._anywhere or self._target.holds(dependency.marker, f"{self._where}, {dependency.name}"):
                for index in self._meant(dependency):
                    self._add(index, ("", *dependency.extra, *dependency.extras))

    def _add(self, index: int, extras: Iterable[str]) -> None:
        for extra in extras:
            if (index, extra) not in self._seen:
                self._seen.add((index, extra))
                self._pending.append((index, extra))

    def _start(self) -> None:
        """Begin at the projects: the members of a workspace, or the one that the lock lies beside; or at a script."""
        self._follow(self._manifest.requirements)
        groups = DEFAULT_GROUPS if self._target.groups is None else self._target.groups
        projects = [
            (index, package)
            for index, package in enumerate(self._packages)
            if _local(package.source) and (not self._manifest.members or package.name in self._manifest.members)
        ]
        self._refuse("group", self._target.groups or (), (package.dev_dependencies for _, package in projects))
        self._refuse("extra", self._target.extras, (package.optional_dependencies for _, package in projects))
        for index, package in projects:
            self._add(index, ("", *sorted(package.optional_dependencies.keys() & self._target.extras)))
            for group in sorted(package.dev_dependencies.keys() & groups):
                self._follow(package.dev_dependencies[group])

    def _refuse(self, what: str, asked: Iterable[str], tables: Iterable[Iterable[str]]) -> None:
        """Refuse what was asked for and no project has: a misspelt name would leave things out in silence."""
        known = sorted({name for table in tables for name in table})
        for name in sorted({*asked} - {*known}):
            raise UsageError(
                f"{self._where} has no {what} {name!r}",
                cause=f"It has: {', '.join(known) or 'none'}.",
                hint=f"Name one of them with --{what}, or leave it out.",
            )

    def reached(self) -> frozenset[int]:
        """Return the places of the packages that are installed."""
        self._start()
        while self._pending:
            index, extra = self._pending.pop()
            package = self._packages[index]
            self._follow(package.optional_dependencies.get(extra, ()) if extra else package.dependencies)
        return frozenset(index for index, _ in self._seen)


def _skipped(source: _Source) -> Skipped | None:
    """Return why a package is none of an index."""
    if source.git is not None:
        return Skipped.VCS
    if source.url is not None:
        return Skipped.URL
    if source.editable is not None or source.virtual is not None:
        return Skipped.EDITABLE
    # An index can be a folder, too.
    return None if source.registry is not None and "://" in source.registry else Skipped.LOCAL_PATH


def _wheel(wheel: _Wheel, where: str) -> NamedWheel:
    # A query may be a signature, and is no part of the name.
    place = wheel.filename or wheel.path or re.split("[?#]", wheel.url or "", maxsplit=1)[0]
    algorithm, _, digits = (wheel.hash or "").partition(":")
    return NamedWheel(
        filename=unquote(place.rpartition("/")[2]),
        sha256=sha256_in(digits, where) if algorithm == "sha256" else None,
    )


def _named(package: _Package, where: str, absent: Skipped | None) -> Named:
    place = f"{where}, package {package.name} {package.version}".rstrip()
    skipped = _skipped(package.source)
    wheels = tuple(_wheel(wheel, place) for wheel in package.wheels) if skipped is None else ()
    if any(wheel.sha256 is None for wheel in wheels):
        skipped = Skipped.NO_SHA256
    return Named(
        name=usual_name(package.name) or package.name,
        version=usual_version(package.version),
        where=place,
        wheels=wheels,
        skipped=skipped or absent or (None if package.version else Skipped.NO_VERSION),
    )


def read_uv_lock(content: bytes, where: str, target: Target) -> Iterator[Named]:
    """Yield what a ``uv.lock`` names, and what of it ``uv sync`` would not install here as skipped.

    Args:
        content: the file.
        where: its path, for messages.
        target: what is installed into.

    Raises:
        UsageError: it is none, or of a later format; the message names the key.
    """
    lock = convert(toml_of(content, where), _Lock, where)
    if lock.version != FORMAT:
        raise UsageError(
            f"{where} is of a format that samewheel does not know", cause=f"Its version is {lock.version}."
        )
    if not lock.manifest.requirements and not any(_local(package.source) for package in lock.package):
        raise UsageError(f"{where} names no project", cause="A uv.lock has the project itself among its packages.")
    here = _Walk(lock, where, target, anywhere=False).reached()
    somewhere = _Walk(lock, where, target, anywhere=True).reached()
    for index, package in enumerate(lock.package):
        absent = None if index in here else Skipped.OTHER_PLATFORM if index in somewhere else Skipped.NOT_INSTALLED
        yield _named(package, where, absent)
