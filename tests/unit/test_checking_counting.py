"""Who counts at the gate, on which day and how often, and which file it is about."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel._types import Sha256
from samewheel.attesting.attesting import statement_of
from samewheel.attesting.envelopes import bundled, sealed
from samewheel.attesting.statements import written as bytes_of
from samewheel.checking.checking import _agreeing, check, evidence_of
from samewheel.checking.policy import read_policy
from samewheel.checking.values import Judged
from samewheel.errors import UsageError
from tests.unit.attestations import (
    ALICE,
    BOB,
    CAROL,
    COMMIT,
    REF,
    TODAY,
    Changes,
    buildinfo,
    enveloped,
    judged,
    put_policy,
    rules,
    signed,
    statement,
)
from tests.unit.wheels import FILES, INFO, INIT, METADATA, NAME, SMALLEST, Files, record_of, written

if TYPE_CHECKING:
    import random
    from pathlib import Path

FINISHED = "predicate.runDetails.metadata"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


# Who counts


def test_copies_of_one_attestation_count_once(wheel: Path) -> None:
    """A thousand files of one operator are one opinion."""
    policy, one = put_policy(wheel.parent, ALICE, BOB), enveloped(wheel)
    bundle = bundled(sealed(bytes_of(statement(wheel)), ALICE.key))
    found = judged(wheel, policy, one, one, bundle, enveloped(wheel, changes={f"{FINISHED}.invocationId": "2"}))
    assert rules(found) == ["threshold"]
    assert found.groups == ("alice",)
    assert all(judgement.accepted for judgement in found.attestations)


SOURCE = "predicate.buildDefinition.resolvedDependencies.0.digest"

ANY_SOURCE = {"source.commit": None, "build.parameters.source": ["*"]}
"""Of a policy that leaves the source to its builders."""


@pytest.mark.parametrize("source", [{"gitCommit": "b" * 40}, {"gitCommit": COMMIT, "samewheelTree": "9" * 64}])
def test_groups_that_name_two_sources_do_not_say_the_same(source: dict[str, str], wheel: Path) -> None:
    """A policy that leaves the source to them would call it reproduced, and nobody built from the other's."""
    policy = put_policy(wheel.parent, ALICE, BOB, changes=ANY_SOURCE)
    found = judged(wheel, policy, enveloped(wheel), enveloped(wheel, BOB, {SOURCE: source}))
    assert rules(found) == ["threshold"]
    assert found.groups == ("alice",)
    assert found.failures[0].reason == "1 of 2 groups of builders attest it: alice; of another source: bob"
    assert [one.source["gitCommit"] for one in found.attestations] == [COMMIT, source["gitCommit"]]
    assert judged(wheel, policy, enveloped(wheel), enveloped(wheel, BOB)).groups == ("alice", "bob")


def test_one_who_names_another_source_does_not_keep_two_from_agreeing(wheel: Path) -> None:
    """Whichever file comes first, the two that agree are enough."""
    policy = put_policy(wheel.parent, ALICE, BOB, CAROL, changes={**ANY_SOURCE, "accept.threshold": 2})
    odd = enveloped(wheel, ALICE, {SOURCE: {"gitCommit": "b" * 40}})
    said = (odd, enveloped(wheel, BOB), enveloped(wheel, CAROL))
    for order in (said, said[::-1]):
        found = judged(wheel, policy, *order)
        assert found.accepted
        assert found.groups == ("bob", "carol")


SAYING = st.fixed_dictionaries(
    {},
    optional={"gitCommit": st.sampled_from("cd"), "sha256": st.sampled_from("st"), "samewheelTree": st.just("t")},
)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), SAYING), max_size=7), st.randoms(use_true_random=False))
def test_the_most_groups_that_agree_are_found_in_any_order(
    said: list[tuple[str, dict[str, str]]], order: random.Random
) -> None:
    """However odd ones are mixed in, they must keep nobody from agreeing."""
    found = [
        Judged(file=f"{n}", sha256=Sha256("0" * 64), group=group, source=source)
        for n, (group, source) in enumerate(said)
    ]
    shuffled = order.sample(found, len(found))
    sets = [
        frozenset(one.group for one in some)
        for size in range(len(found) + 1)
        for some in itertools.combinations(found, size)
        if all(a.source.get(kind, value) == value for a in some for b in some for kind, value in b.source.items())
    ]
    assert _agreeing(shuffled) == min(sets, key=lambda groups: (-len(groups), sorted(groups)))


def test_a_commit_and_an_sdist_are_no_contradiction(wheel: Path) -> None:
    """Who rebuilds a release may begin with its sdist; nobody else can tell whether that is of the commit."""
    policy = put_policy(wheel.parent, ALICE, BOB, changes=ANY_SOURCE)
    found = judged(wheel, policy, enveloped(wheel), enveloped(wheel, BOB, {SOURCE: {"sha256": "5" * 64}}))
    assert found.accepted
    assert found.groups == ("alice", "bob")


