"""The policy: what is none or can never be met is refused, and each rule refuses by itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import tomlkit

from samewheel.attesting.attesting import statement_of
from samewheel.attesting.envelopes import encoded, sealed
from samewheel.attesting.keys import private_pem, public_pem
from samewheel.attesting.statements import written as bytes_of
from samewheel.buildinfo import Isolation
from samewheel.checking.policy import ACCEPTABLE, Apart, read_policy
from samewheel.comparison import Verdict
from samewheel.errors import UsageError
from tests.unit.attestations import (
    ALICE,
    BOB,
    PAULA,
    REF,
    URI,
    Changes,
    buildinfo,
    changed,
    enveloped,
    judged,
    put_policy,
    rules,
    verification,
)
from tests.unit.wheels import NAME, SMALLEST, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


# Reading


def test_policy_is_read_with_the_keys_that_it_names(tmp_path: Path) -> None:
    """In the file, or beside it: a policy and its keys are kept together."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/alice.pub").write_bytes(public_pem(ALICE.key.public_key()))
    inline = read_policy(put_policy(tmp_path))
    beside = read_policy(put_policy(tmp_path, changes={"builder.0.key": "keys/alice.pub"}))
    for found in (inline, beside):
        assert [public_pem(key) for key in found.keys if key] == [public_pem(ALICE.key.public_key())]
        assert found.policy.groups == {"alice"}
    assert inline.digest != beside.digest


def test_what_is_left_out_has_the_least_of_each_rule(tmp_path: Path) -> None:
    """Types of builds and builders must be there: without them, a policy would say nothing."""
    names: Changes = {
        "wheel": None,
        "source": None,
        "accept": None,
        "build.parameters": None,
        "build.constraints": None,
    }
    policy = read_policy(put_policy(tmp_path, changes=names)).policy
    assert (policy.accept.threshold, policy.accept.verdict, policy.accept.isolation) == (1, None, Apart.NONE)
    assert policy.build.parameters == {}
    for missing in ("build", "build.types", "builder", "builder.0.group", "builder.0.id", "schema"):
        with pytest.raises(UsageError, match="cannot be used"):
            read_policy(put_policy(tmp_path, changes={**names, missing: None}))


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"schema": "samewheel/policy/2"}, "schema"),
        ({"treshold": 2}, "treshold"),
        ({"accept.treshold": 2}, "treshold"),
        ({"source.comit": "a" * 40}, "comit"),
        ({"wheel.name": NAME}, "name"),
        ({"build.buildtype": "x"}, "buildtype"),
        ({"builder.0.valid_til": "2026-01-01"}, "valid_til"),
        ({"builder.0.identity": {"issuer": "x", "subject": "y", "repo": "z"}, "builder.0.key": None}, "repo"),
        ({"builders": []}, "builder"),
        ({"accept.threshold": 0}, "threshold"),
        ({"accept.threshold": -1}, "threshold"),
        ({"accept.threshold": 2}, "it has 1 groups"),
        ({"accept.threshold": "1"}, "threshold"),
        ({"accept.threshold": True}, "threshold"),
        ({"accept.threshold": 1.0}, "threshold"),
        ({"builder": []}, "it has 0 groups"),
        ({"build.types": []}, "no type of build"),
        ({"build.types": "x"}, "types"),
        ({"build.parameters.frontend": "uv"}, "build.parameters"),
        ({"accept.verdict": "metadata-differs"}, "cannot accept metadata-differs"),
        ({"accept.verdict": "payload-differs"}, "cannot accept payload-differs"),
        ({"accept.verdict": "best"}, "verdict"),
        ({"accept.isolation": "some"}, "isolation"),
        ({"accept.max-age-days": -1}, "max-age-days"),
        ({"accept.max-age-days": 10**12}, "max-age-days"),
        ({"accept.not-before": "soon"}, "not-before"),
        ({"accept.not-before": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "not-before"),
        ({"builder.0.valid-from": 2026}, "valid-from"),
        ({"builder.0.group": ""}, "group"),
        ({"builder.0.id": ""}, "id"),
    ],
    ids=lambda value: (
        ", ".join(f"{key}={said!r}"[:40] for key, said in value.items()) if isinstance(value, dict) else ""
    ),
)
def test_slips_are_refused_by_name(changes: Changes, cause: str, tmp_path: Path) -> None:
    """A rule that is not read is a gate that is open; and what can never be met is found out before a release."""
    with pytest.raises(UsageError, match="cannot be used") as caught:
        read_policy(put_policy(tmp_path, changes=changes))
    assert cause in caught.value.cause


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"x = ",
        b'schema = "samewheel/policy/1"\n' * 2,
        b"[build]\n[build]\n",
        b"\xef\xbb\xbf",
        b"x = " + b"[" * 100_000,
    ],
    ids=["empty", "no utf-8", "no toml", "twice", "table twice", "mark", "deep"],
)
def test_what_is_no_policy_is_an_error_of_ours(content: bytes, tmp_path: Path) -> None:
    """And so is a file that is not there."""
    path = tmp_path / "policy.toml"
    with pytest.raises(UsageError, match="cannot read the policy"):
        read_policy(path)
    path.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be used"):
        read_policy(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"builder.0.key": "none.pub"}, "cannot read the key"),
        ({"builder.0.key": "."}, "cannot read the key"),
        ({"builder.0.key": "a\0b"}, "cannot read the key"),
        ({"builder.0.key": "policy.toml"}, "cannot read the public key"),
        ({"builder.0.key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}, "cannot read the public"),
        ({"builder.0.key": private_pem(ALICE.key).decode()}, "cannot read the public key"),
        ({"builder.0.key": None}, "needs a key, or an identity"),
        ({"builder.0.key": ""}, "needs a key, or an identity"),
        ({"builder.0.identity": {"issuer": "x", "subject": "y"}}, "needs a key, or an identity"),
    ],
)  # fmt: skip
def test_builders_have_one_key_that_can_be_read(changes: Changes, message: str, tmp_path: Path) -> None:
    """Whoever writes a policy has it from somebody else, by mail or by hand."""
    with pytest.raises(UsageError, match=message) as caught:
        read_policy(put_policy(tmp_path, changes=changes))
    assert private_pem(ALICE.key).splitlines()[1].decode() not in str(caught.value)


