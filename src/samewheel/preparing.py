"""From what the user names to what a build needs: source, snapshot, epoch, constraints, interpreter, environments.

The fetch phase of a build; the only project code that runs is the hook that says what the backend requires.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.specifiers import InvalidSpecifier

from samewheel._files import below, read_at_most
from samewheel._standards import specifiers_of
from samewheel._temporary import temporary_folder
from samewheel._types import SILENT, SourceKind, Value
from samewheel._uv_settings import heard_by_uv_alone
from samewheel.answers import question, recall, remember
from samewheel.constraints import is_ours, parse_constraints
from samewheel.environment import fetch_environment
from samewheel.epoch import VARIABLE as EPOCH_VARIABLE
from samewheel.epoch import choose_epoch
from samewheel.errors import InvalidProjectError, SamewheelError, StaleLockError, UsageError
from samewheel.interpreter import find_interpreter
from samewheel.machine import memory_folder
from samewheel.project import Settings, read_project
from samewheel.sources import fits, inspect, nothing, take
from samewheel.staging import Materials, at_work, plain_conditions, settle_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from samewheel._types import Progress
    from samewheel.buildinfo import Epoch
    from samewheel.constraints import Constraints
    from samewheel.environment import Environment
    from samewheel.interpreter import Interpreter
    from samewheel.project import Overrides, Project
    from samewheel.sources import Snapshot, Source

__all__ = [
    "Opened",
    "Prepared",
    "ask_backend",
    "lock_file",
    "open_project",
    "output_folders",
    "prepare",
    "read_lock",
    "warn_of",
]


LEAST = 1 << 30
"""Bytes that must be free in memory for a build there: what it makes goes there, too."""

MAX_LOCK = 4 << 20
"""Bytes of constraints that an sdist may bring along; those of 300 packages have 500 kB."""

ROOM = 8
"""A source is copied into memory if it takes no more than this part of what is free there."""


class Opened(Value, frozen=True, kw_only=True):
    """A source that was copied and read, before anything was fetched for it."""

    snapshot: Snapshot
    project: Project
    """As the snapshot says."""
    settings: Settings
    """The project's own, under what the caller asked for."""
    interpreter: Interpreter
    epoch: Epoch
    folder: Path
    """An empty folder for what is done with it."""
    index_folder: Path | None = None
    """Where uv may look for index settings besides the user's: the user's own project, never a stranger's source."""
    memory: Path | None = None
    """Another one, in memory, if there is room for two more copies of the source."""
    not_source: tuple[Path, ...] = ()
    """Files and folders of the user's project that are no part of its source, such as the output folder."""
    find_links: tuple[Path, ...] = ()
    """Folders of wheels that may be installed besides the index's."""

    @property
    def source(self) -> Source:
        """What the user named."""
        return self.snapshot.source

    def in_memory(self, name: str) -> Path | None:
        """Return a folder in memory for a copy of the source, which does not exist yet; None if there is no room."""
        return self.memory / name if self.memory is not None else None

    def materials(self, environment: Environment) -> Materials:
        """Return what a build in an environment is made of."""
        return Materials(
            snapshot=self.snapshot,
            environment=environment,
            interpreter=self.interpreter,
            build_system=self.project.build_system,
            settings=self.settings,
        )


class Prepared(Value, frozen=True, kw_only=True):
    """Everything that builds of one source have in common."""

    opened: Opened
    constraints: Constraints
    environments: Mapping[str, Environment]
    """What is installed to build a ``wheel``, and an ``sdist`` where one is asked for."""


def _stem(name: str) -> str:
    """Return an sdist's file name without its ending, such as ``click-8.3.1``."""
    return re.sub(r"(\.tar)?\.\w+$", "", name)


def overridden(settings: Settings, overrides: Overrides) -> Settings:
    """Return a project's settings under a caller's: single variables and backend settings are replaced one by one.

    Raises:
        UsageError: they contradict each other.
    """
    merged: Overrides = {**overrides}
    try:
        specifiers_of(overrides.get("requires_python", ""))
    except InvalidSpecifier as error:
        raise UsageError(
            f"{overrides.get('requires_python')!r} is no range of Pythons",
            cause=str(error),
            hint="For example: --requires-python '>=3.11'",
        ) from error
    if EPOCH_VARIABLE in {**settings.env, **overrides.get("env", {})}:
        raise UsageError(
            f"{EPOCH_VARIABLE} cannot be passed on like other variables",
            cause="Everything in a build is set to it, so it is chosen before.",
            hint=f"Set it for samewheel itself: {EPOCH_VARIABLE}=… samewheel build",
        )
    if "config_settings" in overrides:
        merged["config_settings"] = {**settings.config_settings, **overrides["config_settings"]}
    if "env" in overrides:
        merged["env"] = {**settings.env, **overrides["env"]}
    return msgspec.structs.replace(settings, **merged)


