"""Where the jobs of an audit are done: in processes here, or on a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from samewheel._types import Value
from samewheel.audit.workers import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from samewheel._types import Progress
    from samewheel.audit.distributing.connecting import Address

__all__ = ["Here", "Place", "There"]


class Place(Protocol):
    """Where jobs are done."""

    @property
    def ahead(self) -> int:
        """Jobs that are submitted at the same time."""

    def open(self, progress: Progress) -> AbstractContextManager[Executor]:
        """Have something that does jobs while the block runs; what interrupts it stops them."""


class Here(Value, frozen=True, kw_only=True):
    """Processes on this machine."""

    slots: int
    """Jobs at the same time."""

    @property
    def ahead(self) -> int:
        """Jobs that are submitted at the same time: as many again wait as are done."""
        return 2 * self.slots

    def open(self, progress: Progress) -> AbstractContextManager[Executor]:  # noqa: ARG002 - as in the protocol
        """Have processes while the block runs."""
        return workers(self.slots)


class There(Value, frozen=True, kw_only=True):
    """The workers of a Dask cluster."""

    address: Address
    note: Callable[[str], object]
    """Told what there is, once it is reached."""

    @property
    def ahead(self) -> int:
        """Jobs that are submitted at the same time; the cluster itself holds most of them back."""
        from samewheel.audit.distributing.cluster import AHEAD

        return AHEAD

    @contextmanager
    def open(self, progress: Progress) -> Iterator[Executor]:
        """Be connected while the block runs.

        Raises:
            UsageError: Dask is not installed.
            ClusterError: the scheduler cannot be reached, or a worker is not fit.
        """
        from samewheel.audit.distributing.connecting import require_dask

        require_dask()
        from samewheel.audit.distributing.cluster import cluster

        progress.step(f"Connecting to {self.address.url}")
        with cluster(self.address, progress) as executor:
            self.note(executor.summary)
            yield executor
