"""Attacks on the gate, a row each: what is refused, and by which rule; the same without the attack is accepted."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from msgspec.structs import replace

from samewheel.attesting.attesting import statement_of
from samewheel.attesting.envelopes import PAYLOAD, Envelope, Signature, bundled, encoded, pae, read_envelopes, sealed
from samewheel.attesting.keys import ORDER, keyid, sign
from samewheel.attesting.statements import written as bytes_of
from samewheel.attesting.strictness import LARGEST, canonical
from samewheel.checking.checking import check, evidence_of
from samewheel.checking.policy import read_policy
from samewheel.checking.summary import SUMMARY, summary
from samewheel.errors import InvalidAttestationError, UsageError
from tests.unit.attestations import (
    ALICE,
    BOB,
    CAROL,
    COMMIT,
    MALLORY,
    PAULA,
    REF,
    TODAY,
    URI,
    Changes,
    Operator,
    buildinfo,
    enveloped,
    judged,
    put_policy,
    rules,
    statement,
)
from tests.unit.wheels import FILES, INFO, INIT, METADATA, NAME, SMALLEST, Files, record_of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SUBJECT = "subject.0"
DEFINITION = "predicate.buildDefinition"
DETAILS = "predicate.runDetails"
PARAMETERS = f"{DEFINITION}.externalParameters"
SOURCE, CONSTRAINTS = (f"{DEFINITION}.resolvedDependencies.{place}" for place in (0, 1))
APART, VERIFIED = (f"{DETAILS}.byproducts.{place}.annotations" for place in (0, 1))
FINISHED = f"{DETAILS}.metadata"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def signed(payload: bytes, by: Operator = ALICE, kind: str = PAYLOAD) -> bytes:
    """Return the envelope that somebody who has the key can make of any bytes at all."""
    signature = Signature(keyid=keyid(by.key.public_key()), sig=sign(by.key, pae(kind, payload)))
    return encoded(Envelope(payload=payload, payload_type=kind, signatures=(signature,)))


def altered(content: bytes, **fields: object) -> bytes:
    """Return an envelope of which whoever carried it has changed some fields; it is canonical still."""
    return canonical({**json.loads(content), **fields}) + b"\n"


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


# Envelopes


def test_another_type_of_payload_is_refused(wheel: Path) -> None:
    """A signature of something else is none of a statement, whichever of both the envelope then says."""
    policy, payload = put_policy(wheel.parent), bytes_of(statement(wheel))
    other = "application/vnd.in-toto.provenance+json"
    for lenient in (False, True):
        as_other = judged(wheel, policy, signed(payload, kind=other), lenient=lenient)
        assert rules(as_other) == ["form", "threshold"]
        renamed = judged(wheel, policy, altered(signed(payload, kind=other), payloadType=PAYLOAD), lenient=lenient)
        assert rules(renamed) == ["signature", "threshold"]


@pytest.mark.parametrize("lenient", [False, True])
def test_somebody_elses_signature_is_none(wheel: Path, *, lenient: bool) -> None:
    """Whoever they say that they are: neither the builder's id nor the keyid decides anything."""
    said = statement(wheel, ALICE)
    forged = sealed(bytes_of(said), MALLORY.key)
    named = replace(forged.signatures[0], keyid=keyid(ALICE.key.public_key()))
    for envelope in (forged, replace(forged, signatures=(named,))):
        found = judged(wheel, put_policy(wheel.parent), encoded(envelope), lenient=lenient)
        assert rules(found) == ["signature", "threshold"]
        assert [one.builder for one in found.attestations] == [""]


@pytest.mark.parametrize("lenient", [False, True])
def test_a_builder_speaks_for_nobody_else(wheel: Path, *, lenient: bool) -> None:
    """Bob's key is known, and bound to Bob's id: with Alice's he would be two groups."""
    content = signed(bytes_of(statement(wheel, ALICE)), BOB)
    found = judged(wheel, put_policy(wheel.parent, ALICE, BOB), content, content, lenient=lenient)
    assert rules(found) == ["builder-id", "threshold"]


