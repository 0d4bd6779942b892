"""Trains by `mlflow run`, from a home that nobody has used, into mlflow.db."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from env import made
from surroundings import LOCK, PROJECT, FailedError, clean, run

COMMAND = "run --experiment-name=bikes --run-name=Training --env-manager uv"


def tracked(conf: str, *, project: Path = PROJECT, shown: bool = False) -> dict[str, Any]:
    """Run the MLflow project once, and return the record that it leaves.

    MLflow keeps environments in the home folder and takes one again unseen: with a new home it makes one of the lock.

    Raises:
        FailedError: MLflow, an installation whose hash is another, or the training.
    """
    mlflow = made(".venv", LOCK, project=project) / "bin" / "mlflow"
    with tempfile.TemporaryDirectory(prefix="home-") as home:
        variables = clean(Path(home), MLFLOW_TRACKING_URI=f"sqlite:///{project / 'mlflow.db'}")
        command = [str(mlflow), *COMMAND.split(), "-P", f"conf_file={conf}", "."]
        run(command, variables, cwd=project, shown=shown)
    record: dict[str, Any] = json.loads((project / "out" / "record.json").read_bytes())
    return record


def main() -> int:
    """Run once, and print the digests."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conf", nargs="?", default="confs/training.yaml")
    given = parser.parse_args()
    try:
        result = tracked(given.conf, shown=True)["result"]
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"model sha256        {result['model']}")
    print(f"predictions sha256  {result['predictions']}")
    print(f"rmse                {result['values']['rmse']!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
