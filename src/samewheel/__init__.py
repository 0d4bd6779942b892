"""samewheel builds the same wheel from the same source, every time, and proves it.

    from pathlib import Path
    import samewheel

    samewheel.lock(Path("project"))
    built = samewheel.build(Path("project"))
    print(built.wheel, built.buildinfo.wheel.sha256)
    print(samewheel.verify(Path("project")).verification.verdict)

``docs/lookup/api.md`` has each verb, with an example that is run and type-checked with the tests.

The verbs and values of this module are the whole public interface; they are imported when they are first used, so
that ``import samewheel`` and ``samewheel --version`` cost next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samewheel._types import Frontend, Progress, Resolver, Sha256, SourceKind, Via
    from samewheel.attesting.attesting import Attested, attest, statement_of
    from samewheel.attesting.keyfiles import key_in_file, key_in_variable, make_key_files
    from samewheel.audit.simply import audit_wheels
    from samewheel.audit.values import Entry, Status
    from samewheel.buildinfo import BuildInfo, read_buildinfo
    from samewheel.building import Built, build
    from samewheel.canonicalizing import Canonicalized, CanonicalReport, Form, canonicalize, check_canonical
    from samewheel.checking.checking import check
    from samewheel.checking.policy import read_policy
    from samewheel.checking.values import Checked
    from samewheel.comparison import Comparison, Diff, Difference, Verdict, compare, diff
    from samewheel.errors import (
        BuildFailedError,
        ExitCode,
        InvalidAttestationError,
        InvalidProjectError,
        InvalidWheelError,
        LimitExceededError,
        NoSourceError,
        NotBuildableError,
        NoWheelError,
        SamewheelError,
        StaleLockError,
        UnlockableError,
        UsageError,
    )
    from samewheel.explaining.diffs import Explained, explain_diff
    from samewheel.explaining.values import Certainty, Explanation
    from samewheel.index import Index
    from samewheel.limits import Limits
    from samewheel.locking import Locked, check_lock, lock
    from samewheel.rebuilding import Plan, Rebuilt, Wanted, rebuild
    from samewheel.verification import Verification, read_verification
    from samewheel.verifying import Verified, verify

__version__ = "0.1.0"

__all__ = [
    "Attested",
    "BuildFailedError",
    "BuildInfo",
    "Built",
    "CanonicalReport",
    "Canonicalized",
    "Certainty",
    "Checked",
    "Comparison",
    "Diff",
    "Difference",
    "Entry",
    "ExitCode",
    "Explained",
    "Explanation",
    "Form",
    "Frontend",
    "Index",
    "InvalidAttestationError",
    "InvalidProjectError",
    "InvalidWheelError",
    "LimitExceededError",
    "Limits",
    "Locked",
    "NoSourceError",
    "NoWheelError",
    "NotBuildableError",
    "Plan",
    "Progress",
    "Rebuilt",
    "Resolver",
    "SamewheelError",
    "Sha256",
    "SourceKind",
    "StaleLockError",
    "Status",
    "UnlockableError",
    "UsageError",
    "Verdict",
    "Verification",
    "Verified",
    "Via",
    "Wanted",
    "attest",
    "audit_wheels",
    "build",
    "canonicalize",
    "check",
    "check_canonical",
    "check_lock",
    "compare",
    "diff",
    "explain_diff",
    "key_in_file",
    "key_in_variable",
    "lock",
    "make_key_files",
    "read_buildinfo",
    "read_policy",
    "read_verification",
    "rebuild",
    "statement_of",
    "verify",
]

_HOMES = {
    "_types": ("Frontend", "Progress", "Resolver", "Sha256", "SourceKind", "Via"),
    "attesting.attesting": ("Attested", "attest", "statement_of"),
    "attesting.keyfiles": ("key_in_file", "key_in_variable", "make_key_files"),
    "audit.simply": ("audit_wheels",),
    "audit.values": ("Entry", "Status"),
    "buildinfo": ("BuildInfo", "read_buildinfo"),
    "building": ("Built", "build"),
    "canonicalizing": ("CanonicalReport", "Canonicalized", "Form", "canonicalize", "check_canonical"),
    "checking.checking": ("check",),
    "checking.policy": ("read_policy",),
    "checking.values": ("Checked",),
    "comparison": ("Comparison", "Diff", "Difference", "Verdict", "compare", "diff"),
    "errors": (
        "BuildFailedError",
        "ExitCode",
        "InvalidAttestationError",
        "InvalidProjectError",
        "InvalidWheelError",
        "LimitExceededError",
        "NoSourceError",
        "NoWheelError",
        "NotBuildableError",
        "SamewheelError",
        "StaleLockError",
        "UnlockableError",
        "UsageError",
    ),
    "explaining.diffs": ("Explained", "explain_diff"),
    "explaining.values": ("Certainty", "Explanation"),
    "index": ("Index",),
    "limits": ("Limits",),
    "locking": ("Locked", "check_lock", "lock"),
    "rebuilding": ("Plan", "Rebuilt", "Wanted", "rebuild"),
    "verification": ("Verification", "read_verification"),
    "verifying": ("Verified", "verify"),
}
"""The modules that the names come from."""


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for (PEP 562)."""
    from samewheel._lazily import imported

    value = globals()[name] = imported(__name__, _HOMES, name)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
