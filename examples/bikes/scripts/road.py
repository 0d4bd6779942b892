"""Walks the whole road: wheel, data, two trainings by MLflow and two without; all four must give the same."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import data
import package
from surroundings import PROJECT, FailedError, locked_wheel, samewheel
from tracked import tracked
from verify_model import CONF, FIRST, SECOND, loaded, trained

LINE = "{:<14}{:<18}{:<18}{:<18}{}"
SHOWN = 16
"""Characters of a digest in the table; the lines below it have all of them."""


def runs(top: Path, python: str, other: str) -> dict[str, dict[str, Any]]:
    """Train four times, and return the records by the names of the runs.

    Raises:
        FailedError: one of them.
    """
    records = {}
    for name in ("mlflow run 1", "mlflow run 2"):
        records[name] = shown(name, tracked("confs/training.yaml"))
    for name, conditions, interpreter in (("plain 1", FIRST, python), ("plain 2", SECOND, other)):
        records[name] = shown(name, loaded(trained(conditions, CONF, top, interpreter)))
    return records


def shown(name: str, record: dict[str, Any]) -> dict[str, Any]:
    """Print a run as a row, and return it."""
    result = record["result"]
    model, predictions = result["model"][:SHOWN], result["predictions"][:SHOWN]
    print(
        LINE.format(name, record["environment"]["python"], model, predictions, result["values"]["rmse"]), flush=True
    )
    return record


def walked(given: argparse.Namespace, top: Path) -> bool:
    """Walk the road, and return whether all runs gave the same.

    Raises:
        FailedError: a step.
    """
    print(f"wheel sha256        {package.build(PROJECT, *given.allow_dirty)}", flush=True)
    print(f"wheel verified      {samewheel('verify', '-q', '--against', str(locked_wheel()[0])).split()[0]}")
    print(f"data sha256         {data.fetched()}", flush=True)
    print(LINE.format("run", "python", "model", "predictions", "rmse"))
    results = [record["result"] for record in runs(top, given.python, given.other_python or given.python).values()]
    for key in ("model", "predictions"):
        print("\n".join(f"{key + ' sha256':<20}{value}" for value in sorted({result[key] for result in results})))
    print("\n".join(f"{'rmse':<20}{value}" for value in sorted({result["values"]["rmse"] for result in results})))
    return all(result == results[0] for result in results)


def main() -> int:
    """Walk; 0 if all is the same, 3 if not, 1 if a step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="interpreter of the first plain training")
    parser.add_argument("--other-python", help="interpreter of the second one; the same")
    parser.add_argument("--allow-dirty", action="store_const", const=["--allow-dirty"], default=[])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="road-") as folder:
        try:
            same = walked(given, Path(folder))
        except FailedError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print("one model" if same else "not one model: just verify-model says on which level they differ")
    return 0 if same else 3


if __name__ == "__main__":
    sys.exit(main())
