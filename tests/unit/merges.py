"""Stores to merge: shares of one audit, and such with one wheel; for tests."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest
from msgspec.structs import replace

from samewheel._types import SILENT
from samewheel.audit.auditing import audit_files
from samewheel.audit.merging import merge
from samewheel.audit.sharding import WHOLE, Shard
from samewheel.audit.store import reading, writing
from samewheel.audit.values import Outcome, Status, failed
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError, UsageError
from samewheel.limits import AUDIT
from samewheel.report.audit_tables import to_listing

from .audits import Release, digest, item_of, job_of, rebuilt_of, target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.audit.values import Job
    from samewheel.limits import Limits

KINDS = ("identical", "payload-differs", "machine", "not-buildable", "mistake")


def fake(job: Job) -> Outcome:
    """Do a job whose name's first letter says what comes of it: verdicts, failures, and none at all."""
    kind = KINDS[(ord(job.name[0]) - ord("a")) % len(KINDS)]
    if kind == "machine":
        return failed(SamewheelError("the disk is full"), f"step of {job.name}")
    if kind == "mistake":
        raise ValueError(job.name)
    rebuilt = replace(rebuilt_of(job_of(kind)), name=job.name, version=job.version)
    return Outcome(rebuilt=rebuilt, log=f"step of {job.name}", seconds=0.5)


class Threads(NamedTuple):
    """Does jobs in a thread."""

    ahead: int = 2

    def open(self, progress: Progress) -> AbstractContextManager[ThreadPoolExecutor]:  # noqa: ARG002 - the protocol's
        """Have one while the block runs."""
        return ThreadPoolExecutor(1)


class Untold(NamedTuple):
    """Is told, and does nothing."""

    def begin(self, jobs: int, total: int) -> None:
        """Do nothing."""

    def done(self, job: Job, outcome: Outcome) -> None:
        """Do nothing."""


def files(name: str) -> Sequence[Release]:
    """Return what the index has: nothing of names in z, one wheel else."""
    if name.startswith("z"):
        return ()
    return [Release("1.0", f"{name.replace('-', '_')}-1.0-py3-none-any.whl", "wheel", digest("a"))]


def audited(
    store: Path,
    names: Sequence[str],
    shard: Shard = WHOLE,
    limits: Limits = AUDIT,
    *,
    resume: bool = False,
    work: Callable[[Job], Outcome] = fake,
) -> Path:
    """Audit a list, or a share of it, and return the store."""
    store.parent.mkdir(exist_ok=True)
    path = store.parent / "list.txt"
    path.write_text("".join(f"{name}==1.0\n" for name in names), "utf-8")
    audit_files(
        [path], store=store, title="list.txt", target=target_of(), files=files, work=work, place=Threads(),
        told=Untold(), progress=SILENT, shard=shard, limits=limits, resume=resume,
    )  # fmt: skip
    return store


def listed(store: Path, title: str = "list.txt") -> bytes:
    """Return what ``audit list --json`` prints, without the store's name and folder."""
    with reading(store) as reader:
        found = to_listing(title, reader.entries(reader.find(title)))
    found = re.sub(rb'"where": "[^"]*list.txt', b'"where": "list.txt', found)
    return found.replace(f"{store.name}-logs".encode(), b"LOGS")


def logs(store: Path) -> dict[str, bytes]:
    """Return the logs beside a store."""
    folder = store.with_name(f"{store.name}-logs")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


NAMES = [f"{letter}{number}" for letter in "abcdez" for number in range(3)] + ["a1"]


def three(folder: Path) -> list[Path]:
    """Make the stores of three machines, each with its share of one list."""
    return [audited(folder / f"{n}" / "audit.sqlite3", NAMES, Shard(number=n, of=3)) for n in (1, 2, 3)]


def one(folder: Path, name: str, outcome: Outcome | None, wheel: str = "a") -> Path:
    """Make a store with one wheel, and what came of it."""
    path = folder / name
    with writing(path, "list.txt", [item_of(wheel)]) as writer:
        if outcome is not None:
            writer.put(job_of(wheel), outcome)
    return path


def said(verdict: Verdict, seconds: float = 1.0) -> Outcome:
    """Return an outcome with a verdict."""
    return Outcome(rebuilt=replace(rebuilt_of(job_of("a")), verdict=verdict), seconds=seconds)


GOOD, BAD = said(Verdict.IDENTICAL), said(Verdict.PAYLOAD_DIFFERS)


def only(store: Path) -> tuple[Status, Verdict | None]:
    """Return what a store says of its one wheel."""
    with reading(store) as reader:
        (entry,) = reader.entries(reader.find("list.txt"))
    return entry.status, entry.verdict


def refused(stores: Sequence[Path], prefer: Path | None = None) -> UsageError:
    """Return why a merge is refused; nothing may be left of it."""
    folder = stores[0].parent / "merged"
    with pytest.raises(UsageError) as caught:
        merge(stores, folder / "all.sqlite3", prefer=prefer)
    assert not folder.exists() or not list(folder.iterdir())
    return caught.value
