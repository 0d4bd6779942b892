"""What a search by building again adds to what the bytes tell: guesses are confirmed, or give way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel._types import Value
from samewheel.explaining.case import Recognised
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.causing import cause_of, telling
from samewheel.explaining.values import UNKNOWN, Certainty
from samewheel.trials import Kind, in_words, sets_of, target_of, targets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.explaining import Recognition
    from samewheel.trials import Finding, Search, Target

__all__ = ["settle"]

CHANCE = ("random-symbols", "link-stamp", "profile", "temp-path", "randomness")
"""What chance inside a build may be, the last in any case."""

DECIDED = {Kind.CONDITION, Kind.CLOCK, Kind.RANDOMNESS}


class _About(Value, frozen=True, kw_only=True):
    """What is known of a target."""

    target: Target
    recognised: tuple[Recognised, ...]
    """What the bytes tell of it."""
    unsure: tuple[Difference, ...]
    """The differences in it of which nothing shows who is guilty."""
    findings: tuple[Finding, ...]
    """What builds say of it."""

    @property
    def decided(self) -> tuple[Finding, ...]:
        """The findings that tell a cause."""
        return tuple(one for one in self.findings if one.kind in DECIDED)

    @property
    def hides(self) -> bool:
        """Whether chance may hide other causes, so that a guess is still one."""
        return any(one.kind is Kind.RANDOMNESS and not one.only for one in self.findings)

    def said(self, finding: Finding) -> str:
        """Return a finding as evidence."""
        return f"{self.target.member}: {in_words(finding)}" if self.target.member else in_words(finding)


def settle(recognition: Recognition, search: Search) -> Recognition:
    """Return what is known after a search."""
    known = _known(recognition, search)
    settled = {part: one for one in known for part in one.unsure if one.decided}
    kept = [_without(one, settled) for one in recognition.found]
    built = [part for one in known if one.decided for part in _built(one)]
    left_open = [part for one in known if not one.decided and search.builds for part in _open(one)]
    return replace(
        recognition,
        found=(*(one for one in kept if one.differences), *built, *left_open),
        left=tuple(one for one in recognition.left if one not in settled),
    )


def _known(recognition: Recognition, search: Search) -> list[_About]:
    """Return what is known of each target of which builds say something."""
    findings: dict[Target, list[Finding]] = {}
    for finding in search.findings:
        findings.setdefault(finding.target, []).append(finding)
    recognised: dict[Target, list[Recognised]] = {}
    for one in recognition.found:
        for target in targets_of(one.differences):
            recognised.setdefault(target, []).append(one)
    unsure: dict[Target | None, list[Difference]] = {}
    for difference in recognition.unsure:
        unsure.setdefault(target_of(difference), []).append(difference)
    return [
        _About(
            target=target,
            recognised=tuple(recognised.get(target, ())),
            unsure=tuple(unsure.get(target, ())),
            findings=tuple(said),
        )
        for target, said in findings.items()
    ]


def _names_conditions(one: Recognised) -> bool:
    return bool(one.conditions) and one.certainty is Certainty.SHOWN


def _without(one: Recognised, settled: dict[Difference, _About]) -> Recognised:
    """Return what was recognised without what names no condition, and is about differences of which builds tell."""
    if _names_conditions(one):
        return one
    stays = one.certainty is Certainty.CONSISTENT and one.cause not in CHANCE
    kept = (part for part in one.differences if part not in settled or (stays and settled[part].hides))
    return replace(one, differences=tuple(kept))


def _open(about: _About) -> Iterator[Recognised]:
    """Yield what builds say that tells no cause: beside each guess, and of what nobody has a guess."""
    guesses = [one for one in about.recognised if one.certainty is Certainty.CONSISTENT]
    told = {part for one in about.recognised for part in one.differences}
    causes = {
        cause: {part for one in guesses if one.cause == cause for part in one.differences}
        for cause in _names(guesses)
    }
    causes[UNKNOWN] = {*about.unsure} - told
    for cause, parts in causes.items():
        if found := tuple(one for one in about.unsure if one in parts):
            evidence = about.said(about.findings[0])
            yield Recognised(cause=cause, certainty=Certainty.CONSISTENT, differences=found, evidence=evidence)


def _names(found: Iterable[Recognised]) -> list[str]:
    return sorted({one.cause for one in found})


def _built(about: _About) -> Iterator[Recognised]:
    """Yield what builds say of the differences of a target, beside what the bytes already show of it."""
    shown = [one for one in about.recognised if _names_conditions(one)]
    found = about.unsure
    guilty = [(finding, names) for finding in about.decided for names in _sets(finding)]
    new = [pair for pair in guilty if not (pair[1] and any({*pair[1]} <= {*one.conditions} for one in shown))]
    if not new:
        # Nobody else is guilty, so that those who are must be it of the rest, too.
        known = {part for one in shown for part in one.differences}
        new, found = guilty, tuple(one for one in found if one not in known)
    if found:
        yield from _said(replace(about, unsure=found), new)


def _sets(finding: Finding) -> list[tuple[str, ...]]:
    """Return the sets of conditions of which each suffices; that of the time is its own, an empty one is chance."""
    if finding.kind is Kind.CLOCK:
        return [("clock",)]
    return [tuple(sorted(names)) for names in sets_of(finding)] or [()]


def _said(about: _About, guilty: Sequence[tuple[Finding, tuple[str, ...]]]) -> Iterator[Recognised]:
    """Yield the causes that findings tell, each with the conditions that are guilty of it."""
    told = telling(about.unsure)
    guesses = [one for one in about.recognised if not {*told}.isdisjoint(one.differences)]
    causes: dict[tuple[Finding, str], tuple[str, ...]] = {}
    for finding, names in guilty:
        key = finding, _cause([one.cause for one in guesses], names, told)
        causes[key] = (*causes.get(key, ()), *names)
    for (finding, cause), conditions in causes.items():
        # Nobody switched the time, which went on by itself.
        switched = () if finding.kind is Kind.CLOCK else conditions
        first = Recognised(
            cause=cause,
            certainty=Certainty.BUILT,
            differences=about.unsure,
            conditions=switched,
            besides=_besides(finding, cause, told),
            evidence=about.said(finding if finding.together else replace(finding, conditions=switched)),
        )
        yield first
        # What led to the guess says more than that it is right.
        yield from (
            replace(first, evidence=one.evidence) for one in guesses if one.cause == cause and not one.conditions
        )


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
