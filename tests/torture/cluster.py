"""Kill workers and the scheduler of a cluster at random moments, cut networks, and count what is lost or done twice.

    python -m tests.torture.cluster                # 200 fake and 20 real builds, some ten minutes
    python -m tests.torture.cluster --fake 40 --real 0 --seed 7

A scheduler and three workers run in network namespaces of their own, joined by a bridge that leads nowhere else (as
root, with ``ip``; else on the loopback interface, as the table says). An audit of the same list on this machine alone
says what must come out. Then the audit runs on the cluster, and at moments that are drawn something is killed: a
worker, which is started again, or the scheduler. Then the audit must end with an error, all that it has told must be
in its store, and it goes on by ``--resume`` with another scheduler. Or a worker's network is down for some time: if
that is longer than Dask waits for an answer, the worker counts as dead, and where it ends itself, another one is
started. At the end, the list must be that of the one machine, nothing may have been told twice, and no process may be
left. Exits with 1 otherwise. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.clusters import SOON, Dask
from tests.torture.networks import Host, cut, loopback, namespaces
from tests.torture.running import SAMEWHEEL, adopt_orphans, head, outlived, row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

DRIVER = (sys.executable, str(Path(__file__).parents[1] / "functional" / "audit_driver.py"))
"""The command line with fake work and a fake index."""

REAL = (
    *("attrs==23.2.0", "certifi==2024.7.4", "click==8.1.7", "colorama==0.4.6", "filelock==3.15.4", "h11==0.14.0"),
    *("idna==3.10", "iniconfig==2.0.0", "jmespath==1.0.1", "packaging==24.1", "pathspec==0.12.1"),
    *("platformdirs==4.2.2", "pluggy==1.5.0", "pyparsing==3.1.2", "six==1.16.0", "sniffio==1.3.1", "tomli==2.0.1"),
    *("typing-extensions==4.12.2", "urllib3==2.2.2", "zipp==3.19.2"),
)
"""Small releases of which nearly all can be rebuilt."""

WORKERS = 3
PORT = "8786"
SETTLED = 2.0
"""Seconds in which a worker that its scheduler gave up ends itself."""

PATIENCE = 120.0
"""Seconds after which a coordinator that should have noticed counts as one that never will."""

GONE = ("the Dask scheduler is gone", "cannot reach a Dask scheduler")
"""What an audit says whose scheduler was killed; the latter if that was before it was there."""

COUNTED = (
    *("jobs", "workers killed", "schedulers killed", "networks cut", "results kept"),
    *("told twice", "left behind", "lost"),
)

UNANSWERED = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s"}
"""How long Dask waits for the other end of a connection, which it does not take for less than 11 seconds."""

LONGEST_CUT = 24.0
"""Seconds: half of all cuts are longer than that."""


def free_port() -> str:
    """Return a port of the loopback interface that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Audit(NamedTuple):
    """An audit, on one machine or on a cluster."""

    folder: Path
    command: Sequence[str]
    env: dict[str, str]

    def words(self, *options: str) -> list[str]:
        """Return the command that runs it."""
        return [*self.command, "audit", "list.txt", *options]

    def listed(self) -> list[dict[str, object]]:
        """Return what its store says."""
        done = subprocess.run(
            [*self.command, "audit", "list", "--json"],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            check=False,
        )
        found: list[dict[str, object]] = json.loads(done.stdout)["packages"] if done.returncode == 0 else []
        return found

    def rebuilt(self) -> set[str]:
        """Return what has a verdict."""
        return {str(package["name"]) for package in self.listed() if package["status"] == "rebuilt"}


