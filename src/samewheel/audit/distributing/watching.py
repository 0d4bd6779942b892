"""The workers of a cluster come and go: how many threads there are, and whether the new ones are fit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from samewheel import __version__
from samewheel.audit.distributing.checking import refuse_unfit, told_apart
from samewheel.audit.distributing.values import Described
from samewheel.audit.distributing.working import describe
from samewheel.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Client

    from samewheel._types import Progress

__all__ = ["Watch"]

PAUSE = 1.0
"""Seconds between two looks."""

PATIENCE = 60.0
"""Seconds that workers may take to say what they are."""


class Watch:
    """Looks at the workers of a scheduler, again and again."""

    def __init__(self, client: Client, here: Described, progress: Progress, changed: Callable[[], object]) -> None:
        """Tell of changes by ``changed``, and of what deserves attention by ``progress``."""
        self._client = client
        self._here = here
        self._progress = progress
        self._changed = changed
        self._known: dict[str, Described] = {}
        self._warned: set[str] = set()
        self.threads = 0
        """Of all workers together."""
        self.workers = 0

    async def look(self) -> None:
        """Look once.

        Raises:
            ClusterError: the scheduler is gone, or a worker is not fit.
        """
        try:
            found: dict[str, int] = await self._client.nthreads()
        except (OSError, RuntimeError) as error:
            raise ClusterError("the Dask scheduler is gone", cause=str(error)) from error
        await self._get_to_know(sorted(set(found) - set(self._known)))
        self._known = {where: one for where, one in self._known.items() if where in found}
        if not found:
            self._warn("workers", "the cluster has no workers; the audit waits for some")
        if (len(found), sum(found.values())) != (self.workers, self.threads):
            self.workers, self.threads = len(found), sum(found.values())
            self._changed()

    async def _get_to_know(self, new: list[str]) -> None:
        """Ask new workers what they are; those that are gone meanwhile are nobody's business."""
        if not new:
            return
        asking = self._client.run(describe, workers=new, on_error="return")
        try:
            answers: dict[str, bytes | Exception] = await asyncio.wait_for(asking, PATIENCE)
        except (OSError, TimeoutError):
            return
        read = {where: _read(answer) for where, answer in answers.items() if not isinstance(answer, OSError)}
        refuse_unfit(read, self._here.platform)
        self._known |= {where: one for where, one in read.items() if isinstance(one, Described)}
        for about, text in told_apart(self._here, self._known):
            self._warn(about, text)

    def _warn(self, about: str, text: str) -> None:
        """Warn, but of nothing twice: a cluster may grow by one worker after the other."""
        if about not in self._warned:
            self._warned.add(about)
            self._progress.warn(text)

    async def go_on(self) -> None:
        """Look again and again.

        Raises:
            ClusterError: as :meth:`look`.
        """
        while True:
            await asyncio.sleep(PAUSE)
            await self.look()


def _read(answer: bytes | Exception) -> Described | str:
    """Return what a worker says of itself, or why it does not."""
    if isinstance(answer, Exception):
        return f"{type(answer).__name__}: {answer}"
    try:
        return msgspec.json.decode(answer, type=Described | str)
    except (msgspec.MsgspecError, TypeError) as error:
        return f"it describes itself as no samewheel {__version__} does: {error}"
