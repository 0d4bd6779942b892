"""Two wheels compared: facts of each, differences with stable codes, and a verdict."""

from samewheel.comparison.comparing import compare, compared, diff
from samewheel.comparison.values import Comparison, Diff, Difference, File
from samewheel.comparison.verdict import Verdict, worst

__all__ = ["Comparison", "Diff", "Difference", "File", "Verdict", "compare", "compared", "diff", "worst"]
