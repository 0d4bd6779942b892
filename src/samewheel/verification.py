"""The verify report: two builds, what each really saw, and what came of it (``X.whl.verify.json``, schema 1).

Values and their JSON only: no time of day, no duration, and no path of a machine.
"""

from __future__ import annotations

import msgspec

from samewheel.buildinfo import BuildInfo
from samewheel.compare import Difference, Verdict

__all__ = ["SCHEMA", "NotVaried", "Verification"]

SCHEMA = "samewheel/verify/1"


class NotVaried(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """A condition that both builds had alike."""

    name: str
    reason: str


class Verification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two builds of one source under opposite conditions, and how their wheels compare."""

    verdict: Verdict
    builds: tuple[BuildInfo, ...]
    observed: tuple[dict[str, object], ...]
    """What the probe in each build process saw."""
    varied: tuple[str, ...]
    """Conditions that the two build processes really saw differently."""
    not_varied: tuple[NotVaried, ...]
    differences: tuple[Difference, ...]
    against: str | None = None
    """SHA-256 of the given wheel that both builds were compared with."""
