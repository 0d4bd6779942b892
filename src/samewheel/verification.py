"""The verify report: two builds, what each really saw, and what came of it (``X.whl.verify.json``, schema 1).

Values and their JSON only: no time of day, no duration, and no path of a machine.
"""

from __future__ import annotations

import msgspec

from samewheel.buildinfo import BuildInfo, from_json
from samewheel.comparison import Difference, Verdict
from samewheel.explaining.values import Explanation
from samewheel.trials import Search

__all__ = ["BUDGET", "SCHEMA", "NotVaried", "Verification", "ViaSdist", "read_verification"]

SCHEMA = "samewheel/verify/1"


BUDGET = 48
"""Builds that a search makes at most if nobody says: each condition alone, one set of them that act together, and
a proof."""

FIRST_WITH_SECOND = ("first build", "second build")


class NotVaried(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """A condition that both builds had alike."""

    name: str
    """Of the condition."""
    reason: str
    """Why it was not."""


class ViaSdist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the wheel that the project's own sdist gives compares with the tree's; no part of the verdict."""

    verdict: Verdict
    """``not-buildable`` if there is none."""
    differences: tuple[Difference, ...] = ()
    """The tree's value first."""
    reason: str = ""
    """Why there is none."""


class Verification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two builds of one source under opposite conditions, and how their wheels compare."""

    verdict: Verdict
    """How far apart the wheels are; only ``identical`` is reproducible."""
    builds: tuple[BuildInfo, ...]
    """Both, the first one under the usual conditions."""
    observed: tuple[dict[str, object], ...]
    """What the probe in each build process saw."""
    varied: tuple[str, ...]
    """Conditions that the two build processes really saw differently."""
    not_varied: tuple[NotVaried, ...]
    """Conditions that were the same in both, and why."""
    differences: tuple[Difference, ...]
    """Of the two wheels that give the verdict."""
    causes: tuple[Explanation, ...] = ()
    """Of these differences, the worst and the surest first."""
    search: Search | None = None
    """The builds that were made to find them; None where the wheels told enough, or no build could."""
    compared: tuple[str, str] = FIRST_WITH_SECOND
    """Which these are: ``first build``, ``second build`` or ``given wheel``."""
    against: str | None = None
    """SHA-256 of the given wheel that both builds were compared with."""
    via_sdist: ViaSdist | None = None
    """None where it was not asked for, or where there is no tree to compare with."""


def read_verification(content: bytes, where: str) -> Verification:
    """Read the bytes of a verify report strictly; ``where`` is the file's name, for messages.

    Raises:
        SamewheelError: it is not a report of this schema; the message names the key.
    """
    return from_json(SCHEMA, Verification, content, where)
