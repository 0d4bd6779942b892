"""All parts of an adoption, asked one after the other; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from samewheel._types import SILENT
from samewheel.adopting.hooks import pre_commit
from samewheel.adopting.pins import constraints
from samewheel.adopting.policies import policy
from samewheel.adopting.reading import look
from samewheel.adopting.recipes import recipes
from samewheel.adopting.settings import settings
from samewheel.adopting.tools import tools
from samewheel.adopting.values import Adoption, Outcome, Part, left_out
from samewheel.adopting.workflows import fits, has_workflows, place, workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.adopting.values import There
    from samewheel.project import Overrides

__all__ = ["adopt"]


def _release_at(there: There, release: Outcome) -> str | None:
    """Return where the release workflow is or will be."""
    return release.changes[0].path if release.changes else place(there, Part.RELEASE)


def _needs_no_tools(there: There, outcomes: tuple[Outcome, ...]) -> Outcome | None:
    if (misfit := fits(there, Part.TOOLS)) is not None:
        return misfit
    if has_workflows(outcomes, there):
        return None
    return left_out(Part.TOOLS, "no workflow of ours would install them")


def _outside(there: There, outcome: Outcome) -> Outcome:
    """Return an outcome, or its refusal where a link would lead a change to another place than its name says."""
    for change in outcome.changes:
        path = there.top / change.path
        if path.is_symlink() or path.parent.resolve() != path.parent:
            return left_out(
                outcome.part, f"{change.path} is a link, or in a folder that is one", "Change it by hand."
            )
    return outcome


def adopt(
    path: Path,
    *,
    parts: Collection[Part] = tuple(Part),
    asked: Collection[Part] = (),
    offline: bool = False,
    progress: Progress = SILENT,
    **overrides: Unpack[Overrides],
) -> Adoption:
    """Find out what a project needs to build with samewheel; nothing is written.

    Args:
        path: the project's folder.
        parts: what to look at.
        asked: parts that the user named: what is optional is not left out then.
        offline: use what was fetched before.
        progress: told what is going on.
        overrides: fields of :class:`~samewheel.project.Settings` that come before the project's own.

    Raises:
        SamewheelError: one of its family: there is no project, or its build requirements cannot be locked.
    """
    there = look(path)
    release = workflow(there, Part.RELEASE, asked=Part.RELEASE in asked)
    audit = workflow(there, Part.AUDIT, asked=Part.AUDIT in asked)
    chosen = tuple(one for one in (release, audit) if one.part in parts)

    release_at = _release_at(there, release if release in chosen else Outcome(part=Part.RELEASE))
    ways: dict[Part, Callable[[], Outcome]] = {
        Part.CONSTRAINTS: lambda: constraints(there, overrides=overrides, progress=progress, offline=offline),
        Part.SETTINGS: lambda: settings(there),
        Part.JUST: lambda: recipes(there),
        Part.PRE_COMMIT: lambda: pre_commit(there, asked=Part.PRE_COMMIT in asked),
        Part.RELEASE: lambda: release,
        Part.AUDIT: lambda: audit,
        Part.TOOLS: lambda: _needs_no_tools(there, chosen) or tools(there, progress=progress, offline=offline),
        Part.POLICY: lambda: policy(there, release_at),
    }
    return Adoption(
        project=path,
        top=there.top,
        has_git=there.has_git,
        outcomes=tuple(_outside(there, ways[part]()) for part in Part if part in parts),
    )
