"""The end of a search: whoever is found guilty is tried once more, so that nobody is guilty of chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel.attributing.benches import Bench, Job
from samewheel.trials import Finding, Kind, sets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from samewheel.trials import Target

__all__ = ["prove"]


def prove(bench: Bench, found: Mapping[Target, Sequence[Finding]], control: Job) -> dict[Target, list[Finding]]:
    """Build again what shows that somebody is guilty, and keep what shows again.

    Args:
        bench: makes the builds.
        found: by target.
        control: a build with nothing switched, to make beside; whoever asks looks at what differs in it.

    Returns:
        The findings that are left; a target of which the builds contradict each other is due to chance.
    """
    again = sorted({job for one in found.values() for job in _checks(one, control)}, key=_order)
    # A coin that fell like this once does so again half of the time.
    twice = map(_second, again) if len(again) == 1 else ()
    if again or not control.standing:
        bench.make([control, *again, *twice])
    return {target: list(_left(bench, findings, control)) for target, findings in found.items()}


def _order(job: Job) -> tuple[bool, list[str]]:
    return job.back, sorted(job.names)


def _check(names: frozenset[str], control: Job) -> Job:
    return Job(names=names, standing=control.standing, again=1)


def _second(job: Job) -> Job:
    return replace(job, again=job.again + 1)


def _checks(findings: Sequence[Finding], control: Job) -> Iterator[Job]:
    """Yield the builds in which all that is found must show again."""
    for one in findings:
        if one.kind is Kind.CONDITION:
            yield from (_check(names, control) for names in sets_of(one))
        elif one.kind is Kind.CLOCK:
            yield Job(standing=True, back=True)


def _left(bench: Bench, findings: Sequence[Finding], control: Job) -> Iterator[Finding]:
    """Yield what is left of the findings on a target."""
    (target,) = {one.target for one in findings}
    checks = list(_checks(findings, control))
    wanted = [*checks, *map(_second, checks)]
    built = {job: shown for job in wanted if (shown := bench.made.get(job)) is not None}
    quiet = [job for job, shown in built.items() if target not in shown]
    if quiet:
        # That another time of day changed it once, and once not, may be due to either.
        chance = control.standing and not all(job.back for job in quiet)
        yield Finding(target=target, kind=Kind.RANDOMNESS if chance else Kind.CLOCK_OR_RANDOMNESS)
    elif built.keys() >= {*checks} and (bench.made.get(control) is not None or not checks):
        yield from findings
    else:
        for one in findings:
            yield from _as_far_as_shown(bench, one, control)


def _as_far_as_shown(bench: Bench, one: Finding, control: Job) -> Iterator[Finding]:
    """Yield a finding without what was not built again."""
    if one.kind not in {Kind.CONDITION, Kind.CLOCK}:
        yield one
        return
    done = bench.made.get(control) is not None
    shown = [names for names in sets_of(one) if done and bench.made.get(_check(names, control)) is not None]
    guilty = tuple(sorted(name for names in shown for name in names))
    if guilty:
        yield replace(one, conditions=guilty, only=False)
    rest = tuple(sorted({*one.conditions}.difference(guilty)))
    if rest or one.kind is Kind.CLOCK:
        yield Finding(target=one.target, kind=Kind.UNDECIDED, conditions=rest)
