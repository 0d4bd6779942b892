"""Installs a framework beside the tools, into an environment of its own, and runs the tests of its seeds."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from surroundings import PROJECT, FailedError, environment


def tested(name: str) -> int:
    """Return pytest's exit code. pip installs the framework, with the user's settings, which say where it comes from.

    Raises:
        FailedError: the environment cannot be made.
    """
    groups = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    install = ["-m", "pip", "install", "-q", *groups[name]]
    place = PROJECT / f".venv-{name}"
    with tempfile.TemporaryDirectory() as home:
        inside = environment(place, Path(home), lock="requirements-dev.lock")
    variables = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "UV_PYTHON"}}
    for command in (["-m", "ensurepip"], install, ["-m", "pytest", "tests/frameworks"]):
        done = subprocess.run([str(inside), *command], check=False, cwd=PROJECT, env=variables)
        if done.returncode:
            return done.returncode
    return 0


def main() -> int:
    """Test one framework."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=["tensorflow", "torch"], help="a group of pyproject.toml")
    given = parser.parse_args()
    try:
        return tested(given.name)
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
