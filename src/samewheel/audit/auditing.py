"""A whole audit: files are read, wheels are chosen, rebuilt and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from samewheel.audit.choosing import choose
from samewheel.audit.reading import read_files
from samewheel.audit.running import audit, jobs_of
from samewheel.audit.sharding import WHOLE, settings_of
from samewheel.audit.store import writing
from samewheel.limits import AUDIT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.audit.choosing import Released
    from samewheel.audit.places import Place
    from samewheel.audit.sharding import Shard
    from samewheel.audit.target import Target
    from samewheel.audit.values import Entry, Job, Outcome
    from samewheel.limits import Limits

__all__ = ["Told", "audit_files", "usual_title"]


class Told(Protocol):
    """Told how an audit goes on."""

    def begin(self, jobs: int, total: int) -> None:
        """So many jobs begin, of so many wheels in all; the others have their results from before."""

    def done(self, job: Job, outcome: Outcome) -> None:
        """A job is done, and its outcome kept."""


def usual_title(paths: Sequence[Path]) -> str:
    """Return the name of an audit that is given none: those of its files, in their order."""
    return " ".join(path.name or str(path.resolve().name) for path in paths)


def audit_files(
    paths: Sequence[Path],
    *,
    store: Path,
    title: str,
    target: Target,
    files: Callable[[str], Sequence[Released]],
    work: Callable[[Job], Outcome],
    place: Place,
    told: Told,
    progress: Progress,
    resume: bool = False,
    anew: bool = False,
    offline: bool = False,
    limits: Limits = AUDIT,
    shard: Shard = WHOLE,
) -> tuple[Entry, ...]:
    """Rebuild what files name, and keep what came of it in a store.

    Args:
        paths: lock files, requirements, environments, wheels.
        store: is made if there is none.
        title: the audit's name in the store.
        target: what would be installed into.
        files: asks the index which files a project has; see :func:`samewheel.audit.choosing.choose`.
        work: does one job; a function at the top of a module.
        place: where jobs are done.
        told: told of each job.
        progress: told what is going on before.
        resume: go on with an audit of that name.
        anew: begin it again.
        offline: use only what was fetched before.
        limits: what one step of a build may use up.
        shard: the names that are meant, of those in the files; it may have none.

    Returns:
        All that the files name of that shard, with what came of it, sorted.

    Raises:
        UsageError: a file cannot be read, or the store is none, or has that audit already.
        SamewheelError: the index cannot be asked, or the store cannot be written.
        ClusterError: jobs are done on a cluster, and it cannot be reached, is not fit, or is gone.
    """
    progress.step("Reading what is to be audited")
    every = read_files(paths, target)
    settings = settings_of(every, target, limits, shard)
    named = tuple(one for one in every if shard.holds(one.name))
    with place.open(progress) as executor:
        progress.step("Asking the index for wheels")
        items = choose(named, target, files)
        with writing(store, title, items, settings=settings, resume=resume, anew=anew) as writer:
            jobs = jobs_of(writer.entries(writer.audit), offline=offline, limits=limits)
            told.begin(len(jobs), sum(item.skipped is None for item in items))
            audit(
                jobs, executor=executor, work=work, store=store, writer=writer, ahead=place.ahead, told=told.done
            )  # fmt: skip
            return writer.entries(writer.audit)
