"""What was signed, as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from samewheel.report.lines import headline, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.attesting.attesting import Attested

__all__ = ["attested_lines"]


def attested_lines(done: Attested) -> Iterator[str]:
    """Yield what was stated of which file, and who signed it."""
    (subject,) = done.statement.subject
    predicate: dict[str, Any] = done.statement.predicate
    yield headline("attested", subject.name)
    yield row("sha256", subject.digest["sha256"])
    if "buildDefinition" in predicate:
        dependencies = predicate["buildDefinition"]["resolvedDependencies"]
        sources = [one.get("digest", {}) for one in dependencies if one.get("name") == "source"]
        commit = next((digest["gitCommit"] for digest in sources if "gitCommit" in digest), None)
        yield row("source", commit or f"no commit, files {sources[0].get('samewheelTree', '')}")
        byproducts = {one.get("name"): one.get("annotations", {}) for one in predicate["runDetails"]["byproducts"]}
        yield row("verified", byproducts.get("verification", {}).get("verdict", "no: see --verification"))
        yield row("builder", predicate["runDetails"]["builder"]["id"])
    else:
        yield row("states", f"{predicate['verdict']}, which is no provenance")
    yield row("signed by", done.signer)
    for path in done.files:
        yield row("written", str(path))
