"""Signing without a key: Sigstore certifies the identity of a CI job, and a log keeps that it signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._files import write_atomic
from samewheel.attesting.attesting import Attested, place
from samewheel.attesting.certificates import need_sigstore, subject_of
from samewheel.attesting.envelopes import read_envelopes
from samewheel.attesting.statements import written
from samewheel.attesting.strictness import canonical, strictly
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken

    from samewheel.attesting.statements import Statement

__all__ = ["attest_keyless"]

LONGEST = 300
"""Characters of what somebody else's error says."""


def _identity() -> IdentityToken:
    """Return who the CI service says that this job is.

    Raises:
        UsageError: this is no job that has an identity.
    """
    from sigstore.oidc import IdentityToken, detect_credential

    hint = "Give the job the permission to ask who it is (GitHub: id-token: write), or sign with a key: --key FILE."
    try:
        found = detect_credential()
        if found is not None:
            return IdentityToken(found)
    except Exception as error:  # noqa: BLE001 - any client of any CI service; its text may quote what is secret
        cause = f"The CI service gives none that can be used ({type(error).__name__})."
        raise UsageError("there is no identity to sign with", cause=cause, hint=hint) from None
    cause = "This is no CI job that has one, or it may not ask for it."
    raise UsageError("there is no identity to sign with", cause=cause, hint=hint)


def _trust(path: Path | None) -> ClientTrustConfig:
    """Return which authority and which log to sign with, and what they are known by.

    Raises:
        UsageError: the file cannot be used.
        SamewheelError: Sigstore's own cannot be had.
    """
    from sigstore.errors import Error
    from sigstore.models import ClientTrustConfig

    try:
        return (
            ClientTrustConfig.production() if path is None else ClientTrustConfig.from_json(path.read_text("utf-8"))
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the trust configuration {path}", cause=str(error)[:LONGEST]) from error
    except Error as error:
        hint = "It needs the network. Try again, or sign with a key: --key FILE."
        raise SamewheelError("cannot learn whom to trust at Sigstore", cause=str(error), hint=hint) from error


def _said(error: Exception, token: str) -> str:
    """Return what an error says, in a line, and without the token."""
    text = " ".join(str(error).split())
    for secret in filter(None, (token, *token.split("."))):
        text = text.replace(secret, "…")
    return f"{type(error).__name__}: {text[:LONGEST]}"


def _verified(content: bytes, trust: ClientTrustConfig) -> bytes:
    """Return what a bundle says, as those read it who will verify it; whoever signed it."""
    from sigstore.models import Bundle
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity

    signer = Identity(identity=subject_of(strictly(content, "the bundle")))
    _, payload = Verifier(trusted_root=trust.trusted_root).verify_dsse(Bundle.from_json(content), signer)
    return payload


def _signed(payload: bytes, name: str, token: IdentityToken, trust: ClientTrustConfig) -> bytes:
    """Return a bundle, and none that would be refused later.

    Raises:
        SamewheelError: there is no certificate, the log does not take it, or what they give does not hold.
    """
    from sigstore.dsse import Statement as Signable
    from sigstore.sign import SigningContext

    try:
        with SigningContext.from_trust_config(trust).signer(token) as signer:
            bundle = signer.sign_dsse(Signable(payload))
        content = canonical(strictly(bundle.to_json().encode(), "the bundle")) + b"\n"
        holds, cause = _verified(content, trust) == payload, "What they signed is something else."
    except Exception as error:  # noqa: BLE001 - of several clients of several services; the token must not be shown
        holds, cause = False, _said(error, str(token))
    if not holds:
        hint = "Services may be down: try again. Or sign with a key: --key FILE."
        raise SamewheelError(f"cannot sign {name} without a key", cause=cause, hint=hint)
    return content


def attest_keyless(statement: Statement, folder: Path, *, trust: Path | None = None) -> Attested:
    """Sign a statement as the CI job that this runs in, and write it as a Sigstore bundle.

    The identity, such as the workflow and its ref, and the digest of the statement are kept in a public log for ever.

    Args:
        statement: with one subject.
        folder: where the file goes; another signer's is not overwritten.
        trust: a file with another authority and log than those of Sigstore's own (``ClientTrustConfig``, in JSON).

    Raises:
        UsageError: the extra ``sigstore`` is missing, or nobody says who this is.
        SamewheelError: it cannot be signed, or not be written.
    """
    need_sigstore("signing without a key")
    name, token = statement.subject[0].name, _identity()
    content = _signed(written(statement), name, token, _trust(trust))
    (envelope,) = read_envelopes(content, name)
    signer = subject_of(envelope.certified)
    path = place(folder, name, "sigstore.json", signer)
    write_atomic(path, content)
    return Attested(statement=statement, signer=signer, files=(path,), trust=trust)
