"""Code in processes of their own, and the small things that tests train with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SRC = str(ROOT / "src")

FOREST = """
import numpy as np
from sklearn.ensemble import RandomForestRegressor
x = np.random.RandomState(0).rand(200, 4)
model = RandomForestRegressor(n_estimators=3, random_state=1, min_samples_leaf=20).fit(x, x.sum(1))
"""


def answer(code: str, *options: str, **variables: str) -> str:
    """Return what the code prints in a new process that has these variables of Python's and no others."""
    program = f"import sys; sys.path.insert(0, {SRC!r})\n{code}"
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **variables}
    done = subprocess.run(
        [sys.executable, *options, "-c", program], check=False, capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def digest_of(code: str, expression: str, **variables: str) -> str:
    """Return the SHA-256 of the bytes that an expression gives after the code."""
    return answer(f"{code}\nimport hashlib\nprint(hashlib.sha256({expression}).hexdigest())", **variables)
