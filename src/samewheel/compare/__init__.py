"""Two wheels compared: facts of each, differences with stable codes, and a verdict."""

from samewheel.compare.comparing import compare, diff
from samewheel.compare.values import Comparison, Diff, Difference, File
from samewheel.compare.verdict import Verdict, worst

__all__ = ["Comparison", "Diff", "Difference", "File", "Verdict", "compare", "diff", "worst"]
