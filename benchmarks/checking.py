"""Compare `samewheel check` of a wheel with two envelopes with `samewheel --version`: what a gate adds to a start.

    python benchmarks/checking.py [--pairs N]

Both are whole commands, timed in pairs one after the other; the wheel is small, so that its hash costs nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from commands import Comparison, measured

ROOT = Path(__file__).parents[1]

SAMEWHEEL = [sys.executable, "-m", "samewheel"]


def prepared(folder: Path) -> list[str]:
    """Make a wheel that two builders attest, and a policy that wants both; return the command that checks it."""
    demo = folder / "demo"
    subprocess.run([sys.executable, ROOT / "scripts" / "attest_demo.py", demo], check=True, stdout=subprocess.DEVNULL)
    alice = demo / "alice"
    (wheel,) = (alice / "dist").glob("*.whl")
    policy = alice / "fresh.toml"
    keys = [word for who in ("alice", "bob") for word in ("--trust", str(demo / "keys" / f"{who}.pub"))]
    arguments = [str(wheel), "--evidence", str(alice / "evidence")]
    start = [*SAMEWHEEL, "check", *arguments, "--init-policy", str(policy), *keys]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL)
    return [*SAMEWHEEL, "check", *arguments, "--policy", str(policy)]


def main() -> None:
    """Measure, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=41, help="how often both are run")
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        command = prepared(folder)
        found = measured(Comparison(ours=command, theirs=[*SAMEWHEEL, "--version"], folder=folder, pairs=pairs))
    print(f"check {found.ours * 1000:.0f} ms, --version {found.theirs * 1000:.0f} ms: {found.ratio:.2f} x")


if __name__ == "__main__":
    main()
