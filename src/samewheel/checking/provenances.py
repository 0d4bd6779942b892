"""What SLSA provenance says, of whatever shape it is: what it lacks, or says in two ways, is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samewheel._types import Value
from samewheel.checking.policy import Apart
from samewheel.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Provenance"]


MECHANISMS = ("user-namespaces", "bubblewrap")
"""What can keep a build apart, by the names that builds have for it."""


class Provenance(Value, frozen=True, kw_only=True):
    """A predicate whose signature holds; its contents are anybody's."""

    predicate: Mapping[str, object]

    def at(self, *path: str) -> object:
        """Return what is at a path of keys; None if nothing is."""
        found: object = self.predicate
        for key in path:
            if not isinstance(found, dict):
                return None
            found = found.get(key)
        return found

    def _named(self, name: str, *path: str) -> Mapping[str, Any]:
        """Return the resource with a name in a list; an empty one if there is not one of them."""
        found = self.at(*path)
        listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        named = [one for one in listed if one.get("name") == name]
        return named[0] if len(named) == 1 else {}

    @property
    def parameters(self) -> Mapping[str, object] | None:
        """What the caller of the build decided; None if it does not say."""
        found = self.at("buildDefinition", "externalParameters")
        return found if isinstance(found, dict) else None

    @property
    def source(self) -> dict[str, str]:
        """The digests of what it was built from, such as ``gitCommit``, by their names."""
        said = sorted(self._digests("source").items())
        return {kind: value for kind, value in said if isinstance(value, str)}

    def _digests(self, name: str) -> Mapping[str, object]:
        found = self._named(name, "buildDefinition", "resolvedDependencies").get("digest")
        return found if isinstance(found, dict) else {}

    def digest(self, name: str, algorithm: str) -> object:
        """Return a digest of the dependency with a name."""
        return self._digests(name).get(algorithm)

    def _byproduct(self, name: str) -> Mapping[str, Any]:
        found = self._named(name, "runDetails", "byproducts").get("annotations")
        return found if isinstance(found, dict) else {}

    @property
    def commit(self) -> object:
        """The commit that it was built from."""
        return self.digest("source", "gitCommit")

    @property
    def constraints(self) -> object:
        """The SHA-256 of the pins that it was built with."""
        return self.digest("constraints.txt", "sha256")

    @property
    def verdict(self) -> Verdict | None:
        """What came of a second build, or of the rebuild of a published file; None if there was none."""
        said = (self._byproduct("verification") or self._byproduct("comparison")).get("verdict")
        return next((one for one in Verdict if one == said), None)

    @property
    def second(self) -> object:
        """The SHA-256 of what a second build gave; None if it does not say."""
        listed = self.at("runDetails", "byproducts")
        found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        digests = [one.get("digest") for one in found if str(one.get("name")).startswith("second-build/")]
        return digests[0].get("sha256") if len(digests) == 1 and isinstance(digests[0], dict) else None

    @property
    def varied(self) -> frozenset[str]:
        """The conditions that a second build really had otherwise."""
        said = self._byproduct("verification").get("varied")
        return frozenset(one for one in said if isinstance(one, str)) if isinstance(said, list) else frozenset()

    @property
    def kept_apart(self) -> Apart:
        """How far the build was kept apart."""
        said = self._byproduct("isolation")
        if said.get("network") != "none" or said.get("mechanism") not in MECHANISMS:
            return Apart.NONE
        return Apart.HIDDEN if said.get("filesystem") == "hidden" else Apart.NO_NETWORK
