"""An executor whose jobs are done by the workers of a Dask cluster.

Only the coordinator knows the store. It submits twice as many jobs as the workers have threads, so that none of them
waits, and no more, so that the scheduler need not hold all that a big audit has.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from samewheel._groups import uninterrupted
from samewheel.audit.distributing.connecting import connect, quiet
from samewheel.audit.distributing.orders import Orders
from samewheel.audit.distributing.values import described_here
from samewheel.audit.distributing.watching import Watch
from samewheel.audit.serving import requested
from samewheel.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from samewheel._types import Progress
    from samewheel.audit.distributing.connecting import Address
    from samewheel.audit.serving import Request
    from samewheel.audit.values import Outcome

__all__ = ["AHEAD", "Cluster", "cluster"]

AHEAD = 4096
"""Jobs that the executor holds at most: a cluster with more threads than that is not kept busy."""

PATIENCE = 10.0
"""Seconds to take leave of a scheduler."""

Found = TypeVar("Found")


class Cluster(Executor):
    """Does jobs on a cluster; ``submit(work, job)`` takes a function at the top of a module, and a Job.

    All that Dask does, it does in a thread of its own.
    """

    def __init__(self, address: Address, progress: Progress) -> None:
        """Connect to a scheduler.

        Raises:
            ClusterError: it cannot be reached, or a worker is not fit.
        """
        self._address = address
        self._progress = progress
        self._waiting: deque[tuple[Request, Future[Outcome]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lost: ClusterError | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _call(self, coroutine: Coroutine[Any, Any, Found]) -> Found:
        """Return what a coroutine returns in the thread of Dask."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def open(self) -> None:
        """Connect to the scheduler, and look at its workers.

        Raises:
            ClusterError: it cannot be reached, or a worker is not fit.
        """
        self._call(self._open())

    async def _open(self) -> None:
        self._client = await connect(self._address)
        self._orders = Orders(self._client)
        here = await asyncio.to_thread(described_here)
        self._watch = Watch(self._client, here, self._progress, self._fill)
        await self._watch.look()
        self._watching = self._loop.create_task(self._watched())

    async def _watched(self) -> None:
        try:
            await self._watch.go_on()
        except ClusterError as error:
            self._lose(error)
        except Exception as error:  # noqa: BLE001 - workers that nobody looks at must not go on
            self._lose(ClusterError("the cluster cannot be watched", cause=f"{type(error).__name__}: {error}"))

    @property
    def summary(self) -> str:
        """What there is, and where Dask shows it."""
        services = self._client.scheduler_info().get("services", {})
        # Without bokeh, a scheduler serves something there, too, but no pages; it does not say so.
        shown = f", shown at {self._client.dashboard_link} if it has bokeh" if "dashboard" in services else ""
        workers, threads = self._watch.workers, self._watch.threads
        there = f"{workers} worker{'s' * (workers != 1)} with {threads} thread{'s' * (threads != 1)}"
        return f"{there} at {self._address.url}{shown}"

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as in the base
        """Have a job done.

        Raises:
            TypeError: it is no function at the top of a module, or gets something else than one Job.
        """
        request, future = requested(fn, args, kwargs), Future[Any]()
        self._loop.call_soon_threadsafe(self._add, request, future)
        return future

    def _add(self, request: Request, future: Future[Outcome]) -> None:
        self._waiting.append((request, future))
        if self._lost is not None:
            self._lose(self._lost)
        self._fill()

    def _fill(self) -> None:
        """Give the cluster as many jobs as keep it busy."""
        while self._waiting and len(self._tasks) < 2 * max(self._watch.threads, 1):
            request, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                task = self._loop.create_task(self._do(request, future))
                self._tasks.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._fill()

    async def _do(self, request: Request, future: Future[Outcome]) -> None:
        try:
            future.set_result(await self._orders.done(request))
        except asyncio.CancelledError:
            future.set_exception(self._lost or ClusterError("the audit was stopped"))
        except ClusterError as error:
            self._lose(error)
            future.set_exception(self._lost or error)
        except Exception as error:  # noqa: BLE001 - a mistake in one job must not cost the others
            future.set_exception(error)

    def _lose(self, error: ClusterError) -> None:
        """Give up all jobs: nothing will come of them."""
        if self._lost is None:
            self._lost = error
        while self._waiting:
            _, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                future.set_exception(self._lost)
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        own = {task for task in others if task in self._tasks or task is getattr(self, "_watching", None)}
        for task in own:
            task.cancel()
        await asyncio.gather(*own, return_exceptions=True)
        if hasattr(self, "_client"):
            with suppress(Exception):
                await asyncio.wait_for(self._orders.forget(), 2)
            await self._client.close(timeout=5)
        await self._loop.shutdown_default_executor()
        if rest := asyncio.all_tasks() - {asyncio.current_task()}:
            # What Dask had going on, such as a connection that never came about.
            for task in rest:
                task.cancel()
            await asyncio.wait(rest, timeout=2)

    def close(self) -> None:
        """Cancel what is under way, and take leave of the scheduler."""
        with suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        if not self._thread.is_alive():
            self._loop.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - as in the base
        """Take leave of the scheduler; what is under way is cancelled."""
        self.close()


@contextmanager
def cluster(address: Address, progress: Progress) -> Iterator[Cluster]:
    """Have jobs done by a cluster while the block runs; what is under way at its end is cancelled.

    Raises:
        ClusterError: its scheduler cannot be reached, or a worker is not fit.
    """
    with quiet():
        executor = Cluster(address, progress)
        try:
            executor.open()
            yield executor
        finally:
            with uninterrupted():
                executor.close()
