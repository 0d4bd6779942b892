"""What is said together: the same cause is one explanation, unless that would claim more than is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.explaining.case import Recognised

__all__ = ["Known", "united"]


class Known(NamedTuple):
    """What explanations differ in; what is alike in all of it is said together."""

    cause: str
    certainty: Certainty
    is_of_conditions: bool
    besides: tuple[str, ...]


def united(found: Iterable[Recognised]) -> dict[Known, list[Recognised]]:
    """Return what was recognised by what explanations differ in; what adds nothing to a surer one joins it."""
    groups: dict[Known, list[Recognised]] = {}
    for one in found:
        groups.setdefault(Known(one.cause, one.certainty, bool(one.conditions), one.besides), []).append(one)
    kept: dict[Known, list[Recognised]] = {}
    for known in sorted(groups, key=_surest_first):
        same = (other for other in kept if (other.cause, other.besides) == (known.cause, known.besides))
        home = next((other for other in same if _may_join(kept[other], groups[known])), known)
        kept.setdefault(home, []).extend(groups[known])
    return kept


def _surest_first(known: Known) -> tuple[int, bool]:
    return tuple(Certainty).index(known.certainty), not known.is_of_conditions


def _may_join(surer: Sequence[Recognised], found: Sequence[Recognised]) -> bool:
    """Tell whether a surer explanation says nothing wrong of what else was recognised, and the other way round."""
    one, other = _conditions(surer), _conditions(found)
    if one == other and all(part.certainty is not Certainty.CONSISTENT for part in (*surer, *found)):
        return True
    differences = {part for known in surer for part in known.differences}
    theirs = {part for known in found for part in known.differences}
    return theirs <= differences and (other <= one or differences <= theirs)


def _conditions(found: Sequence[Recognised]) -> set[str]:
    return {name for one in found for name in one.conditions}
