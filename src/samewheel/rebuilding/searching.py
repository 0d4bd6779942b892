"""The search for the best plan: try the likeliest, correct it by what came of it, until nothing is left or to do."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec import field
from msgspec.structs import asdict, replace

from samewheel._files import place
from samewheel._temporary import without_places
from samewheel._types import SILENT, Sha256, Value
from samewheel.comparison import Verdict, diff
from samewheel.comparison.recompressing import replay
from samewheel.errors import (
    InvalidProjectError,
    InvalidWheelError,
    LimitExceededError,
    NoSourceError,
    NotBuildableError,
    SamewheelError,
    StaleLockError,
    UsageError,
)
from samewheel.rebuilding.correcting import Outcome, corrections
from samewheel.rebuilding.performing import make
from samewheel.rebuilding.reasoning import find_causes
from samewheel.rebuilding.values import GIVEN, Attempt
from samewheel.wheel import open_wheel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.buildinfo import Dependency, Isolation
    from samewheel.comparison import Difference
    from samewheel.explaining.values import Explanation
    from samewheel.index import Index
    from samewheel.limits import Limits
    from samewheel.rebuilding.correcting import Correction
    from samewheel.rebuilding.performing import Made
    from samewheel.rebuilding.published import Published
    from samewheel.rebuilding.values import BuiltDependency, Plan
    from samewheel.wheel.replaying import Replayed

__all__ = ["Best", "Task", "search"]

LADDER = tuple(Verdict)

GOOD = frozenset({Verdict.IDENTICAL, Verdict.IDENTICAL_AFTER_REPLAY, Verdict.SAME_CONTENTS})
"""Verdicts that end the search: what the archive shows of the publisher's machine is already in the plan."""

FAILED = InvalidWheelError, NotBuildableError, StaleLockError, UsageError
"""What a plan may end with while another one may not: what was built is no wheel, a Python is not what the source
wants, a hook asks for what is not locked. What the caller got wrong is refused before."""

HOPELESS = InvalidProjectError, NoSourceError
"""What the source itself is to blame for, whatever the plan."""


class Task(Value, frozen=True, kw_only=True):
    """What is rebuilt, and within which limits."""

    published: Published
    source: Path
    """The sdist, or the project's folder."""
    index: Index
    """Where sdists of build requirements come from that have no wheel."""
    pythons: tuple[str, ...]
    """Interpreters at hand that the source may be built with, likeliest first."""
    tries: int
    """Plans that are tried at most."""
    timeout: float | None = None
    """Seconds that one step of a backend may take."""
    limits: Limits | None = None
    """What else one step may use up."""
    offline: bool = False
    keep: Path | None = None
    """A file for the best wheel that was built."""


class Tried(Value, frozen=True, kw_only=True):
    """A plan, and what came of it."""

    plan: Plan
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    causes: tuple[Explanation, ...] = ()
    """Looked for only if it is the nearest so far."""
    sha256: Sha256 | None = None
    isolation: Isolation | None = None
    interpreter: str = ""
    dependencies: tuple[Dependency, ...] = ()
    built: tuple[BuiltDependency, ...] = ()
    failure: str = ""
    hopeless: bool = False
    """Whether no other plan can do better."""

    @property
    def distance(self) -> tuple[int, int]:
        """How far from the published wheel it is: the rung, then what differs within the members."""
        return LADDER.index(self.verdict), sum(not one.code.startswith("SW1") for one in self.differences)


class Best(Value, frozen=True, kw_only=True):
    """The best plan that was found, and all that were tried."""

    tried: Tried
    attempts: tuple[Attempt, ...]
    number: int
    """Of the best attempt, from 1."""


def _replayed(published: Path, ours: Path) -> Replayed:
    with open_wheel(published) as theirs, open_wheel(ours) as mine:
        return replay(theirs, mine)


def _try(plan: Plan, task: Task, progress: Progress, before: tuple[int, int] | None = None) -> Tried:
    """Build by a plan and compare; what is nearer to the published wheel than before is kept, if asked for.

    Args:
        plan: how.
        task: what, and within which limits.
        progress: told what is going on.
        before: how far the best outcome so far was; None if there is none.

    Raises:
        SamewheelError: the machine or the index failed, or the first build passed one of its limits.
    """
    published = task.published
    try:
        with make(
            plan,
            published,
            task.source,
            task.index,
            timeout=task.timeout,
            limits=task.limits,
            offline=task.offline,
            progress=progress,
        ) as made:
            progress.step("Comparing")
            tried = _compared(made, published, before)
            if task.keep is not None and (before is None or tried.distance < before):
                place(made.wheel, task.keep / made.wheel.name)
            return tried
    except HOPELESS as error:
        return Tried(plan=plan, verdict=Verdict.NOT_BUILDABLE, failure=without_places(str(error)), hopeless=True)
    except FAILED as error:
        if isinstance(error, LimitExceededError) and before is None:
            raise
        return Tried(plan=plan, verdict=Verdict.NOT_BUILDABLE, failure=without_places(str(error)))


