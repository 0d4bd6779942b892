"""Where a file says that it was built from: the repository and commit that its provenance's certificate names.

An index may have a provenance of a file (PEP 740): attestations, each with the short-lived certificate of whoever
published it. Such a certificate names the source in extensions of its own
(https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md).

Nothing is verified here: neither the signature, nor the certificate's chain, nor that a log has seen it. It is a hint
which commit to try, as good as the index that gave it; whether the file comes from there, the rebuild's bytes decide.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from samewheel._types import Value
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from cryptography.x509 import Extensions

    from samewheel._types import Sha256

__all__ = ["NOT_VERIFIED", "Origin", "read_provenance"]

LARGEST = 1 << 20
"""Bytes of a provenance file; real ones have 10 kB for each attestation."""

LARGEST_CERTIFICATE = 1 << 16
"""Bytes, in DER; real ones have 2 kB."""

MOST = 16
"""Bundles of a file, and attestations of a bundle; real files have one or two."""

FULCIO = "1.3.6.1.4.1.57264.1"
REPOSITORY, COMMIT, REF = f"{FULCIO}.12", f"{FULCIO}.13", f"{FULCIO}.14"
"""Extensions that name the source: its URL, its digest, and the reference that was built; DER UTF8String."""

UTF8_STRING = 0x0C
"""The tag of DER (X.690, 8.23)."""

IS_REPOSITORY = re.compile(r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*){1,8}")
"""No user, port, query or anything that a shell, git or a terminal would take for something else."""

IS_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

IS_REF = re.compile(r"refs/[A-Za-z0-9._/+-]{1,200}")

NOT_VERIFIED = "not verified here; the rebuild's bytes decide"


class Origin(Value, frozen=True, kw_only=True):
    """The source that a certificate names."""

    repository: str
    """Its URL, https."""
    commit: str
    """In full."""
    ref: str = ""
    """Such as ``refs/tags/v1.0``; empty if the certificate does not say."""


class _Material(msgspec.Struct, frozen=True):
    certificate: str


class _Envelope(msgspec.Struct, frozen=True):
    statement: str


class _Attestation(msgspec.Struct, frozen=True):
    version: Literal[1]
    verification_material: _Material
    envelope: _Envelope


class _Bundle(msgspec.Struct, frozen=True):
    attestations: Annotated[tuple[_Attestation, ...], msgspec.Meta(max_length=MOST)]


class _Provenance(msgspec.Struct, frozen=True):
    version: Literal[1]
    attestation_bundles: Annotated[tuple[_Bundle, ...], msgspec.Meta(max_length=MOST)]


class _Subject(msgspec.Struct, frozen=True):
    digest: dict[str, str]


class _Statement(msgspec.Struct, frozen=True):
    kind: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    subject: Annotated[tuple[_Subject, ...], msgspec.Meta(min_length=1, max_length=1)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _json(content: bytes) -> object:
    return json.loads(content.decode("utf-8"), object_pairs_hook=_once)


def _utf8_string(der: bytes) -> str:
    """Return the text of a DER UTF8String, which must be all there is.

    Raises:
        ValueError: it is something else.
    """
    if len(der) < 2 or der[0] != UTF8_STRING:  # noqa: PLR2004 - a tag and a length
        raise ValueError("an extension is no UTF8String")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
        # DER has one way to write a length: the shortest (X.690, 10.1).
        if start > 4 or length < 0x80 or (start == 4 and length < 0x100):  # noqa: PLR2004 - two bytes are plenty
            raise ValueError("an extension has a length that is not DER")
    if len(der) != start + length:
        raise ValueError("an extension has another length than it says")
    return der[start:].decode("utf-8")


def _named(extensions: Extensions, oid: str) -> str | None:
    """Return the text of an extension; None if the certificate does not have it."""
    from cryptography.x509 import UnrecognizedExtension

    for one in extensions:
        if one.oid.dotted_string == oid and isinstance(one.value, UnrecognizedExtension):
            return _utf8_string(one.value.value)
    return None


def _extensions(der: bytes) -> Extensions:
    """Return a certificate's extensions.

    Raises:
        ValueError: it is no certificate, or not a whole one.
    """
    from cryptography import x509

    if len(der) > LARGEST_CERTIFICATE:
        raise ValueError(f"a certificate has more than {LARGEST_CERTIFICATE} bytes")
    try:
        return x509.load_der_x509_certificate(der).extensions
    except (x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType) as error:
        raise ValueError(str(error)) from error


def _origin(certificate: str) -> Origin | None:
    """Return what a certificate names; None if it names no repository, as that of a mere mail address.

    Raises:
        ValueError: it is no certificate, or names what is neither a repository nor a commit.
    """
    extensions = _extensions(base64.b64decode(certificate, validate=True))
    repository, commit = _named(extensions, REPOSITORY), _named(extensions, COMMIT)
    if repository is None or commit is None:
        return None
    if len(repository) > LARGEST_CERTIFICATE or not IS_REPOSITORY.fullmatch(repository):
        raise ValueError(f"the certificate names a repository at {ascii(repository)[:200]}")
    if not IS_COMMIT.fullmatch(commit):
        raise ValueError(f"the certificate names the commit {ascii(commit)[:100]}")
    ref = _named(extensions, REF) or ""
    return Origin(repository=repository, commit=commit, ref=ref if IS_REF.fullmatch(ref) else "")


def _check_subject(statement: str, sha256: Sha256) -> None:
    """Refuse an attestation that is about another file.

    Raises:
        ValueError: it is, or it is none.
    """
    said = msgspec.convert(_json(base64.b64decode(statement, validate=True)), _Statement)
    if said.subject[0].digest.get("sha256") != sha256:
        raise ValueError("it is about a file with another SHA-256")


def _read(content: bytes, sha256: Sha256) -> Origin | None:
    if len(content) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    found: set[Origin | None] = set()
    for bundle in msgspec.convert(_json(content), _Provenance).attestation_bundles:
        for one in bundle.attestations:
            _check_subject(one.envelope.statement, sha256)
            found.add(_origin(one.verification_material.certificate))
    named = sorted((one for one in found if one is not None), key=lambda one: (one.repository, one.commit, one.ref))
    if len({(one.repository, one.commit) for one in named}) > 1:
        raise ValueError("its certificates name several sources")
    return named[0] if named else None


def read_provenance(content: bytes, filename: str, sha256: Sha256) -> Origin | None:
    """Return the source that a file's provenance names; nothing of it is verified.

    Args:
        content: the provenance file, as the index has it (PEP 740).
        filename: of what it is about, for messages.
        sha256: the digest that it must be about.

    Returns:
        None if it names none: not every publisher has a repository.

    Raises:
        SamewheelError: it is none, is about another file, or contradicts itself.
    """
    try:
        return _read(content, sha256)
    except (ValueError, RecursionError) as error:
        raise SamewheelError(f"the provenance of {filename} cannot be read", cause=str(error)) from error
