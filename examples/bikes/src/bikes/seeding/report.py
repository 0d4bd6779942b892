"""What a seeding did, as values that go into the record."""

from __future__ import annotations

import msgspec
import numpy as np


class Report(msgspec.Struct, frozen=True):
    """What is fixed, and what is not, each by name with how or why. `seed` is None where all is left to chance."""

    seed: int | None
    fixed: dict[str, str]
    not_fixed: dict[str, str]

    def __or__(self, other: Report) -> Report:
        """Return both reports as one."""
        return Report(self.seed, self.fixed | other.fixed, self.not_fixed | other.not_fixed)


class Seeds(msgspec.Struct, frozen=True):
    """What to hand on to code that takes its randomness as an argument, and the report.

    `random_state` is for scikit-learn, which has no switch for all; `generator` for code that draws with NumPy.
    """

    random_state: int | None
    generator: np.random.Generator
    report: Report
