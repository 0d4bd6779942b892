"""One attempt at a rebuild: a plan becomes an environment and conditions, and those a wheel."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel._files import walk
from samewheel._types import SILENT, Value, Via
from samewheel.buildinfo import Epoch
from samewheel.building import perform
from samewheel.constraints import parse_constraints
from samewheel.epoch import EARLIEST
from samewheel.machine import look_around
from samewheel.preparing import open_project, prepare
from samewheel.pythons import locate
from samewheel.rebuilding.dependencies import Supply, follow, resolve_and_build
from samewheel.rebuilding.matching import by_source_path
from samewheel.rebuilding.resolving import WHERE
from samewheel.rebuilding.values import Command, Modes, Newlines, Times
from samewheel.staging import plain_conditions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.buildinfo import Dependency, Isolation
    from samewheel.building import Product
    from samewheel.conditions import Conditions
    from samewheel.constraints import Constraints
    from samewheel.index import Index
    from samewheel.limits import Limits
    from samewheel.preparing import Opened
    from samewheel.project import Overrides
    from samewheel.rebuilding.dependencies import Resolved
    from samewheel.rebuilding.published import Published
    from samewheel.rebuilding.values import BuiltDependency, Plan

__all__ = ["Made", "make"]


class Made(Value, frozen=True, kw_only=True):
    """A wheel that was built by a plan, and its source; both are there for the time of the block."""

    wheel: Path
    source: Path
    """The top folder of the source's copy."""
    plan: Plan
    """With all that was installed locked in it."""
    isolation: Isolation
    interpreter: str
    """Such as ``cpython 3.9.18``."""
    dependencies: tuple[Dependency, ...]
    """The very files that were installed for the build, sorted."""
    built: tuple[BuiltDependency, ...]
    """Sdists that were built for it, and what was installed for that, sorted."""


def _overrides(plan: Plan, timeout: float | None, limits: Limits | None) -> Overrides:
    overrides: Overrides = {"python": locate(plan.python), "via": plan.via}
    if plan.config_settings:
        overrides["config_settings"] = dict(plan.config_settings)
    if plan.env:
        overrides["env"] = dict(plan.env)
    if timeout is not None:
        overrides["timeout"] = timeout
    if limits is not None:
        overrides["limits"] = limits
    return overrides


def _with_requirements(opened: Opened, plan: Plan) -> Opened:
    """Return a source whose build system requires what the plan says, too.

    A source without a build system table names nothing that it needs; what a plan pins is all it gets then, if
    ``setup.py`` is run by itself.
    """
    system = opened.project.build_system
    if not plan.in_tree_backend:
        system = replace(system, backend_path=(), overridden=True)
    own = () if plan.command is Command.SETUP_PY and not system.stated else system.requires
    requires = tuple(sorted({*own, *plan.pins}))
    return replace(opened, project=replace(opened.project, build_system=replace(system, requires=requires)))


def _resolved(opened: Opened, plan: Plan, supply: Supply) -> Resolved:
    """Return what the plan has the build install: to the letter if it is locked, else resolved anew."""
    if plan.locked:
        constraints = parse_constraints("".join(f"{line}\n" for line in plan.locked).encode(), WHERE)
        return follow(opened, constraints, replace(supply, chosen=plan.built))
    return resolve_and_build(opened, supply, ask=plan.command is Command.PEP517)


def _noted(plan: Plan, resolved: Resolved) -> Plan:
    """Return a plan with all that was installed, and what was built for that."""
    evidence = plan.evidence
    if resolved.built and not plan.locked:
        names = ", ".join(one.name for one in resolved.built)
        when = f" that is older than {plan.uploaded_before[:10]}" if plan.uploaded_before is not None else ""
        evidence = {**evidence, "built": f"the index has no wheel of {names} for Python {plan.python}{when}"}
    return replace(plan, locked=_locked(resolved.constraints), built=_lines(resolved.built), evidence=evidence)


def _lines(built: Iterable[BuiltDependency]) -> tuple[str, ...]:
    """Return sdists that were built as lines of hashed constraints."""
    return tuple(dict.fromkeys(f"{one.name}=={one.version} --hash=sha256:{one.sha256}" for one in built))


