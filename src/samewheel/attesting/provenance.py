"""SLSA Provenance v1: how a wheel was built, from its buildinfo and the report of its verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel import __version__
from samewheel._types import SourceKind
from samewheel.attesting.slsa import (
    BUILDER,
    NAMESPACE,
    BuildDefinition,
    Builder,
    Provenance,
    RunDetails,
    dependency,
    handed_over,
    isolation,
)
from samewheel.attesting.statements import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.buildinfo import BuildInfo, Isolation, SourceInfo
    from samewheel.verification import Verification

__all__ = ["BUILD_TYPE", "provenance"]

BUILD_TYPE = f"{NAMESPACE}/build/wheel/v1"
"""How to read parameters and dependencies of a build by samewheel."""


def _source(source: SourceInfo) -> Resource:
    """Return the source as a resource: a commit where there is one, always with the digest of its files."""
    digest = {"samewheelTree": str(source.digest)}
    if source.commit:
        digest["gitCommit"] = source.commit
    uri = source.uri or ""
    if source.kind is SourceKind.GIT and uri and not uri.startswith("git+"):
        uri = f"git+{uri}"
    return Resource(name="source", uri=uri, digest=digest)


def _parameters(info: BuildInfo, ref: str | None) -> dict[str, str]:
    """Return what the caller of the build decided: few, and strings (SLSA: verifiers must know all of them)."""
    parameters = {"frontend": info.frontend.name, "via": str(info.via)}
    if info.source.uri:
        parameters["source"] = info.source.uri
    if ref:
        parameters["ref"] = ref
    if info.source.subdirectory:
        parameters["subdirectory"] = info.source.subdirectory
    parameters |= handed_over(info.config_settings, info.env)
    if info.source.dirty:
        parameters["dirty"] = "\n".join(info.source.dirty)
    if info.source.included:
        parameters["included"] = "\n".join(info.source.included)
    if info.readable:
        parameters["readable"] = "\n".join(info.readable)
    return parameters


def _barriers(said: Isolation) -> tuple[bool, bool, bool]:
    """Return what kept a build apart, such that the least is the smallest."""
    return said.mechanism != "none", said.network == "none", said.filesystem == "hidden"


def _byproducts(info: BuildInfo, report: Verification | None) -> tuple[Resource, ...]:
    """Return how far all builds were kept apart, and what a second build under opposite conditions gave."""
    builds = (info, *report.builds) if report is not None else (info,)
    # A second build that could fetch the first one's wheel proves nothing: the least counts.
    found = [isolation(min((build.isolation for build in builds), key=_barriers))]
    if report is not None:
        annotations: dict[str, object] = {"verdict": str(report.verdict), "varied": list(report.varied)}
        found.append(
            Resource(name="verification", uri=f"{NAMESPACE}/byproduct/verification", annotations=annotations)
        )
        second = report.builds[1].wheel
        found.append(Resource(name=f"second-build/{second.name}", digest={"sha256": str(second.sha256)}))
    return tuple(found)


def provenance(
    info: BuildInfo,
    report: Verification | None = None,
    *,
    builder: str = BUILDER,
    ref: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Return the predicate of a build.

    Args:
        info: the buildinfo of the wheel.
        report: of its verification, if there was one.
        builder: the URI of who built.
        ref: the tag or branch that the commit was built for.
        metadata: ``invocationId``, ``startedOn`` and ``finishedOn``, of those that are wanted: none of them is the
            same for two runs.
    """
    internal = {
        "implementation": info.interpreter.implementation,
        "platform": info.interpreter.platform,
        "python": info.interpreter.version,
        "sourceDateEpoch": str(info.epoch.value),
        "zlib": info.zlib,
    }
    python = Resource(
        name="interpreter", uri=f"pkg:generic/{info.interpreter.implementation}@{info.interpreter.version}"
    )
    constraints = Resource(name="constraints.txt", digest={"sha256": str(info.constraints.sha256)})
    definition = BuildDefinition(
        build_type=BUILD_TYPE,
        external_parameters=_parameters(info, ref),
        internal_parameters=internal,
        resolved_dependencies=(_source(info.source), constraints, python, *map(dependency, info.dependencies)),
    )
    details = RunDetails(
        builder=Builder(id=builder, version={"samewheel": __version__, info.frontend.name: info.frontend.version}),
        metadata=dict(metadata or {}),
        byproducts=_byproducts(info, report),
    )
    converted: dict[str, object] = msgspec.to_builtins(Provenance(build_definition=definition, run_details=details))
    return converted
