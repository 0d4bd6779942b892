"""The first policy: a commented file that accepts what a wheel's own attestations say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomlkit

from samewheel._files import sha256_of
from samewheel.attesting.envelopes import read_envelopes
from samewheel.attesting.keys import keyid, public_pem, read_public
from samewheel.attesting.provenance import BUILD_TYPE
from samewheel.attesting.slsa import PROVENANCE
from samewheel.attesting.statements import read_statement
from samewheel.checking.policy import SCHEMA
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tomlkit.items import Table

    from samewheel.attesting.keys import PublicKey
    from samewheel.attesting.statements import Statement

__all__ = ["first_policy", "signed_by"]

HEAD = (
    "What this gate accepts: samewheel check WHEEL --policy FILE",
    "Written from the attestations of one wheel. Read it, and change what should be otherwise: nobody but you knows",
    "whether these are the keys and the commit that you trust.",
)


def _table(comment: str, entries: Mapping[str, object]) -> Table:
    table = tomlkit.table()
    table.add(tomlkit.comment(comment))
    for key, value in entries.items():
        if value is not None:
            table.add(key, value)
    return table


def _of(resources: Sequence[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    return next((one for one in resources if one.get("name") == name), {})


def first_policy(name: str, signed: Sequence[tuple[Statement, PublicKey]]) -> str:
    """Return the text of a policy.

    Args:
        name: the wheel's file name.
        signed: its statements, at least one, and who signed each.
    """
    predicate: dict[str, Any] = signed[0][0].predicate
    definition, details = predicate["buildDefinition"], predicate["runDetails"]
    parameters = dict(definition["externalParameters"])
    source = _of(definition["resolvedDependencies"], "source")
    verified = _of(details.get("byproducts", []), "verification").get("annotations", {})
    apart = _of(details.get("byproducts", []), "isolation").get("annotations", {})
    document = tomlkit.document()
    for line in HEAD:
        document.add(tomlkit.comment(line))
    document.add("schema", tomlkit.item(SCHEMA))
    document.add("wheel", _table("File names; * stands for anything.", {"names": [name]}))
    origin = {
        "uri": parameters.pop("source", None),
        "ref": parameters.pop("ref", None),
        "commit": source.get("digest", {}).get("gitCommit"),
    }
    document.add("source", _table("What it must be built from. The commit changes with each release.", origin))
    constraints = _of(definition["resolvedDependencies"], "constraints.txt").get("digest", {}).get("sha256")
    build = _table("How: the type of build, the digest of constraints.txt.", {"types": [BUILD_TYPE]})
    build.add("constraints", constraints)
    build.add(
        "parameters", _table("All that the caller may decide; nothing else.", {k: [v] for k, v in parameters.items()})
    )
    document.add("build", build)
    level = (
        "hidden"
        if apart.get("filesystem") == "hidden"
        else "no-network"
        if apart.get("network") == "none"
        else "none"
    )
    accept = {"threshold": len(signed), "verdict": verified.get("verdict"), "isolation": level}
    document.add("accept", _table("How many groups of builders must say so, and how sure it must be.", accept))
    builders = tomlkit.aot()
    for number, (statement, key) in enumerate(signed, 1):
        who: dict[str, Any] = statement.predicate
        entries = {
            "id": who["runDetails"]["builder"]["id"],
            "group": f"group-{number}",
            "key": public_pem(key).decode(),
        }
        builders.append(_table(f"Key {keyid(key)}. Builders of one group count once.", entries))
    document.add("builder", builders)
    return tomlkit.dumps(document)


def signed_by(wheel: Path, attestations: Sequence[Path], keys: Sequence[Path]) -> list[tuple[Statement, PublicKey]]:
    """Return the provenance of a wheel that is signed by keys whom somebody trusts.

    Args:
        wheel: the file.
        attestations: files of envelopes.
        keys: files with public keys.

    Raises:
        UsageError: none of the attestations is provenance of this wheel, and signed by one of the keys.
    """
    trusted = [read_public(path.read_bytes(), str(path)) for path in keys]
    sha256 = sha256_of(wheel)
    found: list[tuple[Statement, PublicKey]] = []
    for path in attestations:
        for envelope in read_envelopes(path.read_bytes(), path.name):
            statement = read_statement(envelope.payload, path.name)
            is_of_wheel = [one.digest.get("sha256") for one in statement.subject] == [sha256]
            if is_of_wheel and statement.predicate_type == PROVENANCE:
                found += [(statement, key) for key in envelope.signers(trusted)]
    if not found:
        raise UsageError(
            f"no attestation of {wheel.name} is signed by a key that you trust",
            cause=f"{len(attestations)} attestations, {len(keys)} keys.",
            hint=f"Name both: samewheel check {wheel} ATTESTATION --init-policy FILE --trust KEY.pub",
        )
    return found
