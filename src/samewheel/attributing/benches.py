"""Builds that were made for a search: each once, no more than the budget, and what of the targets they showed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from samewheel._types import Value
from samewheel.trials import Trial

if TYPE_CHECKING:
    from samewheel.trials import Target

__all__ = ["NOTHING", "REFERENCE", "Bench", "Job", "Run"]

NOTHING: frozenset[str] = frozenset()


class Job(Value, frozen=True, kw_only=True):
    """One build."""

    names: frozenset[str] = NOTHING
    """The conditions to switch."""
    standing: bool
    """Whether its clock stands still."""
    back: bool = False
    """Whether that clock stands back where the time was at the verification's first build."""
    again: int = 0
    """How many builds of the same were made before."""


REFERENCE = Job(standing=True)
"""What all others with a standing clock are compared with."""

Run: TypeAlias = Callable[[Sequence[Job]], Sequence["frozenset[Target] | None"]]
"""Builds side by side, and returns what each shows, as :attr:`samewheel.trials.Trial.shown` says; None: it failed."""


class Bench(Value, frozen=True, kw_only=True):
    """Where builds are asked for."""

    run: Run
    targets: frozenset[Target]
    """Whatever else a build shows does not matter."""
    budget: int
    """Builds that may be made."""
    made: dict[Job, frozenset[Target] | None] = msgspec.field(default_factory=dict)
    """Those that were, in order."""
    refused: set[Job] = msgspec.field(default_factory=set)
    """Those that the budget did not allow."""

    def make(self, jobs: Iterable[Job], *, spared: int = 0) -> None:
        """Make builds that are not there yet side by side: in the order given, until the budget is used up.

        Args:
            jobs: the builds.
            spared: builds of the budget that are kept for later.
        """
        wanted = [job for job in dict.fromkeys(jobs) if job not in self.made]
        allowed = max(0, self.budget - spared - len(self.made))
        self.refused.update(wanted[allowed:])
        if todo := wanted[:allowed]:
            shown = self.run(todo)
            self.made.update(
                (job, None if one is None else one & self.targets) for job, one in zip(todo, shown, strict=True)
            )

    def trials(self) -> tuple[Trial, ...]:
        """Return what was made, as a report says it."""
        return tuple(
            Trial(
                conditions=tuple(sorted(job.names)),
                built=shown is not None,
                standing=job.standing,
                back=job.back,
                shown=tuple(sorted(shown or ())),
            )
            for job, shown in self.made.items()
        )
