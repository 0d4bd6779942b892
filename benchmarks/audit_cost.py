"""Compare what an audit costs with what its builds cost by themselves: environments, and bare calls of backends.

    python benchmarks/audit_cost.py                # 30 wheels of published.toml
    python benchmarks/audit_cost.py --wheels 12 --rounds 5

Both have warm caches. The peer makes each environment with uv as the rebuild's plan has it, and calls the backend's
hook in an unpacked sdist, one after the other; that sum, times the plans that were tried, is divided by the jobs that
the audit has. Unpacking, comparing, keeping and starting count for the audit alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from samewheel._uv import cache_folder, uv_binary
from samewheel.index import Index
from samewheel.project import read_project
from samewheel.pythons import locate
from samewheel.rebuilding import Wanted, rebuild
from samewheel.sources import inspect, take

if TYPE_CHECKING:
    from samewheel.rebuilding import Rebuilt

ROOT = Path(__file__).parents[1]

CALL = """
import importlib, sys
module, _, name = {backend!r}.partition(":")
sys.path[:0] = {paths!r}
backend = importlib.import_module(module)
for part in filter(None, name.split(".")):
    backend = getattr(backend, part)
backend.build_wheel({out!r})
"""


def releases(count: int) -> list[str]:
    """Return some popular wheels, spread over the list."""
    wheels = tomllib.loads((ROOT / "benchmarks" / "published.toml").read_text("utf-8"))["popular"]
    chosen = wheels[:: max(1, len(wheels) // count)][:count]
    return ["{}=={}".format(*parse_wheel_filename(wheel)[:2]) for wheel in chosen]


def bare(rebuilt: Rebuilt, source: Path, folder: Path) -> float:
    """Return the seconds that an environment and a bare call of the backend take."""
    plan = rebuilt.plan
    if plan is None:
        raise SystemExit(f"{rebuilt.name} has no plan")
    snapshot = take(inspect(source), folder / "source")
    system = read_project(snapshot.project).build_system
    (folder / "locked.txt").write_text("".join(f"{line}\n" for line in plan.locked))
    python, env = folder / "env" / "bin" / "python", dict(os.environ)
    env |= {"SOURCE_DATE_EPOCH": str(plan.epoch or plan.clock or 315532800)}
    paths = [str(snapshot.project / path) for path in system.backend_path]
    call = CALL.format(backend=system.backend, paths=paths, out=str(folder / "out"))
    (folder / "out").mkdir()
    common = ["--quiet", "--offline", "--cache-dir", str(cache_folder() / "uv")]
    install = ["pip", "install", *common, "--no-deps", "--python", str(python), "-r", str(folder / "locked.txt")]
    commands: list[list[str | Path]] = [
        [uv_binary(), "venv", *common, "--python", locate(plan.python), folder / "env"],
        [uv_binary(), *install],
        [python, "-c", call],
    ]
    began = time.perf_counter()
    for command in commands:
        finished = subprocess.run(command, cwd=snapshot.project, env=env, capture_output=True, check=False)
        if finished.returncode:
            raise SystemExit(f"{rebuilt.name}: {finished.stderr.decode()[-400:]}")
    return time.perf_counter() - began


def audit(names: list[str], jobs: int, folder: Path) -> float:
    """Return the seconds that an audit takes."""
    (folder / "requirements.txt").write_text("".join(f"{name}\n" for name in names))
    words = ["audit", "requirements.txt", "--store", "store.sqlite3", "--anew", "--offline", "--quiet"]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "samewheel", *words, "--jobs", str(jobs)], cwd=folder, check=True, capture_output=True
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    index = Index()
    done = [rebuild(Wanted(target=name), index) for name in releases(given.wheels)]
    built = [one for one in done if one.plan is not None and one.sha256 is not None]
    files = {file.filename: file for one in built for file in index.files(one.name)}
    sources = [index.fetch(files[one.plan.source.sdist or ""]) for one in built if one.plan is not None]
    names = [f"{one.name}=={one.version}" for one in built]
    tried = sum(len(one.attempts) for one in built)
    print(f"{len(built)} wheels, {tried} plans, {given.jobs} jobs")
    ratios = []
    for _ in range(given.rounds):
        alone = 0.0
        for one, source in zip(built, sources, strict=True):
            with tempfile.TemporaryDirectory() as name:
                alone += bare(one, source, Path(name)) * len(one.attempts)
        with tempfile.TemporaryDirectory() as name:
            whole = audit(names, given.jobs, Path(name))
        ratios.append(whole / (alone / given.jobs))
        print(f"audit {whole:.1f} s, builds alone {alone:.1f} s / {given.jobs}: {ratios[-1]:.2f}")
    print(f"median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