def lock_file(source: Source, settings: Settings) -> Path:
    """Return where the build constraints of a source are kept.

    In a project, that is ``[tool.samewheel] constraints``. For an sdist it is a file named after it in the working
    folder: the constraints of the project that happens to be there are not the sdist's.
    """
    if Path(settings.constraints).is_absolute():
        # Only a caller can say so: a project's own table may not lead out of it.
        return Path(settings.constraints)
    if source.kind is SourceKind.SDIST:
        return Path.cwd() / f"{_stem(source.path.name)}.constraints.txt"
    return source.path / settings.constraints


@contextmanager
def open_project(
    path: Path,
    *,
    overrides: Overrides,
    allow_dirty: bool = False,
    not_source: Sequence[Path] = (),
    stranger: bool = False,
    index_folder: Path | None = None,
    progress: Progress = SILENT,
) -> Iterator[Opened]:
    """Copy a source and read what it says of its build; the copy is removed at the end of the block.

    Args:
        path: a project's folder or an sdist.
        overrides: fields of :class:`~samewheel.project.Settings` that come before the project's own.
        allow_dirty: copy a git working copy as it is, rather than refuse one that differs from its commit.
        not_source: files and folders that are not part of the source, such as the output folder.
        stranger: the source is not the user's: its own settings do not count, be they ours or uv's.
        index_folder: the project whose index settings count in their place; None: the user's only.
        progress: told what is going on.

    Raises:
        NoSourceError: there is nothing to build from.
        UsageError: the working copy differs from its commit, or an option is wrong.
        InvalidProjectError: a file of the project is wrong.
    """
    progress.step("Copying the source")
    source = inspect(path)
    left_out = list(not_source)
    if source.kind is not SourceKind.SDIST and not stranger:
        left_out.append(lock_file(source, overridden(read_project(source.path).settings, overrides)))
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        memory = _room_for(source)
        fast = stack.enter_context(temporary_folder(memory)) if memory is not None else None
        snapshot = take(
            inspect(path, not_source=left_out),
            (fast or folder) / "snapshot",
            allow_dirty=allow_dirty,
            include=nothing if stranger else _included,
            not_source=left_out,
        )
        project = read_project(snapshot.project, stranger=stranger)
        settings = overridden(project.settings, overrides)
        epoch = choose_epoch(source.kind, snapshot.newest)
        try:
            settle_source(snapshot.root, source.kind, epoch.value)
        except OSError as error:
            raise SamewheelError(f"cannot set times in {snapshot.root}", cause=str(error)) from error
        interpreter = find_interpreter(settings.python)
        _check_python(project, interpreter)
        own = _own_indexes(source) if not stranger else None
        if own is not None and (warning := heard_by_uv_alone(own, settings.config_settings)):
            progress.warn(warning)
        yield Opened(
            snapshot=snapshot,
            project=project,
            settings=settings,
            interpreter=interpreter,
            epoch=epoch,
            folder=folder,
            index_folder=index_folder if stranger else own,
            memory=fast,
            not_source=tuple(left_out),
        )


def _included(folder: Path) -> tuple[str, ...]:
    return read_project(folder).settings.include


def _own_indexes(source: Source) -> Path | None:
    """Return the project whose index settings count: the user's, but none inside of an sdist."""
    return None if source.kind is SourceKind.SDIST else source.path


def _check_python(project: Project, interpreter: Interpreter) -> None:
    """Refuse an interpreter that the project does not work with, before its backend fails in some way of its own."""
    if not specifiers_of(project.requires_python, prereleases=True).contains(interpreter.version):
        raise UsageError(
            f"the project needs Python {project.requires_python}, and this is {interpreter.version}",
            cause=f"{interpreter.path} would build it.",
            hint="Choose another with --python PYTHON: a path, a name on PATH or a version.",
        )


