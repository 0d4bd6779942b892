"""What one rebuild of an audit costs: processor time, requests to the index, bytes of the cache and of the store.

    python benchmarks/rebuild_costs.py                # 66 wheels of published.toml, with an empty cache, then again
    python benchmarks/rebuild_costs.py --wheels 12

One wheel after the other, in one process of its own, as a worker does it; all requests go through an index on this
machine that counts them. The processor's seconds are those of the worker and of all that it started. Prints tables,
and writes every rebuild's figures to ``--out`` as JSON: what benchmarks/scaling.py draws from.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import tomllib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from packaging.utils import parse_wheel_filename
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from samewheel._indexes import default_index
from samewheel.audit.store import writing
from samewheel.audit.values import Item, Job, Outcome
from samewheel.audit.working import work
from samewheel.index import Index

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from tests.torture.running import head, row  # noqa: E402 - as above

from counting_index import Counting, counting_index  # noqa: E402 - found by the line before

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = {"popular": 0.5, "older": 0.4, "compiled": 0.1}
"""Shares of the wheels that are taken, spread over each list of published.toml."""

KINDS = ("page", "wheel", "sdist", "metadata", "provenance", "bytes")


class Cost(NamedTuple):
    """What a rebuild took."""

    group: str
    filename: str
    verdict: str
    plans: int
    cpu: float
    wall: float
    asked: dict[str, int]
    """Requests by kind, and the bytes of the answers."""
    cache: int
    """Bytes that the cache has grown by."""
    outcome: int
    """Bytes of what the store keeps, as JSON."""


def cpu() -> float:
    """Return the seconds of this process and of all that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(job: Job) -> tuple[Outcome, float]:
    """Do a job, and return the processor's seconds with its outcome."""
    before = cpu()
    return work(job), cpu() - before


def size_of(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk; what has several names counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            found = os.lstat(Path(root, name))
            if (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                total += 512 * found.st_blocks
    return total


def chosen(count: int) -> Iterator[tuple[str, str]]:
    """Yield groups and wheels, those of each group spread over its list."""
    lists = tomllib.loads((ROOT / "benchmarks" / "published.toml").read_text("utf-8"))
    for group, share in GROUPS.items():
        wanted = max(1, round(count * share))
        yield from ((group, name) for name in lists[group][:: max(1, len(lists[group]) // wanted)][:wanted])


def job_of(filename: str, index: Index) -> Job:
    """Return the job of a published wheel; the index is asked for its hash."""
    name, version, _, _ = parse_wheel_filename(filename)
    sha256 = next(file.sha256 for file in index.files(name) if file.filename == filename)
    return Job(name=name, version=str(version), filename=filename, sha256=sha256)


def costs(count: int, counting: Counting, cache: Path, store: Path) -> Iterator[Cost]:
    """Rebuild, and yield what each wheel took."""
    index = Index(cwd=None)
    wheels = list(chosen(count))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        results = []
        for group, filename in wheels:
            before, size = counting.asked.copy(), size_of(cache)
            job = job_of(filename, index)
            outcome, seconds = pool.submit(timed, job).result()
            rebuilt, asked = outcome.rebuilt, counting.asked - before
            results.append((job, outcome))
            yield Cost(
                group,
                filename,
                rebuilt.verdict if rebuilt is not None else "failed",
                len(rebuilt.attempts) if rebuilt is not None else 0,
                seconds,
                outcome.seconds,
                {kind: asked[kind] for kind in KINDS},
                size_of(cache) - size,
                len(msgspec.json.encode(rebuilt)),
            )
    items = [
        Item(name=j.name, version=j.version, filename=j.filename, sha256=j.sha256, where="list") for j, _ in results
    ]
    with writing(store, "costs", items, anew=True) as writer:
        for job, outcome in results:
            writer.put(job, outcome)


def spread(values: list[float], digits: int = 1) -> list[str]:
    """Return median, mean, 95 % and the most."""
    ordered = sorted(values)
    shown = (
        statistics.median(ordered),
        statistics.mean(ordered),
        ordered[int(0.95 * (len(ordered) - 1))],
        ordered[-1],
    )
    return [f"{value:,.{digits}f}" for value in shown]


def tables(found: dict[str, list[Cost]], store: int) -> Iterator[str]:
    """Yield the tables."""
    columns = ("wheels", "median", "mean", "95 %", "most")
    yield head("cache", "what", *columns, numbers=columns)
    for cache, rows in found.items():
        for group in (*GROUPS, "all"):
            some = [one for one in rows if group in {one.group, "all"}]
            yield row([cache, f"CPU seconds, {group}", len(some), *spread([one.cpu for one in some])])
        for kind in KINDS[:-1]:
            yield row([cache, f"requests: {kind}", len(rows), *spread([one.asked[kind] for one in rows])])
        yield row([cache, "MB fetched", len(rows), *spread([one.asked["bytes"] / 1e6 for one in rows])])
        yield row([cache, "MB of cache", len(rows), *spread([one.cache / 1e6 for one in rows])])
        yield row([cache, "kB of JSON in the store", len(rows), *spread([one.outcome / 1e3 for one in rows])])
    yield f"\nThe store of {len(found['warm'])} results: {store / 1e3:,.0f} kB."


def parts(cache: Path) -> str:
    """Return what the folders of the cache take."""
    sizes = {path.name: size_of(path) / 1e6 for path in sorted(cache.iterdir()) if path.is_dir()}
    return ", ".join(f"{name} {size:,.1f} MB" for name, size in sizes.items())


def main() -> None:
    """Rebuild with an empty cache, and once more with what it has then."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=int, default=66)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "rebuild-costs.json")
    given = parser.parse_args()
    given.out.parent.mkdir(exist_ok=True)
    upstream = default_index(None) or PYPI_SIMPLE_ENDPOINT
    found: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory() as name, counting_index(upstream) as counting:
        cache, store = Path(name, "cache"), Path(name, "audit.sqlite3")
        cache.mkdir()
        os.environ |= {"SAMEWHEEL_CACHE_DIR": str(cache), "UV_CACHE_DIR": str(cache / "uv")}
        os.environ["UV_DEFAULT_INDEX"] = f"{counting.url}/"
        for kind in ("empty", "warm"):
            found[kind] = []
            for one in costs(given.wheels, counting, cache, store):
                found[kind].append(one)
                print(f"{one.cpu:7.1f} s  {one.verdict:24} {one.filename}", file=sys.stderr, flush=True)
                kept = {cache: [one._asdict() for one in rows] for cache, rows in found.items()}
                given.out.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        print(f"{parts(cache)}\n", flush=True)
        print("\n".join(tables(found, store.stat().st_size)))


if __name__ == "__main__":
    main()
