"""What commands take on large wheels, and audits of many packages: seconds of CPU, peak memory, and how both grow.

    python -m tests.torture.load                            # half an hour, and 6 GB of disk
    python -m tests.torture.load members audits --small     # other series, and the first two sizes of each
    python -m tests.torture.load stored --sizes 256 1024 --runs 5

Each command runs in a process of its own. ``grows`` is the CPU per unit at this size against that at the size before,
the start of the program left out: 1.0 is linear; 2.0 for twice the size is quadratic, and so is 10.0 for ten times.
Exits with 1 if anything grows faster than half way to that (and takes 0.5 seconds more than in proportion), or takes
more memory than its bound. POSIX only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from samewheel._files import sha256_of
from tests.functional.builds import OURS
from tests.torture import big_wheels
from tests.torture.big_wheels import NAME, NOON, Size, make
from tests.torture.running import SAMEWHEEL, Measured, head, measured, row, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GROWTH, SLACK = 0.5, 0.5
"""With which power of the size CPU per unit may grow (0: linear, 1: quadratic), and seconds that do not count."""
MEMORY = 200
"""MiB at most, but for what compresses: libdeflate wants a whole member, and its output beside it."""
PER_MEMBER = 1 / 256
"""MiB more for each member: what is known of it is in memory, for both wheels that are compared."""
CODES = {"one member differs": 13, "all headers differ": 11}
"""Exit codes of comparisons that are not of the same wheel."""
DRIVER = Path(__file__).parents[1] / "functional" / "audit_driver.py"
READ = """
import sys
from pathlib import Path
from samewheel.wheel import open_wheel
with open_wheel(Path(sys.argv[1])) as wheel:
    print(len(wheel.archive.members))
