"""`python -I -m bikes CONFIG`: trains. `-I` keeps the tree and the user's packages out: the installed wheel runs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bikes.errors import BikesError


def main(arguments: list[str] | None = None) -> int:
    """Train, track where MLFLOW_TRACKING_URI says so, and print the digests; 1 if that fails, with the reason."""
    parser = argparse.ArgumentParser(prog="bikes", description="Trains a model of hourly bike rentals.")
    parser.add_argument("config", type=Path, metavar="CONFIG", help="such as confs/training.yaml")
    parser.add_argument("--project", type=Path, default=Path(), help="folder with data and locks; this one")
    parser.add_argument("--output", type=Path, default=Path("out"), help="folder for model and record; out")
    parser.add_argument("--threads", type=int, help="instead of the configuration's, to compare")
    given = parser.parse_args(arguments)
    try:
        train(given)
    except BikesError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def train(given: argparse.Namespace) -> None:
    """Train, and say what came out."""
    from bikes.running import RECORD, run

    done = run(given.project, given.config, given.output, given.threads)
    code, result = done.record.code, done.record.result
    print(f"wheel sha256        {code.wheel.sha256 if code.wheel else 'none: this is a source tree'}")
    print(f"commit              {code.commit}{' dirty' if code.dirty else ''}")
    print(f"model sha256        {result.model}")
    print(f"predictions sha256  {result.predictions}")
    print(f"rmse                {result.values['rmse']!r}")
    print(f"record              {given.output / RECORD}")
    if os.environ.get("MLFLOW_TRACKING_URI"):
        from bikes.tracking import track

        track(done)


if __name__ == "__main__":
    sys.exit(main())
