"""The summary of a check: the fields of SLSA's VSA, and no more in it than was found."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from samewheel.attesting.statements import written as bytes_of
from samewheel.checking.summary import SUMMARY, summary
from tests.unit.attestations import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    enveloped,
    judged,
    put_policy,
    rules,
    signed,
)
from tests.unit.wheels import NAME, SMALLEST, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def predicate(wheel: Path, policy: Path, *contents: bytes) -> dict[str, Any]:
    """Return what the summary of a check states."""
    return summary(judged(wheel, policy, *contents), "policy.toml").predicate


def test_a_summary_has_the_fields_of_the_specification(wheel: Path) -> None:
    """Whoever relies on it reads these (SLSA 1.2, VSA)."""
    policy, content = put_policy(wheel.parent), enveloped(wheel)
    found = summary(
        judged(wheel, policy, content), "https://example.org/policy.toml", verifier="https://gate.example"
    )
    said = found.predicate
    assert found.predicate_type == SUMMARY
    assert [(one.name, one.digest) for one in found.subject] == [
        (NAME, {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()})
    ]
    assert said.keys() == {
        "verifier",
        "resourceUri",
        "policy",
        "inputAttestations",
        "verificationResult",
        "verifiedLevels",
        "slsaVersion",
    }
    assert said["verifier"]["id"] == "https://gate.example"  # type: ignore[index]
    assert said["resourceUri"] == "pkg:pypi/demo@1.0"
    assert said["policy"] == {
        "uri": "https://example.org/policy.toml",
        "digest": {"sha256": hashlib.sha256(policy.read_bytes()).hexdigest()},
    }
    assert said["inputAttestations"] == [
        {"uri": "0.intoto.jsonl", "digest": {"sha256": hashlib.sha256(content).hexdigest()}}
    ]
    assert said["slsaVersion"] == "1.2"


def test_reproduced_is_said_only_of_two_who_are_independent(wheel: Path) -> None:
    """Two builds by one operator are no such thing, however they are counted, and neither is what is refused."""
    alice, bob = enveloped(wheel), enveloped(wheel, BOB)
    one = predicate(wheel, put_policy(wheel.parent), alice, alice)
    assert (one["verificationResult"], one["verifiedLevels"]) == ("PASSED", ["SAMEWHEEL_ATTESTED"])
    both = predicate(wheel, put_policy(wheel.parent, ALICE, BOB), alice, bob)
    assert (both["verificationResult"], both["verifiedLevels"]) == ("PASSED", ["SLSA_BUILD_REPRODUCED"])
    few = predicate(wheel, put_policy(wheel.parent, ALICE, BOB, CAROL), alice, bob)
    assert (few["verificationResult"], few["verifiedLevels"]) == ("FAILED", ["FAILED"])
    same = put_policy(wheel.parent, ALICE, BOB, changes={"builder.1.group": "alice", "accept.threshold": 1})
    assert predicate(wheel, same, alice, bob)["verifiedLevels"] == ["SAMEWHEEL_ATTESTED"]


def test_a_summary_names_all_that_was_looked_at(wheel: Path) -> None:
    """Also what did not count: whoever reads it must be able to judge again (SLSA: all of them, or none)."""
    said = predicate(wheel, put_policy(wheel.parent), enveloped(wheel), b"junk", enveloped(wheel, MALLORY))
    assert [one["uri"] for one in said["inputAttestations"]] == [f"{place}.intoto.jsonl" for place in range(3)]


def test_a_summary_is_no_provenance(wheel: Path) -> None:
    """Whoever says that it was reproduced, even with a builder's key, has not built it."""
    found = judged(wheel, put_policy(wheel.parent, ALICE, BOB), enveloped(wheel), enveloped(wheel, BOB))
    forged = signed(bytes_of(summary(found, "policy.toml")))
    assert rules(judged(wheel, put_policy(wheel.parent), forged))[0] == "predicate-type"


def test_a_summary_is_the_same_for_every_run(wheel: Path) -> None:
    """There is no time in it, and no folder."""
    policy, content = put_policy(wheel.parent), enveloped(wheel)
    first, second = (bytes_of(summary(judged(wheel, policy, content), policy.name)) for _ in range(2))
    assert first == second
    assert str(wheel.parent).encode() not in first
