"""SLSA Provenance v1 (spec 1.2): its values, and the parts that builds and rebuilds have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from samewheel.attesting.statements import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.buildinfo import Dependency, Isolation

__all__ = [
    "BUILDER",
    "NAMESPACE",
    "PROVENANCE",
    "SIGNED_ON",
    "BuildDefinition",
    "Builder",
    "Provenance",
    "RunDetails",
    "dependency",
    "handed_over",
    "isolation",
]

PROVENANCE = "https://slsa.dev/provenance/v1"
"""The type of the predicate, of all versions 1.x of SLSA."""

NAMESPACE = "https://samewheel.dev"
"""Where names of ours begin; ``docs/lookup/attestations.md`` says what they mean."""

SIGNED_ON = "samewheel_signedOn"
"""When a statement was signed: an extension of the metadata (SLSA 1.2), as nobody notes when the build ended."""

BUILDER = f"{NAMESPACE}/builder/local"
"""Who built, if nobody says: somebody on a machine of their own (SLSA Build L1)."""


class BuildDefinition(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The inputs of a build."""

    build_type: str
    """How to read the others: a URI."""
    external_parameters: dict[str, str]
    """What the caller decided."""
    internal_parameters: dict[str, str]
    """What the builder decided."""
    resolved_dependencies: tuple[Resource, ...]
    """The source, and what was installed."""


class Builder(msgspec.Struct, frozen=True, kw_only=True):
    """Who ran it."""

    id: str
    """A URI."""
    version: dict[str, str]
    """Of each of its programs, by name."""


class RunDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """This run of it."""

    builder: Builder
    """Who ran it."""
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    """When it was signed, if anybody says so."""
    byproducts: tuple[Resource, ...] = ()
    """How far the build was kept apart, and what a comparison gave."""


class Provenance(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Both."""

    build_definition: BuildDefinition
    """What went in."""
    run_details: RunDetails
    """Who ran it, and what else came out."""


def handed_over(config_settings: Mapping[str, str | list[str]], env: Mapping[str, str]) -> dict[str, str]:
    """Return what the backend was given, and variables that were passed on, by the names of external parameters."""
    settings = {
        f"config:{key}": value if isinstance(value, str) else "\n".join(value)
        for key, value in sorted(config_settings.items())
    }
    return {**settings, **{f"env:{key}": value for key, value in sorted(env.items())}}


def dependency(one: Dependency) -> Resource:
    """Return a file that a build installed as a resource."""
    uri = f"pkg:pypi/{canonicalize_name(one.name)}@{one.version}"
    return Resource(name=one.filename, uri=uri, digest={"sha256": str(one.sha256)})


def isolation(said: Isolation) -> Resource:
    """Return how far a build was kept apart as a resource."""
    annotations: dict[str, object] = {
        "filesystem": said.filesystem,
        "mechanism": said.mechanism,
        "network": said.network,
    }
    return Resource(name="isolation", uri=f"{NAMESPACE}/byproduct/isolation", annotations=annotations)
