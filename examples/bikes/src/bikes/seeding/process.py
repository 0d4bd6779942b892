"""Python's own randomness: the module `random`, and the hashes of strings."""

from __future__ import annotations

import os
import random
import subprocess
import sys

from bikes.seeding.report import Report


def python(seed: int) -> Report:
    """Seed the module `random`."""
    random.seed(seed)
    return Report(seed, {"random": f"seed {seed}"}, {})


TEXT = "bikes"


def hash_seed() -> Report:
    """Say whether the order of sets of strings is fixed. It can be fixed before Python starts, and never after."""
    if not sys.flags.hash_randomization:
        return Report(None, {"hash seed": "PYTHONHASHSEED=0"}, {})
    value = os.environ.get("PYTHONHASHSEED", "random")
    if value == "random":
        return Report(None, {}, {"hash seed": "drawn when Python started: sort sets before their order matters"})
    if sys.flags.ignore_environment:
        return Report(None, {}, {"hash seed": "drawn: python -I does not heed PYTHONHASHSEED"})
    if not in_force(value):
        return Report(None, {}, {"hash seed": f"PYTHONHASHSEED={value} came too late, or was not heeded"})
    return Report(None, {"hash seed": f"PYTHONHASHSEED={value}"}, {})


def in_force(value: str) -> bool:
    """Return whether this process hashes as one does that starts with this hash seed.

    A variable only says what somebody wrote into it, perhaps after the start; the hash says what Python took.
    """
    command = [sys.executable, "-s", "-S", "-c", f"print(hash({TEXT!r}))"]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": value}
        )
    except OSError:
        return False
    return done.returncode == 0 and done.stdout.strip() == str(hash(TEXT))
