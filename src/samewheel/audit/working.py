"""One job, done: where an audit meets the rebuild. It runs in a worker's process, here or on another machine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from samewheel.audit.values import Job, Outcome, failed
from samewheel.index import Index
from samewheel.rebuilding import Wanted, rebuild

if TYPE_CHECKING:
    from samewheel._types import Progress
    from samewheel.rebuilding.values import Rebuilt

__all__ = ["work"]

MOST_LINES = 1_000
"""Lines of what was going on that are kept."""


class _Noted:
    """The progress that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, text: str) -> None:
        """Keep what begins."""
        self.lines.append(text)

    def warn(self, text: str) -> None:
        """Keep what deserves attention."""
        self.lines.append(f"warning: {text}")

    @property
    def text(self) -> str:
        """Return the last lines."""
        return "\n".join(self.lines[-MOST_LINES:])


def _rebuild(job: Job, progress: Progress) -> Rebuilt:
    """Do the rebuild."""
    wanted = Wanted(target=f"{job.name}=={job.version}", filename=job.filename, sha256=job.sha256, limits=job.limits)
    # Whoever made the job has just asked the index for it.
    index = Index(offline=job.offline, asked_before=True, cwd=Path.cwd())
    return rebuild(wanted, index, offline=job.offline, progress=progress)


def work(job: Job) -> Outcome:
    """Rebuild one wheel; whatever goes wrong is an outcome, too."""
    noted = _Noted()
    began = time.perf_counter()
    try:
        outcome = Outcome(rebuilt=_rebuild(job, noted), log=noted.text)
    except Exception as error:  # noqa: BLE001 - a mistake in one rebuild must not cost the others; the log has it
        outcome = failed(error, noted.text)
    return replace(outcome, seconds=time.perf_counter() - began)
