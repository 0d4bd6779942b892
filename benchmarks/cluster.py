"""What a cluster adds to an audit: seconds for each job, throughput beside ``--jobs``, memory of the coordinator.

    python benchmarks/cluster.py                       # all but the real builds
    python benchmarks/cluster.py overhead throughput   # some of it
    python benchmarks/cluster.py real                  # 20 published wheels, from warm caches; takes the index

All are processes on this machine, started as users start them; fake builds take no processor time. Throughput is a
ratio of medians: what ``--jobs 2`` takes, divided by what two workers with a thread each take. Goals: 0.9, and 200 MB
for 10,000 jobs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.clusters import Cluster, cluster  # noqa: E402 - found by the line before
from tests.torture.cluster import DRIVER, REAL  # noqa: E402 - as above
from tests.torture.running import SAMEWHEEL, head, row  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Run(NamedTuple):
    """One audit."""

    seconds: float
    """From the first job's begin to the last one's end; starting and reading are the same everywhere."""
    whole: float
    """All of the command."""
    memory: int
    """Bytes that its process had at most."""


def audited(folder: Path, names: Sequence[str], *where: str, command: Sequence[str | Path], **env: str) -> Run:
    """Run an audit of these names.

    Raises:
        RuntimeError: it failed, or a package has no result.
    """
    (folder / "list.txt").write_text("".join(f"{name}\n" for name in names), "utf-8")
    words = [*command, "audit", "list.txt", "--anew", *where]
    began, first = time.perf_counter(), None
    with (
        (folder / "out.txt").open("wb") as out,
        subprocess.Popen(
            words, cwd=folder, env={**os.environ, **env}, stdout=out, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        said = []
        for line in process.stderr or ():
            said.append(line)
            first = first or (time.perf_counter() if line.startswith("[") else None)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    ended = time.perf_counter()
    if process.returncode or not said[-1].startswith(f"[{len(names)}/{len(names)}]"):
        raise RuntimeError("".join(said[-20:]))
    return Run(ended - (first or began), ended - began, used.ru_maxrss << 10)


def fake(count: int) -> list[str]:
    """Return the names of fake projects."""
    return [f"project{number}==1.0" for number in range(count)]


def with_workers(folder: Path, number: int, **env: str) -> Iterable[Cluster]:
    """Yield a cluster with so many workers."""
    with cluster(folder) as found:
        for _ in range(number):
            found.worker("--no-nanny", **env)
        yield found


def overhead(folder: Path, count: int) -> None:
    """Print what a job costs that takes no time."""
    print(head("where", "jobs", "ms for each job", numbers=["jobs", "ms for each job"]))
    done = audited(folder, fake(count), "--jobs", "2", command=DRIVER, WORK="lasting_work")
    print(row(["--jobs 2", count, f"{1000 * done.seconds / count:.1f}"]), flush=True)
    for number in (1, 2, 4):
        for found in with_workers(folder, number):
            done = audited(folder, fake(count), "--cluster", found.address, command=DRIVER, WORK="lasting_work")
        print(row([f"workers: {number}", count, f"{1000 * done.seconds / count:.1f}"]), flush=True)


def compared(folder: Path, names: Sequence[str], rounds: int, command: Sequence[str | Path], **env: str) -> None:
    """Print how the throughput of two workers compares with that of two jobs here, in pairs."""
    here, there = [], []
    for found in with_workers(folder, 2, **env):
        # The first one warms both up.
        for turn in range(rounds + 1):
            local = audited(folder, names, "--jobs", "2", command=command, **env)
            far = audited(folder, names, "--cluster", found.address, command=command, **env)
            if turn:
                here.append(local.whole)
                there.append(far.whole)
    ratios = [a / b for a, b in zip(here, there, strict=True)]
    shown = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    medians = f"{statistics.median(here):.1f} s | {statistics.median(there):.1f} s"
    print(f"| {len(names)} | {medians} | {statistics.median(ratios):.2f} ({shown}) |", flush=True)


def throughput(folder: Path, given: argparse.Namespace, *, real: bool) -> None:
    """Print it for fake builds, or for real ones."""
    kind = "real builds" if real else f"fake builds of {given.lasting} s"
    print(head(kind, "--jobs 2", "two workers", "throughput", numbers=[kind, "--jobs 2", "two workers"]))
    if real:
        compared(folder, REAL, given.rounds, SAMEWHEEL)
    else:
        compared(folder, fake(given.builds), given.rounds, DRIVER, WORK="lasting_work", LASTING=given.lasting)


def memory(folder: Path, count: int) -> None:
    """Print what the coordinator's process had at most."""
    print(head("jobs", "MB here", "MB with a cluster", numbers=["jobs", "MB here", "MB with a cluster"]))
    for found in with_workers(folder, 2):
        for number in (100, count):
            here = audited(folder, fake(number), "--jobs", "2", command=DRIVER, WORK="lasting_work")
            far = audited(folder, fake(number), "--cluster", found.address, command=DRIVER, WORK="lasting_work")
            print(row([number, f"{here.memory / 1e6:.0f}", f"{far.memory / 1e6:.0f}"]), flush=True)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("overhead", "throughput", "memory", "real")
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="[default: all but real]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--builds", type=int, default=120, help="fake ones, for throughput  [default: 120]")
    parser.add_argument("--lasting", default="0.5", help="seconds that each of them takes  [default: 0.5]")
    parser.add_argument("--jobs", type=int, default=10_000, help="of the measurement of memory  [default: 10000]")
    given = parser.parse_args()
    for part in given.parts or parts[:-1]:
        with tempfile.TemporaryDirectory() as name:
            if part == "overhead":
                overhead(Path(name), 300)
            elif part == "memory":
                memory(Path(name), given.jobs)
            else:
                throughput(Path(name), given, real=part == "real")
        print()


if __name__ == "__main__":
    main()