class Crew:
    """A scheduler and its workers, which can be killed and started again."""

    def __init__(self, hosts: Sequence[Host], folder: Path, env: dict[str, str]) -> None:
        """Start none yet; the first host is the scheduler's."""
        self._hosts = hosts
        self._folder = folder
        self._env = env
        self.apart = bool(hosts[0].prefix)
        """Whether each has a network of its own."""
        self._port = PORT if self.apart else free_port()
        self.address = f"tcp://{hosts[0].address}:{self._port}"
        self.scheduler: Dask | None = None
        self.workers: list[Dask] = []

    def begin(self) -> None:
        """Start everybody; whoever began must end them, also if some could not be started."""
        words = ("scheduler", "--port", self._port, "--host", self._hosts[0].address, "--no-dashboard")
        self.scheduler = Dask(words, self._env, self._hosts[0].prefix)
        self.scheduler.said("Scheduler at:")
        self.workers.clear()
        for host in self._hosts[1:]:
            self.workers.append(self._worker(host))
        for worker in self.workers:
            worker.said("Registered to:")

    def _worker(self, host: Host) -> Dask:
        words = ("worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", host.address)
        return Dask([*words, "--local-directory", self._folder / "scratch"], self._env, host.prefix)

    def kill_worker(self, number: int) -> None:
        """Kill a worker, and start another one in its place."""
        self.workers[number].kill()
        self.workers[number].release()
        self.workers[number] = self._worker(self._hosts[1 + number])
        # On a busy machine, all of them would be starting all of the time.
        self.workers[number].said("Registered to:")

    def cut_off(self, number: int, wait: Callable[[], object]) -> None:
        """Cut a worker off its network while something is waited for; if it ended itself, start another one."""
        with cut(self._hosts[1 + number]):
            wait()
        worker = self.workers[number]
        with suppress(subprocess.TimeoutExpired):
            worker.process.wait(SETTLED)
            self.kill_worker(number)

    def end(self, *, kill: bool) -> None:
        """End everybody, the scheduler by a kill or as an operator does."""
        if self.scheduler is not None and kill:
            self.scheduler.kill()
        for one in (self.scheduler, *self.workers):
            if one is not None:
                one.__exit__()


class Torture(NamedTuple):
    """What came of one audit."""

    workers: int
    schedulers: int
    cuts: int
    kept: int
    """Results that were there when a scheduler had been killed, in all."""
    twice: int
    lost: list[str]


def ended(process: subprocess.Popen[bytes], within: float) -> bool:
    """Wait so many seconds for the end of a process, and tell whether it came."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(within)
    return process.returncode is not None


def tortured(audit: Audit, crew: Crew, draw: random.Random, pause: float, schedulers: int) -> Torture:
    """Run an audit to its end, while workers and so many schedulers are killed."""
    told: list[str] = []
    lost: list[str] = []
    killed, gone, cuts, kept = 0, 0, 0, 0
    while True:
        with coordinator(audit, crew) as process:
            over = False
            while not over:
                over = ended(process, draw.uniform(0.2, 2 * pause))
                if over:
                    break
                if gone < schedulers and draw.random() < 0.5:
                    gone += 1
                    crew.end(kill=True)
                    over = True
                    process.wait(PATIENCE)
                elif crew.apart and draw.random() < 0.5:
                    cuts += 1
                    crew.cut_off(draw.randrange(WORKERS), partial(ended, process, draw.uniform(0.2, LONGEST_CUT)))
                else:
                    killed += 1
                    crew.kill_worker(draw.randrange(WORKERS))
        said = (audit.folder / "said.txt").read_text()
        told += re.findall(r"^\[\d+/\d+\] (?!failed)\S+ (\S+)", said, re.MULTILINE)
        found = audit.rebuilt()
        lost += [f"{name} was told, and is not kept" for name in sorted(set(told) - found)]
        if process.returncode == 0 and "failed" not in {package["status"] for package in audit.listed()}:
            return Torture(killed, gone, cuts, kept, len(told) - len(set(told)), lost)
        if process.returncode == 0:
            continue  # two workers died of the same job, by chance: --resume tries it again
        if process.returncode != 1 or not any(words in said for words in GONE):
            lost.append(f"exit code {process.returncode}: {said[-2000:]}")
            return Torture(killed, gone, cuts, kept, len(told) - len(set(told)), lost)
        kept += len(found)
        crew.begin()


@contextmanager
def coordinator(audit: Audit, crew: Crew) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command while the block does."""
    prefix = crew._hosts[0].prefix  # noqa: SLF001 - it runs beside the scheduler
    words = [*prefix, *audit.words("--cluster", crew.address, "--resume", *audit_options(audit))]
    with (
        (audit.folder / "said.txt").open("wb") as said,
        subprocess.Popen(words, cwd=audit.folder, env=audit.env, stdout=subprocess.DEVNULL, stderr=said) as process,
    ):
        yield process