"""
"""The strict reader alone: all headers, and no contents."""

Step = tuple[str, "Sequence[str]", int]
"""What is measured, its command, and its exit code."""


class Series(NamedTuple):
    """What grows, in which sizes, and what is run at each."""

    sizes: Sequence[int]
    steps: Callable[[Path, int], Iterator[Step]]
    unit: str


class Figure(NamedTuple):
    """What one step took."""

    wall: float
    cpu: float
    memory: float
    wrong: str


def samewheel(*words: str) -> list[str]:
    """Return a command of samewheel."""
    return [*SAMEWHEEL, *words]


def project(folder: Path, size: Size) -> None:
    """Make a project in a folder that builds a wheel of a size, and needs nothing."""
    shutil.copy(big_wheels.__file__, folder / "backend.py")
    system = 'requires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(f"[build-system]\n{system}")
    (folder / "size.json").write_text(json.dumps(size))
    (folder / "constraints.txt").write_text(OURS)


def on_wheels(folder: Path, size: Size, *, verify: bool) -> Iterator[Step]:
    """Yield all that reads wheels, each wheel made just before it is needed."""
    one, two = (folder / side / NAME for side in ("a", "b"))
    for path in (one, two):
        path.parent.mkdir()
    a, b = str(one), str(two)
    make(one, size)
    yield "read headers", [sys.executable, "-c", READ, a], 0
    make(two, size)
    yield "diff, equal", samewheel("diff", a, b), 0
    make(two, size, differs=True)
    yield "diff, one member differs", samewheel("diff", a, b), CODES["one member differs"]
    make(two, size, time=NOON + 1)
    yield "diff, all headers differ", samewheel("diff", a, b), CODES["all headers differ"]
    two.unlink()
    yield "canonicalize", samewheel("canonicalize", "-q", a, "-o", str(folder / "canonical")), 0
    shutil.rmtree(folder / "canonical")
    yield from _signed(folder, one)
    if verify:
        (folder / "project").mkdir()
        project(folder / "project", size)
        words = ("verify", "-q", "--no-via-sdist", str(folder / "project"), "--against", a)
        yield "verify --against", samewheel(*words, "--evidence", str(folder / "verified")), 0


def _signed(folder: Path, wheel: Path) -> Iterator[Step]:
    """Yield attest and check: what is stated of a small build is made to be about this wheel."""
    small = folder / "small"
    small.mkdir()
    project(small, Size())
    run(small, "build", "-q", "-o", "out", "--evidence", "out")
    info = json.loads((small / "out" / f"{NAME}.buildinfo.json").read_text())
    info["wheel"] |= {"sha256": sha256_of(wheel), "size": wheel.stat().st_size}
    path = small / "buildinfo.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(info, order="sorted")) + b"\n")
    run(folder, "keygen", "--no-passphrase", "release")
    out = str(folder / "statements")
    yield (
        "attest",
        samewheel("attest", str(wheel), "--key", str(folder / "release"), "--buildinfo", str(path), "-o", out),
        0,
    )
    policy = str(folder / "policy.toml")
    run(
        folder,
        "check",
        str(wheel),
        "--evidence",
        out,
        "--init-policy",
        policy,
        "--trust",
        str(folder / "release.pub"),
    )
    yield "check", samewheel("check", str(wheel), "--evidence", out, "--policy", policy), 0


def on_audits(folder: Path, size: int) -> Iterator[Step]:
    """Yield an audit with fake builds, and what lists its results."""
    (folder / "list.txt").write_text("".join(f"package-{number:05}==1.0\n" for number in range(size)))
    store = ("--store", str(folder / "audit.sqlite3"))
    start = [sys.executable, str(DRIVER)]
    yield "audit --jobs 2", [*start, "audit", "-q", "--jobs", "2", *store, str(folder / "list.txt")], 0
    listing = samewheel("audit", "list", *store)
    yield "audit list", listing, 0
    for form in ("--json", "--markdown"):
        yield f"audit list {form}", [*listing, form], 0
    yield "audit list --html", [*listing, "--html", str(folder / "site")], 0


SERIES = {
    "members": Series((1_000, 10_000, 50_000), lambda at, n: on_wheels(at, Size(n), verify=True), "members"),
    "stored": Series(
        (256, 512, 1024, 2048), lambda at, n: on_wheels(at, Size(9, n, deflated=False), verify=n <= 512), "MiB"
    ),
    "deflated": Series((256, 512, 1024, 2048), lambda at, n: on_wheels(at, Size(9, n), verify=n <= 512), "MiB"),
    "zip64": Series((2048, 5120), lambda at, n: on_zip64(at, Size(9, n, deflated=False, hole=True)), "MiB"),
    "audits": Series((100, 1_000, 10_000), on_audits, "tasks"),
}
"""What is measured."""


def on_zip64(folder: Path, size: Size) -> Iterator[Step]:
    """Yield what reads a wheel with one file of zeros, which is a hole on the disk."""
    for side in "ab":
        (folder / side).mkdir()
    one, two = make(folder / "a" / NAME, size), make(folder / "b" / NAME, size, time=NOON + 1)
    yield "read headers", [sys.executable, "-c", READ, str(one)], 0
    yield "diff, all headers differ", samewheel("diff", str(one), str(two)), CODES["all headers differ"]


def taken(step: Step, folder: Path, runs: int) -> Figure:
    """Run a step so many times; medians count, and the peak of all."""
    _, command, code = step
    found: list[Measured] = []
    for _ in range(runs):
        found.append(measured(command, folder))
        for name in ("statements",) * ("attest" in command and len(found) < runs):
            shutil.rmtree(folder / name)
    bad = next((one for one in found if one.code != code or "Traceback" in one.said), None)
    wrong = "" if bad is None else f"exit code {bad.code}: {bad.said[-300:]}"
    wall, cpu = statistics.median(one.wall for one in found), statistics.median(one.cpu for one in found)
    return Figure(wall, cpu, max(one.memory for one in found), wrong)


def grown(size: int, cpu: float, before: tuple[int, float] | None) -> tuple[float | None, bool]:
    """Return how CPU per unit grew from the size before, and whether that is too much.

    Args:
        size: this one.
        cpu: seconds beside the start.
        before: the size before, and its seconds.
    """
    if before is None or before[1] <= 0.05:
        return None, False
    expected = before[1] * size / before[0]
    return cpu / expected, cpu / expected > (size / before[0]) ** GROWTH and cpu - expected > SLACK


def series(name: str, sizes: Sequence[int], runs: int, start: float) -> Iterator[str]:
    """Measure a series, print its rows, and yield what is wrong."""
    before: dict[str, tuple[int, float]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            for step in SERIES[name].steps(folder, size):
                found = taken(step, folder, 1 if step[0].startswith(("audit -", "verify")) else runs)
                cpu = found.cpu - start
                ratio, much = grown(size, cpu, before.get(step[0]))
                before[step[0]] = (size, cpu)
                cells = [name, f"{size:,} {SERIES[name].unit}", step[0], f"{found.wall:.2f}", f"{found.cpu:.2f}"]
                print(row([*cells, f"{found.memory:.0f}", "" if ratio is None else f"{ratio:.2f}"]), flush=True)
                yield from [f"{name} {size}, {step[0]}: {found.wrong}"] * bool(found.wrong)
                yield from [f"{name} {size}, {step[0]}: grows by {ratio}"] * much
                bound = MEMORY + (PER_MEMBER * size if SERIES[name].unit == "members" else 0)
                bound += 2 * size if step[0] == "canonicalize" and SERIES[name].unit == "MiB" else 0
                yield from [f"{name} {size}, {step[0]}: {found.memory:.0f} MiB"] * (found.memory > bound)
            if name == "audits":
                stored = (folder / "audit.sqlite3").stat().st_size
                print(row([name, f"{size:,} tasks", f"size of the store: {stored >> 10:,} KiB", "", "", "", ""]))


def main() -> None:
    """Parse the options, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("series", nargs="*", metavar="SERIES", help=f"of {', '.join(SERIES)}  [default: all]")
    parser.add_argument("--small", action="store_true", help="only the first two sizes of each")
    parser.add_argument("--sizes", type=int, nargs="+", help="these in place of those of the series")
    parser.add_argument("--runs", type=int, default=3, help="of each command; medians count  [default: 3]")
    options = parser.parse_args()
    if unknown := sorted(set(options.series) - {*SERIES}):
        parser.error(f"there is no {unknown[0]}")
    os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
    start = statistics.median(measured(samewheel("--version"), Path.cwd()).cpu for _ in range(5))
    print(f"The start takes {start:.2f} s of CPU.\n")
    columns = ("seconds", "CPU (s)", "peak (MiB)", "grows")
    print(head("series", "size", "what", *columns, numbers=columns), flush=True)
    wrong = []
    for name in options.series or SERIES:
        sizes = options.sizes or SERIES[name].sizes[: 2 if options.small else None]
        wrong += list(series(name, sizes, options.runs, start))
    print(f"\nmeasured; {len(wrong)} too much or wrong")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
