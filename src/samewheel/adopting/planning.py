"""All parts of an adoption, asked one after the other; nothing is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Unpack

from samewheel._types import SILENT
from samewheel.adopting.asking import asking
from samewheel.adopting.hooks import pre_commit
from samewheel.adopting.ignoring import ignored
from samewheel.adopting.needing import with_needs, without_release
from samewheel.adopting.pins import constraints
from samewheel.adopting.policies import POLICY, policy
from samewheel.adopting.reading import look
from samewheel.adopting.recipes import recipes
from samewheel.adopting.settings import constraints_file, settings
from samewheel.adopting.tools import TOOLS, tools
from samewheel.adopting.values import Adoption, Part, left_out
from samewheel.adopting.workflows import fits, has_workflows, place, workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.adopting.values import Outcome, There
    from samewheel.project import Overrides

__all__ = ["adopt"]


WORKFLOWS = (Part.RELEASE, Part.AUDIT)


def _outside(there: There, outcome: Outcome) -> Outcome:
    """Return an outcome, or its refusal where a link would lead a change to another place than its name says."""
    for change in outcome.changes:
        path = there.top / change.path
        if path.is_symlink() or path.parent.resolve() != path.parent:
            return left_out(
                outcome.part, f"{change.path} is a link, or in a folder that is one", "Change it by hand."
            )
    return outcome


def _tools(there: There, found: Iterable[Outcome], resolved: Callable[[], Outcome]) -> Outcome:
    if (misfit := fits(there, Part.TOOLS)) is not None:
        return misfit
    if not has_workflows(tuple(found), there):
        return left_out(Part.TOOLS, "no workflow of ours would install them")
    return _outside(there, resolved())


def _flows(
    there: There,
    found: Mapping[Part, Outcome | None],
    pins: Outcome | None,
    resolved: Callable[[], Outcome],
    parts: Collection[Part],
) -> dict[Part, Outcome | None]:
    """Return the outcomes of the workflows, of what they install, and of the policy: none without what it needs.

    Args:
        there: what is there.
        found: of each workflow that is asked for, what it would be by itself.
        pins: the outcome of the build constraints, if they are asked for.
        resolved: asks the index for the tools.
        parts: what is asked for.
    """
    release, audit = (found[part] for part in WORKFLOWS)
    at = release.changes[0].path if release is not None and release.changes else place(there, Part.RELEASE)
    trust = _outside(there, policy(there, at)) if Part.POLICY in parts else None
    if release is not None:
        release = with_needs(there, release, {POLICY: trust})
    if audit is not None:
        audit = with_needs(there, audit, {constraints_file(there): pins})
    alive = [one for one in (release, audit) if one is not None]
    installed = _tools(there, alive, resolved) if Part.TOOLS in parts else None
    if release is not None:
        release = with_needs(there, release, {TOOLS: installed})
    if audit is not None:
        audit = with_needs(there, audit, {TOOLS: installed})
    if trust is not None and release is not None and release.reason and place(there, Part.RELEASE) is None:
        trust = without_release(trust, release)
    return {Part.RELEASE: release, Part.AUDIT: audit, Part.TOOLS: installed, Part.POLICY: trust}


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

    def asked_for(part: Part, outcome: Callable[[], Outcome]) -> Outcome | None:
        return _outside(there, outcome()) if part in parts else None

    pins = asked_for(
        Part.CONSTRAINTS, lambda: constraints(there, overrides=overrides, progress=progress, offline=offline)
    )
    flows = _flows(
        there,
        {part: asked_for(part, partial(workflow, there, part, asked=part in asked)) for part in WORKFLOWS},
        pins,
        lambda: tools(there, progress=progress, offline=offline),
        parts,
    )
    others: dict[Part, Callable[[], Outcome]] = {
        Part.SETTINGS: lambda: settings(there),
        Part.JUST: lambda: recipes(there, asking()),
        Part.IGNORE: lambda: ignored(there),
        Part.PRE_COMMIT: lambda: pre_commit(there, asked=Part.PRE_COMMIT in asked),
    }
    found = {Part.CONSTRAINTS: pins, **{part: asked_for(part, way) for part, way in others.items()}, **flows}
    return Adoption(
        project=path,
        top=there.top,
        has_git=there.has_git,
        outcomes=tuple(outcome for part in Part if (outcome := found[part]) is not None),
    )
