"""What the workflows install: samewheel and all that it needs, pinned with hashes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel import __version__
from samewheel.adopting.owning import FIRST_LINE, is_marked
from samewheel.adopting.pythons import oldest
from samewheel.adopting.values import Change, Outcome, Part, left_out
from samewheel.constraints import parse_constraints, render
from samewheel.errors import InvalidProjectError, SamewheelError, UnlockableError
from samewheel.locking import resolve_uv

if TYPE_CHECKING:
    from samewheel._types import Progress
    from samewheel.adopting.values import There
    from samewheel.constraints import Constraints

__all__ = ["TOOLS", "tools"]

TOOLS = ".github/samewheel.txt"

REQUIREMENT = f"samewheel[sigstore]=={__version__}"


def _head(python: str) -> str:
    return f"{FIRST_LINE}\n# What the workflows install: {REQUIREMENT}, for Python {python} and newer.\n"


def _parsed(content: bytes) -> Constraints | None:
    try:
        return parse_constraints(content, TOOLS)
    except InvalidProjectError:
        return None


def _why(before: bytes | None, head: str) -> str:
    """Return why the file must be made anew; empty if it need not."""
    if before is None:
        return "it is missing"
    if not before.replace(b"\r\n", b"\n").startswith(head.encode()):
        return "it is for another samewheel, or another Python"
    found = _parsed(before)
    if found is None or not any((pin.name, pin.version) == ("samewheel", __version__) for pin in found.pins):
        return "it was damaged by an edit"
    return ""


def tools(there: There, *, progress: Progress, offline: bool) -> Outcome:
    """Pin this samewheel, with the extra that signs in a job, for the Python of the workflows and newer.

    What the index does not have, or what cannot be asked now, leaves this part out, and no other.
    """
    python = oldest(there.project.requires_python)
    before = there.files.get(TOOLS)
    if python is None or (before is not None and not is_marked(before)):
        reason = (
            f"{TOOLS} was not written by samewheel init" if python else "samewheel runs on no Python of the project's"
        )
        return left_out(Part.TOOLS, reason)
    head = _head(python)
    why = _why(before, head)
    if not why:
        return Outcome(part=Part.TOOLS)
    progress.step("Resolving what the workflows install")
    try:
        pins = resolve_uv(
            [REQUIREMENT],
            requires_python=f">={python}",
            python=Path(sys.executable),
            previous=None if before is None else _parsed(before),
            offline=offline,
            cwd=there.project.folder,
        )
    except SamewheelError as error:
        # What failed is said of build requirements, which these are not.
        more = "" if isinstance(error, UnlockableError) else f": {error.what}"
        reason = f"the index gives no {REQUIREMENT}{more}"
        hint = "With an index, or a folder named by UV_FIND_LINKS, that has it: samewheel init"
        return left_out(Part.TOOLS, reason, hint)
    after = head.encode() + render(pins)
    return Outcome(part=Part.TOOLS, changes=(Change(path=TOOLS, before=before, after=after, why=why),))
