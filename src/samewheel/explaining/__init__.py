"""Why two wheels differ, and how to cure it: causes with a page each, and what tells them from bytes and builds."""

from samewheel.explaining.case import Mark
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.explaining import explain
from samewheel.explaining.values import UNKNOWN, Cause, Certainty, Explanation

__all__ = ["CAUSES", "UNKNOWN", "Cause", "Certainty", "Explanation", "Mark", "explain"]
