"""Does again what a record says, for somebody who has nothing but the repository and the record.

Checks the commit out into a folder of its own, builds the wheel and compares it with the record's, installs the lock,
checks the data, trains, and compares. Each step stops at the first thing that is not what the record says.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import data
import package
from comparing import INPUTS, OUTPUTS, SURROUNDINGS, compare, report
from surroundings import LOCK, FailedError, clean, environment, run, sha256

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A whole commit: a branch, a short one or an option of git's would mean something else another day."""

DIGEST = re.compile(r"[0-9a-f]{64}")

NEXT = "next  give out/record.json"


def wanted(path: Path) -> dict[str, Any]:
    """Return the record, which names a commit that was not changed, and a wheel.

    Raises:
        FailedError: no record, or one that nobody can do again.
    """
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
        code = record["code"]
        if code["commit"] is None or code["wheel"] is None:
            raise FailedError(
                "the record names no commit or no wheel\n  next  train in a git repository, with just train"
            )
        if code["dirty"]:
            names = ", ".join(code["changed"][:3])
            raise FailedError(
                f"the tree was dirty: nobody has what was changed: {names}\n  next  commit, and train again"
            )
        wrong = malformed(record)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise FailedError(f"{path.name} is no record of a training: {error}\n  {NEXT}") from error
    if wrong:
        raise FailedError(f"{path.name} is no record of a training: {wrong[0]} is not what it should be\n  {NEXT}")
    return record


def malformed(record: dict[str, Any]) -> list[str]:
    """Return the names of the parts that a reproduction or its comparison reads, and that cannot be read.

    Raises:
        KeyError: one that is not there.
        TypeError: one that is no object.
    """
    for part, key in (INPUTS | SURROUNDINGS | OUTPUTS).values():
        record[part][key]
    code, config = record["code"], record["config"]
    digests = {
        "wheel": code["wheel"]["sha256"],
        **{name: record[part][key] for name, (part, key) in OUTPUTS.items()},
        **{name: record[part][key] for name, (part, key) in INPUTS.items() if name not in {"wheel", "seed"}},
    }
    name, threads = config["name"], config["threads"]
    good = {
        "commit": isinstance(code["commit"], str) and COMMIT.fullmatch(code["commit"]),
        "dirty": code["dirty"] is False,
        "name of the configuration": isinstance(name, str) and name == Path(name).name and not name.startswith("-"),
        "number of threads": type(threads) is int and threads > 0,
        **{key: isinstance(value, str) and DIGEST.fullmatch(value) for key, value in digests.items()},
    }
    return [key for key, fine in good.items() if not fine]


def checkout(commit: str, place: Path) -> Path:
    """Clone the repository into `place` at the commit, and return this project's folder there.

    Raises:
        FailedError: the repository does not have the commit.
    """
    variables = dict(os.environ)
    top, prefix = run(["git", "rev-parse", "--show-toplevel", "--show-prefix"], variables).splitlines()[:2]
    run(["git", "clone", "-q", "--no-checkout", top, str(place)], variables)
    run(["git", "checkout", "-q", "--detach", commit], variables, cwd=place)
    return place / prefix


def again(record: dict[str, Any], top: Path, python: str) -> dict[str, Any]:
    """Walk the road of the record in the folder `top`, telling each step, and return the new record.

    Raises:
        FailedError: a step, or a digest that is not the record's.
    """
    project = checkout(record["code"]["commit"], top / "source")
    head = run(["git", "rev-parse", "HEAD"], dict(os.environ), cwd=project).strip()
    told("commit", head, record["code"]["commit"])
    told("lock", digest(project, LOCK), record["environment"]["lock"])
    told("configuration", digest(project, f"confs/{record['config']['name']}"), record["config"]["sha256"])
    told("wheel", package.build(project), record["code"]["wheel"]["sha256"])
    told("data", data.fetched(project), record["data"]["sha256"])
    (top / "home").mkdir()
    inside = environment(top / "environment", top / "home", project=project, python=python)
    command = [str(inside), "-I", "-m", "bikes", "--threads", str(record["config"]["threads"])]
    run([*command, f"confs/{record['config']['name']}"], clean(top / "home"), cwd=project)
    trained: dict[str, Any] = json.loads((project / "out" / "record.json").read_bytes())
    return trained


def digest(project: Path, name: str) -> str:
    """Return the SHA-256 of a file of the commit.

    Raises:
        FailedError: the commit does not have it.
    """
    if not (project / name).is_file():
        raise FailedError(f"the record's commit has no {name}\n  {NEXT}")
    return sha256(project / name)


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
