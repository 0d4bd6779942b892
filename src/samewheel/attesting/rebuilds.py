"""Rebuilds, attested: provenance of the published file where we made that very file, else what we made instead.

A rebuild that is not identical says nothing for the published file: its subject is the wheel that was built, and its
predicate is none that a gate takes for provenance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel import __version__
from samewheel.attesting.slsa import (
    BUILDER,
    NAMESPACE,
    PROVENANCE,
    BuildDefinition,
    Builder,
    Provenance,
    RunDetails,
    dependency,
    handed_over,
    isolation,
)
from samewheel.attesting.statements import Resource, Statement
from samewheel.buildinfo import Dependency
from samewheel.comparison import Verdict
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from samewheel.rebuilding import Plan, Rebuilt

__all__ = ["NOT_REPRODUCED", "REBUILD_TYPE", "NotReproduced", "statement_of_rebuild"]

REBUILD_TYPE = f"{NAMESPACE}/build/rebuild/v1"
"""How to read parameters and dependencies of a rebuild."""

NOT_REPRODUCED = f"{NAMESPACE}/predicate/not-reproduced/v1"
"""What is stated of a rebuild that is not identical."""

ELSEWHERE = {"wheel", "source", "env", "config_settings", "pins", "locked", "built", "evidence"}
"""The fields of a plan that are stated as parameters or dependencies, or decide nothing."""


class NotReproduced(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The predicate: what a published file became when it was built again."""

    builder: Builder
    """Who rebuilt."""
    causes: tuple[str, ...]
    """Names of what makes the files differ, the worst and the surest first."""
    plan: dict[str, str]
    """How it was rebuilt: fields of a plan as strings."""
    published: Resource
    """The published file."""
    resolved_dependencies: tuple[Resource, ...]
    """The source, then each build dependency, then what was built first, and installed for that."""
    verdict: Verdict
    """How far apart they are."""


def _source(plan: Plan) -> Resource:
    if plan.source.git is not None:
        return Resource(name="source", uri=f"git+{plan.source.git}", digest={"gitCommit": str(plan.source.commit)})
    # By its digest alone: whether it is the release's own sdist, the caller may have decided.
    annotations: dict[str, object] = {"file": plan.source.sdist}
    return Resource(name="source", digest={"sha256": str(plan.source.sha256)}, annotations=annotations)


def _dependencies(plan: Plan, rebuilt: Rebuilt) -> tuple[Resource, ...]:
    """Return the source, what was installed, and at last what was built and installed for that; each file once."""
    before = {one for built in rebuilt.built for one in built.dependencies}
    before |= {
        Dependency(name=one.name, version=one.version, filename=one.filename, sha256=one.sha256)
        for one in rebuilt.built
    }
    installed = (*rebuilt.dependencies, *sorted(before.difference(rebuilt.dependencies)))
    return (_source(plan), *map(dependency, installed))


def _planned(plan: Plan) -> dict[str, str]:
    """Return how it was built, as strings; what is not set is not there."""
    said = {name: getattr(plan, name) for name in plan.__struct_fields__ if name not in ELSEWHERE}
    return {name: str(value) for name, value in said.items() if value is not None}


def _parameters(plan: Plan, rebuilt: Rebuilt) -> dict[str, str]:
    """Return what the caller may have decided; the release is only named if the index has this very file."""
    release = {"target": f"{rebuilt.name}=={rebuilt.version}"} if rebuilt.on_index else {}
    pins = {"pins": "\n".join(plan.pins)} if plan.pins else {}
    # A folder of tests could hold another project of the same name.
    folder = {"subdirectory": plan.source.subdirectory} if plan.source.subdirectory else {}
    return {**release, **folder, **handed_over(plan.config_settings, plan.env), **pins}


def _provenance(rebuilt: Rebuilt, plan: Plan, builder: str) -> dict[str, object]:
    definition = BuildDefinition(
        build_type=REBUILD_TYPE,
        external_parameters=_parameters(plan, rebuilt),
        internal_parameters=_planned(plan),
        resolved_dependencies=_dependencies(plan, rebuilt),
    )
    annotations: dict[str, object] = {"verdict": str(rebuilt.verdict)}
    comparison = Resource(name="comparison", uri=f"{NAMESPACE}/byproduct/comparison", annotations=annotations)
    apart = [isolation(rebuilt.isolation)] if rebuilt.isolation is not None else []
    details = RunDetails(
        builder=Builder(id=builder, version={"samewheel": __version__}), byproducts=(*apart, comparison)
    )
    converted: dict[str, object] = msgspec.to_builtins(Provenance(build_definition=definition, run_details=details))
    return converted


def statement_of_rebuild(rebuilt: Rebuilt, *, builder: str = BUILDER) -> Statement:
    """Return what is to be signed of a rebuild.

    Args:
        rebuilt: the outcome.
        builder: the URI of who rebuilt.

    Raises:
        UsageError: nothing was built, so that there is no file to speak of.
    """
    plan, ours = rebuilt.plan, rebuilt.sha256
    if plan is None or ours is None:
        raise UsageError(
            f"there is nothing to attest of {rebuilt.wheel.name}", cause=f"The verdict is {rebuilt.verdict}."
        )
    if rebuilt.verdict is Verdict.IDENTICAL and ours == rebuilt.wheel.sha256:
        subject = Resource(name=rebuilt.wheel.name, digest={"sha256": str(ours)})
        predicate = _provenance(rebuilt, plan, builder)
        return Statement(subject=(subject,), predicate_type=PROVENANCE, predicate=predicate)
    subject = Resource(name=f"rebuild/{rebuilt.wheel.name}", digest={"sha256": str(ours)})
    published = Resource(name=rebuilt.wheel.name, digest={"sha256": str(rebuilt.wheel.sha256)})
    instead = NotReproduced(
        builder=Builder(id=builder, version={"samewheel": __version__}),
        causes=tuple(one.cause for one in rebuilt.causes),
        plan=_planned(plan),
        published=published,
        resolved_dependencies=_dependencies(plan, rebuilt),
        verdict=rebuilt.verdict,
    )
    return Statement(subject=(subject,), predicate_type=NOT_REPRODUCED, predicate=msgspec.to_builtins(instead))