def test_builders_of_one_operator_count_once(wheel: Path) -> None:
    """Two machines of one company do not check each other; a third party does."""
    policy = put_policy(wheel.parent, ALICE, BOB, CAROL, changes={"builder.1.group": "alice", "accept.threshold": 2})
    alice, bob, carol = (enveloped(wheel, by) for by in (ALICE, BOB, CAROL))
    assert rules(judged(wheel, policy, alice, bob)) == ["threshold"]
    assert judged(wheel, policy, alice, bob, carol).groups == ("alice", "carol")
    assert judged(wheel, policy, bob, carol).accepted


@pytest.mark.parametrize("odd", [0, 1, 2])
def test_one_false_of_three_is_named_and_does_not_stop_two(odd: int, wheel: Path, tmp_path: Path) -> None:
    """Two of three is what was asked for; who is wrong is what people want to know next."""
    operators = (ALICE, BOB, CAROL)
    policy = put_policy(wheel.parent, *operators, changes={"accept.threshold": 2})
    another = written(tmp_path / "other", FILES)
    contents = [enveloped(another if place == odd else wheel, by) for place, by in enumerate(operators)]
    found = judged(wheel, policy, *contents)
    assert found.accepted
    assert [(one.builder, rules(replace(found, attestations=(one,)))) for one in found.attestations] == [
        (by.builder, ["subject-digest"] if place == odd else []) for place, by in enumerate(operators)
    ]
    without_one = judged(
        wheel, policy, *(content for place, content in enumerate(contents) if place != (odd + 1) % 3)
    )
    assert rules(without_one) == ["subject-digest", "threshold"]


def test_an_attestation_that_was_taken_away_is_missed(wheel: Path) -> None:
    """A folder of files is not signed as a whole; only the threshold keeps fewer of them from passing."""
    policy = put_policy(wheel.parent, ALICE, BOB)
    assert judged(wheel, policy, enveloped(wheel), enveloped(wheel, BOB)).accepted
    for left in ([], [enveloped(wheel)], [enveloped(wheel, BOB)]):
        assert rules(judged(wheel, policy, *left)) == ["threshold"]


@pytest.mark.parametrize(
    ("changes", "on", "expected"),
    [
        ({"builder.0.revoked": True}, TODAY, ["builder-revoked"]),
        ({"builder.0.revoked": False}, TODAY, []),
        ({"builder.0.valid-from": TODAY}, TODAY, []),
        ({"builder.0.valid-from": TODAY}, TODAY - dt.timedelta(days=1), ["builder-validity"]),
        ({"builder.0.valid-until": TODAY}, TODAY, []),
        ({"builder.0.valid-until": TODAY}, TODAY + dt.timedelta(days=1), ["builder-validity"]),
        ({"builder.0.valid-until": "2026-01-14"}, TODAY, ["builder-validity"]),
    ],
)  # fmt: skip
def test_a_key_counts_in_its_days_and_until_it_is_revoked(
    changes: Changes, on: dt.date, expected: list[str], wheel: Path
) -> None:
    """Nothing but the policy can say so: a stolen key signs any date."""
    found = judged(wheel, put_policy(wheel.parent, changes=changes), enveloped(wheel), on=on)
    assert rules(found) == [*expected, *(["threshold"] if expected else [])]


# When


@pytest.mark.parametrize(
    ("finished", "accepted"),
    [
        ("2026-01-15T23:59:59Z", True),
        ("2026-01-05T00:00:00Z", True),
        ("2026-01-04T23:59:59Z", False),
        ("2026-01-04T23:00:00-02:00", True),
        ("2026-01-05T01:00:00+02:00", False),
        ("2026-01-16T00:00:00Z", False),
        ("9999-12-31T23:59:59-23:59", False),
        ("0001-01-01T00:00:00+23:59", False),
        ("yesterday", False),
        ("", False),
        (20260115, False),
        ({}, False),
        (None, False),
    ],
)
def test_what_is_too_old_or_says_no_time_is_refused(finished: object, wheel: Path, *, accepted: bool) -> None:
    """Days are UTC's, whatever the offset; what is still to come is as wrong as what is gone."""
    policy = put_policy(wheel.parent, changes={"accept.max-age-days": 10})
    changes: Changes = {} if finished is None else {f"{FINISHED}.finishedOn": finished}
    found = judged(wheel, policy, enveloped(wheel, changes=changes))
    assert rules(found) == ([] if accepted else ["freshness", "threshold"])


def test_what_was_built_before_a_day_is_refused(wheel: Path) -> None:
    """Such as that on which a machine was found to be broken into."""
    content = enveloped(wheel, changes={f"{FINISHED}.finishedOn": "2026-01-10T12:00:00Z"})
    for day, expected in (("2026-01-10", []), ("2026-01-11", ["freshness", "threshold"])):
        policy = put_policy(wheel.parent, changes={"accept.not-before": day})
        assert rules(judged(wheel, policy, content)) == expected


# The wheel itself


