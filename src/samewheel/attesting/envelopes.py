"""DSSE envelopes and Sigstore bundles: signed statements as files.

Ours are canonical to the bit, so that no byte can be changed unseen; those of others are read as far as the
specifications allow them, if that is asked for (DSSE 1.0.2; Sigstore bundle 0.3).
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import msgspec

from samewheel._types import Value
from samewheel.attesting.keys import has_one_form, is_signed, keyid, sign
from samewheel.attesting.strictness import canonical, refuse_large, strictly
from samewheel.errors import InvalidAttestationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.attesting.keys import PrivateKey, PublicKey

__all__ = ["BUNDLE", "PAYLOAD", "Envelope", "Signature", "bundled", "encoded", "pae", "read_envelopes", "sealed"]

PAYLOAD = "application/vnd.in-toto+json"
"""What an envelope of ours holds: an in-toto statement."""

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
"""What a bundle is."""

MOST_SIGNATURES = 100
"""Of one envelope, and envelopes of one file."""


class Signature(Value, frozen=True, kw_only=True):
    """One signature of an envelope."""

    keyid: str
    """A hint that anybody may have written; empty if there is none."""
    sig: bytes


class Envelope(Value, frozen=True, kw_only=True):
    """A signed document."""

    payload: bytes
    payload_type: str
    signatures: tuple[Signature, ...]
    certified: object = None
    """The whole bundle, where it has a certificate; None for an envelope, or where a key is named."""
    lenient: bool = False
    """Whether it is in another form than ours."""

    def signers(self, keys: Iterable[PublicKey]) -> Iterator[PublicKey]:
        """Yield those of the keys that signed it; the keyid decides nothing but whether it is ours to the bit.

        Whoever has a certificate is known by that, and by no key.
        """
        if self.certified is not None:
            return
        message = pae(self.payload_type, self.payload)
        for key in keys:
            for one in self.signatures:
                native = one.keyid == keyid(key) and has_one_form(key, one.sig)
                if (native or self.lenient) and is_signed(key, message, one.sig):
                    yield key
                    break


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: type and payload with their lengths in bytes (DSSE, Pre-Authentication Encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sealed(payload: bytes, key: PrivateKey) -> Envelope:
    """Return a statement signed with a key."""
    public = key.public_key()
    signature = Signature(keyid=keyid(public), sig=sign(key, pae(PAYLOAD, payload)))
    return Envelope(payload=payload, payload_type=PAYLOAD, signatures=(signature,))


def _document(envelope: Envelope) -> dict[str, object]:
    signatures = [{"keyid": one.keyid, "sig": base64.b64encode(one.sig).decode()} for one in envelope.signatures]
    return {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.payload_type,
        "signatures": signatures,
    }


def encoded(envelope: Envelope) -> bytes:
    """Return an envelope as the one line of a file ``*.intoto.jsonl``."""
    return canonical(_document(envelope)) + b"\n"


def bundled(envelope: Envelope) -> bytes:
    """Return an envelope with one signature as a Sigstore bundle that names its key; no log has seen it."""
    material = {"publicKey": {"hint": envelope.signatures[0].keyid}, "tlogEntries": list[object]()}
    document = {"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": _document(envelope)}
    return canonical(document) + b"\n"


class _Signature(msgspec.Struct, frozen=True):
    sig: str
    keyid: str = ""


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    payload: str
    payload_type: str
    signatures: list[_Signature]


class _Bundle(msgspec.Struct, frozen=True, rename="camel"):
    media_type: str
    verification_material: dict[str, object]
    dsse_envelope: _Envelope


def _decoded(text: str, where: str) -> bytes:
    """Return the bytes that base64 stands for, in either alphabet (DSSE: verifiers MUST accept both)."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidAttestationError(f"{where} is no attestation", cause=f"base64: {error}") from error


def _read(document: object, where: str, *, lenient: bool) -> Envelope:
    is_bundle = isinstance(document, dict) and "dsseEnvelope" in document
    try:
        bundle = msgspec.convert(document, _Bundle) if is_bundle else None
        found = bundle.dsse_envelope if bundle is not None else msgspec.convert(document, _Envelope)
    except msgspec.ValidationError as error:
        raise InvalidAttestationError(f"{where} is no attestation", cause=str(error)) from error
    if len(found.signatures) > MOST_SIGNATURES:
        raise InvalidAttestationError(f"{where} has too many signatures")
    if bundle is not None and bundle.media_type != BUNDLE:
        raise InvalidAttestationError(f"{where} is a bundle of another kind", cause=bundle.media_type[:99])
    material = bundle.verification_material if bundle is not None else {}
    return Envelope(
        payload=_decoded(found.payload, where),
        payload_type=found.payload_type,
        signatures=tuple(Signature(keyid=one.keyid, sig=_decoded(one.sig, where)) for one in found.signatures),
        certified=document if material.keys() & {"certificate", "x509CertificateChain"} else None,
        lenient=lenient,
    )


def read_envelopes(content: bytes, where: str, *, lenient: bool = False) -> tuple[Envelope, ...]:
    """Read a file of attestations.

    Args:
        content: its bytes.
        where: its name, for messages.
        lenient: take what the specifications allow others to write: several lines, signatures and alphabets, no
            keyid, unknown fields. Else it must be one of ours, to the bit.

    Raises:
        InvalidAttestationError: it is not.
    """
    refuse_large(content, where)
    lines = [content] if not lenient or _is_one(content) else [line for line in content.splitlines() if line.strip()]
    if len(lines) > MOST_SIGNATURES:
        raise InvalidAttestationError(f"{where} has too many envelopes", cause=f"It has {len(lines)}.")
    found = tuple(_read(strictly(line, where), where, lenient=lenient) for line in lines)
    for one in found:
        if one.payload_type != PAYLOAD:
            raise InvalidAttestationError(f"{where} holds no in-toto statement", cause=one.payload_type)
        if not lenient and content not in _forms(one):
            raise InvalidAttestationError(
                f"{where} is not in the form that samewheel writes",
                cause="A byte of it was changed, or another tool wrote it.",
                hint="If you know who wrote it: samewheel check --lenient",
            )
    return found


def _is_one(content: bytes) -> bool:
    """Tell whether a file is one document, on however many lines."""
    return content.lstrip().startswith(b"{") and content.rstrip().count(b"\n") > 0 and b"}\n{" not in content


def _forms(envelope: Envelope) -> tuple[bytes, ...]:
    """Return how an envelope looks in files of ours; nothing if it has not one signature."""
    if len(envelope.signatures) != 1:
        return ()
    if envelope.certified is not None:
        # What the fields hold is for Sigstore to verify: much of it has no one form.
        return (canonical(envelope.certified) + b"\n",)
    return encoded(envelope), bundled(envelope)
