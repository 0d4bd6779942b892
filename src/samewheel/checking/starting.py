"""The first policy: a commented file that accepts what a wheel's own attestations say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tomlkit

from samewheel._files import sha256_of
from samewheel.attesting.envelopes import read_envelopes
from samewheel.attesting.keys import keyid, public_pem, read_public
from samewheel.attesting.slsa import PROVENANCE
from samewheel.attesting.statements import read_statement
from samewheel.checking.policy import ACCEPTABLE, ANY, SCHEMA, Apart
from samewheel.checking.provenances import Provenance
from samewheel.comparison import Verdict
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tomlkit.items import AoT, Table

    from samewheel.attesting.keys import PublicKey
    from samewheel.attesting.statements import Statement

__all__ = ["first_policy", "signed_by"]

HEAD = (
    "What this gate accepts: samewheel check WHEEL --policy FILE",
    "Written from the attestations of one wheel. Read it, and change what should be otherwise: nobody but you knows",
    "whether these are the keys and the commit that you trust.",
)


def _table(comment: str, entries: Mapping[str, object], careful: Mapping[str, bool] | None = None) -> Table:
    """Return a table with a comment, and a line for each thing to be careful of that is so."""
    table = tomlkit.table()
    for what in (what for what, is_so in (careful or {}).items() if is_so):
        table.add(tomlkit.comment(f"CAREFUL: {what}"))
    table.add(tomlkit.comment(comment))
    for key, value in entries.items():
        if value is not None:
            table.add(key, value)
    return table


def _agreed(said: Sequence[object], what: str) -> object:
    """Return what all attestations say.

    Raises:
        UsageError: they do not say the same.
    """
    if any(one != said[0] for one in said):
        cause = ", ".join(str(one or "none") for one in said)
        raise UsageError(f"the attestations do not agree on the {what}", cause=cause)
    return said[0]


def _allowed(provenances: Sequence[Provenance]) -> dict[str, list[str]]:
    """Return every parameter with all the values that it has, sorted.

    Raises:
        UsageError: a value is what stands for any.
    """
    found: dict[str, set[str]] = {}
    for one in provenances:
        for key, value in (one.parameters or {}).items():
            if value == ANY:
                raise UsageError(f"the parameter {key} is {ANY!r}, which a policy would take for any value")
            found.setdefault(key, set()).add(str(value))
    return {key: sorted(values) for key, values in sorted(found.items())}


def _verdict(provenances: Sequence[Provenance]) -> str | None:
    """Return the worst verdict; None if one of the builders did not verify.

    Raises:
        UsageError: no policy can accept it.
    """
    said = [one.verdict for one in provenances]
    worst = max((one for one in said if one is not None), key=list(Verdict).index, default=None)
    if worst is not None and worst not in ACCEPTABLE:
        raise UsageError("no policy can accept this wheel", cause=f"It was verified as {worst}.")
    return None if worst is None or None in said else str(worst)


def _builders(provenances: Sequence[Provenance], keys: Sequence[PublicKey]) -> AoT:
    """Return who signed, each as a group of its own.

    Raises:
        UsageError: two of them call themselves the same, or one nothing.
    """
    named = [one.at("runDetails", "builder", "id") for one in provenances]
    if len({*map(str, named)}) != len(named) or not all(named):
        said = ", ".join(str(one or "nobody") for one in named)
        hint = "Attest with --builder URI, each with one of their own."
        raise UsageError("the attestations do not tell their builders apart", cause=said, hint=hint)
    builders = tomlkit.aot()
    for number, (one, key) in enumerate(zip(provenances, keys, strict=True), 1):
        who = {"id": one.at("runDetails", "builder", "id"), "group": f"group-{number}"}
        entries = {**who, "key": public_pem(key).decode()}
        builders.append(_table(f"Key {keyid(key)}. Builders of one group count once.", entries))
    return builders


def first_policy(name: str, signed: Sequence[tuple[Statement, PublicKey]]) -> str:
    """Return the text of a policy that accepts these statements.

    Args:
        name: the wheel's file name.
        signed: its statements, at least one, and who signed each; nobody twice.

    Raises:
        UsageError: they do not agree on what the wheel was built from, or no policy can accept it.
    """
    said = [Provenance(predicate=statement.predicate) for statement, _ in signed]
    parameters = _allowed(said)
    # Where they agree, it is no matter of choice: it gets a line that people see first.
    source = {
        key: parameters.pop(parameter)[0]
        for key, parameter in (("uri", "source"), ("ref", "ref"))
        if all((one.parameters or {}).get(parameter) for one in said) and len(parameters[parameter]) == 1
    }
    types = [*{str(one.at("buildDefinition", "buildType")): None for one in said}]
    document = tomlkit.document()
    for line in HEAD:
        document.add(tomlkit.comment(line))
    document.add("schema", tomlkit.item(SCHEMA))
    document.add("wheel", _table("File names; * stands for anything.", {"names": [name]}))
    commit = _agreed([one.commit for one in said], "commit")
    sdist = _agreed([one.digest("source", "sha256") for one in said], "sdist")
    origin = {**source, "commit": commit, "sha256": sdist}
    told = "What it must be built from. The commit changes with each release."
    nothing = "CAREFUL: no attestation says where the source is from, so that any source is accepted."
    document.add("source", _table(told if any(origin.values()) else nothing, origin))
    pins = _agreed([one.constraints for one in said], "constraints")
    how = {"types": types, "constraints": pins}
    unpinned = {"no attestation names its pins, so that any are accepted.": pins is None}
    build = _table("How: the type of build, the digest of constraints.txt.", how, unpinned)
    liberties = {
        "it was built from changes that are in no commit.": "dirty" in parameters,
        "it was built from files that are in no commit.": "included" in parameters,
        "a build could read files of its machine.": "readable" in parameters,
    }
    build.add("parameters", _table("All that the caller may decide; nothing else.", parameters, liberties))
    document.add("build", build)
    apart = min((one.kept_apart for one in said), key=list(Apart).index)
    varied = sorted(frozenset.intersection(*(one.varied for one in said)))
    accept = {"threshold": len(signed), "verdict": _verdict(said), "varied": varied or None, "isolation": str(apart)}
    weak = {
        "not everybody built it twice and compared, so that nobody need have.": accept["verdict"] is None,
        "a build was not kept from the network, so that none need be.": apart is Apart.NONE,
    }
    document.add("accept", _table("How many groups of builders must say so, and how sure it must be.", accept, weak))
    document.add("builder", _builders(said, [key for _, key in signed]))
    return tomlkit.dumps(document)


def signed_by(wheel: Path, attestations: Sequence[Path], keys: Sequence[Path]) -> list[tuple[Statement, PublicKey]]:
    """Return the provenance of a wheel that is signed by keys whom somebody trusts, the first of each key.

    Args:
        wheel: the file.
        attestations: files of envelopes.
        keys: files with public keys.

    Raises:
        UsageError: none of the attestations is provenance of this wheel, and signed by one of the keys.
    """
    trusted = [read_public(path.read_bytes(), str(path)) for path in keys]
    sha256 = sha256_of(wheel)
    found: dict[str, tuple[Statement, PublicKey]] = {}
    for path in attestations:
        for envelope in read_envelopes(path.read_bytes(), path.name):
            statement = read_statement(envelope.payload, path.name)
            is_of_wheel = [(one.name, one.digest.get("sha256")) for one in statement.subject] == [
                (wheel.name, sha256)
            ]
            if is_of_wheel and statement.predicate_type == PROVENANCE:
                for key in envelope.signers(trusted):
                    # A bundle beside the envelope says the same once more.
                    found.setdefault(keyid(key), (statement, key))
    if not found:
        raise UsageError(
            f"no attestation of {wheel.name} is signed by a key that you trust",
            cause=f"{len(attestations)} attestations, {len(keys)} keys.",
            hint=f"Name both: samewheel check {wheel} ATTESTATION --init-policy FILE --trust KEY.pub",
        )
    return list(found.values())
