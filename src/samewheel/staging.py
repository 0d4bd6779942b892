"""Setting up one build: its own copies of source and environment, and the conditions that it will see."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._files import copy_tree, copy_turned
from samewheel._types import SourceKind
from samewheel.backend import Workshop, frontends
from samewheel.compilers import write_shims
from samewheel.conditions import Conditions
from samewheel.environment import copy_environment
from samewheel.errors import SamewheelError
from samewheel.file_modes import hold, leaks_umask
from samewheel.sandbox import choose_sandbox
from samewheel.sources import refresh_index, settle

if TYPE_CHECKING:
    from samewheel.environment import Environment
    from samewheel.interpreter import Interpreter
    from samewheel.project import BuildSystem, Settings
    from samewheel.sources import Snapshot

__all__ = ["Materials", "plain_conditions", "settle_source", "stage"]

PROBE = Path(__file__).with_name("_probe.py")

PLAIN_UMASK = 0o022

FIXED = Path("/build")
"""Where a build sees its places, on every machine on which they can be shown to it there."""


def plain_conditions(folder: Path, epoch: int, settings: Settings) -> Conditions:
    """Return the conditions of a plain build.

    Args:
        folder: where the build's places lie if they cannot be shown to it at fixed ones.
        epoch: SOURCE_DATE_EPOCH, POSIX seconds.
        settings: variables that the user passes on.
    """
    base = FIXED if choose_sandbox().moves else folder
    return Conditions(
        source=base / "source",
        environment=base / "env",
        home=base / "home",
        temp=base / "tmp",
        shims=base / "shims",
        out=base / "out",
        epoch=epoch,
        extra=settings.env,
    )


def _outside(conditions: Conditions, folder: Path, source_folder: Path | None) -> dict[Path, Path]:
    """Return where the places that the build sees really are."""
    if not choose_sandbox().moves:
        return {inside: inside for _, inside in conditions.places}
    places = {inside: folder / name.removeprefix("$").lower() for name, inside in conditions.places}
    return places if source_folder is None else {**places, conditions.source: source_folder}


def _readable(environment: Environment, interpreter: Interpreter, settings: Settings) -> tuple[Path, ...]:
    """Return what a build may read besides the system: interpreters, what calls the backend, the user's choice."""
    # An environment may name its interpreter by a folder that is itself a link.
    home = (environment.python.parent / environment.python.readlink()).parent.parent
    running = (Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve())
    return (interpreter.prefix, home, *running, *frontends(), *map(Path, settings.readable))


def settle_source(folder: Path, kind: SourceKind, time: int) -> None:
    """Set the times of all files of a source's copy, and let git know.

    Raises:
        SamewheelError: git failed.
        OSError: a time cannot be set.
    """
    settle(folder, time)
    if kind is SourceKind.GIT:
        refresh_index(folder, time=time)


def _copy_source(snapshot: Snapshot, folder: Path, conditions: Conditions) -> None:
    """Make the build's copy of the source, with the times and the order that the conditions name."""
    if conditions.turned:
        copy_turned(snapshot.root, folder)
    else:
        copy_tree(snapshot.root, folder)
    time = conditions.epoch if conditions.source_mtime is None else conditions.source_mtime
    settle_source(folder, snapshot.source.kind, time)


def _probe(interpreter: Interpreter, conditions: Conditions, project: Path) -> dict[Path, str]:
    """Return the files that have every Python of the environment write down what it sees."""
    packages = conditions.environment / "lib" / f"python{interpreter.minor}" / "site-packages"
    text = PROBE.read_text("utf-8")
    for word, path in (("FOLDER", conditions.out), ("SOURCE", conditions.source), ("PROJECT", project)):
        text = text.replace(f"@{word}@", str(path))
    return {
        packages / "_samewheel_probe.pth": "import _samewheel_probe\n",
        packages / "_samewheel_probe.py": text,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """What one build is made of; nothing of it is changed."""

    snapshot: Snapshot
    """The source, of which the build gets a copy."""
    environment: Environment
    """What is installed, of which the build gets a copy."""
    interpreter: Interpreter
    """The interpreter whose compilers are shimmed."""
    build_system: BuildSystem
    settings: Settings
    """What is passed to the backend, its time limit, and what of the machine it may read."""


def stage(
    folder: Path,
    conditions: Conditions,
    materials: Materials,
    *,
    probe: bool = False,
    layered: bool = True,
    source_folder: Path | None = None,
) -> Workshop:
    """Fill the places that the conditions name, and return the workshop that builds there.

    Args:
        folder: a folder that does not exist yet; the places lie in it if they can be shown elsewhere.
        conditions: what the build will see; none of its places exists yet.
        materials: what is built, and by what.
        probe: have the build process write down what it sees.
        layered: show the snapshot and the environment in layers where that works, rather than copies of them.
        source_folder: where the copy of the source really lies; None is a place in ``folder``.

    Raises:
        SamewheelError: something cannot be written.
    """
    snapshot, environment, interpreter = materials.snapshot, materials.environment, materials.interpreter
    places, sandbox = _outside(conditions, folder, source_folder), choose_sandbox()
    layers = {}
    if layered and sandbox.layers:
        layers[conditions.environment] = environment.folder
        if conditions.source_mtime is None and conditions.umask == PLAIN_UMASK and not conditions.turned:
            layers[conditions.source] = snapshot.root
    places = {inside: outside for inside, outside in places.items() if inside not in layers}
    planted = _probe(interpreter, conditions, conditions.source / snapshot.source.subdirectory) if probe else {}
    try:
        for inside in (conditions.home, conditions.temp, conditions.shims, conditions.out):
            places[inside].mkdir(parents=True)
        if conditions.source in places:
            _copy_source(snapshot, places[conditions.source], conditions)
        if conditions.environment in places:
            copy_environment(environment, places[conditions.environment])
            for path, text in planted.items():
                inside = path.relative_to(conditions.environment)
                (places[conditions.environment] / inside).write_text(text, "utf-8")
            planted = {}
        write_shims(places[conditions.shims], conditions, interpreter)
        if conditions.clock_library is not None and conditions.clock_library.exists():
            shutil.copyfile(conditions.clock_library, places[conditions.shims] / conditions.preloaded.name)
    except OSError as error:
        raise SamewheelError(f"cannot set up a build in {folder}", cause=str(error)) from error
    held = [places[inside] for inside in (conditions.temp, conditions.out)]
    if conditions.umask != PLAIN_UMASK and leaks_umask(environment.dependencies):
        source = places.get(conditions.source)
        conditions = replace(conditions, modes_held=hold([*held, *([source] if source else [])]))
    return Workshop(
        conditions=conditions,
        places=places,
        layers=layers,
        planted=planted,
        readable=_readable(environment, interpreter, materials.settings),
        sandbox=sandbox,
        subdirectory=snapshot.source.subdirectory,
        build_system=materials.build_system,
        config_settings=materials.settings.config_settings,
        timeout=materials.settings.timeout,
    )
