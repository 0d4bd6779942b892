"""The builds of a search: in folders of their own, side by side, and gone as soon as they are compared."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from samewheel._files import remove
from samewheel._types import SILENT, Value
from samewheel.attributing.benches import REFERENCE, Job
from samewheel.attributing.chance import Alike
from samewheel.attributing.likelihood import likeliest_first
from samewheel.attributing.searching import search
from samewheel.comparison import compare
from samewheel.errors import SamewheelError
from samewheel.machine import look_around
from samewheel.sandbox import choose_sandbox
from samewheel.trials import targets_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.comparison import Difference
    from samewheel.pairing import Pair, Performed
    from samewheel.trials import Search, Target

__all__ = ["attribute", "planned"]

MOST_NAMED = 3
"""Conditions of a build that are named to who waits for it."""

OFTEN = {1: "", 2: " (twice)"}

AHEAD = 86400 + 3600 + 60 + 1
"""Seconds from now to where clocks stand: another day, hour, minute and second than that of the first build."""

FIRST = "first"
"""The folder of the verification's first build."""


def _named(job: Job) -> str:
    """Return in words what is switched in a build."""
    if job.back:
        return "the time"
    few = len(job.names) <= MOST_NAMED
    return (" and ".join(sorted(job.names)) or "nothing") if few else f"{len(job.names)} of them"


def planned(jobs: Iterable[Job]) -> str:
    """Return in words what is switched in builds, which may be the same in several of them."""
    numbers = Counter(map(_named, jobs))
    return "; ".join(named + OFTEN.get(number, f" ({number} times)") for named, number in numbers.items())


class _Builder(Value, frozen=True, kw_only=True):
    """Makes builds, and compares them."""

    pair: Pair
    first: Path
    """The wheel of the verification's first build."""
    mildly: Sequence[str]
    now: int
    """Where a clock stands that is back: POSIX seconds; every other one that stands still is ahead of that."""
    alike: Alike
    """Told what differs between builds with nothing switched."""
    pool: Executor
    progress: Progress

    @property
    def kept(self) -> Path:
        """Where wheels are kept until they are compared."""
        return self.pair.folder / "searched"

    def run(self, jobs: Sequence[Job]) -> list[frozenset[Target] | None]:
        """Make builds and say what they show, as the search asks for it."""
        self.progress.step(f"Building again with fewer conditions switched: {planned(jobs)}")
        folders = [self.kept / ("plain" if job == REFERENCE else f"{number}") for number, job in enumerate(jobs)]
        made = self._side_by_side(jobs, folders)
        shown = list(self.pool.map(self._compare, jobs, made))
        for job, folder in zip(jobs, folders, strict=True):
            if job != REFERENCE:
                remove(folder)
        return shown

    def _side_by_side(self, jobs: Sequence[Job], folders: Sequence[Path]) -> list[Path | None]:
        """Build; return the wheels, and None where it failed."""
        if choose_sandbox().moves:
            return list(self.pool.map(self._build, jobs, folders, (f"search-{folder.name}" for folder in folders)))
        # Each of them sees where it is built: anywhere else than the first one, it would differ by that.
        todo = zip(jobs, folders, strict=True)
        return [self.pool.submit(self._build, job, folder, FIRST).result() for job, folder in todo]

    def _build(self, job: Job, folder: Path, name: str) -> Path | None:
        """Build, move the wheel to a folder, and remove everything else; return None if it fails."""
        try:
            built = self.pair.build(
                name,
                sorted(job.names),
                mildly=[one for one in self.mildly if one in job.names],
                stands=(self.now if job.back else self.now + AHEAD) if job.standing else None,
            )
        except SamewheelError:
            return None
        else:
            folder.mkdir(parents=True)
            return built.product.wheel.rename(folder / built.product.wheel.name)
        finally:
            for place in (self.pair.folder / name, self.pair.prepared.opened.in_memory(name)):
                if place is not None:
                    remove(place)

    def _compare(self, job: Job, wheel: Path | None) -> frozenset[Target] | None:
        """Return what a build shows; None if there is nothing to compare."""
        reference = next((self.kept / "plain").glob("*.whl"), None)
        plain = reference if job.standing and job != REFERENCE else self.first
        if plain is None or wheel is None:
            return None
        control = bool(job.again and not job.names and not job.back)
        differences = compare(plain, wheel, closely=control).differences
        if control:
            # What differs by chance alone is shown to whoever asks, line by line.
            self.alike.note(differences)
        return targets_of(differences)


@contextmanager
def _aside(pair: Pair, first: Path) -> Iterator[Path]:
    """Move the first build out of the way while the block runs, where others need its place; yield its wheel."""
    if choose_sandbox().moves:
        yield first
        return
    home, other = pair.folder / FIRST, pair.folder / "aside"
    home.rename(other)
    try:
        yield other / first.relative_to(home)
    finally:
        remove(home)
        with suppress(OSError):
            # Whoever was interrupted may still be building there; then all of it is about to go.
            other.rename(home)


def attribute(
    pair: Pair,
    builds: tuple[Performed, Performed],
    apply: Iterable[str],
    differences: Sequence[Difference],
    *,
    pool: Executor,
    budget: int,
    progress: Progress = SILENT,
) -> Search:
    """Find out which conditions make two builds differ, by building again with some of them switched.

    Args:
        pair: the source, and where the builds take place.
        builds: the plain one, and that with all conditions switched.
        apply: the conditions that were switched, as proven.
        differences: those between the two wheels that are to be explained.
        pool: does the builds.
        budget: builds that may be made.
        progress: told what is going on.

    Raises:
        SamewheelError: a wheel cannot be compared.
    """
    codes = {one.code for one in differences}
    standing = look_around().clock_library is not None
    with _aside(pair, builds[0].product.wheel) as first:
        builder = _Builder(
            pair=pair,
            first=first,
            mildly=builds[1].mildly,
            now=int(time.time()),
            alike=Alike(differences),
            pool=pool,
            progress=progress,
        )
        try:
            return search(
                builder.run,
                targets_of(differences),
                likeliest_first(apply, codes),
                budget=budget,
                standing=standing,
                chance=builder.alike.tell,
            )
        finally:
            remove(builder.kept)