def foreign(wheel: Path) -> dict[str, bytes]:
    """Return lawful envelopes of others, by what is not as we write it (DSSE 1.0.2; in-toto bundles)."""
    ours = enveloped(wheel)
    document = json.loads(ours)
    (one,) = document["signatures"]
    url_safe = base64.urlsafe_b64encode(base64.b64decode(one["sig"])).decode()
    junk = {"keyid": "x", "sig": base64.b64encode(b"junk").decode()}
    return {
        "no keyid": altered(ours, signatures=[{"sig": one["sig"]}]),
        "empty keyid": altered(ours, signatures=[{**one, "keyid": ""}]),
        "other keyid": altered(ours, signatures=[{**one, "keyid": "alice"}]),
        "url-safe": altered(ours, signatures=[{**one, "sig": url_safe}]),
        "unknown field": altered(ours, annotations={}),
        "unknown field of a signature": altered(ours, signatures=[{**one, "cert": None}]),
        "several signatures": altered(ours, signatures=[junk, one]),
        "the same signature twice": altered(ours, signatures=[one, one]),
        "several lines": enveloped(wheel, MALLORY) + ours,
        "an empty line": b"\n" + ours,
        "no line end": ours.rstrip(),
        "white space": json.dumps(document).encode(),
        "indented": json.dumps(document, indent=2).encode(),
        "another order": json.dumps(dict(reversed(document.items()))).encode(),
        "hint of another key": canonical(
            {**json.loads(bundled(sealed(bytes_of(statement(wheel)), ALICE.key))), "verificationMaterial": {}}
        ),
    }


@pytest.mark.parametrize("which", [
    "no keyid", "empty keyid", "other keyid", "url-safe", "unknown field", "unknown field of a signature",
    "several signatures", "the same signature twice", "several lines", "an empty line", "no line end", "white space",
    "indented", "another order", "hint of another key",
])  # fmt: skip
def test_lawful_envelopes_of_others_pass_only_with_lenient(which: str, wheel: Path) -> None:
    """Whoever carries a file can change these things, so ours must not have them; the outcome says how it is read."""
    content, policy = foreign(wheel)[which], put_policy(wheel.parent)
    if which == "url-safe":
        assert b"-" in content.partition(b'"sig"')[2] or b"_" in content.partition(b'"sig"')[2]
    # A keyid that is not the key's is in our form, and no signature of ours.
    assert rules(judged(wheel, policy, content)) == [
        "signature" if which in {"empty keyid", "other keyid"} else "form",
        "threshold",
    ]
    found = judged(wheel, policy, content, lenient=True)
    assert found.accepted
    assert {one.lenient for one in found.attestations} == {True}
    assert found.groups == ("alice",)


def test_several_signatures_of_one_envelope_are_one_voice(wheel: Path) -> None:
    """What two signed together names one builder; that is one build, and one group."""
    payload = bytes_of(statement(wheel))
    both = replace(
        sealed(payload, ALICE.key),
        signatures=(*sealed(payload, ALICE.key).signatures, *sealed(payload, BOB.key).signatures),
    )
    found = judged(wheel, put_policy(wheel.parent, ALICE, BOB), encoded(both), lenient=True)
    assert rules(found) == ["threshold"]
    assert found.groups == ("alice",)


def test_the_other_signature_of_the_same_is_refused(wheel: Path) -> None:
    """With ECDSA anybody can make (r, n - s) of (r, s): right by the arithmetic, and not what we write."""
    right = sealed(bytes_of(statement(wheel, PAULA)), PAULA.key)
    r, s = decode_dss_signature(right.signatures[0].sig)
    twin = replace(right.signatures[0], sig=encode_dss_signature(r, ORDER - s))
    content, policy = encoded(replace(right, signatures=(twin,))), put_policy(wheel.parent, PAULA)
    assert judged(wheel, policy, encoded(right)).accepted
    assert rules(judged(wheel, policy, content)) == ["signature", "threshold"]
    assert judged(wheel, policy, content, lenient=True).accepted


