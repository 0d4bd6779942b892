"""Two builds of one source at the same time: a plain one, and one with conditions opposite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from samewheel._process import kill_all
from samewheel._types import SILENT, Frontend
from samewheel.building import perform
from samewheel.errors import BuildFailedError
from samewheel.machine import look_around
from samewheel.sandbox import choose_sandbox
from samewheel.staging import plain_conditions
from samewheel.variations import vary
from samewheel.verification import NotVaried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.building import Product
    from samewheel.conditions import Conditions
    from samewheel.preparing import Prepared

__all__ = ["FRONTEND", "Pair", "Performed", "build_pair", "builders"]

FRONTEND = "frontend"
"""The name of the variation that is no condition: who calls the backend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """One of the two builds."""

    prepared: Prepared
    """As it was built: with the other frontend, if that was varied."""
    product: Product


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What both builds have in common, and where they take place."""

    prepared: Prepared
    folder: Path
    memory: Path | None
    """A private folder in memory, for the copy of the source that lists its files the other way round."""

    def _conditions(self, name: str, apply: Sequence[str]) -> tuple[Conditions, Path | None]:
        """Return the conditions of a build, and where its source really lies if not among its other places."""
        opened, moves = self.prepared.opened, choose_sandbox().moves
        conditions = plain_conditions(self.folder / name / "places", opened.epoch.value, opened.settings)
        source = None
        if "directory_order" in apply and self.memory is not None:
            source = self.memory / name / "source"
            if not moves:
                conditions = replace(conditions, source=source)
        return vary(conditions, look_around(), apply), source if moves else None

    def build(self, name: str, apply: Sequence[str], *, progress: Progress = SILENT) -> Performed:
        """Build under opposite conditions.

        Args:
            name: of the build; that of a folder that does not exist yet.
            apply: the variations.
            progress: told what is going on.

        Raises:
            BuildFailedError: the build failed.
        """
        prepared, opened = self.prepared, self.prepared.opened
        if FRONTEND in apply:
            other = Frontend.BUILD if opened.settings.frontend is Frontend.UV else Frontend.UV
            settings = msgspec.structs.replace(opened.settings, frontend=other)
            prepared = replace(prepared, opened=replace(opened, settings=settings))
        conditions, source = self._conditions(name, apply)
        folder = self.folder / name
        folder.mkdir()
        product = perform(prepared, folder, conditions, probe=True, source_folder=source, progress=progress)
        return Performed(prepared=prepared, product=product)


@contextmanager
def builders(jobs: int) -> Iterator[Executor]:
    """Have builds done side by side while the block runs; what interrupts it stops them all."""
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            kill_all()
            raise


def build_pair(
    pair: Pair, apply: Sequence[str], *, pool: Executor, progress: Progress = SILENT
) -> tuple[tuple[Performed, Performed], tuple[NotVaried, ...]]:
    """Build twice, the second time with variations applied.

    If only the second build fails, it is repeated without one variation after the other, until it is found under
    which it fails.

    Args:
        pair: the source, and where the builds take place.
        apply: the variations.
        pool: does the builds.
        progress: told what is going on.

    Returns:
        Both builds, and the variation that the second one was built without.

    Raises:
        BuildFailedError: the first build failed, or the second one fails without any single variation, too.
    """
    first = pool.submit(pair.build, "first", (), progress=progress)
    second = pool.submit(pair.build, "second", apply)
    one = first.result()
    error = second.exception()
    if error is None:
        return (one, second.result()), ()
    if not isinstance(error, BuildFailedError):
        raise error
    for name in apply:
        progress.step(f"The second build failed; building again without {name}")
        rest = [other for other in apply if other != name]
        try:
            two = pair.build(f"without-{name}", rest)
        except BuildFailedError:
            continue
        return (one, two), (NotVaried(name=name, reason="the build fails under it"),)
    raise error
