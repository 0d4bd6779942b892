"""Causes for people who look at a page: the sentence, how sure it is, and what to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.causes import CAUSES
from samewheel.explaining.values import UNKNOWN, Certainty
from samewheel.report.html.values import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.explaining.values import Explanation

__all__ = ["capital", "causes"]

SURELY = {
    Certainty.SHOWN: "the bytes show it",
    Certainty.BUILT: "builds show it",
    Certainty.CONSISTENT: "it would explain the bytes; so may something else",
}

MOST_EVIDENCE = 8
"""Pieces of evidence of one cause."""


def capital(sentence: str) -> str:
    """Return a sentence with its beginning and its end; it may begin with the name of a file, which stays."""
    start = sentence[:1].upper() if sentence.startswith(("the ", "nothing ")) else sentence[:1]
    return f"{start}{sentence[1:]}{'' if sentence.endswith('.') else '.'}"


def _cause(one: Explanation) -> Cause:
    known = CAUSES.get(one.cause)
    names = (one.cause, *one.besides) if known is not None else ()
    return Cause(
        name=one.cause if one.cause != UNKNOWN else "unexplained",
        known=known is not None,
        certainty=SURELY[one.certainty] if known is not None else "nothing tells what made it",
        sentence=capital(one.sentence),
        conditions=one.conditions,
        members=one.members,
        evidence=one.evidence[:MOST_EVIDENCE],
        remedy="" if known is None or one.remedy == known.do else one.remedy,
        more=tuple(f"samewheel explain {name}" for name in names),
    )


def causes(explanations: Iterable[Explanation]) -> tuple[Cause, ...]:
    """Return causes as they are shown, in their order."""
    return tuple(map(_cause, explanations))
