"""Two wheels compared: facts of each, differences with stable codes, and a verdict.

The names are imported when they are asked for: whoever knows verdicts need not know how to compare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from samewheel.comparison.comparing import compare, compared, diff
    from samewheel.comparison.values import Comparison, Diff, Difference, File
    from samewheel.comparison.verdict import Verdict, worst
else:

    def __getattr__(name: str) -> object:
        from samewheel._lazily import imported

        return imported(__name__, _HOMES, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


__all__ = ["Comparison", "Diff", "Difference", "File", "Verdict", "compare", "compared", "diff", "worst"]

_HOMES = {
    "comparing": ("compare", "compared", "diff"),
    "values": ("Comparison", "Diff", "Difference", "File"),
    "verdict": ("Verdict", "worst"),
}
"""The modules that the names come from."""