def test_one_key_cannot_be_two_builders(tmp_path: Path) -> None:
    """Under two names it would be two groups; in a file and in the policy, it is still one key."""
    pem = public_pem(PAULA.key.public_key())
    (tmp_path / "paula.pub").write_bytes(b"# Paula's\n" + pem)
    for key in (pem.decode(), "paula.pub"):
        with pytest.raises(UsageError) as caught:
            read_policy(put_policy(tmp_path, PAULA, BOB, changes={"builder.1.key": key}))
        assert caught.value.cause == "A key is there twice: each belongs to one builder."


def test_builders_of_one_group_cannot_meet_a_threshold_of_two(tmp_path: Path) -> None:
    """However many they are; it is found out when the policy is read, not on the day of a release."""
    with pytest.raises(UsageError) as caught:
        read_policy(put_policy(tmp_path, ALICE, BOB, changes={"builder.1.group": "alice"}))
    assert caught.value.cause == "The threshold is 2; it has 1 groups of builders."


@pytest.mark.parametrize("value", [["uv"], 7, None, {}, True])
def test_parameters_are_texts_even_where_any_will_do(value: object, wheel: Path) -> None:
    """A list or a number has no one form as a text, so nobody can have meant it."""
    said = {"frontend": value, "via": "tree", "source": URI, "ref": REF}
    content = enveloped(wheel, changes={"predicate.buildDefinition.externalParameters": said})
    policy = put_policy(wheel.parent, changes={"build.parameters.frontend": ["*"]})
    assert rules(judged(wheel, policy, content)) == ["parameters", "threshold"]


