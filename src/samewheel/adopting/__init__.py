"""Adoption: what an existing project needs to build with samewheel, shown before it is written.

Each part is a pure function from what is there to what should be there. So one and the same answer makes the diff,
the check and the second run that has nothing to do.
"""

from samewheel.adopting.planning import adopt
from samewheel.adopting.values import Adoption, Change, Outcome, Part
from samewheel.adopting.writing import write

__all__ = ["Adoption", "Change", "Outcome", "Part", "adopt", "write"]
