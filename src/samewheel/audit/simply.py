"""An audit for Python: as the command makes it, with nobody who watches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel._types import SILENT
from samewheel.audit.auditing import audit_files, usual_title
from samewheel.audit.places import Here
from samewheel.audit.target import find_target
from samewheel.audit.working import work
from samewheel.limits import AUDIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel._types import Progress
    from samewheel.audit.values import Entry, Job, Outcome
    from samewheel.index import Index
    from samewheel.limits import Limits

__all__ = ["audit_wheels"]


class _Unwatched:
    """Is told how an audit goes on, and tells nobody."""

    def begin(self, jobs: int, total: int) -> None:
        """Do nothing."""

    def done(self, job: Job, outcome: Outcome) -> None:
        """Do nothing."""


def audit_wheels(
    paths: Sequence[Path],
    index: Index,
    *,
    store: Path = Path("evidence", "audit.sqlite3"),
    title: str | None = None,
    python: str | None = None,
    extras: Iterable[str] = (),
    groups: Iterable[str] | None = None,
    jobs: int | None = None,
    limits: Limits = AUDIT,
    resume: bool = False,
    anew: bool = False,
    progress: Progress = SILENT,
) -> tuple[Entry, ...]:
    """Rebuild the wheels that files name for this platform, compare them with the published ones, keep the results.

    Args:
        paths: requirements, a ``pylock.toml``, a ``uv.lock``, an environment, a folder of wheels or a wheel.
        index: where the wheels were published.
        store: an SQLite file for the results; made if there is none.
        title: the audit's name in the store; None: the files' names.
        python: the interpreter whose wheels are meant; None: the one that runs this.
        extras: of lock files, these too.
        groups: of lock files, these only; None: the default ones.
        jobs: rebuilds at the same time; None: one per CPU.
        limits: what one step of a build may use up.
        resume: go on with an audit of that name.
        anew: begin it again.
        progress: told what is going on before the first rebuild.

    Returns:
        All that the files name, with what came of it, sorted.

    Raises:
        UsageError: a file cannot be read, or the store is none, or has that audit already.
        SamewheelError: the index cannot be asked, or the store cannot be written.
    """
    return audit_files(
        paths,
        store=store,
        title=title or usual_title(paths),
        target=find_target(python, extras=extras, groups=groups),
        files=index.files,
        work=work,
        place=Here(slots=jobs or os.cpu_count() or 1),
        told=_Unwatched(),
        progress=progress,
        resume=resume,
        anew=anew,
        offline=index.offline,
        limits=limits,
    )
