"""What a search by building again adds to what the bytes tell: guesses are confirmed, or give way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel.explaining.case import Recognised
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.causing import cause_of
from samewheel.explaining.values import Certainty
from samewheel.trials import Kind, in_words, targets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.explaining import Recognition
    from samewheel.trials import Finding, Search

__all__ = ["settle"]

CHANCE = ("random-symbols", "link-stamp", "profile", "temp-path", "randomness")
"""What chance inside a build may be, the last in any case."""

DECIDED = {Kind.CONDITION, Kind.CLOCK, Kind.RANDOMNESS}


def settle(recognition: Recognition, search: Search) -> Recognition:
    """Return what is known after a search."""
    decided = {finding.target for finding in search.findings if finding.kind in DECIDED}
    settled = frozenset(one for one in recognition.unsure if targets_of([one]) <= decided)
    kept = [_without(one, settled) for one in recognition.found]
    built = [one for finding in search.findings for one in _built(recognition, finding)]
    return replace(
        recognition,
        found=(*(one for one in kept if one.differences), *built),
        left=tuple(one for one in recognition.left if one not in settled),
    )


def _without(one: Recognised, settled: frozenset[Difference]) -> Recognised:
    """Return what was recognised without what names no condition, and is about differences of which builds tell."""
    if one.conditions and one.certainty is Certainty.SHOWN:
        return one
    return replace(one, differences=tuple(part for part in one.differences if part not in settled))


def _built(recognition: Recognition, finding: Finding) -> Iterator[Recognised]:
    """Yield what a finding says of the differences that it is about."""
    found = tuple(one for one in recognition.unsure if finding.target in targets_of([one]))
    if not found or finding.kind not in DECIDED:
        return
    where = f"{finding.target.member}: " if finding.target.member else ""
    for cause, conditions in _guilty(recognition, finding, found).items():
        yield Recognised(
            cause=cause,
            certainty=Certainty.BUILT,
            differences=found,
            conditions=conditions,
            evidence=f"{where}{in_words(finding)}",
        )
        # What led to the guess says more than that it is right.
        for one in recognition.found:
            if one.cause == cause and not one.conditions and found[0] in one.differences:
                yield replace(one, certainty=Certainty.BUILT, differences=found, conditions=conditions)


def _guilty(recognition: Recognition, finding: Finding, found: Sequence[Difference]) -> dict[str, tuple[str, ...]]:
    """Return the causes that a finding tells, each with the conditions that are guilty of it."""
    if finding.kind is Kind.RANDOMNESS:
        guesses = {one.cause for one in recognition.found if found[0] in one.differences}
        return {next(name for name in CHANCE if name in guesses or name == CHANCE[-1]): ()}
    conditions = ("clock",) if finding.kind is Kind.CLOCK else finding.conditions
    sets = [conditions] if finding.together else [(name,) for name in conditions]
    causes: dict[str, tuple[str, ...]] = {}
    for names in sets:
        if not _is_shown(recognition, names, found):
            cause = _cause(recognition, names, found)
            causes[cause] = (*causes.get(cause, ()), *names)
    return causes


def _is_shown(recognition: Recognition, conditions: tuple[str, ...], found: Sequence[Difference]) -> bool:
    """Tell whether the bytes already show that conditions are guilty of a difference."""
    return any(
        one.certainty is Certainty.SHOWN and set(conditions) <= set(one.conditions) and found[0] in one.differences
        for one in recognition.found
    )


def _cause(recognition: Recognition, conditions: tuple[str, ...], found: Sequence[Difference]) -> str:
    """Return the cause: what the bytes are consistent with, if the guilty conditions make that."""
    guesses = [one.cause for one in recognition.found if found[0] in one.differences]
    fitting = [name for name in guesses if _may_be(name, conditions)]
    return fitting[0] if fitting else cause_of(conditions[0], found)


def _may_be(name: str, conditions: tuple[str, ...]) -> bool:
    """Tell whether a cause may be what conditions do; one that no condition decides, such as another tool, is not."""
    return name in CAUSES and set(conditions) <= set(CAUSES[name].conditions)
