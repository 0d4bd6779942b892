"""Two wheels compared and explained: what ``samewheel diff`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.comparison import Difference, File, Verdict, compared
from samewheel.explaining.values import Explanation

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SCHEMA", "Explained", "explain_diff"]

SCHEMA = "samewheel/diff/1"


class Explained(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comparison with its causes."""

    a: File
    """The first wheel."""
    b: File
    """The second one."""
    verdict: Verdict
    """How far apart they are."""
    differences: tuple[Difference, ...]
    """By layer, from the ZIP file inwards; none exactly if ``identical``."""
    causes: tuple[Explanation, ...]
    """As far as two wheels tell them; the worst and the surest first."""


def explain_diff(a: Path, b: Path, *, strict: bool = False) -> Explained:
    """Compare two wheels and say what makes them differ; ``strict`` as for :func:`samewheel.comparison.diff`.

    Raises:
        InvalidWheelError: one of the wheels is damaged, or readers could find different things in it.
        SamewheelError: one of the files cannot be read.
    """
    with compared(a, b, strict=strict) as (found, wheels):
        causes: tuple[Explanation, ...] = ()
        if wheels is not None and found.differences:
            # Most wheels that are compared are the same.
            from samewheel.explaining.case import Case
            from samewheel.explaining.explaining import join, look_into

            causes = join(look_into(Case(wheels, found.differences)))
    return Explained(a=found.a, b=found.b, verdict=found.verdict, differences=found.differences, causes=causes)
