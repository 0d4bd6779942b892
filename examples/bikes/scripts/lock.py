"""Pins what a training installs into requirements.lock, each file by hash; the last line is our own wheel."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from surroundings import LOCK, PROJECT, FailedError, built, run, sha256

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "# Made by `just lock`. Every line has hashes, also that of our own wheel.\n--require-hashes\n"
COMPILE = "uv pip compile -q --universal --python-version 3.11 --only-binary :all: --generate-hashes"
BARE = ["--no-header", "--no-annotate"]
DEV = "# Made by `just lock`: the tools of tests and lint, beside requirements.lock.\n"


def compiled(*more: str) -> str:
    """Return the pins of pyproject.toml; those of the lock that is there stay, unless `--upgrade` is among `more`."""
    return run([*COMPILE.split(), *BARE, "pyproject.toml", "--extra", "track", *more], dict(os.environ))


def wheel_line(project: Path = PROJECT) -> str:
    """Build the wheel of what is in the folder now, and return its line.

    Raises:
        FailedError: the build, or no wheel.
    """
    wheel = built(project, "--allow-dirty")
    return f"./dist/{wheel.name} --hash=sha256:{sha256(wheel)}\n"


def main() -> int:
    """Write both locks, or with --wheel-only the last line of the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take newer releases")
    parser.add_argument("--wheel-only", action="store_true", help="build anew, and change the wheel's line only")
    given = parser.parse_args()
    try:
        pins = kept() if given.wheel_only else fresh(upgrade=given.upgrade)
        line = wheel_line()
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    written(PROJECT / LOCK, HEAD + pins + line)
    print(line, end="")
    return 0


def kept() -> str:
    """Return the pins that are locked, without head and wheel."""
    lines = (PROJECT / LOCK).read_text("utf-8").removeprefix(HEAD).splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("./dist/"))


def fresh(*, upgrade: bool) -> str:
    """Return new pins, and write those of the tools."""
    before = PROJECT / ".cache" / "pins.txt"
    before.parent.mkdir(exist_ok=True)
    written(before, kept() if (PROJECT / LOCK).is_file() and not upgrade else "")
    compiled("-o", str(before))
    pins = before.read_text("utf-8")
    tools = compiled("--group", "dev", "--extra", "tensors", "-c", str(before))
    written(PROJECT / "requirements-dev.lock", DEV + tools)
    return pins


def written(path: Path, text: str) -> None:
    """Write beside the place, then rename."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, "utf-8")
    beside.replace(path)


if __name__ == "__main__":
    sys.exit(main())
