"""From differences to causes: recognisers are asked one after the other, and what they know is joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.comparison import Verdict
from samewheel.explaining.case import Recognised, opened
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.following import following
from samewheel.explaining.recognisers import RECOGNISERS
from samewheel.explaining.uniting import Known, united
from samewheel.explaining.values import UNKNOWN, Certainty, Explanation
from samewheel.explaining.wording import backend_of, remedy, sentence, unexplained

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Origins

__all__ = ["Recognition", "explain", "join", "look_into", "recognise"]

MOST_EVIDENCE = 5
"""Pieces of evidence that an explanation has; the rest is more of the same."""


class Recognition(Value, frozen=True, kw_only=True):
    """What was recognised in two wheels."""

    found: tuple[Recognised, ...]
    left: tuple[Difference, ...]
    """Differences that are not explained as a whole."""
    differences: tuple[Difference, ...]
    """All of them."""
    backend: str
    """The name of the one that built the wheels, for the remedies; empty if it is not known."""

    @property
    def unsure(self) -> tuple[Difference, ...]:
        """The differences of the wheels themselves for which no condition is shown to be guilty, or not of all."""
        sure = {one for part in self.found if part.conditions and part.whole for one in part.differences}
        return tuple(one for one in self.differences if one not in sure and not one.code.startswith("SW5"))


def recognise(case: Case) -> tuple[list[Recognised], list[Difference]]:
    """Return what is recognised, and the differences that are not explained as a whole."""
    found: list[Recognised] = []
    left = dict.fromkeys(case.differences)
    for recogniser in RECOGNISERS:
        for one in recogniser(case, tuple(left)):
            found.append(one)
            if one.whole:
                _remove(one, left)
    for one in list(following(found, tuple(left))):
        found.append(one)
        _remove(one, left)
    return found, list(left)


def _remove(one: Recognised, left: dict[Difference, None]) -> None:
    for difference in one.differences:
        left.pop(difference, None)


NOBODY = Known(UNKNOWN, Certainty.CONSISTENT, is_of_conditions=False, besides=())


def _worst(differences: Iterable[Difference]) -> int:
    ladder = tuple(Verdict)
    return max((ladder.index(one.rung) for one in differences), default=0)


def join(recognition: Recognition) -> tuple[Explanation, ...]:
    """Return one explanation of each cause, the worst and the surest first."""
    found, left = recognition.found, recognition.left
    groups = united(found)
    partly = {difference for one in found for difference in one.differences}
    rest = tuple(difference for difference in left if difference not in partly)
    if rest:
        one = Recognised(cause=UNKNOWN, certainty=Certainty.CONSISTENT, differences=rest)
        groups.setdefault(NOBODY, []).append(one)
    certainties = tuple(Certainty)

    def rank(known: Known) -> tuple[int, bool, int, Known]:
        worst = _worst(difference for one in groups[known] for difference in one.differences)
        return -worst, known == NOBODY, certainties.index(known.certainty), known

    return tuple(_explanation(known, groups[known], recognition.backend) for known in sorted(groups, key=rank))


def _explanation(known: Known, found: Sequence[Recognised], backend: str) -> Explanation:
    cause = CAUSES.get(known.cause)
    differences = [difference for one in found for difference in one.differences]
    members = tuple(sorted({one.member for one in differences if one.member}))
    codes = tuple(sorted({one.code for one in differences}))
    evidence = dict.fromkeys(one.evidence for one in found if one.evidence)
    return Explanation(
        cause=known.cause,
        certainty=known.certainty,
        conditions=tuple(sorted({name for one in found for name in one.conditions})),
        besides=known.besides,
        sentence=sentence(cause, known.certainty, members, codes, [CAUSES[name] for name in known.besides])
        if cause is not None
        else unexplained(members, codes, built=bool(evidence)),
        members=members,
        codes=codes,
        evidence=tuple(evidence)[:MOST_EVIDENCE],
        remedy=remedy(cause, backend),
    )


def look_into(case: Case, *, backend: str = "") -> Recognition:
    """Recognise in two wheels what makes them differ, as far as it can be told from them.

    Args:
        case: both, open, and what is known of them.
        backend: the name of the build backend, for the remedies; empty: what the first wheel's Generator says.

    Raises:
        InvalidWheelError: one of them is damaged.
        SamewheelError: one of them cannot be read.
    """
    found, left = recognise(case)
    return Recognition(
        found=tuple(found),
        left=tuple(left),
        differences=case.differences,
        backend=backend or backend_of(case.generators[0]),
    )


def explain(
    a: Path, b: Path, differences: Sequence[Difference], *, origins: Origins | None = None
) -> tuple[Explanation, ...]:
    """Say what makes two wheels differ, as far as it can be told from them.

    Args:
        a: the first wheel.
        b: the second one.
        differences: what :func:`samewheel.comparison.diff` found between them.
        origins: what the source tells, if the second wheel is a rebuild of the first one.

    Returns:
        The causes, the worst and the surest first; empty exactly if there are no differences.

    Raises:
        InvalidWheelError: one of them is damaged.
        SamewheelError: one of them cannot be read.
    """
    if not differences:
        return ()
    with opened(a, b, differences, origins=origins) as case:
        return join(look_into(case))
