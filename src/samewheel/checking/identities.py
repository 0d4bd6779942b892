"""Signers without a key: Sigstore verifies a bundle's certificate, log entry and signature, all without a network.

Importing this takes more time than all else that a check does: it is for those who have such a bundle, and a policy
that knows such a signer.
"""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from typing import TYPE_CHECKING
from urllib.parse import quote

from cryptography.x509 import SubjectAlternativeName
from sigstore.errors import Error, VerificationError
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy

from samewheel.attesting.envelopes import PAYLOAD
from samewheel.attesting.strictness import canonical
from samewheel.checking.values import Failure
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.x509 import Certificate

    from samewheel.attesting.envelopes import Envelope
    from samewheel.checking.policy import Identity

__all__ = ["verified", "verifier_for"]

PRODUCTION = "https://tuf-repo-cdn.sigstore.dev"
"""Whose authority and log Sigstore's clients know."""


class _AtTag:
    """A workflow at a tag whose name fits a pattern: the only text that is not taken to the letter."""

    def __init__(self, workflow: str, tags: str) -> None:
        """Know which; ``*`` stands for anything."""
        self._said = f"{workflow}@refs/tags/{tags}"
        pattern = "[^@]*".join(map(re.escape, tags.split("*")))
        self._fits = re.compile(re.escape(f"{workflow}@refs/tags/") + pattern)

    def verify(self, cert: Certificate) -> None:
        """Look at the one name that a certificate has.

        Raises:
            VerificationError: it is another workflow, or not at such a tag.
        """
        names = cert.extensions.get_extension_for_class(SubjectAlternativeName).value
        found = [str(name.value) for name in names]
        if len(found) != 1 or self._fits.fullmatch(found[0]) is None:
            raise VerificationError(f"the certificate is of {', '.join(found)}; the policy has {self._said}")


class _Exactly:
    """What Sigstore asks of a certificate whose chain holds: all that a policy names is in it, to the letter."""

    def __init__(self, identity: Identity) -> None:
        """Know what must be in it."""
        self.failures = list[Failure]()
        self.rules: dict[str, policy.VerificationPolicy] = {
            "identity-issuer": policy.OIDCIssuerV2(identity.issuer),
            "identity-subject": _AtTag(identity.subject, identity.tags)
            if identity.tags
            else policy.Identity(identity=identity.subject),
        }
        if identity.repository:
            self.rules["identity-repository"] = policy.OIDCSourceRepositoryURI(identity.repository)
        if identity.runner:
            self.rules["identity-runner"] = policy.OIDCRunnerEnvironment(identity.runner)

    def verify(self, cert: Certificate) -> None:
        """Keep each rule that fails.

        Raises:
            VerificationError: one does.
        """
        for name, rule in self.rules.items():
            try:
                rule.verify(cert)
            except VerificationError as error:
                self.failures.append(Failure(rule=name, reason=str(error)))
        if self.failures:
            raise VerificationError("the certificate is of another identity")


def _trusted_root(path: Path | None) -> TrustedRoot:
    if path is not None:
        return TrustedRoot.from_file(str(path))
    # Not by ClientTrustConfig.production(offline=True): that takes what lies in a folder of the user's, unverified.
    with as_file(files("sigstore") / "_store" / quote(PRODUCTION, safe="") / "trusted_root.json") as shipped:
        return TrustedRoot.from_file(str(shipped))


def verifier_for(path: Path | None) -> Verifier:
    """Return what verifies bundles without a network.

    Args:
        path: a file with the authorities and logs to trust (``trusted_root.json``); None: Sigstore's own, as they
            were when the installed version of it was released.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        return Verifier(trusted_root=_trusted_root(path))
    except (Error, OSError, ValueError) as error:
        # ValueError: no such JSON.
        where = path or "that came with Sigstore"
        raise UsageError(f"cannot use the trusted root {where}", cause=str(error)) from error


def verified(envelope: Envelope, identity: Identity, verifier: Verifier) -> bytes | tuple[Failure, ...]:
    """Return the bytes that an identity signed, as they were verified, or why it did not sign them.

    Args:
        envelope: of a bundle with a certificate.
        identity: who must have signed it.
        verifier: by the trusted root of the policy.
    """
    exactly = _Exactly(identity)
    try:
        # Not the file's own bytes: what we refuse to read in two ways, Sigstore might.
        bundle = Bundle.from_json(canonical(envelope.certified))
        kind, payload = verifier.verify_dsse(bundle, exactly)
    except Exception as error:  # noqa: BLE001 - several libraries raise whatever damaged bytes lead them to
        refused = Failure(rule="signature", reason=f"Sigstore refuses it: {' '.join(str(error).split())}")
        return tuple(exactly.failures) or (refused,)
    if kind != PAYLOAD or len(envelope.signatures) != 1:
        return (Failure(rule="signature", reason=f"it holds {kind}, with {len(envelope.signatures)} signatures"),)
    return payload
