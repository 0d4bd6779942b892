"""What was signed, as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samewheel.report.lines import headline, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.attesting.attesting import Attested

__all__ = ["attested_lines"]


SOURCES = {"gitCommit": "git", "sha256": "sdist", "samewheelTree": "files"}
"""What a source is known by, the surest first, and what that is."""


def _source(predicate: dict[str, Any]) -> str:
    """Return what a wheel was built from."""
    dependencies = predicate["buildDefinition"]["resolvedDependencies"]
    digest: dict[str, str] = next((one["digest"] for one in dependencies if one.get("name") == "source"), {})
    return next((f"{kind} {digest[name]}" for name, kind in SOURCES.items() if name in digest), "none")


def attested_lines(done: Attested) -> Iterator[str]:
    """Yield what was stated of which file, and who signed it."""
    (subject,) = done.statement.subject
    predicate: dict[str, Any] = done.statement.predicate
    yield headline("attested", subject.name)
    yield row("sha256", subject.digest["sha256"])
    if "buildDefinition" in predicate:
        said = {one.get("name"): one.get("annotations", {}) for one in predicate["runDetails"]["byproducts"]}
        proof = said.get("verification") or said.get("comparison") or {}
        yield row("source", _source(predicate))
        yield row("verified", proof.get("verdict", "no: see --verification"))
        yield row("builder", predicate["runDetails"]["builder"]["id"])
    else:
        yield row("states", f"{predicate['verdict']}: no provenance, and no gate takes it for one")
    yield row("signed by", done.signer)
    if done.trust is not None:
        yield row("certified", f"not by the public Sigstore, but by that of {done.trust}")
    for path in done.files:
        yield row("written", str(path))
