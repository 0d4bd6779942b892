"""What builds showed in which single conditions were switched: values that a report holds, and their words."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.comparison import Difference

__all__ = [
    "CONTENTS",
    "Finding",
    "Kind",
    "Search",
    "Target",
    "Trial",
    "in_words",
    "sets_of",
    "target_of",
    "targets_of",
]

CONTENTS = "contents"
"""The layer of every difference that is not in the ZIP file around the members."""


class Kind(StrEnum):
    """What makes two wheels differ in a target."""

    CONDITION = "condition"
    """Conditions that were switched."""
    CLOCK = "clock"
    """The time of the build, which goes on from one build to the next."""
    RANDOMNESS = "randomness"
    """Nothing that was switched, nor the time: builds under one standing clock differ."""
    CLOCK_OR_RANDOMNESS = "clock-or-randomness"
    """Builds under the same conditions do not agree, and nothing tells which of both it is."""
    UNDECIDED = "undecided"
    """The builds that could be made do not tell."""


class Target(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """What of two wheels differs: as fine as it takes to see that the same differs again."""

    layer: str
    """A code such as ``SW102`` for what is in the ZIP file around the members, else ``contents``."""
    member: str = ""
    """The member whose contents differ; empty for the whole archive."""


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One build."""

    conditions: tuple[str, ...]
    """Those that were switched, sorted; all others were as in the first build."""
    built: bool
    """Whether it succeeded; one that fails tells nothing."""
    standing: bool
    """Whether its clock stood still."""
    back: bool = False
    """Whether that clock stood at the time of the verification's first build, and so elsewhere than all others."""
    shown: tuple[Target, ...] = ()
    """Targets that differ, sorted: for the first build of all and with a clock that goes, from the verification's
    first build; else from the first build of all, which has the same standing clock and nothing switched."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """What makes a target differ; there may be several for one target, each of which suffices."""

    target: Target
    """What differs."""
    kind: Kind
    """What makes it differ."""
    conditions: tuple[str, ...] = ()
    """Sorted. If undecided: some that make it differ if all of them are switched, not all of which may be needed."""
    together: bool = False
    """Whether it takes all of them; otherwise each suffices."""
    only: bool = False
    """Whether it was shown that nothing else makes it differ: with all conditions switched that no finding on the
    target names, it does not. If chance: two builds that had the same differ at all places at which it does."""
    example: str = ""
    """If chance: a place, and its values in two builds that had the same."""
    cleared: tuple[str, ...] = ()
    """If undecided: conditions with which alone it does not differ, sorted."""
    possible: tuple[str, ...] = ()
    """If undecided: conditions of which that is not known, sorted; with none, it takes several together."""


class Search(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search for what makes two wheels differ, by building again."""

    builds: int
    """How many were made."""
    budget: int
    """How many were allowed."""
    complete: bool
    """Whether each target has its causes, and no others."""
    enough: int = 0
    """Builds that should be allowed for that; 0 if more of them would not help."""
    trials: tuple[Trial, ...]
    """In the order in which they were asked for."""
    findings: tuple[Finding, ...]
    """Sorted."""


def sets_of(finding: Finding) -> list[frozenset[str]]:
    """Return the sets of conditions that a finding names: each of them suffices."""
    if finding.together:
        return [frozenset(finding.conditions)]
    return [frozenset({name}) for name in finding.conditions]


def target_of(one: Difference) -> Target | None:
    """Return what of two wheels a difference is in; None if it is in how they were built (``SW5``)."""
    if one.code.startswith("SW5"):
        return None
    return Target(layer=one.code) if one.code.startswith("SW1") else Target(layer=CONTENTS, member=one.member)


def targets_of(differences: Iterable[Difference]) -> frozenset[Target]:
    """Return what of two wheels differs."""
    return frozenset(target for one in differences if (target := target_of(one)) is not None)


WORDS = {
    Kind.CLOCK: "caused by: the time of the build (builds at one time of day agree, one at another does not)",
    Kind.RANDOMNESS: "caused by: chance (2 builds differ that had the same conditions and a clock that stood still)",
    Kind.CLOCK_OR_RANDOMNESS: "consistent with: the time of the build, or chance "
    "(builds under the same conditions do not agree)",
    Kind.UNDECIDED: "undecided: no build that was made tells",
}
"""What is said of findings without conditions."""

HIDDEN = "; whether something else does, too, no build tells before that is cured"


def _without_conditions(finding: Finding) -> str:
    if finding.kind is Kind.RANDOMNESS:
        example = f": {finding.example}" if finding.example else ""
        return f"{WORDS[finding.kind]}{example}{'' if finding.only else HIDDEN}"
    if finding.cleared:
        possible = ", ".join(finding.possible) or "several of them together"
        return f"undecided: not alone: {', '.join(finding.cleared)}; still possible: {possible}"
    return WORDS[finding.kind]


def in_words(finding: Finding) -> str:
    """Return a finding as a phrase: what causes a difference, and by how many builds that is shown."""
    if not finding.conditions:
        return _without_conditions(finding)
    one = len(finding.conditions) == 1
    if finding.kind is Kind.UNDECIDED:
        named = ", ".join(finding.conditions)
        unsure = "it does so again" if one else "all of them are needed"
        return f"undecided: it differs with {named} switched; whether {unsure}, no build tells"
    named = (" and " if finding.together else ", ").join(finding.conditions)
    if finding.together:
        shown = "with all of them switched it differs, twice, with any left out it does not"
        # Each was left out once.
        builds = 2 + len(finding.conditions)
        return f"caused by: {named} together ({builds} builds: {shown})"
    shown = f"with {'it' if one else 'each'} alone switched it differs, twice"
    builds = 2 * len(finding.conditions) + finding.only
    if finding.only:
        shown += ", with all but guilty ones it does not"
    return f"caused by: {named} ({builds} builds: {shown})"