def _compared(made: Made, published: Published, before: tuple[int, int] | None) -> Tried:
    """Return how near a wheel that was built is to the published one, and why it is no nearer.

    Raises:
        SamewheelError: the published wheel is not any more what it was.
    """
    found = diff(published.path, made.wheel)
    if found.a.sha256 != published.sha256:
        raise SamewheelError(
            f"{published.path} changed while it was rebuilt",
            cause=f"Its SHA-256 was {published.sha256}, and is {found.a.sha256}.",
            hint="Whoever can write to it could make any rebuild look identical.",
        )
    verdict, replayed = found.verdict, None
    if verdict is Verdict.SAME_CONTENTS:
        replayed = _replayed(published.path, made.wheel)
        verdict = Verdict.IDENTICAL_AFTER_REPLAY if replayed.identical else verdict
    tried = Tried(
        plan=made.plan,
        verdict=verdict,
        differences=found.differences,
        sha256=found.b.sha256,
        isolation=made.isolation,
        interpreter=made.interpreter,
        dependencies=made.dependencies,
        built=made.built,
    )
    if before is not None and tried.distance >= before:
        return tried
    causes = find_causes(published.path, made.wheel, made.source, found.differences, replayed)
    return replace(tried, causes=causes)


def _changes(before: Plan | None, plan: Plan) -> dict[str, str]:
    """Return the fields that a plan has otherwise than the one that it corrects."""
    if before is None:
        return {}
    old, new = asdict(before), asdict(plan)
    names = sorted(name for name in new if new[name] != old[name] and name not in {"built", "evidence", "locked"})
    return {name.replace("_", "-"): _words(new[name]) for name in names}


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


class _Waiting(Value, frozen=True, kw_only=True):
    """Plans to try: those that correct the best outcome first, in the order of the rules."""

    heap: list[tuple[tuple[int, int], int, int, Correction, Plan]] = field(default_factory=list)
    rounds: list[Plan] = field(default_factory=list)
    """Plans whose corrections were noted."""
    known: set[str] = field(default_factory=set)

    def add(self, distance: tuple[int, int], plan: Plan, better: Iterator[Correction]) -> None:
        """Note corrections of a plan whose outcome was so far from the published wheel.

        Of outcomes that are equally far, the latest is corrected first: it already has the likelier corrections.
        """
        self.rounds.append(plan)
        for one in better:
            key = _identity(one.plan)
            if key not in self.known:
                self.known.add(key)
                heapq.heappush(self.heap, (distance, -len(self.rounds), len(self.known), one, plan))

    def next(self, best: tuple[int, int]) -> tuple[tuple[int, int], Correction, Plan] | None:
        """Return what corrects an outcome that was no farther away than the best one; None if nothing does."""
        if not self.heap or self.heap[0][0] > best:
            return None
        distance, _, _, correction, plan = heapq.heappop(self.heap)
        return distance, correction, plan


def _identity(plan: Plan) -> str:
    """Return what makes plans the same: all but why, and what was installed."""
    return repr(replace(plan, evidence={}, locked=(), built=()))


def search(first: Plan, task: Task, *, correct: bool = True, progress: Progress = SILENT) -> Best:
    """Try plans until one gives the same contents, none is left, or enough were tried; keep the best.

    Args:
        first: the plan to begin with.
        task: what is rebuilt.
        correct: try corrections, too; a plan that a person wrote is tried as it is.
        progress: told what is going on.

    Raises:
        SamewheelError: the machine, or the index, failed.
    """
    tried = _try(first, task, progress)
    best, distance, number = tried, tried.distance, 1
    why = "the first plan" if correct else GIVEN
    attempts = [Attempt(changed={}, why=why, verdict=tried.verdict, reason=tried.failure)]
    waiting = _Waiting()
    waiting.known.add(_identity(first))
    while correct and best.verdict not in GOOD and not tried.hopeless and len(attempts) < task.tries:
        outcome = Outcome(
            plan=tried.plan,
            published=task.published,
            differences=tried.differences,
            failure=tried.failure,
            pythons=task.pythons,
        )
        # A plan that failed may still be on the right way: an older tool, for which this Python is too new.
        waiting.add(distance if tried.failure else tried.distance, tried.plan, corrections(outcome))
        if (following := waiting.next(best.distance)) is None:
            break
        distance, correction, before = following
        progress.step(f"Trying another plan: {correction.why}")
        tried = _try(correction.plan, task, progress, best.distance)
        attempts.append(
            Attempt(
                changed=_changes(before, correction.plan),
                why=correction.why,
                verdict=tried.verdict,
                reason=tried.failure,
            )
        )
        if tried.distance < best.distance:
            best, number = tried, len(attempts)
    return Best(tried=best, attempts=tuple(attempts), number=number)
