"""What tests of audits share: a target that is the same on every machine, an index, and functions that do jobs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.tags import compatible_tags, cpython_tags

from samewheel._process import run
from samewheel._temporary import temporary_folder
from samewheel._types import Sha256
from samewheel.audit.choosing import choose
from samewheel.audit.reading import read_files
from samewheel.audit.store import reading, writing
from samewheel.audit.target import Target
from samewheel.audit.values import Item, Job, Outcome, Skipped, failed
from samewheel.buildinfo import Isolation
from samewheel.comparison import File, Verdict
from samewheel.errors import LimitExceededError, NoSourceError, SamewheelError
from samewheel.explaining.values import Certainty, Explanation
from samewheel.rebuilding.values import Plan, PlannedSource, PlannedWheel, Rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel.audit.values import Entry

FILES = Path(__file__).parent / "audit_files"
"""Lock files of one project as uv and pip-compile wrote them; the index's host has another name there."""

MARKERS = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.7",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_release": "6",
    "platform_system": "Linux",
    "platform_version": "1",
    "python_full_version": "3.11.7",
    "platform_python_implementation": "CPython",
    "python_version": "3.11",
    "sys_platform": "linux",
}

PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64")


def target_of(extras: Iterable[str] = (), groups: Iterable[str] | None = None, minor: int = 11) -> Target:
    """Return CPython 3.11, or another, on Linux."""
    tags = [
        *cpython_tags((3, minor), [f"cp3{minor}"], PLATFORMS),
        *compatible_tags((3, minor), f"cp3{minor}", PLATFORMS),
    ]
    return Target(
        markers=MARKERS,
        ranks={tag: rank for rank, tag in reversed(list(enumerate(tags)))},
        extras=frozenset(extras),
        groups=None if groups is None else frozenset(groups),
    )


class Release(NamedTuple):
    """A file of the index."""

    version: str
    filename: str
    kind: str
    sha256: Sha256 | None


def digest(letter: str) -> Sha256:
    """Return what could be a digest."""
    return Sha256(letter * 64)


class Shelf:
    """An index in memory, which counts how often it is asked."""

    def __init__(self, **files: Sequence[Release]) -> None:
        """Have these files of each project."""
        self._files = files
        self.asked: list[str] = []

    def files(self, name: str) -> Sequence[Release]:
        """Return the files of a project."""
        self.asked.append(name)
        if name not in self._files:
            raise NoSourceError(name)
        return self._files[name]


def items_of(path: Path, target: Target | None = None, shelf: Shelf | None = None) -> dict[str, Item]:
    """Return what a file names, by name; the last of one name counts."""
    target = target or target_of()
    return {item.name: item for item in choose(read_files([path], target), target, (shelf or Shelf()).files)}


def item_of(name: str, version: str = "1.0") -> Item:
    """Return an item with a wheel."""
    filename = f"{name}-{version}-py3-none-any.whl"
    return Item(name=name, version=version, filename=filename, sha256=digest("a"), where=f"list.txt, {name}")


def job_of(name: str, version: str = "1.0") -> Job:
    """Return the job of an item."""
    item = item_of(name, version)
    return Job(name=name, version=version, filename=item.filename, sha256=item.sha256)


SANDBOX = Isolation(network="none", filesystem="hidden", mechanism="user-namespaces")

OPEN = Isolation(network="open", filesystem="open", mechanism="none")


CAUSE = Explanation(
    cause="build-date",
    certainty=Certainty.CONSISTENT,
    sentence="a.py differs, which is consistent with the time of the build: leave it out",
    members=("a.py",),
    codes=("SW309",),
    remedy="Leave it out.",
)
"""Of all that is not identical."""


