"""Python's own randomness: the module `random`, and the hashes of strings."""

from __future__ import annotations

import os
import random
import sys

from bikes.seeding.report import Report


def python(seed: int) -> Report:
    """Seed the module `random`."""
    random.seed(seed)
    return Report(seed, {"random": f"seed {seed}"}, {})


def hash_seed() -> Report:
    """Say whether the order of sets of strings is fixed. It can be fixed before Python starts, and never after."""
    if not sys.flags.hash_randomization:
        return Report(None, {"hash seed": "PYTHONHASHSEED=0"}, {})
    value = os.environ.get("PYTHONHASHSEED", "random")
    if value == "random":
        return Report(None, {}, {"hash seed": "drawn when Python started: sort sets before their order matters"})
    if sys.flags.ignore_environment:
        return Report(None, {}, {"hash seed": "drawn: python -I does not heed PYTHONHASHSEED"})
    return Report(None, {"hash seed": f"PYTHONHASHSEED={value}"}, {})
