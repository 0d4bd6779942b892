"""Published wheels built again from their sources: a plan, one build, and a comparison with what was published."""

from samewheel.rebuilding.plans import plan_text, read_plan, write_plan
from samewheel.rebuilding.rebuilding import rebuild
from samewheel.rebuilding.values import GIVEN, SCHEMA, TRIES, Attempt, Plan, Rebuilt, Wanted

__all__ = [
    "GIVEN",
    "SCHEMA",
    "TRIES",
    "Attempt",
    "Plan",
    "Rebuilt",
    "Wanted",
    "plan_text",
    "read_plan",
    "rebuild",
    "write_plan",
]
