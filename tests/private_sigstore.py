"""A Sigstore of our own: an authority and its two logs, whose keys live as long as a test.

What it signs has the form of what the public one signs (bundle 0.3, Rekor v1), so that every client that takes other
trusted roots takes this one.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from samewheel.attesting.envelopes import BUNDLE, PAYLOAD, pae
from samewheel.attesting.strictness import canonical
from tests.unit.provenances import FULCIO, utf8_string

THEN = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
"""When bundles are signed, if nothing is said."""

FIRST_DAY, LAST_DAY = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
VALID = {"start": "2020-01-01T00:00:00Z"}

SCT = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
"""What a log of certificates promised (RFC 6962)."""

SIGNED_BY = ECDSA(SHA256())


@dataclass(frozen=True, kw_only=True)
class Job:
    """Whom a certificate is for: a job of a CI service."""

    issuer: str = "https://token.actions.githubusercontent.com"
    repository: str = "https://github.com/us/demo"
    workflow: str = ".github/workflows/release.yml@refs/tags/v1.0"
    runner: str = "github-hosted"

    @property
    def subject(self) -> str:
        """The certificate's subject alternative name."""
        return f"{self.repository}/{self.workflow}"

    @property
    def extensions(self) -> dict[int, bytes]:
        """What the authority says of it, by the last number of the extension."""
        said = {8: self.issuer, 11: self.runner, 12: self.repository, 18: self.subject}
        return {1: self.issuer.encode(), **{number: utf8_string(text) for number, text in said.items()}}


def text_of(content: bytes) -> str:
    """Return base64."""
    return base64.b64encode(content).decode()


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256."""
    return hashlib.sha256(content).digest()


def _key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def _der(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _with_length(content: bytes) -> bytes:
    return struct.pack("!H", len(content)) + content


def _usages(*which: str) -> x509.KeyUsage:
    known = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{name: name in which for name in known})


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An entry in the log of signatures, the second of two."""

    body: bytes
    time: int
    log: bytes
    """The log's id."""
    root: bytes
    """Of the tree."""
    sibling: bytes
    checkpoint: str
    promise: bytes

    def in_bundle(self) -> dict[str, Any]:
        """Return it as bundles have it."""
        return {
            "logIndex": "7",
            "logId": {"keyId": text_of(self.log)},
            "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": str(self.time),
            "inclusionPromise": {"signedEntryTimestamp": text_of(self.promise)},
            "inclusionProof": {
                "logIndex": "1",
                "rootHash": text_of(self.root),
                "treeSize": "2",
                "hashes": [text_of(self.sibling)],
                "checkpoint": {"envelope": self.checkpoint},
            },
            "canonicalizedBody": text_of(self.body),
        }

    def as_answer(self) -> dict[str, Any]:
        """Return it as the log answers."""
        proof = {
            "logIndex": 1,
            "rootHash": self.root.hex(),
            "treeSize": 2,
            "hashes": [self.sibling.hex()],
            "checkpoint": self.checkpoint,
        }
        entry = {
            "body": text_of(self.body),
            "integratedTime": self.time,
            "logID": self.log.hex(),
            "logIndex": 7,
            "verification": {"inclusionProof": proof, "signedEntryTimestamp": text_of(self.promise)},
        }
        return {"0" * 64: entry}


