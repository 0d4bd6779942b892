"""What of an audit would be the limit with many workers: the real coordinator and store, simulated workers.

    python benchmarks/scaling.py                        # all of it, some five minutes
    python benchmarks/scaling.py coordinator dask       # some of it
    python benchmarks/scaling.py simulate --workers 10 1000

``coordinator`` is what one process takes to keep a result; ``dask`` the processor time of coordinator and scheduler
for each job on a cluster; both are measured. ``simulate`` runs ``samewheel.audit.running.audit`` with its real store,
and an executor whose workers need virtual time: drawn from rebuilds that benchmarks/rebuild_costs.py measured. What
the coordinator takes for each outcome is measured while it runs, and passes in virtual time, too.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
import sys
import tempfile
import time
from collections import deque
from concurrent.futures import Executor, Future
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from samewheel.audit.distributing.cluster import AHEAD
from samewheel.audit.running import audit, jobs_of
from samewheel.audit.store import writing
from samewheel.audit.values import Job, Outcome

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from tests.torture.cluster import DRIVER  # noqa: E402 - as above
from tests.torture.running import head, row  # noqa: E402 - as above
from tests.unit.audits import item_of, job_of, lasting_work, rebuilt_of  # noqa: E402 - as above

from cluster import audited, fake, with_workers  # noqa: E402 - found by the line before

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COSTS = ROOT / "benchmarks" / "results" / "2026-11-22-costs.json"

PAD = "project==1.0 --hash=sha256:" + 64 * "0"


LEAST, LARGE = 900, 100_000
"""Bytes of a result with nothing in it, and of one of which a benchmark takes fewer."""

STEADY = 500
"""Workers from which on a longer run is needed to see more than its begin and its end."""


class Cost(NamedTuple):
    """What one rebuild takes."""

    seconds: float
    """Of a worker with one core."""
    requests: int
    """To the index."""
    size: int
    """Bytes of the result."""


def measured(path: Path, cache: str) -> list[Cost]:
    """Return what was measured, with an empty or a warm cache."""
    rows = json.loads(path.read_text("utf-8"))[cache]
    return [Cost(one["cpu"], sum(one["asked"].values()) - one["asked"]["bytes"], one["outcome"]) for one in rows]


def outcome_of(size: int) -> Outcome:
    """Return an outcome whose result takes so many bytes."""
    rebuilt = rebuilt_of(job_of("identical"))
    if rebuilt.plan is None:
        raise RuntimeError("it has no plan")
    pads = max(0, size - LEAST) // (len(PAD) + 3)
    # The store has the plan twice, and a few lines of requirements are all that grows in it.
    plan = replace(rebuilt.plan, locked=(PAD,) * min(pads, 10))
    return Outcome(rebuilt=replace(rebuilt, plan=plan, reason="Padding\n" + f"{PAD}\n" * max(0, pads - 10)))


class Busy(NamedTuple):
    """What was done in one run."""

    hours: float
    """Of virtual time."""
    rate: float
    """Results in a second, in the middle half of the run."""
    used: dict[str, float]
    """The share of the middle half that each part was busy, by its name."""
    requests: float
    """In a second of the middle half."""
    coordinator: float
    """Seconds that the coordinator was busy in all."""


class Simulated(Executor):
    """Workers in virtual time. Each future is done in the moment that the coordinator would wait for one."""

    def __init__(self, workers: int, draw: Callable[[], Cost], total: int, parts: argparse.Namespace) -> None:
        """Have so many workers for so many jobs."""
        self._free = [0.0] * workers
        self._draw = draw
        self._left = self._total = total
        self.ahead = min(AHEAD, 2 * workers)
        self._parts = parts
        self._busy: list[tuple[float, int, Future[Outcome], Outcome]] = []
        self._outcomes: dict[int, Outcome] = {}
        self._ends: deque[float] = deque()
        self._scheduler = self._index = 0.0
        self.used = dict.fromkeys(("workers", "coordinator", "scheduler", "index", "asked"), 0.0)
        self._marks: list[tuple[float, dict[str, float]]] = []
        self.now = 0.0
        self._told = 0
        self._since = time.perf_counter()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401, ARG002
        """Begin a job as soon as there is a worker; if nothing else can happen, let the next ones be done."""
        future, cost = Future[Outcome](), self._draw()
        outcome = self._outcomes.setdefault(cost.size, outcome_of(cost.size))
        self._scheduler = max(self._scheduler, self.now) + self._parts.scheduler_ms / 1000
        began = max(heapq.heappop(self._free), self._scheduler)
        self._index = max(self._index, began) + cost.requests / self._parts.index_rate
        end = max(began + cost.seconds, self._index)
        heapq.heappush(self._free, end)
        heapq.heappush(self._busy, (end, self._left, future, outcome))
        self.used["workers"] += cost.seconds / len(self._free)
        self.used["scheduler"] += self._parts.scheduler_ms / 1000
        self.used["index"] += cost.requests / self._parts.index_rate
        self.used["asked"] += cost.requests
        self._left -= 1
        if not self._left or len(self._busy) + len(self._ends) >= self.ahead:
            self._deliver()
        self._since = time.perf_counter()
        return future

    def _deliver(self) -> None:
        """Let all be done that are by now; if the coordinator would have to wait, also the next one."""
        while self._busy and (self._busy[0][0] <= self.now or not self._ends):
            end, _, done, result = heapq.heappop(self._busy)
            self._ends.append(end)
            done.set_result(result)

    def kept(self, _: Job, __: Outcome) -> None:
        """Let the time pass that the coordinator took to keep an outcome."""
        took = time.perf_counter() - self._since + self._parts.client_ms / 1000
        self.used["coordinator"] += took
        self.now = max(self.now, self._ends.popleft()) + took
        self._told += 1
        if self._told in {self._total // 4, self._total - self._total // 4}:
            self._marks.append((self.now, self.used.copy()))
        if not self._left and not self._ends:
            self._deliver()
        self._since = time.perf_counter()

    def found(self) -> Busy:
        """Return how it went."""
        (began, before), (ended, after) = self._marks
        used = {name: (after[name] - before[name]) / (ended - began) for name in before}
        requests = used.pop("asked")
        results = self._total - 2 * (self._total // 4)
        whole = self.used["coordinator"]
        return Busy(self.now / 3600, results / (ended - began), used, requests, whole)


def run(folder: Path, jobs: int, workers: int, draw: Callable[[], Cost], parts: argparse.Namespace) -> Busy:
    """Run an audit of so many jobs with simulated workers."""
    store = folder / "audit.sqlite3"
    items = [item_of(f"project{number}") for number in range(jobs)]
    with writing(store, f"{workers} workers, {jobs} jobs", items, anew=True) as writer:
        pending = jobs_of(writer.entries(writer.audit))
        executor = Simulated(workers, draw, len(pending), parts)
        audit(
            pending,
            executor=executor,
            work=lasting_work,
            store=store,
            writer=writer,
            ahead=executor.ahead,
            told=executor.kept,
        )
        listed = writer.entries(writer.audit)
    if sum(entry.verdict is not None for entry in listed) != jobs:
        raise RuntimeError("a result is missing")
    return executor.found()


def simulate(costs: Sequence[Cost], given: argparse.Namespace) -> None:
    """Print hours, and what is busy, for each number of workers."""
    columns = ("workers", "hours for 4,000", f"hours for {given.wheels:,}", "results/s", "requests/s")
    shares = ("workers busy", "coordinator", "scheduler", "index")
    print(head(*columns, *shares, "first to saturate", numbers=[*columns, *shares]), flush=True)
    for workers in given.workers:
        some = random.Random(workers)  # noqa: S311 - nothing is to be kept secret here
        with tempfile.TemporaryDirectory() as name:
            few = run(Path(name), 4000, workers, lambda: some.choice(costs), given)  # noqa: B023 - used in this turn
        with tempfile.TemporaryDirectory() as name:
            # Long enough that the middle half of the run is neither its begin nor its end.
            many = few if workers < STEADY else run(Path(name), 20_000, workers, lambda: some.choice(costs), given)  # noqa: B023
        most = max(many.used, key=many.used.__getitem__)
        hours = given.wheels / many.rate / 3600
        cells = [workers, f"{few.hours:,.2f}", f"{hours:,.0f}", f"{many.rate:,.1f}", f"{many.requests:,.0f}"]
        print(row([*cells, *(f"{share:.0%}" for share in many.used.values()), most]), flush=True)


def coordinator(costs: Sequence[Cost], jobs: int) -> None:
    """Print what it takes to keep a result."""
    sizes = sorted(one.size for one in costs)
    kinds = {"median": sizes[len(sizes) // 2], "95 %": sizes[int(0.95 * (len(sizes) - 1))], "most": sizes[-1]}
    columns = ("kB", "results", "CPU ms", "ms", "results/s", "kB in the store")
    print(head("result", *columns, numbers=columns), flush=True)
    nothing = argparse.Namespace(client_ms=0, scheduler_ms=0, index_rate=1e9)
    for (kind, size), seconds in product(kinds.items(), (60.0, 0.0)):
        count = jobs if size < LARGE else jobs // 10
        with tempfile.TemporaryDirectory() as name:
            cpu = time.process_time()
            found = run(Path(name), count, 1 if seconds else AHEAD // 2, partial(Cost, seconds, 0, size), nothing)
            used = 1000 * (time.process_time() - cpu) / count
            kept = 1000 * found.coordinator / count
            stored = (Path(name) / "audit.sqlite3").stat().st_size / count / 1e3
        cells = [f"{size / 1e3:.1f}", count, f"{used:.2f}", f"{kept:.2f}", f"{1000 / kept:,.0f}", f"{stored:.1f}"]
        print(row([f"{kind}, {'one at a time' if seconds else 'many at once'}", *cells]), flush=True)


def ticks(pid: int) -> float:
    """Return the seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def dask(jobs: int) -> None:
    """Print the processor time that coordinator and scheduler take for each job; jobs themselves take none."""
    print(
        head(
            "jobs",
            "coordinator CPU ms",
            "scheduler CPU ms",
            numbers=["jobs", "coordinator CPU ms", "scheduler CPU ms"],
        )
    )
    with tempfile.TemporaryDirectory() as name:
        for found in with_workers(Path(name), 2):
            used = []
            for count in (100, 100 + jobs):
                before = (os.times().children_user + os.times().children_system, ticks(found.scheduler.process.pid))
                audited(Path(name), fake(count), "--cluster", found.address, command=DRIVER, WORK="lasting_work")
                after = (os.times().children_user + os.times().children_system, ticks(found.scheduler.process.pid))
                used.append([b - a for a, b in zip(before, after, strict=True)])
        cells = [f"{1000 * (many - few) / jobs:.1f}" for few, many in zip(*used, strict=True)]
    print(row([jobs, *cells]), flush=True)


def main() -> None:
    """Measure and simulate what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("coordinator", "dask", "simulate")
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="[default: all]")
    parser.add_argument("--costs", type=Path, default=COSTS, help="what rebuild_costs.py wrote")
    parser.add_argument(
        "--cache", choices=["empty", "warm"], default="empty", help="which rebuilds  [default: empty]"
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 100, 1_000, 10_000])
    parser.add_argument("--wheels", type=int, default=5_000_000, help="of the whole index, which is assumed")
    parser.add_argument(
        "--index-rate", type=float, default=1e9, help="requests in a second that it takes  [default: no limit]"
    )
    parser.add_argument("--client-ms", type=float, default=1.5, help="of the coordinator for Dask, for each job")
    parser.add_argument("--scheduler-ms", type=float, default=2.4, help="of the scheduler, for each job")
    given = parser.parse_args()
    costs = measured(given.costs, given.cache)
    for part in given.parts or parts:
        if part == "coordinator":
            coordinator(costs, 2_000)
        elif part == "dask":
            dask(1_000)
        else:
            simulate(costs, given)
        print()


if __name__ == "__main__":
    main()
