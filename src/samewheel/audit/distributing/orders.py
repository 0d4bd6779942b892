"""One job on a cluster: submitted, submitted again where its worker died, and its answer checked."""

from __future__ import annotations

import uuid
from concurrent.futures import CancelledError
from sysconfig import get_platform
from typing import TYPE_CHECKING

import msgspec
from distributed import KilledWorker

from samewheel import __version__
from samewheel.audit.companions import LONGEST_ANSWER
from samewheel.audit.distributing.checking import INSTALL, INSTALL_SAME, OTHER_PLATFORM
from samewheel.audit.distributing.values import DEATHS, RECORDS, Answer, Order, killed
from samewheel.audit.distributing.working import do
from samewheel.audit.values import Failure, Outcome
from samewheel.errors import ClusterError

if TYPE_CHECKING:
    from distributed import Client

    from samewheel.audit.serving import Request
    from samewheel.audit.values import Job

__all__ = ["Orders"]

ATTEMPTS = 10
"""How often a job is submitted whose workers die before they begin it."""


class Orders:
    """Has the jobs of one audit done by a cluster."""

    def __init__(self, client: Client) -> None:
        """Use an open client of the event loop that runs this."""
        self._client = client
        self._audit = uuid.uuid4().hex
        self._count = 0

    async def done(self, request: Request) -> Outcome:
        """Have a job done; on another worker if one dies, on a third one never.

        Raises:
            ClusterError: the scheduler is gone, or a worker cannot do jobs at all.
        """
        self._count += 1
        order = Order(
            samewheel=__version__, platform=get_platform(), audit=self._audit, number=self._count, request=request
        )
        line = msgspec.json.encode(order)
        for _ in range(ATTEMPTS):
            try:
                return _outcome(await self._asked(line, request.job), request.job)
            except KilledWorker:
                # It comes when the scheduler's own patience ends: sooner or later than ours.
                begun = await self._begun(order.number)
            if len(begun) >= DEATHS:
                return killed(request.job, begun)
        return Outcome(
            failure=Failure(
                what=f"no worker lived until it began {request.job.name} {request.job.version}",
                cause=f"It was given to workers that died {ATTEMPTS} times.",
                hint="Look at the workers' logs.",
            )
        )

    async def _asked(self, line: bytes, job: Job) -> bytes:
        """Submit an order, and return the answer; whoever cancels this cancels the task."""
        if self._client.status != "running":
            raise ClusterError("the Dask scheduler is gone", cause="The connection to it was lost.")
        # The first part groups tasks in Dask's dashboard, the second one tells them apart.
        key = ("rebuild", f"{job.name}-{job.version}-{uuid.uuid4().hex[:8]}")
        future = self._client.submit(do, line, key=key, pure=False)
        try:
            answer: bytes = await future
        except CancelledError as error:
            raise ClusterError("the Dask scheduler is gone", cause=str(error)) from error
        except (ImportError, AttributeError) as error:
            raise ClusterError(
                "a worker cannot run samewheel",
                cause=str(error),
                hint=INSTALL,
            ) from error
        finally:
            future.release()
        return answer

    async def _begun(self, number: int) -> tuple[str, ...]:
        """Return the workers that have begun a job without finishing it."""
        try:
            return tuple(await self._client.get_metadata([RECORDS, self._audit, number], default=[]))
        except (OSError, RuntimeError) as error:
            raise ClusterError("the Dask scheduler is gone", cause=str(error)) from error

    async def forget(self) -> None:
        """Have the scheduler forget what was begun."""
        await self._client.set_metadata([RECORDS, self._audit], None)


def _outcome(line: bytes, job: Job) -> Outcome:
    """Return the outcome that a worker sent.

    Raises:
        ClusterError: as :func:`_checked`.
    """
    if len(line) > LONGEST_ANSWER:
        cause = f"It has {len(line)} bytes; {LONGEST_ANSWER} are the most."
        return Outcome(failure=Failure(what=f"a worker said too much of {job.name} {job.version}", cause=cause))
    return _checked(msgspec.json.decode(line, type=Answer), job)


def _checked(answer: Answer, job: Job) -> Outcome:
    """Return the outcome of an answer, if it is about the job.

    Raises:
        ClusterError: the worker has another samewheel, or another platform.
    """
    if answer.outcome is None and answer.samewheel == __version__:
        raise ClusterError(
            f"a worker cannot rebuild wheels for {get_platform()}",
            cause=f"{answer.worker} is {answer.platform}.",
            hint=OTHER_PLATFORM,
        )
    if answer.outcome is None:
        raise ClusterError(
            f"a worker has another samewheel than {__version__}",
            cause=f"{answer.worker} has {answer.samewheel}.",
            hint=INSTALL_SAME,
        )
    rebuilt = answer.outcome.rebuilt
    if rebuilt is not None and (rebuilt.wheel.name != job.filename or job.sha256 not in {None, rebuilt.wheel.sha256}):
        said = f"{rebuilt.wheel.name}, SHA-256 {rebuilt.wheel.sha256}"
        return Outcome(
            failure=Failure(
                what=f"{answer.worker} rebuilt another wheel than {job.filename}",
                cause=f"It says: {said}. Asked for was SHA-256 {job.sha256}.",
            )
        )
    if rebuilt is None:
        # Where to look for more.
        log = f"done by {answer.worker}\n{answer.outcome.log}".rstrip()
        return msgspec.structs.replace(answer.outcome, log=log)
    return answer.outcome
