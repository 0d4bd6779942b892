"""The first policy accepts what it was made from, and believes nobody whom nobody trusts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from samewheel.attesting.attesting import attest, statement_of
from samewheel.attesting.envelopes import bundled, encoded, sealed
from samewheel.attesting.keys import public_pem
from samewheel.attesting.statements import written as bytes_of
from samewheel.buildinfo import Isolation
from samewheel.checking.checking import check
from samewheel.checking.policy import ACCEPTABLE, Apart, read_policy
from samewheel.checking.starting import first_policy, signed_by
from samewheel.comparison import Verdict
from samewheel.errors import UsageError
from tests.schemas import from_toml, validate
from tests.unit.attestations import (
    ALICE,
    BOB,
    CAROL,
    PAULA,
    TODAY,
    Operator,
    buildinfo,
    enveloped,
    rules,
    statement,
    verification,
)
from tests.unit.test_compare_builds import ONE
from tests.unit.wheels import FILES, SMALLEST, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.checking.values import Checked
    from samewheel.verification import Verification


WITHOUT_NETWORK = Isolation(network="none", filesystem="open", mechanism="user-namespaces")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def started(wheel: Path, *contents: tuple[Operator, bytes]) -> Checked:
    """Write the first policy from attestations, and check the wheel with it."""
    files = [wheel.parent / f"{number}.jsonl" for number, _ in enumerate(contents)]
    keys = [wheel.parent / f"{by.name}.pub" for by, _ in contents]
    for file, key, (by, content) in zip(files, keys, contents, strict=True):
        file.write_bytes(content)
        key.write_bytes(public_pem(by.key.public_key()))
    policy = wheel.parent / "policy.toml"
    policy.write_text(first_policy(wheel.name, signed_by(wheel, files, keys)))
    validate(from_toml(policy.read_text("utf-8")))
    return check(wheel, files, read_policy(policy), on=TODAY)


def attested(wheel: Path, by: Operator = ALICE, report: Verification | None = None, **changes: Any) -> bytes:  # noqa: ANN401
    """Return what somebody signs of a build."""
    info = buildinfo(wheel, **changes)
    return encoded(sealed(bytes_of(statement_of(wheel, info, report, builder=by.builder)), by.key))


ODD = {"a.b": "x", 'c "d" = [e]': "**", "#": "line\nline", "": "\u00e9\0\x7f\U0001f600"}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"config_settings": {key: [value, value] for key, value in ODD.items()}, "env": ODD},
        {"isolation": Isolation(network="open", filesystem="hidden", mechanism="user-namespaces")},
        {"isolation": Isolation(network="none", filesystem="hidden", mechanism="none")},
        {"isolation": Isolation(network="none", filesystem="open", mechanism="user-namespaces")},
        {"source": msgspec.structs.replace(ONE.source, commit=None, dirty=("a.py",))},
        {"source": msgspec.structs.replace(ONE.source, included=("a.py",))},
        {"readable": ("/opt/sdk",)},
    ],
    ids=lambda changes: ", ".join(changes) or "plain",
)
@pytest.mark.parametrize("verified", [False, True])
def test_first_policy_accepts_what_it_was_made_from(changes: dict[str, Any], wheel: Path, *, verified: bool) -> None:
    """Whatever the build was: a policy that refuses its own example teaches nobody anything."""
    report = verification(buildinfo(wheel, **changes)) if verified else None
    found = started(wheel, (ALICE, attested(wheel, ALICE, report, **changes)))
    assert rules(found) == []
    assert found.accepted


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"isolation": Isolation(network="open", filesystem="hidden", mechanism="none")}, "kept from the network"),
        ({"source": msgspec.structs.replace(ONE.source, dirty=("a.py",))}, "changes that are in no commit"),
        ({"source": msgspec.structs.replace(ONE.source, included=("a.py",))}, "files that are in no commit"),
        ({"readable": ("/opt/sdk",)}, "could read files of its machine"),
        ({}, "built it twice"),
    ],
)
def test_first_policy_says_of_what_to_be_careful(changes: dict[str, Any], said: str, wheel: Path) -> None:
    """Whoever takes it as it is would accept of others, too, what this build was allowed."""
    report = verification(buildinfo(wheel, **changes)) if changes else None
    started(wheel, (ALICE, attested(wheel, ALICE, report, **changes)))
    warned = [line for line in (wheel.parent / "policy.toml").read_text().splitlines() if "CAREFUL" in line]
    assert len(warned) == 1
    assert said in warned[0]


def test_policy_of_a_commit_alone_refuses_what_is_in_none(wheel: Path) -> None:
    """The name of a commit is no answer to the question what was built, if files came from elsewhere."""
    started(wheel, (ALICE, attested(wheel)))
    source = msgspec.structs.replace(buildinfo(wheel).source, included=("a.py",))
    envelope = wheel.parent / "included.jsonl"
    envelope.write_bytes(attested(wheel, source=source))
    found = check(wheel, [envelope], read_policy(wheel.parent / "policy.toml"), on=TODAY)
    assert rules(found) == ["parameters", "threshold"]


@pytest.mark.parametrize("verdict", list(Verdict))
def test_first_policy_asks_for_the_verdict_that_was_reached(verdict: Verdict, wheel: Path) -> None:
    """If a policy can ask for that; else there is none to be written, and the message says why."""
    content = attested(wheel, ALICE, verification(buildinfo(wheel), verdict=verdict))
    if verdict in ACCEPTABLE:
        assert started(wheel, (ALICE, content)).accepted
        assert f'verdict = "{verdict}"' in (wheel.parent / "policy.toml").read_text()
    else:
        with pytest.raises(UsageError, match="no policy can accept") as caught:
            started(wheel, (ALICE, content))
        assert str(verdict) in caught.value.cause


def test_first_policy_of_several_builders_asks_for_all_of_them(wheel: Path) -> None:
    """Also where they built differently: each value is allowed, the worse verdict, and the weaker isolation."""
    info = buildinfo(wheel)
    worse = verification(buildinfo(wheel, env={"A": "2"}), verdict=Verdict.SAME_CONTENTS)
    found = started(
        wheel,
        (ALICE, attested(wheel, ALICE, verification(buildinfo(wheel, env={"A": "1"})), env={"A": "1"})),
        (PAULA, attested(wheel, PAULA, worse, env={"A": "2"})),
        (BOB, attested(wheel, BOB, verification(info), isolation=WITHOUT_NETWORK)),
    )
    assert rules(found) == []
    assert (found.threshold, found.groups) == (3, ("group-1", "group-2", "group-3"))
    policy = read_policy(wheel.parent / "policy.toml").policy
    assert (policy.accept.verdict, policy.accept.isolation) == (Verdict.SAME_CONTENTS, Apart.NO_NETWORK)
    assert policy.build.parameters["env:A"] == ("1", "2")


def test_first_policy_asks_for_a_verdict_only_if_everybody_verified(wheel: Path) -> None:
    """Who did not would be refused by it."""
    report = verification(buildinfo(wheel))
    found = started(wheel, (ALICE, attested(wheel, ALICE, report)), (BOB, attested(wheel, BOB)))
    assert rules(found) == []
    assert found.groups == ("group-1", "group-2")


def test_first_policy_is_not_made_from_a_file_under_another_name(wheel: Path) -> None:
    """The check would refuse it: a name is a version and a platform."""
    content = enveloped(wheel)
    with pytest.raises(UsageError, match="signed by a key that you trust"):
        started(wheel.rename(wheel.with_name("demo-1.0-1-py3-none-any.whl")), (ALICE, content))


def test_first_policy_does_not_choose_between_commits(wheel: Path) -> None:
    """To leave the rule out would be to believe both; a person has to say which."""
    other = msgspec.structs.replace(buildinfo(wheel).source, commit="b" * 40)
    with pytest.raises(UsageError, match="do not agree on the commit") as caught:
        started(wheel, (ALICE, attested(wheel)), (BOB, attested(wheel, BOB, source=other)))
    assert "b" * 40 in caught.value.cause


def test_first_policy_has_each_key_once(wheel: Path) -> None:
    """Envelope and bundle are both named by somebody who names all files, and a key may be given twice."""
    one = statement(wheel)
    found = started(wheel, (ALICE, enveloped(wheel)), (ALICE, bundled(sealed(bytes_of(one), ALICE.key))))
    assert found.accepted
    assert (found.threshold, found.groups) == (1, ("group-1",))


def test_first_policy_is_for_this_wheel_and_these_keys(wheel: Path, tmp_path: Path) -> None:
    """What was made from one release refuses the next one, and everybody else."""
    assert started(wheel, (ALICE, enveloped(wheel))).accepted
    policy = read_policy(wheel.parent / "policy.toml")
    done = attest(statement(wheel, BOB), BOB.key, tmp_path / "evidence")
    assert rules(check(wheel, done.files, policy, on=TODAY)) == ["signature", "threshold"]
    other = written(tmp_path / "other", FILES, name="demo-1.0-1-py3-none-any.whl")
    done = attest(statement(other), ALICE.key, tmp_path / "evidence")
    assert rules(check(other, done.files, policy, on=TODAY)) == ["file-name"]


def test_first_policy_is_not_made_from_what_nobody_trusted_has_signed(wheel: Path, tmp_path: Path) -> None:
    """Whoever could put an attestation there would be the one who is believed from then on."""
    other = written(tmp_path / "other", FILES)
    for content in (enveloped(wheel, CAROL), enveloped(other), enveloped(wheel, changes={"predicateType": "x"})):
        with pytest.raises(UsageError, match="signed by a key that you trust"):
            started(wheel, (ALICE, content))
