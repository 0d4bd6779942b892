"""What crosses between the coordinator of an audit and the workers of a cluster: JSON; nothing of ours is pickled.

Dask itself pickles, and unpickles what a worker sends: who has a worker can run any code on the coordinator, too.
"""

from __future__ import annotations

import os
import sysconfig

import msgspec

from samewheel import __version__
from samewheel.audit.serving import Request
from samewheel.audit.values import Failure, Job, Outcome
from samewheel.pythons import at_hand
from samewheel.sandbox import choose_sandbox

__all__ = ["DEATHS", "RECORDS", "Answer", "Described", "Order", "Spoken", "described_here", "killed"]

DEATHS = 2
"""Workers that may die while they do one job, whatever the scheduler's own setting is."""

RECORDS = "samewheel-begun"
"""Where the scheduler keeps, for each audit and job, which workers have begun it."""


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What both sides can read of an order, whichever versions they have."""

    samewheel: str
    """The coordinator's version."""
    platform: str = ""
    """That is audited for: as :func:`sysconfig.get_platform`."""


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A job for a worker."""

    samewheel: str
    platform: str
    audit: str
    """Tells audits apart that run on the same cluster."""
    number: int
    """Of the job in the audit; the same when it is tried again."""
    request: Request


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an order."""

    samewheel: str
    """The worker's version."""
    platform: str = ""
    """The worker's."""
    worker: str
    """Its address."""
    outcome: Outcome | None
    """None where the versions or platforms differ: nothing was done."""


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit's results can depend on, besides the job."""

    samewheel: str
    """The version."""
    platform: str
    """As :func:`sysconfig.get_platform`, such as ``linux-x86_64``."""
    pythons: tuple[str, ...]
    """The minor versions of CPython at hand, sorted."""
    isolation: str
    """What keeps builds apart (:class:`samewheel.buildinfo.Isolation`)."""
    host: str
    """For messages."""


def described_here() -> Described:
    """Return what this machine is; processes are run to find out.

    Raises:
        SamewheelError: it cannot be found out.
    """
    minors = {tuple(map(int, found.minor.split("."))) for found in at_hand() if found.implementation == "cpython"}
    return Described(
        samewheel=__version__,
        platform=sysconfig.get_platform(),
        pythons=tuple(".".join(map(str, minor)) for minor in sorted(minors)),
        isolation=choose_sandbox().isolation.mechanism,
        host=os.uname().nodename if hasattr(os, "uname") else "",
    )


def killed(job: Job, workers: tuple[str, ...]) -> Outcome:
    """Return what is recorded of a job whose workers died."""
    cause = f"It was being rebuilt on {', then on '.join(workers)}, when these died." if workers else ""
    return Outcome(
        failure=Failure(
            what=f"{len(workers)} workers died while they rebuilt {job.name} {job.version}",
            cause=cause,
            hint="Look at the workers' logs: most often, memory was short. It is tried again by --resume.",
        )
    )
