"""Setting up one build: its own copies of source and environment, and the conditions that it will see."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from samewheel._files import copy_listed, copy_tree
from samewheel._types import SourceKind, Value
from samewheel.backend import Workshop, frontends
from samewheel.compilers import write_shims
from samewheel.conditions import Conditions
from samewheel.environment import copy_environment
from samewheel.errors import BuildFailedError, LimitExceededError, SamewheelError
from samewheel.file_modes import hold, leaks_umask
from samewheel.sandbox import choose_sandbox
from samewheel.sources import refresh_index, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from samewheel.environment import Environment
    from samewheel.interpreter import Interpreter
    from samewheel.project import BuildSystem, Settings
    from samewheel.sources import Snapshot

__all__ = ["Materials", "at_work", "plain_conditions", "settle_source", "stage"]

TOO_LIGHT = ("Errno 18", "cross-device link", "EXDEV", "Errno 28", "No space left on device", "ENOSPC")
"""What a failure says if a build renamed a folder of a layer (overlayfs.rst of Linux), or filled the memory."""

INSTALLED = ("bin", "include", "lib", "lib64", "pyvenv.cfg")
"""What of an interpreter's prefix a build may read."""

PLAIN_UMASK = 0o022

Result = TypeVar("Result")

FIXED = Path("/samewheel-build")
"""Where a build sees its places, on every machine on which they can be shown to it there."""

_copying = threading.Lock()
"""Held by the build whose copy is being made: threads that call the system for each file hold each other up, and the
first one can begin to build while the next one copies."""


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


def _outside(conditions: Conditions, folder: Path) -> dict[Path, Path]:
    """Return where the places that the build sees really are."""
    if not choose_sandbox().moves:
        return {inside: inside for _, inside in conditions.places}
    return {inside: folder / name.removeprefix("$").lower() for name, inside in conditions.places}


def _prefixes(environment: Environment, interpreter: Interpreter) -> tuple[Path, ...]:
    """Return where the interpreters are installed that take part in a build, with and without symbolic links."""
    # An environment may name its interpreter by a folder that is itself a link.
    home = (environment.python.parent / environment.python.readlink()).parent.parent
    prefixes = (interpreter.prefix, home, *(Path(path) for path in (sys.prefix, sys.base_prefix)))
    return tuple(dict.fromkeys(path for prefix in prefixes for path in (prefix, prefix.resolve())))


def _hidden(prefixes: Iterable[Path]) -> tuple[Path, ...]:
    """Return where packages are installed for those interpreters, and by the machine's owner for any.

    A build has packages of its own; there it could find the very wheel that it is to make. Those of the system stay,
    as its tools need them.
    """
    kinds = ("site-packages", "dist-packages")
    everybody = (*prefixes, Path("/usr/local"))
    folders = {path for prefix in everybody for kind in kinds for path in prefix.glob(f"lib*/python*/{kind}")}
    return tuple(sorted(folder for folder in folders if not folder.is_relative_to("/usr/lib")))


def _readable(prefixes: Iterable[Path], settings: Settings) -> tuple[Path, ...]:
    """Return what a build may read besides the system: interpreters, what calls the backend, the user's choice."""
    # No more of a prefix than is installed there: a virtual environment can be made in somebody's home.
    installed = [prefix / part for prefix in prefixes for part in INSTALLED]
    return (*installed, *frontends(), *map(Path, settings.readable))


def settle_source(folder: Path, kind: SourceKind, moment: int) -> None:
    """Set the times of all files of a source's copy, and let git know.

    Raises:
        SamewheelError: git failed.
        OSError: a time cannot be set.
    """
    settle(folder, moment)
    if kind is SourceKind.GIT:
        refresh_index(folder, time=moment)


def _copy_source(snapshot: Snapshot, folder: Path, conditions: Conditions, *, in_memory: bool) -> None:
    """Make the build's copy of the source, with the times and the order that the conditions name."""
    moment = conditions.epoch if conditions.source_mtime is None else conditions.source_mtime
    with _copying:
        if in_memory:
            copy_listed(snapshot.root, folder, turned=conditions.turned)
        else:
            copy_tree(snapshot.root, folder)
        settle_source(folder, snapshot.source.kind, moment)
        _dress(folder, conditions)


def _dress(folder: Path, conditions: Conditions) -> None:
    """Give files of a source's copy the modes and times of their own; links, and what is not there, have none."""
    for path in sorted({*conditions.file_modes, *conditions.file_times}):
        file = f"{folder}/{path}"
        try:
            if not stat.S_ISREG(os.lstat(file).st_mode):
                continue
        except (FileNotFoundError, NotADirectoryError):
            continue
        if (mode := conditions.file_modes.get(path)) is not None:
            # Whatever the modes of a published file, its own build must be able to read and change it.
            os.chmod(file, mode & 0o777 | 0o600)  # noqa: PTH101 - thousands of files
        if (own := conditions.file_times.get(path)) is not None:
            os.utime(file, (own, own))


def _started(name: str, words: Mapping[str, object], packages: Path) -> dict[Path, str]:
    """Return the files that have every Python of an environment run one of our scripts at its start.

    Args:
        name: the script's.
        words: what is put in place of its words.
        packages: the environment's site-packages.
    """
    text = Path(__file__).with_name(f"_{name}.py").read_text("utf-8")
    for word, value in words.items():
        text = text.replace(f'"@{word}@"', repr(str(value)))
    return {
        packages / f"_samewheel_{name}.pth": f"import _samewheel_{name}\n",
        packages / f"_samewheel_{name}.py": text,
    }


