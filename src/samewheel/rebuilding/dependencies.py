"""Build requirements that exist only as sdists: built first, in the sandbox, from files whose hashes are known.

Only wheels enter a build environment. Where an index has none that fits, a wheel is made as pip would have made it at
that time, but as every build here: what it needs is resolved as of the same date, nothing of it runs while something
is fetched, and its conditions are fixed. So the same sdist gives the same wheel again, and a plan names both by hash.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from samewheel import __version__
from samewheel._files import place, sha256_of, write_atomic
from samewheel._types import SILENT, Sha256, Value, Via
from samewheel._uv import cache_folder, index_identity, make_cache
from samewheel.buildinfo import Epoch
from samewheel.building import perform
from samewheel.constraints import parse_constraints
from samewheel.epoch import EARLIEST
from samewheel.errors import NotBuildableError, UnlockableError, UsageError
from samewheel.preparing import open_project, prepare
from samewheel.rebuilding.choosing import choose_sdist
from samewheel.rebuilding.itself import refuse_itself
from samewheel.rebuilding.resolving import WHERE, resolve_as_of
from samewheel.rebuilding.values import BuiltDependency
from samewheel.sandbox import choose_sandbox
from samewheel.staging import plain_conditions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.constraints import Constraints, Pin
    from samewheel.errors import NoWheelError
    from samewheel.index import Index, ReleaseFile
    from samewheel.interpreter import Interpreter
    from samewheel.limits import Limits
    from samewheel.preparing import Opened, Prepared
    from samewheel.project import Overrides
    from samewheel.rebuilding.published import Published

__all__ = ["Resolved", "Supply", "follow", "resolve_and_build"]

DEEPEST = 3
"""Builds that a build may wait for, one for the other; pip has no limit, and real ones need one or two."""

MOST = 16
"""Packages that are built for one environment."""

KEPT = "dependencies-2"
"""The folder of our cache for what was built; to be renamed when the key of what is kept changes."""

FIXED = Epoch(value=EARLIEST, origin="default")
"""The same for every build of a dependency, whatever the caller's environment and the sdist say."""

LEGACY_TOOLS = ("setuptools", "wheel")
"""What ``setup.py bdist_wheel`` takes."""


class Supply(Value, frozen=True, kw_only=True):
    """Where dependencies come from, and within which limits they are built: the same for all of one plan."""

    published: Published
    """What is built again: nothing that is built for it may have it installed."""
    index: Index
    uploaded_before: str | None
    """Newer files are passed over (RFC 3339); None: none is."""
    chosen: tuple[str, ...] = ()
    """Sdists that a plan names, as lines of hashed constraints; they come before what would be chosen."""
    timeout: float | None = None
    """Seconds that one step of a backend may take."""
    limits: Limits | None = None
    """What else one step may use up."""
    offline: bool = False
    progress: Progress = SILENT


class Resolved(Value, frozen=True, kw_only=True):
    """What a build installs."""

    opened: Opened
    """The source, with the folders of wheels that were built for it."""
    constraints: Constraints
    built: tuple[BuiltDependency, ...] = ()
    """All sdists that were built for it, and for those, sorted."""