def rebuilt_of(job: Job) -> Rebuilt:
    """Return an outcome whose verdict is the job's name; what is called ``bare`` was built without a sandbox."""
    verdict = Verdict(job.name) if job.name in set(Verdict) else Verdict.IDENTICAL
    built = verdict not in {Verdict.NOT_BUILDABLE, Verdict.NO_SOURCE}
    bad = verdict not in {Verdict.IDENTICAL, Verdict.NOT_BUILDABLE, Verdict.NO_SOURCE}
    plan = Plan(
        wheel=PlannedWheel(filename=job.filename, sha256=job.sha256 or digest("0")),
        source=PlannedSource(sdist=f"{job.name}-{job.version}.tar.gz", sha256=digest("b")),
        python="3.11",
        epoch=315532800,
    )
    return Rebuilt(
        name=job.name,
        version=job.version,
        wheel=File(name=job.filename, sha256=job.sha256 or digest("0"), size=1),
        verdict=verdict,
        reason="" if bad or verdict is Verdict.IDENTICAL else "The backend failed.\nIt said why.",
        sha256=digest("c"),
        isolation=(OPEN if job.name == "bare" else SANDBOX) if built else None,
        plan=plan,
        causes=(CAUSE,) if bad else (),
    )


def easy_work(job: Job) -> Outcome:
    """Do a job at once; its name says what comes of it."""
    if job.name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if job.name == "leave":
        os._exit(0)
    if job.name == "mistake":
        raise ValueError(job.name)
    if job.name == "machine":
        raise SamewheelError("the disk is full", cause="It has 0 bytes.", hint="Free some.")
    if job.name == "limit":
        what = "its hook build_wheel was stopped at its limit of 8 GiB of memory"
        raise LimitExceededError(what, cause="compiling a.c\ncompiling b.c", hint="Allow it more.")
    return Outcome(rebuilt=rebuilt_of(job), log="step", seconds=0.5)


def printing_work(job: Job) -> Outcome:
    """Do a job, and print what could be taken for an answer."""
    print("{}", flush=True)  # noqa: T201 - what it is for
    return easy_work(job)


def process_work(job: Job) -> Outcome:
    """Say which process does the job."""
    return Outcome(rebuilt=rebuilt_of(job), log=str(os.getpid()))


def held_work(job: Job) -> Outcome:
    """Do a job; but where HELD names a pipe, those with ``held`` in their names say so in there, and never end."""
    if (pipe := os.environ.get("HELD")) and "held" in job.name:
        with Path(pipe).open("wb", buffering=0) as said:
            said.write(job.name.encode() + b"\n")
            signal.pause()
    return Outcome(rebuilt=rebuilt_of(job))


def building_work(job: Job) -> Outcome:
    """Have a process in a temporary folder say who does the job, and never end: what a build in flight is.

    It says so in the pipe that HELD names, with the job's name at the end.
    """
    script = 'exec 3>"$1"; echo "$2" >&3; exec sleep infinity'
    with temporary_folder() as folder:
        run(["/bin/sh", "-c", script, "sh", os.environ["HELD"] + job.name, str(os.getpid())], env={}, cwd=folder)
    return Outcome(rebuilt=rebuilt_of(job))


def lasting_work(job: Job) -> Outcome:
    """Do a job in as many seconds as LASTING says, without work for the processor."""
    time.sleep(float(os.environ.get("LASTING", "0")))
    return Outcome(rebuilt=rebuilt_of(job))


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def deadly_work(job: Job) -> Outcome:
    """Do a job; those called ``once`` and ``always`` kill the worker of the cluster, and write that down in HELD."""
    if job.name in {"once", "always"}:
        deaths = Path(os.environ["HELD"], job.name)
        with deaths.open("a") as file:
            file.write("x")
        if job.name == "always" or len(deaths.read_text()) == 1:
            # This process does jobs, its parent watches it, and that one's is the worker.
            os.kill(_parent(os.getppid()), signal.SIGKILL)
            signal.pause()
    return Outcome(rebuilt=rebuilt_of(job))


def entries_of(folder: Path) -> tuple[Entry, ...]:
    """Return entries with one of each kind, as a store gives them back."""
    names = ("identical", "metadata-differs", "not-buildable")
    items = [
        *(item_of(name) for name in (*names, "broken", "waits")),
        Item(name="git", skipped=Skipped.VCS, where="list.txt"),
    ]
    with writing(folder / "audit.sqlite3", "list.txt", items) as writer:
        for name in names:
            writer.put(job_of(name), Outcome(rebuilt=rebuilt_of(job_of(name)), seconds=3.0))
        writer.put(job_of("broken"), failed(SamewheelError("the disk is full")), "audit-logs/broken.log")
    with reading(folder / "audit.sqlite3") as reader:
        return reader.entries(reader.find("list.txt"))
