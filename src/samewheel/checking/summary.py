"""SLSA Verification Summary (VSA v1): the outcome of a check as a statement that somebody signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel import __version__
from samewheel.attesting.slsa import NAMESPACE
from samewheel.attesting.statements import Resource, Statement

if TYPE_CHECKING:
    from samewheel.checking.values import Checked

__all__ = ["SUMMARY", "summary"]

SUMMARY = "https://slsa.dev/verification_summary/v1"
"""The type of the predicate."""

REPRODUCED = "SLSA_BUILD_REPRODUCED"
"""Only for provenance of two or more builders that are operated independently (SLSA 1.2, verified properties)."""

ATTESTED = "SAMEWHEEL_ATTESTED"
"""One group of builders attests it; how often they built it is no matter."""

INDEPENDENT = 2
"""Groups of builders that make the difference."""


def summary(checked: Checked, policy: str, *, verifier: str = f"{NAMESPACE}/verifier/local") -> Statement:
    """Return the statement that a wheel was checked, and what came of it; no time, as all else in it decides that.

    Args:
        checked: the outcome.
        policy: where the policy is, a URI.
        verifier: the URI of who checked.
    """
    levels = [REPRODUCED if len(checked.groups) >= INDEPENDENT else ATTESTED] if checked.accepted else ["FAILED"]
    predicate: dict[str, object] = {
        "verifier": {"id": verifier, "version": {"samewheel": __version__}},
        "resourceUri": checked.purl,
        "policy": {"uri": policy, "digest": {"sha256": str(checked.policy)}},
        "inputAttestations": [
            {"uri": name, "digest": {"sha256": digest}}
            for name, digest in sorted({(one.file, str(one.sha256)) for one in checked.attestations})
        ],
        "verificationResult": "PASSED" if checked.accepted else "FAILED",
        "verifiedLevels": levels,
        "slsaVersion": "1.2",
    }
    subject = Resource(name=checked.name, digest={"sha256": str(checked.sha256)})
    return Statement(subject=(subject,), predicate_type=SUMMARY, predicate=predicate)
