"""Causes as lines for a terminal: a sentence for a person in a hurry, then what tells each, and what cures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click import style

from samewheel.explaining.values import UNKNOWN, Certainty
from samewheel.report.lines import paragraph, row, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.explaining.values import Explanation

__all__ = ["MOST_CAUSES", "MOST_EVIDENCE", "cause_lines", "summary_lines", "why"]

MOST_CAUSES = 10
"""Causes that are told; JSON has them all."""

MOST_EVIDENCE = 3
"""Pieces of evidence that are told of each cause."""

SURELY = {
    Certainty.SHOWN: "the bytes show it",
    Certainty.BUILT: "builds show it",
    Certainty.CONSISTENT: "it would explain the bytes; so may something else",
}


def summary_lines(causes: Sequence[Explanation]) -> Iterator[str]:
    """Yield what leaks, where, and what to do: one sentence, and how many more there are."""
    if causes:
        first = causes[0].sentence
        # A sentence may begin with the name of a file.
        start = first[:1].upper() if first.startswith("the ") else first[:1]
        more = f" ({len(causes) - 1} more below)" if len(causes) > 1 else ""
        yield from wrapped(f"{start}{first[1:]}.{more}")


def why(cause: Explanation) -> str:
    """Return how a cause is known, and which conditions are guilty."""
    guilty = f"; guilty: {', '.join(cause.conditions)}" if cause.conditions else ""
    return f"{SURELY[cause.certainty]}{guilty}"


def _block(cause: Explanation, *, alone: bool) -> Iterator[str]:
    """Yield one cause; where it is the only one, its sentence is said already."""
    if cause.cause == UNKNOWN:
        yield from paragraph("unexplained", cause.sentence)
        if cause.evidence:
            yield from paragraph("told by", "\n".join(cause.evidence[:MOST_EVIDENCE]))
        return
    # Most wheels that are compared are the same, and have none.
    from samewheel.explaining.causes import CAUSES

    known = CAUSES[cause.cause]
    yield row("cause", f"{cause.cause} ({why(cause)})")
    if not alone:
        yield from paragraph("in short", cause.sentence)
    yield from paragraph("told by", "\n".join(cause.evidence[:MOST_EVIDENCE]))
    if cause.remedy != known.do:
        for number, line in enumerate(cause.remedy.split("\n")):
            # To be pasted, and so never wrapped.
            yield row("" if number else "remedy", line) if line else ""
    pages = (cause.cause, *cause.besides)
    yield from paragraph("more", "\n".join(f"samewheel explain {name}" for name in pages))


def cause_lines(causes: Sequence[Explanation]) -> Iterator[str]:
    """Yield each cause with how sure it is, what it is told from, and what to paste, with an empty line between."""
    if [(cause.cause, cause.evidence) for cause in causes] == [(UNKNOWN, ())]:
        return
    for number, cause in enumerate(causes[:MOST_CAUSES]):
        if number:
            yield ""
        yield from _block(cause, alone=len(causes) == 1)
    if len(causes) > MOST_CAUSES:
        yield style(f"  and {len(causes) - MOST_CAUSES} more causes: --json has them all", dim=True)
