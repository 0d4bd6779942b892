"""What a check finds: of each attestation what it fails, and whether enough of them are left."""

from __future__ import annotations

import msgspec
from packaging.utils import canonicalize_name

from samewheel._types import Sha256

__all__ = ["SCHEMA", "Checked", "Failure", "Judged"]

SCHEMA = "samewheel/check/1"


class Failure(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """A rule that does not hold."""

    rule: str
    """One stable word or more, with hyphens: ``signature``, ``source-commit``."""
    reason: str
    """What was found, and what the policy asks for."""


class Judged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One attestation."""

    file: str
    """The name of its file."""
    number: int = 1
    """Which of those in it."""
    sha256: Sha256
    """Of that file."""
    builder: str = ""
    """Who signed it, by the policy; empty if that is nobody whom it knows."""
    group: str = ""
    """Who operates that builder; empty likewise."""
    keyid: str = ""
    """The key's fingerprint, if a key signed it."""
    source: dict[str, str] = {}
    """The digests by which it names what the wheel was built from; none where the signature does not hold."""
    lenient: bool = False
    """Whether it was read as others may write it."""
    failures: tuple[Failure, ...] = ()
    """In the order in which the rules are checked; none: it counts."""

    @property
    def name(self) -> str:
        """What it is called: its file, and which of those in it."""
        return self.file if self.number == 1 else f"{self.file}#{self.number}"

    @property
    def accepted(self) -> bool:
        """Whether it counts."""
        return not self.failures


class Checked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome for a wheel."""

    name: str
    """Of the wheel's file."""
    sha256: Sha256
    """Of that file."""
    accepted: bool
    """Whether the policy is met."""
    threshold: int
    """Groups of builders that must say the same."""
    groups: tuple[str, ...]
    """Who says the same of it, sorted: the most of those who count that name no two sources."""
    policy: Sha256
    """Of the policy's file."""
    attestations: tuple[Judged, ...]
    """All that were given."""
    failures: tuple[Failure, ...] = ()
    """Of the wheel itself, and of the number of groups."""

    @property
    def purl(self) -> str:
        """What it is, as a package URL; a file whose name tells no version is named as it is."""
        name, _, rest = self.name.partition("-")
        return f"pkg:pypi/{canonicalize_name(name)}@{rest.partition('-')[0]}"