@dataclass(frozen=True)
class PrivateSigstore:
    """The authority and its logs."""

    authority: EllipticCurvePrivateKey = field(default_factory=_key)
    certificates: EllipticCurvePrivateKey = field(default_factory=_key)
    """The key of the log of certificates."""
    signatures: EllipticCurvePrivateKey = field(default_factory=_key)
    """The key of the log of signatures."""

    def root(self) -> x509.Certificate:
        """Return the authority's own certificate."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority for tests")])
        public = self.authority.public_key()
        builder = (
            x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=public, serial_number=1)
            .not_valid_before(FIRST_DAY)
            .not_valid_after(LAST_DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usages("key_cert_sign", "crl_sign"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )
        return builder.sign(self.authority, SHA256())

    def trusted_root(self) -> dict[str, Any]:
        """Return what clients trust: ``trusted_root.json``."""
        authority = {
            "subject": {"organization": "", "commonName": "an authority for tests"},
            "uri": "https://authority.invalid",
            "certChain": {"certificates": [{"rawBytes": text_of(self.root().public_bytes(Encoding.DER))}]},
            "validFor": VALID,
        }
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self._log(self.signatures, "https://signatures.invalid")],
            "certificateAuthorities": [authority],
            "ctlogs": [self._log(self.certificates, "https://certificates.invalid")],
            "timestampAuthorities": [],
        }

    def _log(self, key: EllipticCurvePrivateKey, url: str) -> dict[str, Any]:
        public = {"rawBytes": text_of(_der(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": VALID}
        return {
            "baseUrl": url,
            "hashAlgorithm": "SHA2_256",
            "publicKey": public,
            "logId": {"keyId": text_of(digest_of(_der(key)))},
        }

    def certificate(
        self, key: EllipticCurvePublicKey, job: Job, at: dt.datetime = THEN, *, promised: bool = True
    ) -> x509.Certificate:
        """Return a certificate for ten minutes; if ``promised``, the log of certificates has seen it."""
        name = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(job.subject)])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority.public_key())
        builder = (
            x509.CertificateBuilder(issuer_name=self.root().subject, subject_name=x509.Name([]), public_key=key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(at)
            .not_valid_after(at + dt.timedelta(minutes=10))
            .add_extension(_usages("digital_signature"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(authority, critical=False)
            .add_extension(name, critical=True)
        )
        for number, value in job.extensions.items():
            extension = x509.UnrecognizedExtension(ObjectIdentifier(f"{FULCIO}.{number}"), value)
            builder = builder.add_extension(extension, critical=False)
        if promised:
            seen = builder.sign(self.authority, SHA256()).tbs_certificate_bytes
            builder = builder.add_extension(x509.UnrecognizedExtension(SCT, self._promise(seen, at)), critical=False)
        return builder.sign(self.authority, SHA256())

    def _promise(self, certificate: bytes, at: dt.datetime) -> bytes:
        """Return that the log of certificates has seen one (RFC 6962, 3.2 and 3.3)."""
        time = int(at.timestamp() * 1000)
        entry = struct.pack("!BBQH", 0, 0, time, 1) + digest_of(_der(self.authority))
        entry += struct.pack("!I", len(certificate))[1:] + certificate + _with_length(b"")
        signature = self.certificates.sign(entry, SIGNED_BY)
        promise = b"\0" + digest_of(_der(self.certificates)) + struct.pack("!Q", time) + _with_length(b"")
        promise += b"\x04\x03" + _with_length(signature)
        content = _with_length(_with_length(promise))
        # An octet string of DER (X.690, 8.7), which is shorter than 128 bytes.
        return bytes([0x04, len(content)]) + content

    def logged(self, envelope: dict[str, Any], certificate: x509.Certificate, at: dt.datetime) -> Logged:
        """Put an envelope into the log of signatures."""
        payload = base64.b64decode(envelope["payload"])
        verifier = text_of(certificate.public_bytes(Encoding.PEM))
        spec = {
            "envelopeHash": {"algorithm": "sha256", "value": digest_of(canonical(envelope)).hex()},
            "payloadHash": {"algorithm": "sha256", "value": digest_of(payload).hex()},
            "signatures": [{"signature": one["sig"], "verifier": verifier} for one in envelope["signatures"]],
        }
        body = canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
        log, time, sibling = digest_of(_der(self.signatures)), int(at.timestamp()) + 5, digest_of(b"\0another entry")
        root = digest_of(b"\1" + sibling + digest_of(b"\0" + body))
        note = f"signatures.invalid - 1\n2\n{text_of(root)}\n"
        signed = text_of(log[:4] + self.signatures.sign(note.encode(), SIGNED_BY))
        entry = {"body": text_of(body), "integratedTime": time, "logID": log.hex(), "logIndex": 7}
        return Logged(
            body=body,
            time=time,
            log=log,
            root=root,
            sibling=sibling,
            checkpoint=f"{note}\n\N{EM DASH} signatures.invalid {signed}\n",
            promise=self.signatures.sign(canonical(entry), SIGNED_BY),
        )

    def bundle(
        self, payload: bytes, job: Job | None = None, at: dt.datetime = THEN, *, promised: bool = True
    ) -> dict[str, Any]:
        """Return a statement as a job has signed it."""
        key = _key()
        certificate = self.certificate(key.public_key(), job or Job(), at, promised=promised)
        signature = key.sign(pae(PAYLOAD, payload), SIGNED_BY)
        envelope = {
            "payload": text_of(payload),
            "payloadType": PAYLOAD,
            "signatures": [{"sig": text_of(signature)}],
        }
        material = {
            "certificate": {"rawBytes": text_of(certificate.public_bytes(Encoding.DER))},
            "tlogEntries": [self.logged(envelope, certificate, at).in_bundle()],
        }
        return {"mediaType": BUNDLE, "verificationMaterial": material, "dsseEnvelope": envelope}