def test_one_builder_cannot_be_in_two_groups(tmp_path: Path) -> None:
    """With a new key beside the old one, a builder would count twice; in one group, both may be there."""
    same: Changes = {"builder.1.id": ALICE.builder, "accept.threshold": 1}
    with pytest.raises(UsageError) as caught:
        read_policy(put_policy(tmp_path, ALICE, BOB, changes=same))
    assert "two groups" in caught.value.cause
    assert read_policy(
        put_policy(tmp_path, ALICE, BOB, changes={**same, "builder.1.group": "alice"})
    ).policy.groups == {"alice"}


# One rule at a time


def fully(wheel: Path) -> tuple[Path, bytes]:
    """Return a policy with every rule in it, and an attestation that it accepts."""
    everything: Changes = {
        "accept.max-age-days": 10,
        "accept.not-before": "2026-01-01",
        "accept.varied": ["umask"],
        "builder.0.valid-from": "2026-01-01",
        "builder.0.valid-until": "2026-12-31",
    }
    finished: Changes = {"predicate.runDetails.metadata": {"finishedOn": "2026-01-14T00:00:00Z"}}
    return put_policy(wheel.parent, changes=everything), enveloped(wheel, changes=finished)


MUTATIONS: dict[str, Changes] = {
    "file-name": {"wheel.names": ["demo-2.0-*.whl"]},
    "builder-revoked": {"builder.0.revoked": True},
    "builder-validity": {"builder.0.valid-until": "2026-01-14"},
    "builder-validity, from": {"builder.0.valid-from": "2026-01-16"},
    "builder-id": {"builder.0.id": BOB.builder},
    "build-type": {"build.types": ["https://example.org/by-hand"]},
    "parameters": {"build.parameters.frontend": ["build"]},
    "parameters, unknown": {"build.parameters.via": None},
    "parameters, source": {"source.uri": None},
    "source-uri": {"source.uri": "https://git.example/other"},
    "source-ref": {"source.ref": "refs/tags/2.0"},
    "source-commit": {"source.commit": "b" * 40},
    "constraints": {"build.constraints": "f" * 64},
    "varied": {"accept.varied": ["clock", "umask"]},
    "freshness": {"accept.max-age-days": 0},
    "freshness, day": {"accept.not-before": "2026-01-15"},
    "signature": {"builder.0.key": public_pem(BOB.key.public_key()).decode()},
}


def test_policy_with_every_rule_accepts_what_meets_all_of_them(wheel: Path) -> None:
    """The control of the next test."""
    policy, content = fully(wheel)
    assert judged(wheel, policy, content).accepted


@pytest.mark.parametrize("rule", list(MUTATIONS))
def test_policy_that_differs_in_one_rule_refuses_by_that_rule_alone(rule: str, wheel: Path) -> None:
    """Each rule does something, and none does another's work."""
    policy, content = fully(wheel)
    document = tomlkit.parse(policy.read_text()).unwrap()
    policy.write_text(tomlkit.dumps(changed(document, MUTATIONS[rule])))
    found = judged(wheel, policy, content)
    word = rule.partition(",")[0]
    assert not found.accepted
    assert rules(found) == ([word] if word == "file-name" else [word, "threshold"])


@pytest.mark.parametrize("wanted", ACCEPTABLE)
@pytest.mark.parametrize("said", list(Verdict))
def test_verdicts_are_accepted_down_to_the_one_that_is_asked_for(said: Verdict, wanted: Verdict, wheel: Path) -> None:
    """The ladder is the only order; below what a policy can ask for, nothing is accepted."""
    info = buildinfo(wheel)
    one = statement_of(wheel, info, verification(info, verdict=said), builder=ALICE.builder, ref="refs/tags/1.0")
    found = judged(
        wheel,
        put_policy(wheel.parent, changes={"accept.verdict": str(wanted)}),
        encoded(sealed(bytes_of(one), ALICE.key)),
    )
    ladder = list(Verdict)
    assert rules(found) == ([] if ladder.index(said) <= ladder.index(wanted) else ["verdict", "threshold"])


