"""Does again what a record says, for somebody who has nothing but the repository and the record.

Checks the commit out into a folder of its own, builds the wheel and compares it with the record's, installs the lock,
checks the data, trains, and compares. Each step stops at the first thing that is not what the record says.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import data
import package
from comparing import compare, report
from surroundings import LOCK, FailedError, clean, environment, run, sha256


def wanted(path: Path) -> dict[str, Any]:
    """Return the record, which names a commit that was not changed, and a wheel.

    Raises:
        FailedError: no record, or one that nobody can do again.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
        code = record["code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FailedError(f"{path.name} is no record of a training: {error}\n  next  give out/record.json") from error
    if code["commit"] is None or code["wheel"] is None:
        raise FailedError(
            "the record names no commit or no wheel\n  next  train in a git repository, with just train"
        )
    if code["dirty"]:
        names = ", ".join(code["changed"][:3])
        raise FailedError(
            f"the tree was dirty: nobody has what was changed: {names}\n  next  commit, and train again"
        )
    return record


def checkout(commit: str, place: Path) -> Path:
    """Clone the repository into `place` at the commit, and return this project's folder there.

    Raises:
        FailedError: the repository does not have the commit.
    """
    variables = dict(os.environ)
    top, prefix = run(["git", "rev-parse", "--show-toplevel", "--show-prefix"], variables).splitlines()[:2]
    run(["git", "clone", "-q", "--no-checkout", top, str(place)], variables)
    run(["git", "checkout", "-q", commit], variables, cwd=place)
    return place / prefix


def again(record: dict[str, Any], top: Path, python: str) -> dict[str, Any]:
    """Walk the road of the record in the folder `top`, telling each step, and return the new record.

    Raises:
        FailedError: a step, or a digest that is not the record's.
    """
    project = checkout(record["code"]["commit"], top / "source")
    told("commit", record["code"]["commit"], record["code"]["commit"])
    told("lock", sha256(project / LOCK), record["environment"]["lock"])
    told("configuration", sha256(project / "confs" / record["config"]["name"]), record["config"]["sha256"])
    told("wheel", package.build(project), record["code"]["wheel"]["sha256"])
    told("data", data.fetched(project), record["data"]["sha256"])
    (top / "home").mkdir()
    inside = environment(top / "environment", top / "home", project=project, python=python)
    command = [str(inside), "-I", "-m", "bikes", "--threads", str(record["config"]["threads"])]
    run([*command, f"confs/{record['config']['name']}"], clean(top / "home"), cwd=project)
    trained: dict[str, Any] = json.loads((project / "out" / "record.json").read_bytes())
    return trained


def told(name: str, found: str, recorded: str) -> None:
    """Say that a step gave what the record says.

    Raises:
        FailedError: it gave something else.
    """
    if found != recorded:
        raise FailedError(f"another {name} than the record's\n  wanted  {recorded}\n  found   {found}")
    print(f"{name:<20}{found}", flush=True)


def main() -> int:
    """Reproduce; 0 if the same came out, 3 if not, 1 if a step failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", type=Path)
    parser.add_argument("--python", default=sys.executable, help="interpreter to train with")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reproduce-") as folder:
        try:
            record = wanted(given.record)
            comparison = compare(record, again(record, Path(folder), given.python))
        except FailedError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    for name in ("model", "predictions", "metrics"):
        print(f"{name:<20}{'same' if name not in comparison.outputs else 'differs'}")
    print(report(comparison))
    return 0 if comparison.level == "identical" else 3


if __name__ == "__main__":
    sys.exit(main())
