"""The search for guilty conditions: which builds to make, and what follows from them. It builds nothing itself.

It takes for granted that a condition that makes a target differ also does so if more are switched. Where that is not
so, a build that contradicts leaves the target undecided. That two builds of the same agree is not taken
for granted: what shows that somebody is guilty has to show it again at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from samewheel._types import Value
from samewheel.attributing.benches import NOTHING, Bench, Job
from samewheel.attributing.narrowing import PARTS, narrow
from samewheel.attributing.proving import prove
from samewheel.trials import Finding, Kind, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from samewheel.attributing.benches import Run
    from samewheel.trials import Target

__all__ = ["BATCH", "Chance", "search"]

BATCH = 3
"""Conditions tried at a time, whatever number of builds is made at a time: what is found must not depend on that."""

MORE_MAY_TELL = {Kind.CONDITION, Kind.CLOCK, Kind.UNDECIDED}
"""Kinds of findings to which more builds may add something."""


class _State(Value, frozen=True, kw_only=True):
    """What is asked in a search, and what the builds so far say."""

    bench: Bench
    names: tuple[str, ...]
    """The conditions, the likeliest first."""
    standing: bool
    """Whether builds have a clock that stands still."""

    @property
    def controls(self) -> tuple[Job, ...]:
        """The builds with nothing switched that come first."""
        first = Job(standing=self.standing)
        return (first, Job(standing=True, again=1)) if self.standing else (first,)

    @property
    def last(self) -> Job:
        """The build with nothing switched that comes at the end."""
        return Job(standing=self.standing, again=len(self.controls))

    @property
    def aside(self) -> int:
        """Builds that are kept for the end: those that would have to prove what is found so far, or is found next."""
        singles = (self.bench.made.get(self._job(frozenset({name}))) or NOTHING for name in self.names)
        guilty = sum(not shown <= self.restless for shown in singles) + (not self.timed <= self.restless)
        return max(1, guilty) + 1

    @property
    def timed(self) -> frozenset[Target]:
        """Targets that differ because the clock stood elsewhere."""
        return (self.bench.made.get(self.controls[0]) or frozenset()) if self.standing else frozenset()

    @property
    def restless(self) -> frozenset[Target]:
        """Targets that differ though nothing was switched."""
        same = [*self.controls[1:], self.last] if self.standing else [*self.controls, self.last]
        return frozenset().union(*(self.bench.made.get(job) or () for job in same))

    def make(self, sets: Iterable[frozenset[str]]) -> None:
        """Build with sets of conditions switched, as far as the budget goes."""
        known = self.bench.made.keys() | self.bench.refused
        if jobs := [job for job in map(self._job, sets) if job not in known]:
            self.bench.make(jobs, spared=self.aside)

    def shows(self, names: frozenset[str], target: Target) -> bool | None:
        """Tell whether a target differs with conditions switched, building it if need be; None: no build says."""
        self.make([names])
        shown = self.bench.made.get(self._job(names))
        return None if shown is None else target in shown

    def alone(self, target: Target) -> frozenset[str]:
        """Return the conditions each of which is known to make a target differ."""
        made = self.bench.made
        return frozenset(name for name in self.names if target in (made.get(self._job(frozenset({name}))) or ()))

    def cleared(self, target: Target) -> frozenset[str]:
        """Return the conditions each of which is known not to make a target differ alone."""
        singles = {name: self.bench.made.get(self._job(frozenset({name}))) for name in self.names}
        return frozenset(name for name, shown in singles.items() if shown is not None and target not in shown)

    def others(self, target: Target) -> frozenset[str]:
        """Return all other conditions."""
        return frozenset(self.names) - self.alone(target)

    def explained(self, target: Target) -> bool:
        """Tell whether something is known to make a target differ."""
        return bool(self.alone(target)) or target in self.timed

    def settled(self, target: Target) -> bool:
        """Tell whether something is known to make a target differ, and that nothing else does."""
        return self.explained(target) and self.shows(self.others(target), target) is False

    def _job(self, names: frozenset[str]) -> Job:
        return self.controls[-1] if names == NOTHING else Job(names=names, standing=self.standing)


Chance: TypeAlias = Callable[["Target"], tuple[str, bool]]
"""Tells of a target that differs between builds with nothing switched: an example, and whether that is all of it."""


def _nothing(_: Target) -> tuple[str, bool]:
    return "", False


def search(
    run: Run,
    targets: Iterable[Target],
    names: Sequence[str],
    *,
    budget: int,
    standing: bool,
    chance: Chance = _nothing,
) -> Search:
    """Find out which conditions make targets differ.

    Args:
        run: builds.
        targets: what differs between a build with nothing switched and one with all conditions switched; without
            any, nothing is built.
        names: the conditions, the likeliest first.
        budget: builds that may be made.
        standing: whether a clock can stand still here.
        chance: asked when all is built.
    """
    bench = Bench(run=run, targets=frozenset(targets), budget=budget)
    if not bench.targets:
        return Search(builds=0, budget=budget, complete=True, trials=(), findings=())
    state = _begun(_State(bench=bench, names=tuple(names), standing=standing))
    findings = [_told(state, one, chance) for one in _findings(state)]
    return Search(
        builds=len(bench.made),
        budget=budget,
        complete=all(one.only for one in findings),
        enough=_enough(state, findings) if bench.refused else 0,
        trials=bench.trials(),
        findings=tuple(sorted(findings)),
    )


def _told(state: _State, one: Finding, chance: Chance) -> Finding:
    """Return a finding with all that is known beside it."""
    if one.kind is Kind.RANDOMNESS:
        example, only = chance(one.target)
        return replace(one, example=example, only=only)
    if one.kind is Kind.UNDECIDED and not one.conditions:
        cleared = state.cleared(one.target)
        possible = frozenset(state.names) - cleared
        return replace(one, cleared=tuple(sorted(cleared)), possible=tuple(sorted(possible)))
    return one


def _enough(state: _State, findings: Sequence[Finding]) -> int:
    """Return a budget for one set of conditions of each kind of targets that are not told apart yet."""
    bench, number = state.bench, len(state.names)
    left = {one.target for one in findings if not one.only and one.kind in MORE_MAY_TELL}
    # What differed in the same builds has the same cause, as far as anybody knows; but too few builds tell nothing
    # apart, and what an archive says of its members comes about in other ways than what is in them.
    kinds = {(target.layer, *(target in (shown or ()) for shown in bench.made.values())) for target in left}
    builds = len(state.controls) + number + len(kinds) * (3 * number + 2 * PARTS + 4) + state.aside
    return max(builds, 2 * bench.budget) if kinds else 0


def _begun(state: _State) -> _State:
    """Make the first builds, and find out whether builds bear a clock that stands still."""
    singles = [Job(names=frozenset({name}), standing=state.standing) for name in state.names[:BATCH]]
    state.bench.make([*state.controls, *singles], spared=state.aside)
    if state.standing and None in [state.bench.made.get(job) for job in state.controls]:
        state = replace(state, standing=False)
        state.bench.make(state.controls, spared=state.aside)
    return state


def _findings(state: _State) -> list[Finding]:
    """Return what the builds say, after making all that it takes."""
    if state.bench.made.get(state.controls[-1]) is None:
        return [Finding(target=target, kind=Kind.UNDECIDED) for target in state.bench.targets]
    asked = sorted(state.bench.targets - state.restless)
    _try_singles(state, asked)
    found = prove(state.bench, {target: list(_causes(state, target)) for target in asked}, state.last)
    uncertain = Kind.RANDOMNESS if state.standing else Kind.CLOCK_OR_RANDOMNESS
    chance = [Finding(target=target, kind=uncertain) for target in state.restless]
    return [*chance, *(one for target, left in found.items() if target not in state.restless for one in left)]


def _try_singles(state: _State, targets: Sequence[Target]) -> None:
    """Switch one condition after the other, until each target has its own and does not differ without them."""
    # Those that were tried at the start cost nothing to ask for again.
    left = sorted(state.names, key=lambda name: not (name == "clock" and state.timed))
    while True:
        state.make(state.others(target) for target in targets if state.explained(target))
        if not left or all(state.settled(target) for target in targets):
            return
        state.make(frozenset({name}) for name in left[:BATCH])
        left = left[BATCH:]


def _causes(state: _State, target: Target) -> Iterator[Finding]:
    """Yield what makes a target differ, after a search for conditions that do so together."""
    found, unproven, only = _sets(state, target)
    alone = state.alone(target) | frozenset().union(*(one for one in found if len(one) == 1))
    if target in state.timed and "clock" not in alone:
        yield Finding(target=target, kind=Kind.CLOCK, only=only)
    if alone:
        yield Finding(target=target, kind=Kind.CONDITION, conditions=tuple(sorted(alone)), only=only)
    for names in found:
        if len(names) > 1:
            yield Finding(
                target=target, kind=Kind.CONDITION, conditions=tuple(sorted(names)), together=True, only=only
            )
    if unproven:
        yield Finding(target=target, kind=Kind.UNDECIDED, conditions=tuple(sorted(unproven)))
    elif not state.explained(target) and not found:
        # With all of them switched again, it does not differ: what made it differ before was none of them.
        yield Finding(target=target, kind=Kind.CLOCK_OR_RANDOMNESS if only else Kind.UNDECIDED)


def _sets(state: _State, target: Target) -> tuple[list[frozenset[str]], frozenset[str], bool]:
    """Look for conditions that make a target differ together, among those that do not do so alone.

    Returns:
        Sets of conditions, none of which can be left out of its set; one of which that is not known; and whether the
        target does not differ with all others switched.
    """
    found: list[frozenset[str]] = []
    rest = state.others(target)
    while shown := state.shows(rest, target):
        fewest = narrow(lambda names: state.shows(names, target), state.make, [n for n in state.names if n in rest])
        if any(state.shows(fewest - {name}, target) is not False for name in fewest):
            return found, fewest, False
        found.append(fewest)
        rest -= fewest
    return found, NOTHING, shown is False
