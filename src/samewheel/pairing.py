"""Two builds of one source at the same time: a plain one, and one with conditions opposite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from samewheel._groups import stopped
from samewheel._types import SILENT, Frontend, Value
from samewheel.building import perform
from samewheel.errors import BuildFailedError
from samewheel.machine import look_around
from samewheel.sandbox import choose_sandbox
from samewheel.staging import plain_conditions
from samewheel.variations import MILDLY, stand, vary
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
    mildly: tuple[str, ...] = ()
    """Variations that were applied in their milder way."""


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

    def _conditions(self, name: str, apply: Sequence[str], mildly: Sequence[str], stands: int | None) -> Conditions:
        opened = self.prepared.opened
        conditions = plain_conditions(self.folder / name / "places", opened.epoch.value, opened.settings)
        memory = opened.in_memory(name)
        if memory is not None and not choose_sandbox().moves:
            conditions = replace(conditions, source=memory / "source")
        conditions = vary(conditions, look_around(), apply, mildly)
        return conditions if stands is None else stand(conditions, look_around(), stands)

    def build(
        self,
        name: str,
        apply: Sequence[str],
        *,
        mildly: Sequence[str] = (),
        stands: int | None = None,
        progress: Progress = SILENT,
    ) -> Performed:
        """Build under opposite conditions.

        Args:
            name: of the build; that of a folder that does not exist yet.
            apply: the variations.
            mildly: those of them to apply in their milder way.
            stands: where the build's clock stands still, POSIX seconds; None: it goes on.
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
        conditions, memory = self._conditions(name, apply, mildly, stands), opened.in_memory(name)
        product = perform(prepared, folder, conditions, probe=True, memory=memory, progress=progress)
        return Performed(prepared=prepared, product=product, mildly=tuple(mildly))


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


class _Trials(Value, frozen=True, kw_only=True):
    """Second builds that were tried, each set of variations once."""

    pair: Pair
    progress: Progress
    tried: dict[frozenset[str], Performed | None] = msgspec.field(default_factory=dict)

    def under(self, names: Sequence[str]) -> Performed | None:
        """Return a second build under variations; None if it fails."""
        key = frozenset(names)
        if key not in self.tried:
            self.progress.step(f"The second build failed; trying {', '.join(sorted(names)) or 'the first one again'}")
            self.tried[key] = None
            with suppress(BuildFailedError):
                self.tried[key] = self.pair.build(f"trial-{len(self.tried)}", sorted(names))
        return self.tried[key]

    def borne(self, names: Sequence[str], others: Sequence[str] = ()) -> list[str]:
        """Return those of the names that the build bears besides others, which it bears."""
        if self.under([*others, *names]) is not None:
            return list(names)
        if len(names) <= 1:
            return []
        half = len(names) // 2
        left = self.borne(names[:half], others)
        return left + self.borne(names[half:], [*others, *left])

    def milder(self, names: Sequence[str], others: Sequence[str]) -> Performed | None:
        """Return a second build with some variations in their milder way besides others; None if it fails."""
        named = ", ".join(names)
        self.progress.step(f"Trying {named} in a milder way")
        try:
            built = self.pair.build(f"milder-{len(others)}", [*others, *names], mildly=names)
        except BuildFailedError:
            return None
        self.progress.warn(f"the build fails under {named}; it was varied in a milder way: no space in the path")
        return built


def _bearable(
    pair: Pair, apply: Sequence[str], error: BuildFailedError, progress: Progress
) -> tuple[Performed, list[str]]:
    """Find variations under which the build succeeds, halving those under which it fails.

    Returns:
        A second build that succeeded, and the variations that it had.

    Raises:
        BuildFailedError: it fails without any variation, too.
    """
    trials = _Trials(pair=pair, progress=progress)
    built = trials.under(apply)
    if built is not None:
        progress.warn(f"the second build failed, and succeeded when it was repeated ({error.what})")
        return built, list(apply)
    # Most builds that fail here fail under a space in a path: one more build, rather than a search by halves.
    milder = [name for name in MILDLY if name in apply]
    built = trials.milder(milder, [name for name in apply if name not in milder]) if milder else None
    if built is not None:
        return built, list(apply)
    kept = trials.borne(apply)
    built = trials.under(kept)
    if built is None:
        raise BuildFailedError(
            f"a second build of the same source failed, under the same conditions: {error.what}",
            cause=error.cause,
            hint="The first one succeeded; so it is up to chance, or to what else the machine does.",
        )
    missing = [name for name in milder if name not in kept]
    again = trials.milder(missing, kept) if missing and {*kept, *missing} != set(apply) else None
    return (built, kept) if again is None else (again, [*kept, *missing])


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
