"""Two builds of one source at the same time: a plain one, and one with conditions opposite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from samewheel._process import stopped
from samewheel._types import SILENT, Frontend, Value
from samewheel.building import perform
from samewheel.errors import BuildFailedError
from samewheel.machine import look_around
from samewheel.sandbox import choose_sandbox
from samewheel.staging import plain_conditions
from samewheel.variations import MILDLY, vary
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


class Performed(Value, frozen=True, kw_only=True):
    """One of the two builds."""

    prepared: Prepared
    """As it was built: with the other frontend, if that was varied."""
    product: Product


class Pair(Value, frozen=True, kw_only=True):
    """What both builds have in common, and where they take place."""

    prepared: Prepared

    @property
    def folder(self) -> Path:
        """Where the builds take place."""
        return self.prepared.opened.folder

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of this machine that the builds take place in."""
        return tuple(folder for folder in (self.folder, self.prepared.opened.memory) if folder is not None)

    def _conditions(self, name: str, apply: Sequence[str], mildly: Sequence[str]) -> Conditions:
        opened = self.prepared.opened
        conditions = plain_conditions(self.folder / name / "places", opened.epoch.value, opened.settings)
        memory = opened.in_memory(name)
        if memory is not None and not choose_sandbox().moves:
            conditions = replace(conditions, source=memory / "source")
        return vary(conditions, look_around(), apply, mildly)

    def build(
        self, name: str, apply: Sequence[str], *, mildly: Sequence[str] = (), progress: Progress = SILENT
    ) -> Performed:
        """Build under opposite conditions.

        Args:
            name: of the build; that of a folder that does not exist yet.
            apply: the variations.
            mildly: those of them to apply in their milder way.
            progress: told what is going on.

        Raises:
            BuildFailedError: the build failed.
        """
        prepared, opened = self.prepared, self.prepared.opened
        if FRONTEND in apply:
            other = Frontend.BUILD if opened.settings.frontend is Frontend.UV else Frontend.UV
            settings = msgspec.structs.replace(opened.settings, frontend=other)
            prepared = replace(prepared, opened=replace(opened, settings=settings))
        folder = self.folder / name
        folder.mkdir()
        conditions, memory = self._conditions(name, apply, mildly), opened.in_memory(name)
        product = perform(prepared, folder, conditions, probe=True, memory=memory, progress=progress)
        return Performed(prepared=prepared, product=product)


@contextmanager
def builders(jobs: int) -> Iterator[Executor]:
    """Have builds done side by side while the block runs; what interrupts it stops them all."""
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        yield pool
    except BaseException:
        with stopped():
            pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _bearable(
    pair: Pair, apply: Sequence[str], error: BuildFailedError, progress: Progress
) -> tuple[Performed, list[str]]:
    """Find variations under which the build succeeds, halving those under which it fails.

    Returns:
        A second build that succeeded, and the variations that it had.

    Raises:
        BuildFailedError: it fails without any variation, too.
    """
    tried: dict[frozenset[str], Performed | None] = {}

    def succeeds(names: Sequence[str]) -> bool:
        key = frozenset(names)
        if key not in tried:
            progress.step(f"The second build failed; trying {', '.join(sorted(names)) or 'the first one again'}")
            try:
                tried[key] = pair.build(f"trial-{len(tried)}", sorted(names))
            except BuildFailedError:
                tried[key] = None
        return tried[key] is not None

    def borne(names: Sequence[str], others: Sequence[str]) -> list[str]:
        """Return those of the names that the build bears besides others, which it bears."""
        if succeeds([*others, *names]):
            return list(names)
        if len(names) <= 1:
            return []
        half = len(names) // 2
        left = borne(names[:half], others)
        return left + borne(names[half:], [*others, *left])

    kept = borne(apply, [])
    built = tried[frozenset(kept)] if succeeds(kept) else None
    if built is None:
        raise BuildFailedError(
            f"a second build of the same source failed, under the same conditions: {error.what}",
            cause=error.cause,
            hint="The first one succeeded; so it is up to chance, or to what else the machine does.",
        )
    if set(kept) == set(apply):
        progress.warn(f"the second build failed, and succeeded when it was repeated ({error.what})")
    return _with_milder(pair, apply, built, kept, progress)


def _with_milder(
    pair: Pair, apply: Sequence[str], built: Performed, kept: list[str], progress: Progress
) -> tuple[Performed, list[str]]:
    """Return a second build with variations that it bears at least in their milder way, if there are such."""
    milder = [name for name in MILDLY if name in apply and name not in kept]
    if not milder:
        return built, kept
    progress.step(f"Trying {', '.join(milder)} in a milder way")
    try:
        built = pair.build("milder", [*kept, *milder], mildly=milder)
    except BuildFailedError:
        return built, kept
    progress.warn(f"the build fails under {', '.join(milder)}; it was varied in a milder way: no space in the path")
    return built, [*kept, *milder]


def build_pair(
    pair: Pair, apply: Sequence[str], *, pool: Executor, progress: Progress = SILENT
) -> tuple[tuple[Performed, Performed], tuple[NotVaried, ...]]:
    """Build twice, the second time with variations applied.

    If only the second build fails, it is repeated: as it was, then without the variations under which it fails.

    Args:
        pair: the source, and where the builds take place.
        apply: the variations.
        pool: does the builds.
        progress: told what is going on.

    Returns:
        Both builds, and the variations that the second one was built without.

    Raises:
        BuildFailedError: the first build failed, or the second one fails without any variation, too.
    """
    first = pool.submit(pair.build, "first", (), progress=progress)
    second = pool.submit(pair.build, "second", apply)
    one = first.result()
    error = second.exception()
    if error is None:
        return (one, second.result()), ()
    if not isinstance(error, BuildFailedError):
        raise error
    two, kept = _bearable(pair, apply, error, progress)
    failing = [NotVaried(name=name, reason="the build fails under it") for name in apply if name not in kept]
    return (one, two), tuple(failing)
