"""What runs in a Dask worker: orders come in, and processes of their own do them.

A build that crashes costs its own job, not the Dask worker. A job whose task is cancelled, because the coordinator
was interrupted, died or lost its scheduler, is stopped, as are all of them when the Dask worker ends.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import ExitStack
from sysconfig import get_platform
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from distributed import Worker, WorkerPlugin, get_worker

from samewheel import __version__
from samewheel._temporary import temporary_folder
from samewheel.audit.companions import WATCHED, Companions
from samewheel.audit.distributing.values import DEATHS, RECORDS, Answer, Order, Spoken, described_here, killed

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from samewheel.audit.values import Outcome

__all__ = ["PLUGIN", "Keeper", "describe", "do"]

PLUGIN = "samewheel"
"""The name under which a worker has a keeper."""

KEPT = 10.0
"""Seconds that processes are kept for the next job."""

PATIENCE = 30.0
"""Seconds that the scheduler may take for an answer."""

HINT = "It is tried again by --resume; with fewer threads per worker it has more memory."

DOING = frozenset({"executing", "long-running"})
"""States of a task, as the worker calls them, in which its job is under way."""

DONE = frozenset({"memory", "error", "rescheduled", "executing", "long-running"})
"""States that follow without anybody having lost interest."""

SPOKEN, ORDERS = msgspec.json.Decoder(Spoken), msgspec.json.Decoder(Order)
"""Made once, as jobs come in several threads: see :data:`samewheel.audit.companions.OUTCOMES`."""

_setting_up = threading.Lock()

Found = TypeVar("Found")


class Keeper(WorkerPlugin):
    """Keeps the processes of one Dask worker."""

    companions: Companions

    def setup(self, worker: Worker) -> None:
        """Begin with none."""
        self.worker = worker
        self._stack = ExitStack()
        folder = self._stack.enter_context(temporary_folder())
        # Each process removes it at its end if it is empty, and here some end while others go on.
        (folder / "kept").touch()
        self.companions = Companions(folder, serve=WATCHED, hint=HINT)
        self._timer: threading.Timer | None = None
        self._timing = threading.Lock()

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - the signature of plugins
        """Stop whatever is going on."""
        self._set_timer(None)
        await asyncio.to_thread(self.companions.stop)
        self._stack.close()

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:  # noqa: ANN401 - as in the base
        """Stop a job in which nobody is interested any more."""
        if start in DOING and finish not in DONE:
            self.companions.cancel(key)

    def _set_timer(self, timer: threading.Timer | None) -> None:
        with self._timing:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = timer
        if timer is not None:
            timer.daemon = True
            timer.start()

    def asked(self, question: Coroutine[Any, Any, Found]) -> Found:
        """Return what the worker's event loop finds out; for its other threads."""
        return asyncio.run_coroutine_threadsafe(question, self.worker.loop.asyncio_loop).result(PATIENCE)  # type: ignore[attr-defined]

    def _tell(self, message: Coroutine[Any, Any, None]) -> None:
        """Have the worker's event loop do something, if it still runs, without waiting for it."""
        try:
            asyncio.run_coroutine_threadsafe(message, self.worker.loop.asyncio_loop)  # type: ignore[attr-defined]
        except RuntimeError:
            message.close()

    def do(self, order: Order, key: object) -> Outcome:
        """Do a job, unless too many workers have died of it."""
        record: list[str | int] = [RECORDS, order.audit, order.number]
        begun: list[str] = self.asked(_get(self.worker, record))
        if len(begun) >= DEATHS:
            return killed(order.request.job, tuple(begun))
        self.asked(_set(self.worker, record, [*begun, self.worker.address]))
        try:
            return self.companions.do(order.request, key)
        finally:
            self._set_timer(threading.Timer(KEPT, self.companions.end_idle))
            # The worker did not die of it. Nobody waits for that, and where the scheduler is gone, nobody will ask.
            self._tell(_set(self.worker, record, begun))


async def _get(worker: Worker, record: list[str | int]) -> list[str]:
    return list(await worker.scheduler.get_metadata(keys=record, default=[]))


async def _set(worker: Worker, record: list[str | int], begun: list[str]) -> None:
    await worker.scheduler.set_metadata(keys=record, value=begun)


def _keeper(worker: Worker) -> Keeper:
    """Return the keeper of a worker, which gets one with its first job."""
    loop = worker.loop.asyncio_loop  # type: ignore[attr-defined]
    with _setting_up:
        if not isinstance(worker.plugins.get(PLUGIN), Keeper):
            adding = worker.plugin_add(Keeper(), name=PLUGIN, catch_errors=False)
            asyncio.run_coroutine_threadsafe(adding, loop).result(PATIENCE)
        return cast("Keeper", worker.plugins[PLUGIN])


def do(line: bytes) -> bytes:
    """Do an order, and return the answer."""
    worker = get_worker()
    answer = Answer(samewheel=__version__, platform=get_platform(), worker=worker.address, outcome=None)
    spoken = SPOKEN.decode(line)
    # Dask gives jobs to a worker that joins before anybody has looked at it.
    if (spoken.samewheel, spoken.platform) == (answer.samewheel, answer.platform):
        outcome = _keeper(worker).do(ORDERS.decode(line), worker.get_current_task())
        answer = msgspec.structs.replace(answer, outcome=outcome)
    return msgspec.json.encode(answer)


async def describe() -> bytes:
    """Return what this machine is, or the words of why that cannot be found out."""
    try:
        return msgspec.json.encode(await asyncio.to_thread(described_here))
    except Exception as error:  # noqa: BLE001 - whoever asks would take an OSError for the end of the connection
        return msgspec.json.encode(f"{type(error).__name__}: {error}")
