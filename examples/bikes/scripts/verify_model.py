"""Trains twice in clean environments under opposite conditions, and compares model, predictions and metrics."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparing import compare, members, report
from surroundings import PROJECT, FailedError, clean, environment, run


@dataclass(frozen=True)
class Conditions:
    """What one training sees around it."""

    name: str
    folder: str
    time_zone: str
    umask: int
    hash_seed: str
    threads: int


CONF = PROJECT / "confs" / "training.yaml"
FIRST = Conditions("first", "plain", "UTC", 0o022, "0", 1)
SECOND = Conditions("second", "with space and ü", "Asia/Kathmandu", 0o077, "4242", 2)
SEEN = {
    "cwd": "cwd",
    "hash_seed": "hash_of_text",
    "home": "home",
    "threads": "threads",
    "time_zone": "time_zone",
    "umask": "umask",
}
"""Conditions, and where observed.json has what the process really saw."""


def trained(conditions: Conditions, conf: Path, top: Path, python: str) -> Path:
    """Train in an environment, a home and a folder of their own, and return the folder of the outputs.

    `-s -P` keeps out what `-I` keeps out, where no variable of Python's is set, but lets the hash seed be chosen.
    """
    home, folder = top / conditions.name / "home", top / conditions.name / conditions.folder
    for path in (home, folder):
        path.mkdir(parents=True)
    inside = environment(top / conditions.name / "environment", home, python=python)
    variables = clean(home, TZ=conditions.time_zone, PYTHONHASHSEED=conditions.hash_seed)
    command = [
        str(inside),
        "-s",
        "-P",
        "-m",
        "bikes",
        "--project",
        str(PROJECT),
        "--threads",
        str(conditions.threads),
    ]
    run([*command, "--output", str(folder / "out"), str(conf)], variables, cwd=folder, umask=conditions.umask)
    return folder / "out"


def varied(first: Path, second: Path) -> tuple[list[str], list[str]]:
    """Return the conditions that both processes saw differently, and those that they did not."""
    one, two = (json.loads((output / "observed.json").read_bytes()) for output in (first, second))
    seen = [name for name, key in SEEN.items() if one[key] != two[key]]
    return seen, [name for name in SEEN if name not in seen]


def described(first: Path, second: Path) -> tuple[str, bool]:
    """Return the comparison of two trainings as text, and whether they gave the same."""
    records = [loaded(output) for output in (first, second)]
    comparison = compare(*records)
    lines = [report(comparison)]
    if "model" in comparison.outputs:
        names = members(*((output / "model.skops").read_bytes() for output in (first, second)))
        lines.append(f"  in the file         {len(names)} members, the first {names[0]}")
    for key in ("model", "predictions", "metrics"):
        lines += [
            f"  {key + ' sha256':<20}{value}" for value in sorted({record["result"][key] for record in records})
        ]
    lines += [
        f"  {'rmse':<20}{value!r}" for value in sorted({record["result"]["values"]["rmse"] for record in records})
    ]
    did, did_not = varied(first, second)
    lines.append(f"  {'varied':<20}{', '.join(did)}")
    lines += [f"  {'not varied':<20}{', '.join(did_not)}"] if did_not else []
    return "\n".join(lines), comparison.level == "identical"


def loaded(output: Path) -> dict[str, Any]:
    """Return the record of one training."""
    record: dict[str, Any] = json.loads((output / "record.json").read_bytes())
    return record


def main() -> int:
    """Train twice; 0 if both gave the same, 3 if not, 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path, nargs="?", default=CONF)
    parser.add_argument("--python", default=sys.executable, help="interpreter of the first training")
    parser.add_argument("--other-python", help="interpreter of the second one; the same")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="verify-model-") as folder:
        try:
            conf = given.config.absolute()
            first = trained(FIRST, conf, Path(folder), given.python)
            second = trained(SECOND, conf, Path(folder), given.other_python or given.python)
        except FailedError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        text, same = described(first, second)
    print(text)
    return 0 if same else 3


if __name__ == "__main__":
    sys.exit(main())
