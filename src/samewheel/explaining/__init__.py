"""Why two wheels differ, and how to cure it: causes with a page each, and what tells them from bytes and builds."""

from samewheel.explaining.case import Given, Mark, Moment
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.explaining import explain
from samewheel.explaining.given import given_by
from samewheel.explaining.values import UNKNOWN, Cause, Certainty, Explanation
from samewheel.explaining.wording import backend_of

__all__ = [
    "CAUSES",
    "UNKNOWN",
    "Cause",
    "Certainty",
    "Explanation",
    "Given",
    "Mark",
    "Moment",
    "backend_of",
    "explain",
    "given_by",
]
