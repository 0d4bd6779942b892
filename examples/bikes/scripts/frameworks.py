"""Installs a framework beside the tools, into an environment of its own, and runs the tests of its seeds."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from surroundings import PROJECT, FailedError, environment


def tested(package: str) -> int:
    """Return pytest's exit code. pip installs the framework, with the user's settings, which say where it comes from.

    Raises:
        FailedError: the environment cannot be made.
    """
    name = re.split(r"[^\w-]", package)[0]
    place = PROJECT / f".venv-{name}"
    with tempfile.TemporaryDirectory() as home:
        inside = environment(place, Path(home), lock="requirements-dev.lock")
    variables = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "UV_PYTHON"}}
    for command in (
        ["-m", "ensurepip"],
        ["-m", "pip", "install", "-q", package],
        ["-m", "pytest", "tests/frameworks"],
    ):
        done = subprocess.run([str(inside), *command], check=False, cwd=PROJECT, env=variables)
        if done.returncode:
            return done.returncode
    return 0


def main() -> int:
    """Test one framework."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="such as torch==2.13.0 or tensorflow-cpu")
    given = parser.parse_args()
    try:
        return tested(given.package)
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
