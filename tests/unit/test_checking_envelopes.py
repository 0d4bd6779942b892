"""Attacks on what carries a statement: whoever has the file, and no key, changes nothing by it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from msgspec.structs import replace

from samewheel.attesting.envelopes import BUNDLE, PAYLOAD, bundled, encoded, sealed
from samewheel.attesting.keys import ORDER, keyid
from samewheel.attesting.statements import written as bytes_of
from samewheel.attesting.strictness import LARGEST, canonical
from samewheel.buildinfo import from_json, to_json
from samewheel.checking.checking import check
from samewheel.checking.policy import read_policy
from samewheel.checking.summary import summary
from samewheel.checking.values import SCHEMA, Checked
from tests.unit.attestations import (
    ALICE,
    BOB,
    MALLORY,
    PAULA,
    TODAY,
    enveloped,
    judged,
    put_policy,
    rules,
    signed,
    statement,
)
from tests.unit.wheels import SMALLEST, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Return a wheel that everything is about."""
    return written(tmp_path, SMALLEST)


def altered(content: bytes, **fields: object) -> bytes:
    """Return an envelope of which whoever carried it has changed some fields; it is canonical still."""
    return canonical({**json.loads(content), **fields}) + b"\n"


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


def document(content: bytes) -> dict[str, Any]:
    """Return what an envelope of ours is as JSON."""
    found: dict[str, Any] = json.loads(content)
    return found


def signature(content: bytes, **fields: object) -> dict[str, object]:
    """Return the one signature of an envelope of ours, with some fields changed."""
    return {**document(content)["signatures"][0], **fields}


def url_safe(content: bytes) -> str:
    """Return the signature of an envelope of ours in base64's other alphabet."""
    return base64.urlsafe_b64encode(base64.b64decode(str(signature(content)["sig"]))).decode()


JUNK = {"keyid": "x", "sig": base64.b64encode(b"junk").decode()}

FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "no keyid": lambda ours: altered(ours, signatures=[{"sig": signature(ours)["sig"]}]),
    "empty keyid": lambda ours: altered(ours, signatures=[signature(ours, keyid="")]),
    "other keyid": lambda ours: altered(ours, signatures=[signature(ours, keyid="alice")]),
    "url-safe": lambda ours: altered(ours, signatures=[signature(ours, sig=url_safe(ours))]),
    "unknown field": lambda ours: altered(ours, annotations={}),
    "unknown field of a signature": lambda ours: altered(ours, signatures=[signature(ours, cert=None)]),
    "several signatures": lambda ours: altered(ours, signatures=[JUNK, signature(ours)]),
    "the same signature twice": lambda ours: altered(ours, signatures=[signature(ours)] * 2),
    "several lines": lambda ours: signed(b"{}", MALLORY) + ours,
    "an empty line": lambda ours: b"\n" + ours,
    "no line end": lambda ours: ours.rstrip(),
    "white space": lambda ours: json.dumps(document(ours)).encode(),
    "indented": lambda ours: json.dumps(document(ours), indent=2).encode(),
    "another order": lambda ours: json.dumps(dict(reversed(document(ours).items()))).encode(),
    "a bundle without a hint": lambda ours: canonical(
        {"mediaType": BUNDLE, "verificationMaterial": {}, "dsseEnvelope": document(ours)}
    ),
}
"""Lawful envelopes of others, by what is not as we write it (DSSE 1.0.2; in-toto and Sigstore bundles)."""


def test_what_is_in_our_form_is_never_read_leniently(wheel: Path) -> None:
    """Whoever takes the forms of others still wants to know which of them are."""
    found = judged(wheel, put_policy(wheel.parent), enveloped(wheel), lenient=True)
    assert found.accepted
    assert [one.lenient for one in found.attestations] == [False]


@pytest.mark.parametrize("which", list(FOREIGN))
def test_lawful_envelopes_of_others_pass_only_with_lenient(which: str, wheel: Path) -> None:
    """Whoever carries a file can change these things, so ours must not have them; the outcome says how it is read."""
    content, policy = FOREIGN[which](enveloped(wheel)), put_policy(wheel.parent)
    assert content != enveloped(wheel)
    # A keyid that is not the key's is in our form, and no signature of ours.
    assert rules(judged(wheel, policy, content)) == [
        "signature" if which in {"empty keyid", "other keyid"} else "form",
        "threshold",
    ]
    found = judged(wheel, policy, content, lenient=True)
    assert found.accepted
    assert {one.lenient for one in found.attestations} == {True}
    assert found.groups == ("alice",)


def test_signatures_of_one_envelope_are_not_without_number(wheel: Path) -> None:
    """Each of them is compared with each key."""
    ours, policy = enveloped(wheel), put_policy(wheel.parent)
    for count, expected in ((99, []), (100, ["form", "threshold"])):
        content = altered(ours, signatures=[JUNK] * count + [signature(ours)])
        assert rules(judged(wheel, policy, content, lenient=True)) == expected


def test_names_of_files_that_are_no_text_can_be_written(wheel: Path) -> None:
    """Whoever may put a file there could else end a check with an error, whose JSON nobody gets."""
    policy = read_policy(put_policy(wheel.parent))
    right, odd = wheel.parent / "a.jsonl", wheel.parent / os.fsdecode(b"\xff\x1b.jsonl")
    right.write_bytes(enveloped(wheel))
    odd.write_bytes(b"{}")
    found = check(wheel, [right, odd], policy, on=TODAY)
    assert found.accepted
    assert [one.file for one in found.attestations] == ["a.jsonl", "\\udcff\\x1b.jsonl"]
    assert from_json(SCHEMA, Checked, to_json(SCHEMA, found), "it") == found
    assert bytes_of(summary(found, "policy.toml"))
    wheel.write_bytes(b"no wheel, so that its name is in the reason")
    renamed = check(wheel.rename(wheel.with_name(os.fsdecode(b"\xff.whl"))), [right, odd], policy, on=TODAY)
    assert {"file-name", "wheel"} <= set(rules(renamed))
    assert from_json(SCHEMA, Checked, to_json(SCHEMA, renamed), "it") == renamed


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
    """Who has one is known by that alone: no key makes such a bundle count."""
    bundle = json.loads(bundled(sealed(bytes_of(statement(wheel)), ALICE.key)))
    for field in ("certificate", "x509CertificateChain"):
        content = canonical({**bundle, "verificationMaterial": {field: {}}}) + b"\n"
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
    assert "is too large" in found.attestations[0].failures[0].reason
    assert [(one.number, one.sha256) for one in found.attestations] == [(1, hashlib.sha256(much).hexdigest())]
