"""One call that seeds whatever is installed, and says what it fixed and what it could not; too late is refused."""

from __future__ import annotations

from bikes.seeding.report import Report, Seeds
from bikes.seeding.sowing import FRAMEWORKS, seed_everything

__all__ = ["FRAMEWORKS", "Report", "Seeds", "seed_everything"]
