"""The fields of a plan, as all reports say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.rebuilding.values import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.rebuilding.values import Rebuilt

__all__ = ["plan_fields"]

NOT_FIELDS = {"evidence", "locked", "wheel"}
"""What of a plan is told elsewhere, or by nobody."""


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} = {item}" for name, item in sorted(value.items()) if item not in (None, ""))
    return str(value)


def plan_fields(rebuilt: Rebuilt) -> Iterator[tuple[str, str, str]]:
    """Yield the fields of the best plan that say something: name, value, and why it is that."""
    if rebuilt.plan is None:
        return
    given = any(attempt.why == GIVEN for attempt in rebuilt.attempts)
    for name, value in msgspec.to_builtins(rebuilt.plan).items():
        if name not in NOT_FIELDS and (value or name in rebuilt.plan.evidence):
            why = rebuilt.plan.evidence.get(name, "")
            # Whoever edits a plan need not keep its evidence true.
            yield name, _shown(value), f"the plan says: {why}" if why and given else why
