"""Two wheels compared: facts of each, differences with stable codes, and a verdict."""

from samewheel.compare.comparing import compare
from samewheel.compare.values import Comparison, Difference
from samewheel.compare.verdict import Verdict, worst

__all__ = ["Comparison", "Difference", "Verdict", "compare", "worst"]
