"""Certificates of signers without a key of their own (Sigstore): the extra that they need, and whom they name."""

from __future__ import annotations

import base64
from importlib.util import find_spec

import msgspec

from samewheel.errors import InvalidAttestationError, UsageError

__all__ = ["need_sigstore", "subject_of"]


class _Certificate(msgspec.Struct, frozen=True, rename="camel"):
    raw_bytes: str


class _Material(msgspec.Struct, frozen=True):
    certificate: _Certificate


class _Bundle(msgspec.Struct, frozen=True, rename="camel"):
    verification_material: _Material


def need_sigstore(what: str) -> None:
    """Check that the extra is installed.

    Args:
        what: what needs it, for messages.

    Raises:
        UsageError: it is not.
    """
    if find_spec("sigstore") is None:
        raise UsageError(
            f"{what} needs Sigstore",
            cause="The extra that brings it is not installed.",
            hint="pip install 'samewheel[sigstore]'",
        )


def subject_of(certified: object) -> str:
    """Return whom the certificate of a bundle names, such as a workflow at a ref; nothing of it is verified here.

    Raises:
        InvalidAttestationError: it has no certificate, or one that does not name exactly one.
    """
    from cryptography import x509

    try:
        raw = msgspec.convert(certified, _Bundle).verification_material.certificate.raw_bytes
        certificate = x509.load_der_x509_certificate(base64.b64decode(raw, validate=True))
        (name,) = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        # ValueError: also what msgspec and base64 raise, and another number of names.
        raise InvalidAttestationError("a bundle has a certificate of nobody", cause=str(error)) from error
    return str(name.value)