def _locked(constraints: Constraints) -> tuple[str, ...]:
    """Return constraints as lines: a pin and its hashes each."""
    return tuple(
        " ".join([f"{pin.name}=={pin.version}", *(f"--hash={value}" for value in pin.hashes)])
        for pin in constraints.pins
    )


def _conditions(opened: Opened, plan: Plan, published: Published, folder: Path) -> Conditions:
    """Return what the plan has the build see."""
    epoch = plan.epoch if plan.epoch is not None else plan.clock if plan.clock is not None else EARLIEST
    files = dict.fromkeys(walk(opened.snapshot.root))
    times, modes = {}, {}
    if plan.times is not Times.EPOCH:
        times = {path: when for path, when in opened.snapshot.times.items() if path in files}
    if plan.times is Times.PUBLISHED:
        times |= by_source_path(published.times, files)
    if plan.modes is Modes.PUBLISHED:
        modes = by_source_path(published.modes, files)
    conditions = replace(
        plain_conditions(folder, max(epoch, EARLIEST), opened.settings),
        epoch_set=plan.epoch is not None,
        file_times=times,
        file_modes=modes,
        umask=int(plan.umask, 8),
        umask_leaks=True,
        windows_newlines=plan.newlines is Newlines.WINDOWS,
        prefix_maps=plan.prefix_maps,
        compilers=plan.compilers,
        source_mtime=max(epoch, EARLIEST),
    )
    if plan.clock is None:
        return conditions
    return replace(
        conditions,
        clock_stands=plan.clock,
        clock_offset=plan.clock - int(time.time()),
        clock_library=look_around().clock_library,
    )


def _perform(opened: Opened, plan: Plan, published: Published, supply: Supply) -> Made:
    epoch = opened.epoch if plan.epoch is None else Epoch(value=plan.epoch, origin="plan")
    resolved = _resolved(replace(_with_requirements(opened, plan), epoch=epoch), plan, supply)
    opened, progress = resolved.opened, supply.progress
    products = ("sdist", "wheel") if plan.via is Via.SDIST else ("wheel",)
    ask = plan.command is Command.PEP517
    prepared = prepare(
        opened, resolved.constraints, products=products, ask=ask, offline=supply.offline, progress=progress
    )
    folder = opened.folder / "samewheel-build"
    folder.mkdir()
    conditions = _conditions(opened, plan, published, folder)
    product: Product = perform(
        prepared,
        folder,
        conditions,
        memory=opened.in_memory("build"),
        setup_py=plan.command is Command.SETUP_PY,
        check=False,
        progress=progress,
    )
    interpreter = opened.interpreter
    return Made(
        wheel=product.wheel,
        source=opened.snapshot.root,
        plan=_noted(plan, resolved),
        isolation=product.isolation,
        interpreter=f"{interpreter.implementation} {interpreter.version}",
        dependencies=tuple(sorted({one for name in products for one in prepared.environments[name].dependencies})),
        built=resolved.built,
    )


@contextmanager
def make(
    plan: Plan,
    published: Published,
    source: Path,
    index: Index,
    *,
    timeout: float | None = None,
    limits: Limits | None = None,
    offline: bool = False,
    progress: Progress = SILENT,
) -> Iterator[Made]:
    """Build a wheel as a plan says; it is removed at the end of the block.

    Args:
        plan: how.
        published: the wheel whose times and modes the plan may ask for, and which is never installed.
        source: the sdist, or the project's folder.
        index: where sdists of build requirements come from that have no wheel.
        timeout: seconds that one step of the backend may take.
        limits: what else one step may use up.
        offline: use what was fetched before.
        progress: told what is going on.

    Raises:
        NotBuildableError: what is needed cannot be had, or the build failed.
        SamewheelError: the machine, or the index, failed.
    """
    supply = Supply(
        published=published,
        index=index,
        uploaded_before=plan.uploaded_before,
        timeout=timeout,
        limits=limits,
        offline=offline,
        progress=progress,
    )
    overrides = _overrides(plan, timeout, limits)
    with open_project(
        source,
        overrides=overrides,
        allow_dirty=True,
        stranger=True,
        index_folder=index.cwd,
        progress=progress,
    ) as opened:
        yield _perform(opened, plan, published, supply)
