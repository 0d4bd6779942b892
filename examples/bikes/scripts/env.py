"""Makes .venv of what requirements.lock names, or .venv-dev of requirements-dev.lock, where it is not there yet."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from surroundings import LOCK, PROJECT, FailedError, environment, sha256

TRAINING = (".venv", LOCK)
DEV = (".venv-dev", "requirements-dev.lock")


def made(name: str, lock: str, *, project: Path = PROJECT, anew: bool = False) -> Path:
    """Make the environment unless it was made of this lock already, and return its folder.

    What was changed in it since is not seen here: `anew` makes it in any case.

    Raises:
        FailedError: a package without a hash, or with another one.
    """
    place = project / name
    stamp = place / "made-of"
    if not anew and stamp.is_file() and stamp.read_text("utf-8") == sha256(project / lock):
        return place
    with tempfile.TemporaryDirectory() as home:
        environment(place, Path(home), project=project, lock=lock)
    stamp.write_text(sha256(project / lock), "utf-8")
    return place


def main() -> int:
    """Make one environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the tools, not what trains")
    parser.add_argument("--anew", action="store_true", help="also if it is there: something in it was changed")
    given = parser.parse_args()
    try:
        place = made(*(DEV if given.dev else TRAINING), anew=given.anew)
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"environment         {place.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
