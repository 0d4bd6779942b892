"""An executor whose workers are processes that are kept: one that crashes costs its own job and nothing else.

A :class:`~concurrent.futures.ProcessPoolExecutor` breaks as a whole when one of its processes dies, and its processes
outlive the one that was killed. A process for each job would cost the start of an interpreter each.
"""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from samewheel._temporary import temporary_folder
from samewheel.audit.companions import Companions
from samewheel.audit.serving import requested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

__all__ = ["Workers", "workers"]

HINT = "It is tried again by --resume; with fewer --jobs it has more memory."


class Workers(Executor):
    """Does jobs in processes; ``submit(work, job)`` takes a function at the top of a module, and a Job."""

    def __init__(self, slots: int, folder: Path) -> None:
        """Have so many processes at most, with their temporary files in a folder."""
        self._pool = ThreadPoolExecutor(max_workers=slots)
        self._companions = Companions(folder, hint=HINT)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as in the base
        """Have a job done.

        Raises:
            TypeError: it is no function at the top of a module, or gets something else than one Job.
        """
        return self._pool.submit(self._companions.do, requested(fn, args, kwargs))

    def stop(self) -> None:
        """Have every process stop what it does, clean up and end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._companions.stop()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the base
        """Let the jobs be done, or cancel those that have not begun, and end the processes."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            self._companions.end_idle()


@contextmanager
def workers(slots: int) -> Iterator[Workers]:
    """Have jobs done by processes while the block runs; what interrupts it stops them all."""
    with temporary_folder() as folder:
        executor = Workers(slots, folder)
        try:
            yield executor
        except BaseException:
            executor.stop()
            raise
        executor.shutdown()
