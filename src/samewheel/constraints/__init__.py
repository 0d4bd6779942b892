"""The file ``constraints.txt``: hashed pins of everything that a build may install, and what they were locked for.

The format is pip's requirements file, so that ``uv build --build-constraint FILE --require-hashes`` and pip read it
without us. What we wrote ourselves begins with a header of comments, which say what the pins are the answer to.
Nothing here touches a disk, a network, a clock or a process.
"""

from samewheel.constraints.choosing import applicable, for_interpreter, select, unsatisfied
from samewheel.constraints.reading import is_ours, parse_constraints
from samewheel.constraints.values import NOT_OURS, Constraints, Header, Pin
from samewheel.constraints.writing import indexed, make_header, normalise, render

__all__ = [
    "NOT_OURS",
    "Constraints",
    "Header",
    "Pin",
    "applicable",
    "for_interpreter",
    "indexed",
    "is_ours",
    "make_header",
    "normalise",
    "parse_constraints",
    "render",
    "select",
    "unsatisfied",
]
