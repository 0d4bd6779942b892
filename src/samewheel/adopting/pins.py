"""The build constraints: locked if they are missing or stale, by the same rounds as ``samewheel lock``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from samewheel._temporary import temporary_folder
from samewheel.adopting.pythons import oldest
from samewheel.adopting.settings import constraints_file
from samewheel.adopting.values import Change, Outcome, Part, left_out
from samewheel.constraints import is_ours
from samewheel.errors import InvalidProjectError
from samewheel.locking import check_lock, lock

if TYPE_CHECKING:
    from samewheel._types import Progress
    from samewheel.adopting.values import There
    from samewheel.project import Overrides

__all__ = ["constraints"]


def _why(there: There, name: str, overrides: Overrides, progress: Progress, *, offline: bool) -> str:
    """Return why the pins must be locked; empty if they need not."""
    if there.content(name) is None:
        return "it is missing"
    try:
        # Not the project's folder as such: its settings may name another file until we have written them.
        reasons = check_lock(
            there.project.folder,
            output=there.project.folder / name,
            offline=offline,
            progress=progress,
            **overrides,
        )
    except InvalidProjectError as error:
        return error.what.removeprefix(f"{os.path.relpath(there.project.folder / name)}: ")
    return f"it is stale: {', '.join(reasons)}" if reasons else ""


def _locked(there: There, name: str, overrides: Overrides, progress: Progress, *, offline: bool) -> bytes:
    """Return the pins, locked elsewhere; those that still fit are kept."""
    before, first = there.content(name), oldest(there.project.requires_python)
    if before is None and first is not None and there.project.settings.requires_python is None:
        overrides = {"requires_python": f">={first}", **overrides}
    with temporary_folder() as folder:
        output = folder / name
        if before is not None:
            output.write_bytes(before)
        return lock(
            there.project.folder, output=output, offline=offline, progress=progress, **overrides
        ).constraints.content


def constraints(there: There, *, overrides: Overrides, progress: Progress, offline: bool) -> Outcome:
    """Pin what a build may install, for every Python that the project and samewheel have in common.

    Raises:
        SamewheelError: one of its family, as :func:`samewheel.locking.lock` raises them.
    """
    name = constraints_file(there)
    before = there.content(name)
    why = _why(there, name, overrides, progress, offline=offline)
    if not why:
        return Outcome(part=Part.CONSTRAINTS)
    if before is not None and not is_ours(before):
        hint = f"samewheel lock --force --output {name}, or name another file in [tool.samewheel]"
        return left_out(Part.CONSTRAINTS, f"{name} was not written by samewheel, and {why}", hint)
    after = _locked(there, name, overrides, progress, offline=offline)
    change = Change(path=there.below + name, before=before, after=after, why=why)
    return Outcome(part=Part.CONSTRAINTS, changes=(change,))