def _planted(interpreter: Interpreter, conditions: Conditions, subdirectory: str, *, probe: bool) -> dict[Path, str]:
    """Return the files that have the environment's Python write down what it sees, or see what it would not."""
    packages = conditions.environment / "lib" / f"python{interpreter.minor}" / "site-packages"
    scripts: dict[str, dict[str, object]] = {}
    if probe:
        places = {"FOLDER": conditions.out, "SOURCE": conditions.source, "PROJECT": conditions.source / subdirectory}
        scripts["probe"] = {**places}
    if conditions.clock_stands is not None:
        # Whatever was there before has an older time: the environment's files, and the source's, which we set.
        scripts["clock"] = {"NOW": conditions.clock_stands, "SINCE": time.time()}
    if conditions.windows_newlines:
        scripts["newlines"] = {}
    return {path: text for name, words in scripts.items() for path, text in _started(name, words, packages).items()}


class Materials(Value, frozen=True, kw_only=True):
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


def _place_source(folder: Path, conditions: Conditions, materials: Materials, memory: Path | None) -> Path:
    """Give a build its own copy of the source, and return where it is.

    Never a layer: where one is, a folder cannot be renamed, and a build that knows what to do then would make another
    wheel than anywhere else.
    """
    elsewhere = memory or folder / "source"
    copy = elsewhere if choose_sandbox().moves else conditions.source
    _copy_source(materials.snapshot, copy, conditions, in_memory=memory is not None)
    return copy


def stage(
    folder: Path,
    conditions: Conditions,
    materials: Materials,
    *,
    probe: bool = False,
    layered: bool = True,
    memory: Path | None = None,
) -> Workshop:
    """Fill the places that the conditions name, and return the workshop that builds there.

    Args:
        folder: a folder that does not exist yet; the places lie in it if they can be shown elsewhere.
        conditions: what the build will see; none of its places exists yet.
        materials: what is built, and by what.
        probe: have the build process write down what it sees.
        layered: show the environment in a layer where that works, rather than a copy of it.
        memory: a folder in memory, which does not exist yet, for a copy of the source; None: it goes to ``folder``.

    Raises:
        SamewheelError: something cannot be written.
    """
    environment, interpreter = materials.environment, materials.interpreter
    sandbox = choose_sandbox()
    outside = _outside(conditions, folder)
    places = {inside: outside[inside] for inside in conditions.own}
    layers = {}
    planted = _planted(interpreter, conditions, materials.snapshot.source.subdirectory, probe=probe)
    try:
        for place in places.values():
            place.mkdir(parents=True)
            # Not as the caller's umask would have it: a build can see it.
            place.chmod(0o755)
        if layered and sandbox.layers:
            layers[conditions.environment] = environment.folder
        else:
            places[conditions.environment] = outside[conditions.environment]
            copy_environment(environment, places[conditions.environment])
            for path, text in planted.items():
                inside = path.relative_to(conditions.environment)
                (places[conditions.environment] / inside).write_text(text, "utf-8")
            planted = {}
        places[conditions.source] = _place_source(folder, conditions, materials, memory)
        if conditions.prefix_maps or not conditions.compilers:
            write_shims(places[conditions.shims], conditions, interpreter)
        if conditions.clock_library is not None and conditions.clock_library.exists():
            shutil.copyfile(conditions.clock_library, places[conditions.shims] / conditions.preloaded.name)
    except OSError as error:
        raise SamewheelError(f"cannot set up a build in {folder}", cause=str(error)) from error
    shown = conditions.umask == PLAIN_UMASK or conditions.umask_leaks
    if not shown and leaks_umask(materials.build_system.backend, environment.dependencies):
        held = hold(places[inside] for inside in (conditions.temp, conditions.out, conditions.source))
        conditions = replace(conditions, modes_held=held)
    prefixes = _prefixes(environment, interpreter)
    return Workshop(
        conditions=conditions,
        places=places,
        layers=layers,
        planted=planted,
        readable=_readable(prefixes, materials.settings),
        hidden=_hidden(prefixes),
        sandbox=sandbox,
        subdirectory=materials.snapshot.source.subdirectory,
        build_system=materials.build_system,
        config_settings=materials.settings.config_settings,
        timeout=materials.settings.timeout,
        limits=materials.settings.limits,
    )


def at_work(
    folder: Path,
    conditions: Conditions,
    materials: Materials,
    action: Callable[[Workshop], Result],
    *,
    probe: bool = False,
    memory: Path | None = None,
) -> tuple[Workshop, Result]:
    """Have a backend do something in a workshop of its own: in memory and in layers, if it can bear them.

    Returns:
        The workshop, as the action left it, and what the action returned.

    Raises:
        BuildFailedError: the action failed; the workshop is gone.
        LimitExceededError: it went past a limit, as it would again in folders on a disk.
        SamewheelError: as :func:`stage`.
    """
    for lightly in (True, False):
        place = memory if lightly else None
        workshop = stage(folder, conditions, materials, probe=probe, layered=lightly, memory=place)
        try:
            return workshop, action(workshop)
        except LimitExceededError:
            workshop.clear()
            raise
        except BuildFailedError as error:
            workshop.clear()
            light = workshop.layers or place is not None
            if not (lightly and light and any(sign in str(error) for sign in TOO_LIGHT)):
                raise
    raise AssertionError("the second round returns or raises")
