"""Setting up one build: its own copies of source and environment, and the conditions that it will see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._files import copy_tree
from samewheel._types import SourceKind
from samewheel.backend import Workshop
from samewheel.compilers import write_shims
from samewheel.conditions import Conditions
from samewheel.environment import copy_environment
from samewheel.errors import SamewheelError
from samewheel.sandbox import choose_sandbox
from samewheel.sources import refresh_index, settle

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.environment import Environment
    from samewheel.interpreter import Interpreter
    from samewheel.project import BuildSystem, Settings
    from samewheel.sources import Snapshot

__all__ = ["plain_conditions", "stage"]


def plain_conditions(folder: Path, epoch: int, settings: Settings) -> Conditions:
    """Return the conditions of a plain build whose places lie in ``folder``."""
    return Conditions(
        source=folder / "source",
        environment=folder / "env",
        home=folder / "home",
        temp=folder / "tmp",
        shims=folder / "shims",
        epoch=epoch,
        extra=settings.env,
    )


def stage(
    folder: Path,
    conditions: Conditions,
    *,
    snapshot: Snapshot,
    environment: Environment,
    interpreter: Interpreter,
    build_system: BuildSystem,
    settings: Settings,
) -> Workshop:
    """Fill the places that the conditions name, and return the workshop that builds there.

    Args:
        folder: a folder that exists, for requests and products; the places may lie in it.
        conditions: what the build will see; none of its places exists yet.
        snapshot: the source, of which the build gets a copy with all times set.
        environment: what is installed, of which the build gets a copy.
        interpreter: the interpreter whose compilers are shimmed.
        build_system: the backend.
        settings: what is passed to it, and its time limit.

    Raises:
        SamewheelError: something cannot be written.
    """
    copy_tree(snapshot.root, conditions.source)
    copy_environment(environment, conditions.environment)
    try:
        settle(conditions.source, conditions.epoch)
        if snapshot.source.kind is SourceKind.GIT:
            refresh_index(conditions.source)
        for place in (conditions.home, conditions.temp, conditions.shims, folder / "out"):
            place.mkdir(parents=True)
        write_shims(conditions, interpreter)
    except OSError as error:
        raise SamewheelError(f"cannot set up a build in {folder}", cause=str(error)) from error
    return Workshop(
        folder=folder / "out",
        conditions=conditions,
        sandbox=choose_sandbox(),
        subdirectory=snapshot.source.subdirectory,
        build_system=build_system,
        config_settings=settings.config_settings,
        timeout=settings.timeout,
    )
