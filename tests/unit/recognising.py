"""Help for the tests of recognisers: two wheels made, compared, explained, and the laws of that checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison import diff
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.explaining import explain
from samewheel.explaining.values import UNKNOWN, Certainty, Explanation
from tests.unit.wheels import FILES, NAME, Files, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.comparison import Difference

__all__ = ["CONSISTENT", "SHOWN", "UNTOLD", "Told", "explained", "told", "told_of"]

SHOWN, CONSISTENT = Certainty.SHOWN, Certainty.CONSISTENT

UNTOLD = (UNKNOWN, CONSISTENT)

Told = dict[tuple[str, Certainty], tuple[str, ...]]


def _covers(one: Explanation, difference: Difference) -> bool:
    return difference.code in one.codes and (not difference.member or difference.member in one.members)


def explained(a: Path, b: Path) -> tuple[Explanation, ...]:
    """Explain two wheels from both sides: the same causes, known ones, and every difference in one of them."""
    there, back = diff(a, b).differences, diff(b, a).differences
    found, mirrored = explain(a, b, there), explain(b, a, back)
    assert _causes(found) == _causes(mirrored)
    for difference in there:
        assert any(_covers(one, difference) for one in found), difference
    for one in found:
        assert one.cause in {*CAUSES, UNKNOWN}
        assert bool(one.evidence) == (one.cause != UNKNOWN)
        assert one.codes
    return found


def _causes(found: tuple[Explanation, ...]) -> Told:
    """Return the codes of each explanation by cause and certainty."""
    return {(one.cause, one.certainty): one.codes for one in found}


def told(a: Path, b: Path) -> Told:
    """Return the codes that are explained, by cause and certainty."""
    return _causes(explained(a, b))


def told_of(
    folder: Path, a: Files, b: Files, *, names: tuple[str, str] = (NAME, NAME), base: Files | None = None
) -> Told:
    """Write two wheels that have these files beside the usual ones, and return what is told of them."""
    usual = FILES if base is None else base
    folder.mkdir(exist_ok=True)
    paths = (
        written(folder / side, {**usual, **files}, name=name)
        for side, files, name in zip("ab", (a, b), names, strict=True)
    )
    return told(*paths)