def _room_for(source: Source) -> Path | None:
    """Return a folder in memory if a copy of the source takes no more than a small part of it.

    Making a file there costs a tenth of what it costs on most disks.
    """
    memory = memory_folder()
    if memory is None:
        return None
    free = shutil.disk_usage(memory).free
    return memory if free >= LEAST and fits(source, free // ROOM) else None


def warn_of(opened: Opened, progress: Progress) -> None:
    """Say what the user should know of a source that was copied: what was odd, and what was left out."""
    for warning in opened.snapshot.warnings:
        progress.warn(warning)
    outputs = {below(opened.source.path, path) for path in opened.not_source}
    names = [
        name for name in opened.snapshot.left_out if name.rstrip("/") not in outputs and "__pycache__" not in name
    ]
    if names:
        progress.warn(
            f"not copied, as not part of the source: {', '.join(names)}. "
            "If one of them is, list it in [tool.samewheel] include."
        )


def output_folders(path: Path, *more: Path | None) -> tuple[Path, ...]:
    """Return the files and folders that hold results, not source, wherever ``path`` is a project's folder."""
    home = path if path.is_dir() else Path.cwd()
    return tuple(folder.absolute() for folder in (home / "dist", home / "evidence", *more) if folder is not None)


def read_lock(opened: Opened, file: Path | None = None) -> Constraints:
    """Read the build constraints of a source, or ``file``; an sdist may also bring its own, if we wrote them.

    Raises:
        StaleLockError: there are none.
        InvalidProjectError: they cannot be read, or are not exact pins with hashes.
    """
    wanted = file or lock_file(opened.source, opened.settings)
    try:
        content = wanted.read_bytes()
    except FileNotFoundError:
        if file is None and opened.source.kind is SourceKind.SDIST and (own := _own_lock(opened)) is not None:
            return parse_constraints(own, f"{opened.source.path.name}: {opened.settings.constraints}")
        given = os.path.relpath(opened.source.path)
        raise StaleLockError(
            f"{os.path.relpath(wanted)} does not exist",
            cause="A build installs nothing whose hash was not pinned beforehand.",
            hint=f"Pin what it needs: samewheel lock {shlex.quote(given)}",
        ) from None
    except OSError as error:
        raise InvalidProjectError(f"cannot read {wanted}", cause=str(error)) from error
    return parse_constraints(content, os.path.relpath(wanted))


def _own_lock(opened: Opened) -> bytes | None:
    """Return the build constraints that an sdist brings along; None without any that we wrote."""
    path = opened.snapshot.project / opened.settings.constraints
    content = read_at_most(MAX_LOCK, path) if path.is_file() else None
    return content if content is not None and is_ours(content) else None


def ask_backend(
    opened: Opened, environment: Environment, what: str, progress: Progress = SILENT, *, again: bool = True
) -> tuple[str, ...]:
    """Run the hook that says what the backend requires for a ``wheel`` or an ``sdist``, in the build phase.

    The hook gets copies of its own: setuptools' writes an ``.egg-info`` into the source.

    Args:
        opened: the source.
        environment: what the backend requires in any case.
        what: the product.
        progress: told what is going on.
        again: ask, even if the answer to the very same question is known.

    Raises:
        BuildFailedError: the hook failed or hung.
    """
    with temporary_folder() as folder:
        conditions = plain_conditions(folder / "places", opened.epoch.value, opened.settings)
        materials = opened.materials(environment)
        asked = question(what, materials, conditions)
        if asked is not None and not again and (known := recall(asked)) is not None:
            return known
        progress.step(f"Asking the backend what it requires for the {what}")
        memory = opened.in_memory(f"asked-{what}")
        workshop, answer = at_work(
            folder / "asked", conditions, materials, lambda workshop: workshop.ask(what), memory=memory
        )
        workshop.clear()
    if asked is not None:
        remember(asked, answer)
    return answer


def _environment(
    opened: Opened, requirements: Sequence[str], constraints: Constraints, *, offline: bool
) -> Environment:
    return fetch_environment(
        requirements,
        constraints,
        opened.interpreter,
        offline=offline,
        cwd=opened.index_folder,
        find_links=opened.find_links,
    )


def prepare(
    opened: Opened,
    constraints: Constraints,
    *,
    products: Sequence[str] = ("wheel",),
    again: bool = False,
    ask: bool = True,
    offline: bool = False,
    progress: Progress = SILENT,
) -> Prepared:
    """Fetch the environments that building the ``products`` takes.

    Args:
        opened: the source.
        constraints: what may be installed.
        products: what will be built.
        again: ask the backend, even if its answer to the very same question is known.
        ask: ask the backend at all; without its hooks, nobody does.
        offline: use what was fetched before.
        progress: told what is going on.

    Raises:
        StaleLockError: the constraints do not pin what is needed.
        SamewheelError: as :func:`~samewheel.environment.fetch_environment`.
    """
    static = opened.project.build_system.requires
    environments = {}
    for what in products:
        progress.step(f"Fetching what the {what} build needs")
        first = _environment(opened, static, constraints, offline=offline)
        asked = ask_backend(opened, first, what, progress, again=again) if ask else ()
        everything = sorted({*static, *asked})
        environments[what] = _environment(opened, everything, constraints, offline=offline) if asked else first
    return Prepared(opened=opened, constraints=constraints, environments=environments)