def audit_options(audit: Audit) -> tuple[str, ...]:
    """Return what real builds need: everything is in the cache, and the namespaces lead nowhere."""
    return ("--offline",) if audit.command == SAMEWHEEL else ()


def differences(expected: Sequence[dict[str, object]], found: Sequence[dict[str, object]]) -> list[str]:
    """Return what is wrong with the list of an audit."""
    other = [f"another result: {package}" for package in found if package not in expected]
    names = [package["name"] for package in found]
    missing = [f"no result: {package['name']}" for package in expected if package["name"] not in names]
    twice = len(names) - len(set(names))
    return [*other, *missing, *([f"{twice} listed twice"] if twice else [])]


def prepared(folder: Path, names: Sequence[str], command: Sequence[str], env: dict[str, str]) -> Audit:
    """Make a folder with a list."""
    folder.mkdir()
    (folder / "list.txt").write_text("".join(f"{name}\n" for name in names))
    return Audit(folder, command, {**os.environ, **SOON, **UNANSWERED, **env})


def one(
    kind: str, names: Sequence[str], hosts: Sequence[Host], draw: random.Random, given: argparse.Namespace
) -> list[str]:
    """Torture the audit of a list, print its line, and return what was lost."""
    command, env = (SAMEWHEEL, {}) if kind == "real" else (DRIVER, {"WORK": "lasting_work", "LASTING": "0.5"})
    with tempfile.TemporaryDirectory() as temporary:
        here, there = (prepared(Path(temporary, name), names, command, env) for name in ("here", "there"))
        for _ in range(2):
            # The second time, nothing has to be fetched any more, and both have the same of it.
            words = here.words("--anew", "-q", "--jobs", "4")
            subprocess.run(words, cwd=here.folder, env=here.env, check=True, stdout=subprocess.DEVNULL)
        crew = Crew(hosts, Path(temporary), {**UNANSWERED, **env})
        try:
            crew.begin()
            found = tortured(there, crew, draw, given.pause, given.schedulers)
        finally:
            crew.end(kill=False)
        left = outlived()
        lost = [*found.lost, *([f"{left} processes are left"] if left else [])]
        lost += differences(here.listed(), there.listed())
        lost += [f"{found.twice} told twice"] * bool(found.twice)
    where = "namespaces" if hosts[0].prefix else "loopback"
    counts = [len(names), found.workers, found.schedulers, found.cuts, found.kept, found.twice, left, len(lost)]
    print(row([f"{kind} builds", where, *counts]), flush=True)
    return lost


def main() -> None:
    """Parse the options, kill, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--fake", type=int, default=200, help="fake builds of half a second  [default: 200]")
    parser.add_argument("--real", type=int, default=20, help="builds of published wheels  [default: 20]")
    parser.add_argument("--schedulers", type=int, default=2, help="that are killed in each audit  [default: 2]")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two kills, about  [default: 2]")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn  [default: 0]")
    parser.add_argument("--loopback", action="store_true", help="no namespaces")
    options = parser.parse_args()
    adopt_orphans()
    draw = random.Random(options.seed)  # noqa: S311 - nothing is to be kept secret here
    print(head("audit", "network", *COUNTED, numbers=COUNTED), flush=True)
    lost: dict[str, list[str]] = {}
    with ExitStack() as stack:
        network = loopback if options.loopback else namespaces
        hosts = stack.enter_context(network(1 + WORKERS))
        fakes = [f"project{number}==1.0" for number in range(options.fake)]
        for kind, names in (("fake", fakes), ("real", REAL[: options.real])):
            if names:
                lost[kind] = one(kind, names, hosts, draw, options)
    if any(lost.values()):
        sys.exit(json.dumps(lost, indent=2))


if __name__ == "__main__":
    main()
