"""Values that the program makes, held against their schemas: those that no functional test prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import ValidationError
from msgspec.structs import replace

from samewheel._types import Sha256
from samewheel.attesting.rebuilds import NOT_REPRODUCED, statement_of_rebuild
from samewheel.attesting.slsa import PROVENANCE
from samewheel.attesting.statements import written as bytes_of
from samewheel.buildinfo import to_json
from samewheel.checking.summary import summary
from samewheel.checking.values import SCHEMA as CHECK
from samewheel.comparison import Verdict
from samewheel.rebuilding import SCHEMA as REBUILD
from samewheel.rebuilding.values import PlannedSource
from samewheel.report.audit_tables import to_listing, to_shown
from samewheel.verification import SCHEMA as VERIFY
from tests.schemas import fits, from_toml, validate
from tests.unit.attestations import buildinfo, enveloped, judged, put_policy, statement, verification
from tests.unit.audits import entries_of, job_of, rebuilt_of
from tests.unit.wheels import SMALLEST, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.attesting.statements import Statement


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def said(one: Statement) -> dict[str, Any]:
    """Return a statement as JSON."""
    document: dict[str, Any] = json.loads(bytes_of(one))
    return document


def test_statements_of_builds_and_rebuilds(wheel: Path) -> None:
    """Both kinds of provenance, what is no provenance, and what a gate says."""
    checked = judged(wheel, put_policy(wheel.parent), enveloped(wheel))
    same, other = (rebuilt_of(job_of(verdict.value)) for verdict in (Verdict.IDENTICAL, Verdict.PAYLOAD_DIFFERS))
    rebuilds = [statement_of_rebuild(same), statement_of_rebuild(other)]
    for one in (statement(wheel), *rebuilds, summary(checked, "policy.toml")):
        validate(said(one))
    assert {one.predicate_type for one in rebuilds} <= {PROVENANCE, NOT_REPRODUCED}


def test_folder_of_a_repository_that_was_rebuilt_is_a_parameter() -> None:
    """A folder of tests in the right commit can hold another project of the same name: a policy has to allow it."""
    rebuilt = rebuilt_of(job_of(Verdict.IDENTICAL.value))
    assert rebuilt.plan is not None
    stated = []
    for folder in ("", "tests/demo"):
        source = PlannedSource(git="https://git.example/demo", commit="a" * 40, subdirectory=folder)
        plan = replace(rebuilt.plan, source=source)
        statement_of_it = said(statement_of_rebuild(replace(rebuilt, plan=plan, sha256=rebuilt.wheel.sha256)))
        stated.append(statement_of_it["predicate"]["buildDefinition"]["externalParameters"])
    assert "subdirectory" not in stated[0]
    assert stated[1] == {**stated[0], "subdirectory": "tests/demo"}


def test_a_predicate_of_ours_must_have_its_form(wheel: Path) -> None:
    """The control: what a statement says is looked into."""
    document = said(statement(wheel))
    del document["predicate"]["buildDefinition"]["buildType"]
    with pytest.raises(ValidationError, match="'buildType' is a required property"):
        validate(document)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_rebuilds_with_each_verdict(verdict: Verdict) -> None:
    """Also those of which nothing was built."""
    fits(to_json(REBUILD, rebuilt_of(job_of(verdict.value))).decode())


def test_audits(tmp_path: Path) -> None:
    """Entries of each kind, in the list and alone, with a rebuild and without one."""
    entries = entries_of(tmp_path)
    rebuilt = rebuilt_of(job_of("identical"))
    fits(to_listing("list.txt", entries).decode())
    fits(to_shown("list.txt", [(entry, rebuilt if entry.verdict else None) for entry in entries]).decode())


def test_reports_and_outcomes_of_checks(wheel: Path) -> None:
    """What is accepted, and what is refused by several rules."""
    fits(to_json(VERIFY, verification(buildinfo(wheel))).decode())
    for content in (enveloped(wheel), b"{}"):
        fits(to_json(CHECK, judged(wheel, put_policy(wheel.parent), content)).decode())


def test_a_policy_of_a_persons_own(wheel: Path) -> None:
    """A slip in a key is seen before the policy is used."""
    document = from_toml(put_policy(wheel.parent).read_text("utf-8"))
    validate(document)
    with pytest.raises(ValidationError, match="treshold"):
        validate({**document, "accept": {"treshold": 2}})


def test_a_digest_is_one(wheel: Path) -> None:
    """Schemas know what a SHA-256 is, wherever it stands."""
    document = json.loads(to_json(VERIFY, verification(buildinfo(wheel))))
    document["builds"][0]["constraints"]["sha256"] = str(Sha256("A" * 64))
    with pytest.raises(ValidationError, match="does not match"):
        validate(document)
