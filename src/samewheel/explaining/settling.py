"""What a search by building again adds to what the bytes tell: guesses are confirmed, or give way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel.explaining.case import Recognised
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.causing import cause_of, telling
from samewheel.explaining.values import Certainty
from samewheel.trials import Kind, in_words, sets_of, targets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.explaining import Recognition
    from samewheel.trials import Finding, Search, Target

__all__ = ["settle"]

CHANCE = ("random-symbols", "link-stamp", "profile", "temp-path", "randomness")
"""What chance inside a build may be, the last in any case."""

DECIDED = {Kind.CONDITION, Kind.CLOCK, Kind.RANDOMNESS}


def settle(recognition: Recognition, search: Search) -> Recognition:
    """Return what is known after a search."""
    decided: dict[Target, list[Finding]] = {}
    for finding in search.findings:
        if finding.kind in DECIDED:
            decided.setdefault(finding.target, []).append(finding)
    settled = frozenset(one for one in recognition.unsure if targets_of([one]) <= decided.keys())
    kept = [_without(one, settled) for one in recognition.found]
    built = [one for target, findings in decided.items() for one in _built(recognition, target, findings)]
    return replace(
        recognition,
        found=(*(one for one in kept if one.differences), *built),
        left=tuple(one for one in recognition.left if one not in settled),
    )


def _names_conditions(one: Recognised) -> bool:
    return bool(one.conditions) and one.certainty is Certainty.SHOWN


def _without(one: Recognised, settled: frozenset[Difference]) -> Recognised:
    """Return what was recognised without what names no condition, and is about differences of which builds tell."""
    if _names_conditions(one):
        return one
    return replace(one, differences=tuple(part for part in one.differences if part not in settled))


def _built(recognition: Recognition, target: Target, findings: Sequence[Finding]) -> Iterator[Recognised]:
    """Yield what builds say of the differences of a target, beside what the bytes already show of it."""
    shown = [one for one in recognition.found if _names_conditions(one) and target in targets_of(one.differences)]
    found = [one for one in recognition.unsure if target in targets_of([one])]
    guilty = [(finding, names) for finding in findings for names in _sets(finding)]
    new = [pair for pair in guilty if not (pair[1] and any({*pair[1]} <= {*one.conditions} for one in shown))]
    if not new:
        # Nobody else is guilty, so that those who are must be it of the rest, too.
        known = {part for one in shown for part in one.differences}
        new, found = guilty, [one for one in found if one not in known]
    if found:
        yield from _said(recognition, new, found)


def _sets(finding: Finding) -> list[tuple[str, ...]]:
    """Return the sets of conditions of which each suffices; that of the time is its own, an empty one is chance."""
    if finding.kind is Kind.CLOCK:
        return [("clock",)]
    return [tuple(sorted(names)) for names in sets_of(finding)] or [()]


def _said(
    recognition: Recognition, guilty: Sequence[tuple[Finding, tuple[str, ...]]], found: Sequence[Difference]
) -> Iterator[Recognised]:
    """Yield the causes that findings tell, each with the conditions that are guilty of it."""
    told = telling(found)
    guesses = [one.cause for one in recognition.found if not {*told}.isdisjoint(one.differences)]
    causes: dict[tuple[Finding, str], tuple[str, ...]] = {}
    for finding, names in guilty:
        key = finding, _cause(guesses, names, told)
        causes[key] = (*causes.get(key, ()), *names)
    for (finding, cause), conditions in causes.items():
        # Nobody switched the time, which went on by itself.
        switched = () if finding.kind is Kind.CLOCK else conditions
        where = f"{finding.target.member}: " if finding.target.member else ""
        yield Recognised(
            cause=cause,
            certainty=Certainty.BUILT,
            differences=tuple(found),
            conditions=switched,
            besides=_besides(finding, cause, told),
            evidence=f"{where}{in_words(_part(finding, switched))}",
        )
        # What led to the guess says more than that it is right.
        for one in recognition.found:
            if one.cause == cause and not one.conditions and not {*told}.isdisjoint(one.differences):
                yield replace(
                    one,
                    certainty=Certainty.BUILT,
                    differences=tuple(found),
                    conditions=switched,
                    besides=_besides(finding, cause, told),
                )


def _part(finding: Finding, conditions: tuple[str, ...]) -> Finding:
    """Return a finding as if it were about some of its conditions alone, if each of them suffices."""
    return finding if finding.together else replace(finding, conditions=conditions)


def _besides(finding: Finding, cause: str, found: Sequence[Difference]) -> tuple[str, ...]:
    """Return the causes that the other conditions are of, where it takes several together."""
    if not finding.together:
        return ()
    others = {*finding.conditions}.difference(CAUSES[cause].conditions)
    return tuple(sorted({cause_of(name, found) for name in others} - {cause}))


def _cause(guesses: Sequence[str], conditions: tuple[str, ...], found: Sequence[Difference]) -> str:
    """Return the cause: what the bytes are consistent with, if chance or the guilty conditions make that."""
    if not conditions:
        return next(name for name in CHANCE if name in guesses or name == CHANCE[-1])
    fitting = [name for name in guesses if _may_be(name, conditions)]
    return fitting[0] if fitting else cause_of(conditions[0], found)


def _may_be(name: str, conditions: tuple[str, ...]) -> bool:
    """Tell whether a cause may be what conditions do; one that no condition decides, such as another tool, is not."""
    return name in CAUSES and set(conditions) <= set(CAUSES[name].conditions)
