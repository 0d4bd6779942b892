"""Which level of isolation builds get: the strongest that works here, found out by doing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._early import once
from samewheel._process import run
from samewheel._temporary import temporary_folder
from samewheel._uv import make_cache
from samewheel.errors import SamewheelError
from samewheel.limits import AUDIT
from samewheel.sandbox.bubblewrap import Bubblewrap, find_bubblewrap
from samewheel.sandbox.namespaces import Namespaces
from samewheel.sandbox.unisolated import Unisolated
from samewheel.sandbox.values import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.sandbox.values import Sandbox

__all__ = ["MECHANISMS", "choose_sandbox", "find_sandbox", "insisting"]

MECHANISMS = ("user-namespaces", "bubblewrap", "none")
"""The levels, strongest first, by the names that buildinfos have for them."""

TRIAL = "/layer/folder"

_insisted: list[Sandbox] = []
"""What tests of levels want instead of the strongest; the last one counts."""


def _works(sandbox: Sandbox) -> bool:
    """Tell whether a sandbox works; one with layers, also on a folder of the cache that is deleted and made anew."""
    with temporary_folder() as folder, _trial(sandbox) as lower:
        layers = {Path("/layer"): lower} if lower is not None else {}
        # What holds limits are options of bubblewrap's, which not every one has.
        limits = AUDIT if isinstance(sandbox, Bubblewrap) else None
        view = View(cwd=Path("/"), layers=layers, limits=limits)
        test = f"rmdir {TRIAL} && mkdir {TRIAL} && touch {TRIAL}/file" if lower is not None else "true"
        command = sandbox.wrap(["/bin/sh", "-c", test], view, folder)
        return run(command.argv, env=command.env, cwd=command.cwd, timeout=30).ok


@contextmanager
def _trial(sandbox: Sandbox) -> Iterator[Path | None]:
    """Make a folder with a folder in it, where the environments lie; None for a sandbox without layers."""
    if not sandbox.layers:
        yield None
        return
    with temporary_folder(make_cache()) as lower:
        (lower / "folder").mkdir()
        yield lower


def _candidates(mechanism: str) -> Iterator[Sandbox]:
    """Yield what a level could be on this machine, the best first."""
    if mechanism == "none":
        yield Unisolated()
    elif sys.platform != "linux":
        return
    elif mechanism == "user-namespaces":
        yield from (Namespaces(layers=True), Namespaces(layers=False))
    elif (program := find_bubblewrap()) is not None:
        yield from (Bubblewrap(program), Bubblewrap(program, privileged=True))


@once
def find_sandbox(mechanism: str) -> Sandbox | None:
    """Return a level of isolation by its name in MECHANISMS; None where it does not work."""
    return next((one for one in _candidates(mechanism) if isinstance(one, Unisolated) or _works(one)), None)


def choose_sandbox() -> Sandbox:
    """Return the strongest sandbox that works here, found out by running ``true`` in it."""
    if _insisted:
        return _insisted[-1]
    found = next((one for one in map(find_sandbox, MECHANISMS) if one is not None), None)
    if found is None:
        raise SamewheelError("no level of isolation works here, not even none")
    return found


@contextmanager
def insisting(sandbox: Sandbox) -> Iterator[None]:
    """Have all builds of this process run in one sandbox during the block, whatever works here: for tests of levels.

    Args:
        sandbox: as :func:`find_sandbox` returned it, or one that a test made.
    """
    _insisted.append(sandbox)
    try:
        yield
    finally:
        _insisted.remove(sandbox)