APART = {
    Apart.NONE: [
        Isolation(network="open", filesystem="open", mechanism="none"),
        Isolation(network="none", filesystem="hidden", mechanism="none"),
        Isolation(network="open", filesystem="hidden", mechanism="user-namespaces"),
    ],
    Apart.NO_NETWORK: [Isolation(network="none", filesystem="open", mechanism="user-namespaces")],
    Apart.HIDDEN: [Isolation(network="none", filesystem="hidden", mechanism="user-namespaces")],
}


@pytest.mark.parametrize("wanted", list(Apart))
@pytest.mark.parametrize(("reached", "isolation"), [(apart, one) for apart, found in APART.items() for one in found])
def test_builds_are_accepted_that_were_kept_apart_at_least_so_far(
    reached: Apart, isolation: Isolation, wanted: Apart, wheel: Path
) -> None:
    """What nothing enforced, or what could fetch the published wheel, was not kept apart, whatever else it says."""
    info = buildinfo(wheel, isolation=isolation)
    one = statement_of(wheel, info, verification(info), builder=ALICE.builder, ref="refs/tags/1.0")
    found = judged(
        wheel,
        put_policy(wheel.parent, changes={"accept.isolation": str(wanted)}),
        encoded(sealed(bytes_of(one), ALICE.key)),
    )
    order = list(Apart)
    assert rules(found) == ([] if order.index(reached) >= order.index(wanted) else ["isolation", "threshold"])


@pytest.mark.parametrize(
    ("allowed", "accepted"), [(["uv"], True), (["build", "uv"], True), (["*"], True), (["u*"], False), ([], False)]
)
def test_parameters_are_compared_as_they_are(allowed: list[str], wheel: Path, *, accepted: bool) -> None:
    """A star alone is any value; it is no pattern, which could be met by more than it seems."""
    found = judged(wheel, put_policy(wheel.parent, changes={"build.parameters.frontend": allowed}), enveloped(wheel))
    assert rules(found) == ([] if accepted else ["parameters", "threshold"])


def test_builders_have_one_name_in_a_policy(tmp_path: Path) -> None:
    """A second table of another name would silently stand for the first, in which somebody may be revoked."""
    policy = put_policy(tmp_path)
    policy.write_text(f"{policy.read_text()}\n[[builders]]\nid = 'x'\ngroup = 'y'\n")
    with pytest.raises(UsageError, match="builders"):
        read_policy(policy)


@pytest.mark.parametrize("pattern", ["demo-1.0-py3-none-an[y].whl", "demo-1.0-py3-none-???.whl"])
def test_names_have_no_wildcard_but_one(pattern: str, wheel: Path) -> None:
    """What looks like a name is that name; brackets and question marks are in none."""
    policy = put_policy(wheel.parent, changes={"wheel.names": [pattern]})
    assert "file-name" in rules(judged(wheel, policy, enveloped(wheel)))


@pytest.mark.parametrize("said", [one for one in Verdict if one not in ACCEPTABLE])
def test_failure_that_is_stated_is_never_accepted(said: Verdict, wheel: Path) -> None:
    """A policy that asks for no verification does not ask for one that failed."""
    info = buildinfo(wheel)
    one = statement_of(wheel, info, verification(info, verdict=said), builder=ALICE.builder, ref="refs/tags/1.0")
    policy = put_policy(wheel.parent, changes={"accept.verdict": None})
    found = judged(wheel, policy, encoded(sealed(bytes_of(one), ALICE.key)))
    assert rules(found) == ["verdict", "threshold"]