class _Wheel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wheel that was built from an sdist and put into our cache, as the file beside it says."""

    filename: str
    sha256: Sha256

    @property
    def folder(self) -> Path:
        """The folder that has this wheel alone."""
        return cache_folder() / KEPT / self.sha256

    @property
    def whole(self) -> bool:
        """Whether the wheel is there, and what it was."""
        wheel = self.folder / self.filename
        return wheel.is_file() and sha256_of(wheel) == self.sha256


class _Built(Value, frozen=True, kw_only=True):
    """A dependency that was built, now or before."""

    wheel: _Wheel
    built: tuple[BuiltDependency, ...]
    """Its own sdist, and those that were built for it."""


def _pins(lines: Iterable[str]) -> dict[str, Pin]:
    """Return the sdists that a plan names, by the names of their projects.

    Raises:
        InvalidProjectError: a line is no pin with a hash.
    """
    content = "".join(f"{line}\n" for line in lines).encode()
    return {pin.name: pin for pin in parse_constraints(content, f"{WHERE}, built").pins}


def _sdist(name: str, requirements: Sequence[str], interpreter: Interpreter, supply: Supply) -> ReleaseFile:
    """Return the sdist of a package that is to be built: the one that the plan names, else one that fits.

    Raises:
        NotBuildableError: there is none.
        SamewheelError: the index cannot be reached.
    """
    files, pin = supply.index.files(name), _pins(supply.chosen).get(name)
    if pin is None:
        found = choose_sdist(files, requirements, interpreter, supply.uploaded_before)
        wanted = f"that is older than {supply.uploaded_before}, and that the requirements allow"
    else:
        found = next((file for file in files if f"sha256:{file.sha256}" in pin.hashes), None)
        wanted = f"with the hash that {WHERE} names"
    if found is None or found.kind != "sdist":
        raise NotBuildableError(
            f"the build dependency {name} cannot be had",
            cause=f"It has no wheel that fits, and the index has no sdist of it {wanted}.",
        )
    return found


def _kept(file: ReleaseFile, prepared: Prepared, *, setup_py: bool) -> Path | None:
    """Return where is written what comes of an sdist: a key of all that its build can see; None: it is not kept."""
    isolation = choose_sandbox().isolation
    if isolation.mechanism == "none":
        # Such a build can read all of this machine, and what it took from there would get into sandboxes.
        return None
    opened = prepared.opened
    interpreter = opened.interpreter
    made = [
        [file.filename, file.sha256, setup_py, __version__],
        [interpreter.implementation, interpreter.version, interpreter.platform],
        prepared.environments["wheel"].dependencies,
        index_identity(opened.index_folder),
        isolation,
    ]
    return cache_folder() / KEPT / f"{hashlib.sha256(msgspec.json.encode(made)).hexdigest()}.json"


def _recall(kept: Path) -> _Wheel | None:
    """Return what was built before, if it is still there."""
    try:
        wheel = msgspec.json.decode(kept.read_bytes(), type=_Wheel)
    except (OSError, msgspec.MsgspecError):
        return None
    return wheel if wheel.whole else None


def _resolved(opened: Opened, supply: Supply, depth: int) -> tuple[Resolved, bool]:
    """Return what building a dependency installs, and whether its ``setup.py`` is to be run by itself."""
    try:
        return resolve_and_build(opened, supply, depth=depth), False
    except UnlockableError:
        if opened.project.build_system.stated:
            raise
    # No setuptools of that time may have had the hooks that stand for a source which names nothing.
    system = replace(opened.project.build_system, requires=LEGACY_TOOLS)
    opened = replace(opened, project=replace(opened.project, build_system=system))
    return resolve_and_build(opened, supply, ask=False, depth=depth), True


def _overrides(interpreter: Interpreter, supply: Supply) -> Overrides:
    overrides: Overrides = {"python": str(interpreter.path), "via": Via.TREE}
    if supply.timeout is not None:
        overrides["timeout"] = supply.timeout
    if supply.limits is not None:
        overrides["limits"] = supply.limits
    return overrides


def _make(prepared: Prepared, supply: Supply, *, setup_py: bool) -> _Wheel:
    """Build the wheel of an sdist, and put it into our cache."""
    opened = prepared.opened
    folder = opened.folder / "samewheel-build"
    folder.mkdir()
    product = perform(
        prepared,
        folder,
        plain_conditions(folder, FIXED.value, opened.settings),
        memory=opened.in_memory("build"),
        setup_py=setup_py,
        progress=supply.progress,
    )
    wheel = _Wheel(filename=product.wheel.name, sha256=sha256_of(product.wheel))
    make_cache(KEPT, wheel.sha256)
    place(product.wheel, wheel.folder / wheel.filename)
    return wheel


def _made(file: ReleaseFile, sdist: Path, interpreter: Interpreter, supply: Supply, depth: int) -> _Built:
    """Return the wheel of an sdist that was fetched: built now, unless the same was built in the same environment."""
    with open_project(
        sdist,
        overrides=_overrides(interpreter, supply),
        stranger=True,
        index_folder=supply.index.cwd,
        progress=supply.progress,
    ) as opened:
        resolved, setup_py = _resolved(replace(opened, epoch=FIXED), supply, depth)
        prepared = prepare(
            resolved.opened,
            resolved.constraints,
            ask=not setup_py,
            offline=supply.offline,
            progress=supply.progress,
        )
        kept = _kept(file, prepared, setup_py=setup_py)
        wheel = _recall(kept) if kept is not None else None
        if wheel is None:
            wheel = _make(prepared, supply, setup_py=setup_py)
            if kept is not None:
                write_atomic(kept, msgspec.json.encode(wheel))
    own = BuiltDependency(
        name=file.name,
        version=file.version,
        filename=file.filename,
        sha256=sha256_of(sdist),
        dependencies=prepared.environments["wheel"].dependencies,
    )
    return _Built(wheel=wheel, built=tuple(sorted({own, *resolved.built})))


def _dependency(file: ReleaseFile, interpreter: Interpreter, supply: Supply, depth: int) -> _Built:
    """Return the wheel of an sdist, from our cache or built now.

    Raises:
        NotBuildableError: it cannot be built; the message names it.
        SamewheelError: the machine, or the index, failed.
    """
    supply.progress.step(f"Preparing {file.name} {file.version}, which has no wheel")
    sdist = supply.index.fetch(file)
    try:
        return _made(file, sdist, interpreter, supply, depth)
    except (NotBuildableError, UsageError) as error:
        raise NotBuildableError(
            f"the build dependency {file.name} {file.version} cannot be built",
            cause=f"It has no wheel that fits, and of {file.filename}: {error}",
        ) from error


def resolve_and_build(opened: Opened, supply: Supply, *, ask: bool = True, depth: int = 0) -> Resolved:
    """Return pins of everything that building a wheel installs, once what has no wheel was built.

    Args:
        opened: the source.
        supply: where everything comes from.
        ask: ask the backend what else it requires.
        depth: how many builds wait for this one.

    Raises:
        UnlockableError: there is no solution.
        NotBuildableError: a dependency cannot be built, or what is built again would be installed; the message
            names it.
        SamewheelError: the index cannot be reached, or a hook of the backend failed.
    """
    found: dict[str, _Built] = {}

    def provide(error: NoWheelError, requirements: Sequence[str]) -> Path:
        name = next((name for name in map(canonicalize_name, error.names) if name not in found), None)
        if name is None:
            raise NotBuildableError(
                f"the build dependency {error.names[0]} cannot be had",
                cause="It has no wheel that fits, and the one that was built of its sdist does not fit, either.",
            )
        if depth >= DEEPEST or len(found) >= MOST:
            raise NotBuildableError(
                f"too much has to be built before {opened.source.path.name}",
                cause=f"{name} has no wheel, either. The limits are {DEEPEST} builds in a row, and {MOST} for one.",
            )
        file = _sdist(name, requirements, opened.interpreter, supply)
        found[name] = _dependency(file, opened.interpreter, supply, depth + 1)
        return found[name].wheel.folder

    def check(constraints: Constraints) -> None:
        refuse_itself(supply.published, constraints.pins, opened.source.path.name if depth else "")

    constraints = resolve_as_of(
        opened,
        supply.uploaded_before,
        provide=provide,
        check=check,
        ask=ask,
        offline=supply.offline,
        progress=supply.progress,
    )
    return Resolved(
        opened=_with(opened, found.values()),
        constraints=constraints,
        built=_all(found.values()),
    )


def _all(built: Iterable[_Built]) -> tuple[BuiltDependency, ...]:
    return tuple(sorted({one for each in built for one in each.built}))


def _with(opened: Opened, built: Iterable[_Built]) -> Opened:
    return replace(opened, find_links=(*opened.find_links, *(one.wheel.folder for one in built)))


def follow(opened: Opened, constraints: Constraints, supply: Supply) -> Resolved:
    """Build the dependencies that a plan names, so that what it locked can be installed.

    Args:
        opened: the source.
        constraints: all that the plan locked.
        supply: where everything comes from, with the sdists that the plan names.

    Raises:
        NotBuildableError: one of them cannot be had or built, or is another wheel than the one that was locked; or
            what is built again is locked.
        SamewheelError: the machine, or the index, failed.
    """
    refuse_itself(supply.published, constraints.pins)
    locked, built = {pin.name: pin for pin in constraints.pins}, []
    for name, chosen in sorted(_pins(supply.chosen).items()):
        one = _dependency(_sdist(name, (), opened.interpreter, supply), opened.interpreter, supply, 1)
        pin = locked.get(chosen.name)
        if pin is not None and pin.version == chosen.version and f"sha256:{one.wheel.sha256}" not in pin.hashes:
            raise NotBuildableError(
                f"{one.wheel.filename} was built again, and is another file",
                cause=f"Its SHA-256 is {one.wheel.sha256}; {WHERE} locks {', '.join(pin.hashes)}.",
                hint="Remove locked from the plan, and what is installed is resolved anew.",
            )
        built.append(one)
    return Resolved(opened=_with(opened, built), constraints=constraints, built=_all(built))
