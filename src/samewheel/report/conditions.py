"""The conditions of a machine for other programs: what ``samewheel conditions --json`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.buildinfo import Isolation, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SCHEMA", "Conditions", "to_conditions"]

SCHEMA = "samewheel/conditions/1"


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What ``samewheel verify`` can vary on a machine."""

    conditions: dict[str, str | None]
    """Why each condition cannot be varied, by its name; None: it can be."""
    isolation: Isolation
    """How far builds are kept apart."""


def to_conditions(reasons: Mapping[str, str], isolation: Isolation) -> bytes:
    """Return as JSON what can be varied; an empty reason is none."""
    found = {name: reason or None for name, reason in reasons.items()}
    return to_json(SCHEMA, Conditions(conditions=found, isolation=isolation))