def vouched(wheel: Path) -> bytes:
    """Return what Alice signs of a file, be it what it may."""
    return bytes_of(statement_of(wheel, buildinfo(wheel), builder=ALICE.builder, ref=REF))


ANYTHING: Changes = {"wheel.names": [], "accept.verdict": None}


@pytest.mark.parametrize(
    ("name", "files", "rule"),
    [
        (NAME, SMALLEST, None),
        (NAME, {**SMALLEST, f"{INFO}/METADATA": METADATA.replace(b"demo", b"evil")}, "wheel"),
        (NAME, {**SMALLEST, f"{INFO}/METADATA": METADATA.replace(b"1.0", b"2.0")}, "wheel"),
        (NAME, {**SMALLEST, f"{INFO}/RECORD": record_of({INIT: b""})}, "wheel"),
        ("demo-1.1-py3-none-any.whl", SMALLEST, "wheel"),
        ("evil-1.0-py3-none-any.whl", SMALLEST, "wheel"),
        ("demo-1.0-py3-none-any.zip", SMALLEST, "file-name"),
        ("demo-1.0.whl", SMALLEST, "file-name"),
        ("demo.whl", SMALLEST, "file-name"),
        ("demo-1.0-py3-n\N{CYRILLIC SMALL LETTER O}ne-any.whl", SMALLEST, "file-name"),
        ("demo-1.0-py3-none-any\n.whl", SMALLEST, "file-name"),
    ],
)
def test_a_name_must_be_what_the_wheel_says_of_itself(
    name: str, files: Files, rule: str | None, tmp_path: Path
) -> None:
    """Even where a builder signs it: under another name it would be installed in another's place."""
    wheel = written(tmp_path, files, name=name)
    found = judged(wheel, put_policy(tmp_path, changes=ANYTHING), signed(vouched(wheel)))
    assert rules(found) == ([] if rule is None else [rule])


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    """Whoever signed it."""
    wheel = tmp_path / NAME
    wheel.write_bytes(b"#!/bin/sh\n")
    assert rules(judged(wheel, put_policy(tmp_path, changes=ANYTHING), signed(vouched(wheel)))) == ["wheel"]


def test_a_file_for_another_place_is_refused_by_its_name(tmp_path: Path) -> None:
    """What was attested of a test release or another version is right, and not what this gate lets in."""
    wheel = written(tmp_path, SMALLEST, name="demo-1.0-1test-py3-none-any.whl")
    content = signed(vouched(wheel))
    changes = {"accept.verdict": None}
    assert rules(judged(wheel, put_policy(tmp_path, changes=changes), content)) == ["file-name"]
    for pattern in ("demo-1.0-*.whl", "*"):
        assert judged(wheel, put_policy(tmp_path, changes={**changes, "wheel.names": [pattern]}), content).accepted


def test_an_attestation_of_another_release_is_no_use(wheel: Path, tmp_path: Path) -> None:
    """Every byte of it is right, and it is about another file."""
    older = written(tmp_path / "older", FILES)
    assert rules(judged(wheel, put_policy(wheel.parent), enveloped(older))) == ["subject-digest", "threshold"]


def test_what_is_said_is_said_of_the_file_that_was_read(wheel: Path) -> None:
    """Whoever installs compares with this digest: between the check and that, a file can be exchanged."""
    policy, content = put_policy(wheel.parent), enveloped(wheel)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    found = judged(wheel, policy, content)
    written(wheel.parent, FILES)
    again = judged(wheel, policy, content)
    assert (found.accepted, found.sha256) == (True, digest)
    assert not again.accepted
    assert again.sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest() != digest


def test_attestations_are_found_by_the_whole_name_of_the_wheel(tmp_path: Path) -> None:
    """Characters that mean something in patterns mean themselves, and bundles, which say the same, are left out."""
    names = ("a[1].whl.intoto.jsonl", "a[1].whl.x.intoto.jsonl", "a[1].whl.sigstore.json", "a1.whl.intoto.jsonl")
    for name in names:
        (tmp_path / name).touch()
    assert evidence_of(tmp_path / "a[1].whl", tmp_path) == (tmp_path / names[0], tmp_path / names[1])


def test_folders_are_no_attestations(tmp_path: Path) -> None:
    """One with such a name could else keep a wheel from being checked."""
    for ending in ("intoto.jsonl", "sigstore.json"):
        (tmp_path / f"a.whl.{ending}").mkdir()
    assert evidence_of(tmp_path / "a.whl", tmp_path) == ()


def test_files_that_cannot_be_read_are_an_error(wheel: Path) -> None:
    """Not a refusal: who asks has named something that is not there."""
    trusted = read_policy(put_policy(wheel.parent))
    with pytest.raises(UsageError, match="attestation"):
        check(wheel, [wheel.parent / "none"], trusted, on=TODAY)
    with pytest.raises(UsageError, match="wheel"):
        check(wheel.parent / "none.whl", [], trusted, on=TODAY)
