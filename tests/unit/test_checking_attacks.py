"""Attacks on the gate, a row each: what is refused, and by which rule; the same without the attack is accepted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel.attesting.envelopes import Envelope, bundled, encoded, read_envelopes, sealed
from samewheel.attesting.statements import written as bytes_of
from samewheel.checking.checking import check
from samewheel.checking.policy import read_policy
from samewheel.checking.summary import SUMMARY
from samewheel.errors import InvalidAttestationError
from tests.unit.attestations import (
    ALICE,
    BOB,
    COMMIT,
    PAULA,
    TODAY,
    URI,
    Changes,
    Operator,
    enveloped,
    judged,
    put_policy,
    rules,
    signed,
    statement,
)
from tests.unit.wheels import NAME, SMALLEST, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SUBJECT = "subject.0"
DEFINITION = "predicate.buildDefinition"
DETAILS = "predicate.runDetails"
PARAMETERS = f"{DEFINITION}.externalParameters"
SOURCE, CONSTRAINTS = (f"{DEFINITION}.resolvedDependencies.{place}" for place in (0, 1))
APART, VERIFIED = (f"{DETAILS}.byproducts.{place}.annotations" for place in (0, 1))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def test_what_everybody_agrees_on_is_accepted(wheel: Path) -> None:
    """The control of all tests here: nothing else would prove that an attack is why something is refused."""
    found = judged(wheel, put_policy(wheel.parent, ALICE, PAULA), enveloped(wheel), enveloped(wheel, PAULA))
    assert found.accepted
    assert rules(found) == []
    assert found.groups == ("alice", "paula")
    assert found.sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert not any(one.lenient for one in found.attestations)


# Bits


def flips(content: bytes) -> Iterator[bytes]:
    """Yield a file with each of its bits changed in turn."""
    for place, byte in enumerate(content):
        for bit in range(8):
            yield content[:place] + bytes([byte ^ 1 << bit]) + content[place + 1 :]


def holds(content: bytes, by: Operator) -> bool:
    """Tell whether a file is an envelope that somebody signed; the rules for what it says come only after that."""
    try:
        envelopes = read_envelopes(content, "x")
    except InvalidAttestationError:
        return False
    return any(any(True for _ in one.signers([by.key.public_key()])) for one in envelopes)


@pytest.mark.parametrize("by", [ALICE, PAULA], ids=["ed25519", "p256"])
@pytest.mark.parametrize("form", [encoded, bundled], ids=["envelope", "bundle"])
def test_no_bit_of_an_attestation_can_be_changed(
    form: Callable[[Envelope], bytes], by: Operator, wheel: Path
) -> None:
    """Neither of what is signed nor of what is not: all single bits of the file are tried, and none passes."""
    # What the provenance says is no matter here, and each of its bytes would take eight checks.
    content = form(sealed(bytes_of(replace(statement(wheel, by), predicate={})), by.key))
    assert holds(content, by)
    assert [changed for changed in flips(content) if holds(changed, by)] == []


def test_no_bit_of_a_wheel_can_be_changed(wheel: Path) -> None:
    """All single bits of it are tried; each is another file than the one that was attested."""
    attestation, trusted = wheel.parent / "a.jsonl", read_policy(put_policy(wheel.parent))
    attestation.write_bytes(enveloped(wheel))
    right = wheel.read_bytes()
    assert check(wheel, [attestation], trusted, on=TODAY).accepted
    passed = []
    with wheel.open("r+b", buffering=0) as file:
        for changed in flips(right):
            file.seek(0)
            file.write(changed)
            found = check(wheel, [attestation], trusted, on=TODAY)
            passed += [changed] if found.accepted or "subject-digest" not in rules(found) else []
    assert passed == []


# What is said, by somebody who may

OTHER = "f" * 64


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({f"{SUBJECT}.digest.sha256": OTHER}, "subject-digest"),
        ({f"{SUBJECT}.digest.sha256": OTHER[1:]}, "subject-digest"),
        ({f"{SUBJECT}.digest.sha256": "F" * 64}, "statement"),
        ({f"{SUBJECT}.digest.sha256": ""}, "statement"),
        ({f"{SUBJECT}.digest": {}}, "subject-digest"),
        ({f"{SUBJECT}.digest": {"md5": "0" * 32}}, "subject-digest"),
        ({f"{SUBJECT}.digest.sha1": "0" * 40}, "subject-digest"),
        ({f"{SUBJECT}.name": "demo-1.1-py3-none-any.whl"}, "subject-name"),
        ({f"{SUBJECT}.name": "_"}, "subject-name"),
        ({f"{SUBJECT}.name": ""}, "subject-name"),
        ({f"{SUBJECT}.name": None}, "subject-name"),
        ({f"{SUBJECT}.name": f"../{NAME}"}, "subject-name"),
        ({f"{SUBJECT}.name": f"dist/{NAME}"}, "subject-name"),
        ({f"{SUBJECT}.name": f"{NAME}\0"}, "subject-name"),
        ({f"{SUBJECT}.name": NAME.replace("o", "\N{CYRILLIC SMALL LETTER O}")}, "subject-name"),
        ({f"{SUBJECT}.name": NAME.upper()}, "subject-name"),
        ({"subject": []}, "subject"),
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "statement"),
        ({"_type": "https://in-toto.io/Statement/v9"}, "statement"),
        ({"predicateType": "https://slsa.dev/provenance/v0.2"}, "predicate-type"),
        ({"predicateType": SUMMARY}, "predicate-type"),
        ({f"{DETAILS}.builder.id": BOB.builder}, "builder-id"),
        ({f"{DETAILS}.builder.id": f"{ALICE.builder}/"}, "builder-id"),
        ({f"{DETAILS}.builder.id": None}, "builder-id"),
        ({f"{DEFINITION}.buildType": "https://example.org/by-hand"}, "build-type"),
        ({f"{DEFINITION}.buildType": None}, "build-type"),
        ({PARAMETERS: None}, "parameters"),
        ({PARAMETERS: []}, "parameters"),
        ({f"{PARAMETERS}.env:LD_PRELOAD": "x.so"}, "parameters"),
        ({f"{PARAMETERS}.frontend": "other"}, "parameters"),
        ({f"{PARAMETERS}.frontend": ["uv"]}, "parameters"),
        ({f"{PARAMETERS}.frontend": {"uv": "uv"}}, "parameters"),
        ({f"{PARAMETERS}.source": "https://git.example/fork"}, "source-uri"),
        ({f"{PARAMETERS}.source": f"{URI}/"}, "source-uri"),
        ({f"{PARAMETERS}.source": None}, "source-uri"),
        ({f"{PARAMETERS}.ref": "refs/heads/main"}, "source-ref"),
        ({f"{PARAMETERS}.ref": None}, "source-ref"),
        ({f"{SOURCE}.digest.gitCommit": "b" * 40}, "source-commit"),
        ({f"{SOURCE}.digest.gitCommit": COMMIT[:7]}, "source-commit"),
        ({f"{SOURCE}.digest.gitCommit": None}, "source-commit"),
        ({f"{CONSTRAINTS}.name": "source"}, "source-commit"),
        ({f"{CONSTRAINTS}.digest.sha256": OTHER}, "constraints"),
        ({f"{CONSTRAINTS}.digest": "2" * 64}, "constraints"),
        ({f"{DEFINITION}.resolvedDependencies": {}}, "constraints"),
        ({f"{DEFINITION}.resolvedDependencies": [7, "x"]}, "constraints"),
        ({f"{VERIFIED}.verdict": "same-contents"}, "verdict"),
        ({f"{VERIFIED}.verdict": "payload-differs"}, "verdict"),
        ({f"{VERIFIED}.verdict": "IDENTICAL"}, "verdict"),
        ({f"{VERIFIED}.verdict": ["identical"]}, "verdict"),
        ({f"{VERIFIED}.verdict": None}, "verdict"),
        ({f"{DETAILS}.byproducts": None}, "verdict"),
        ({f"{APART}.network": "open"}, "isolation"),
        ({f"{APART}.filesystem": "open"}, "isolation"),
        ({f"{APART}.mechanism": "none"}, "isolation"),
        ({f"{APART}.mechanism": None}, "isolation"),
        ({f"{DETAILS}.byproducts.0": None}, "isolation"),
        ({"predicate": {}}, "builder-id"),
    ],
    ids=lambda value: "=".join(f"{key}={said}" for key, said in value.items()) if isinstance(value, dict) else value,
)
def test_what_a_builder_says_must_be_what_the_policy_asks_for(changes: Changes, rule: str, wheel: Path) -> None:
    """The signature is right each time: it is what was signed that does not do, and the rule says what of it."""
    found = judged(wheel, put_policy(wheel.parent), enveloped(wheel, changes=changes))
    assert not found.accepted
    assert rule in rules(found)
    assert rules(found)[-1] == "threshold"


def test_a_statement_about_two_files_is_refused(wheel: Path) -> None:
    """Whoever signs a list may not have looked at each of it."""
    one = statement(wheel)
    for subjects in (one.subject * 2, (*one.subject, replace(one.subject[0], name="other"))):
        content = signed(bytes_of(replace(one, subject=subjects)))
        assert rules(judged(wheel, put_policy(wheel.parent), content)) == ["subject", "threshold"]


def test_a_second_source_hides_the_first(wheel: Path) -> None:
    """Of two with one name, a reader could take either, so neither is."""
    one = statement(wheel)
    definition: dict[str, Any] = one.predicate["buildDefinition"]  # type: ignore[assignment] # it is an object
    listed = definition["resolvedDependencies"]
    twice = {f"{DEFINITION}.resolvedDependencies": [listed[0], *listed]}
    assert rules(judged(wheel, put_policy(wheel.parent), enveloped(wheel, changes=twice))) == [
        "source-commit",
        "threshold",
    ]


# The bytes that were signed


def edited(wheel: Path, old: bytes, new: bytes) -> bytes:
    """Return a statement whose very bytes somebody wrote by hand."""
    content = bytes_of(statement(wheel))
    assert content.count(old) == 1
    return content.replace(old, new)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=5)
    | st.sampled_from([COMMIT]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)

PLACES = (
    *(f"{DEFINITION}", f"{DEFINITION}.buildType", PARAMETERS, f"{PARAMETERS}.via", f"{SOURCE}.digest"),
    *(f"{SOURCE}.digest.gitCommit", f"{SOURCE}.name", CONSTRAINTS, f"{CONSTRAINTS}.digest", DETAILS),
    *(f"{DETAILS}.builder", f"{DETAILS}.builder.id", f"{DETAILS}.byproducts", f"{DETAILS}.metadata"),
    *(f"{DETAILS}.byproducts.2.digest", f"{DETAILS}.byproducts.2.digest.sha256", f"{DETAILS}.byproducts.2.name"),
    *(APART, f"{APART}.network", f"{APART}.mechanism", VERIFIED, f"{VERIFIED}.verdict", f"{VERIFIED}.varied"),
)
"""All places of a predicate that a rule looks at."""


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=VALUES.filter(lambda value: value is not None))
def test_whatever_a_signer_states_is_judged(wheel: Path, place: str, value: object) -> None:
    """One of several signers who states nonsense must not keep the gate from hearing the others."""
    policy = put_policy(wheel.parent, ALICE, BOB, changes={"accept.threshold": 1})
    found = judged(wheel, policy, enveloped(wheel, ALICE, {place: value}), enveloped(wheel, BOB))
    assert "statement" not in rules(found)
    assert found.attestations[1].accepted
    assert found.accepted


TYPE = b'"_type":'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (TYPE, b'"_type":"https://in-toto.io/Statement/v9","_type":'),
        (TYPE, b'"SUBJECT":NaN,"_type":'),
        (TYPE, b'"SUBJECT":1.0,"_type":'),
        (TYPE, b'"SUBJECT":-Infinity,"_type":'),
        (TYPE, b'"SUBJECT":"\\ud800","_type":'),
        (TYPE, b'"SUBJECT":"\xff","_type":'),
        (b'{"_type":', b'\xef\xbb\xbf{"_type":'),
        (b'{"_type":', b'{}{"_type":'),
        (TYPE, b'"SUBJECT":' + b"[" * 50 + b"]" * 50 + b',"_type":'),
        (b'"subject":', b'"SUBJECT":'),
    ],
    ids=["twice", "nan", "float", "infinity", "surrogate", "utf-8", "bom", "two", "deep", "missing"],
)
def test_a_statement_with_two_readings_is_refused_in_every_mode(old: bytes, new: bytes, wheel: Path) -> None:
    """It was signed by the right key; what another reader takes from it is not known."""
    content = signed(edited(wheel, old, new))
    for lenient in (False, True):
        found = judged(wheel, put_policy(wheel.parent), content, lenient=lenient)
        assert rules(found) == ["statement", "threshold"]


@pytest.mark.parametrize(
    ("old", "new"),
    [(TYPE, b' "_type": '), (TYPE, b'"SUBJECT":[],"_type":'), (b"in-toto", b"in\\u002dtoto"), (b'{"_t', b'\n{"_t')],
    ids=["space", "unknown field", "escape", "line end"],
)
def test_a_statement_that_others_wrote_passes_only_with_lenient(old: bytes, new: bytes, wheel: Path) -> None:
    """It says the same in another form; that is for a person to allow, and the outcome says that it was."""
    content = signed(edited(wheel, old, new))
    assert rules(judged(wheel, put_policy(wheel.parent), content)) == ["statement", "threshold"]
    found = judged(wheel, put_policy(wheel.parent), content, lenient=True)
    assert found.accepted
    assert [one.lenient for one in found.attestations] == [True]