@pytest.mark.parametrize("lenient", [False, True])
def test_a_certificate_is_no_way_around_the_form(wheel: Path, *, lenient: bool) -> None:
    """A bundle with one is not compared with our form, so no key may make it count, either."""
    bundle = json.loads(bundled(sealed(bytes_of(statement(wheel)), ALICE.key)))
    for field in ("certificate", "x509CertificateChain"):
        content = canonical({**bundle, "verificationMaterial": {field: {}}})
        found = judged(wheel, put_policy(wheel.parent), content, lenient=lenient)
        assert not found.accepted
        assert "signature" in rules(found)


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"null",
        b"[]",
        b'"x"',
        b"{}",
        b"\xff\xfe",
        b'{"payload":"","payloadType":"","signatures":[]}',
        b'{"payload":"","payloadType":"\\ud800","signatures":[]}',
        canonical({"payload": "", "payloadType": PAYLOAD, "signatures": []}),
        canonical({"payload": "!", "payloadType": PAYLOAD, "signatures": [{"sig": ""}]}),
        canonical({"payload": "\N{SNOWMAN}", "payloadType": PAYLOAD, "signatures": [{"sig": ""}]}),
        canonical({"payload": "", "payloadType": PAYLOAD, "signatures": [{"sig": ""}] * 101}),
        canonical({"payload": "", "payloadType": PAYLOAD, "signatures": [{"sig": ""}]}),
        b"[" * 100_000,
        b'{"dsseEnvelope":{}}',
        b"PK\3\4",
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else None,
)
def test_what_is_no_attestation_counts_for_nothing(content: bytes, wheel: Path, *, lenient: bool) -> None:
    """Nor does it keep those that are from being counted: whoever may put a file there could close the gate."""
    policy = put_policy(wheel.parent)
    assert not judged(wheel, policy, content, lenient=lenient).accepted
    assert judged(wheel, policy, content, enveloped(wheel), lenient=lenient).accepted


def test_bundles_of_other_versions_are_refused(wheel: Path) -> None:
    """What a later one means is not known."""
    bundle = json.loads(bundled(sealed(bytes_of(statement(wheel)), ALICE.key)))
    policy = put_policy(wheel.parent)
    assert judged(wheel, policy, canonical(bundle) + b"\n").accepted
    later = canonical({**bundle, "mediaType": "application/vnd.dev.sigstore.bundle.v9.9+json"}) + b"\n"
    for lenient in (False, True):
        assert rules(judged(wheel, policy, later, lenient=lenient)) == ["form", "threshold"]


@pytest.mark.parametrize("lenient", [False, True])
def test_large_files_are_refused_without_being_read(wheel: Path, *, lenient: bool) -> None:
    """Not even a line of it, of which there may be a million: only its beginning is kept in memory."""
    policy, content = put_policy(wheel.parent), enveloped(wheel)
    much = content * (LARGEST // len(content) + 1)
    found = judged(wheel, policy, much, lenient=lenient)
    assert rules(found) == ["form", "threshold"]
    assert [(one.number, one.sha256) for one in found.attestations] == [(1, hashlib.sha256(much).hexdigest())]


# Who counts


def test_copies_of_one_attestation_count_once(wheel: Path) -> None:
    """A thousand files of one operator are one opinion."""
    policy, one = put_policy(wheel.parent, ALICE, BOB), enveloped(wheel)
    bundle = bundled(sealed(bytes_of(statement(wheel)), ALICE.key))
    found = judged(wheel, policy, one, one, bundle, enveloped(wheel, changes={f"{FINISHED}.invocationId": "2"}))
    assert rules(found) == ["threshold"]
    assert found.groups == ("alice",)
    assert all(judgement.accepted for judgement in found.attestations)


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
        ({"builder.0.valid_from": TODAY}, TODAY, []),
        ({"builder.0.valid_from": TODAY}, TODAY - dt.timedelta(days=1), ["builder-validity"]),
        ({"builder.0.valid_until": TODAY}, TODAY, []),
        ({"builder.0.valid_until": TODAY}, TODAY + dt.timedelta(days=1), ["builder-validity"]),
        ({"builder.0.valid_until": "2026-01-14"}, TODAY, ["builder-validity"]),
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
    policy = put_policy(wheel.parent, changes={"accept.max_age_days": 10})
    changes: Changes = {} if finished is None else {f"{FINISHED}.finishedOn": finished}
    found = judged(wheel, policy, enveloped(wheel, changes=changes))
    assert rules(found) == ([] if accepted else ["freshness", "threshold"])


def test_what_was_built_before_a_day_is_refused(wheel: Path) -> None:
    """Such as that on which a machine was found to be broken into."""
    content = enveloped(wheel, changes={f"{FINISHED}.finishedOn": "2026-01-10T12:00:00Z"})
    for day, expected in (("2026-01-10", []), ("2026-01-11", ["freshness", "threshold"])):
        policy = put_policy(wheel.parent, changes={"accept.not_before": day})
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


def test_files_that_cannot_be_read_are_an_error(wheel: Path) -> None:
    """Not a refusal: who asks has named something that is not there."""
    trusted = read_policy(put_policy(wheel.parent))
    with pytest.raises(UsageError, match="attestation"):
        check(wheel, [wheel.parent / "none"], trusted, on=TODAY)
    with pytest.raises(UsageError, match="wheel"):
        check(wheel.parent / "none.whl", [], trusted, on=TODAY)


# The summary


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
