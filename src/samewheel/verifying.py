"""Two builds at the same time under opposite conditions, each proven by a probe, and their wheels compared."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from samewheel._files import sha256_of, temporary_folder, write_atomic
from samewheel._types import SILENT, Via
from samewheel.buildinfo import to_json
from samewheel.building import describe
from samewheel.compare import compare, worst
from samewheel.errors import BuildFailedError, StaleLockError, UsageError
from samewheel.locking import lock
from samewheel.machine import look_around
from samewheel.pairing import FRONTEND, Pair, build_pair
from samewheel.preparing import lock_file, open_project, output_folders, prepare, read_lock
from samewheel.sandbox import choose_sandbox
from samewheel.variations import VARIATIONS
from samewheel.verification import SCHEMA, NotVaried, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from samewheel._types import Progress
    from samewheel.building import Product
    from samewheel.constraints import Constraints
    from samewheel.preparing import Opened
    from samewheel.project import Overrides

__all__ = ["Verified", "available", "verify"]

ROOM = 4
"""A source is copied into memory if it takes no more than this part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verification, and where it was written."""

    verification: Verification
    evidence: Path
    wheel: str
    """The wheel's file name."""


def available() -> dict[str, str]:
    """Return all variations, and why each cannot be applied on this machine: an empty string where it can."""
    machine, moves = look_around(), choose_sandbox().moves
    reasons = {variation.name: variation.missing(machine, moves) for variation in VARIATIONS}
    return dict(sorted({**reasons, FRONTEND: ""}.items()))


def _size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(Path(parent, name).lstat().st_size for parent, _, names in os.walk(folder) for name in names)


def _choose(opened: Opened, names: Sequence[str] | None) -> tuple[list[str], list[NotVaried]]:
    """Return the variations to apply, and those that are not, with the reason."""
    reasons = available()
    unknown = sorted(set(names or ()) - set(reasons))
    if unknown:
        raise UsageError(f"there is no condition {unknown[0]!r}", hint=f"There are: {', '.join(reasons)}")
    memory = look_around().memory_folder
    if memory is not None and _size(opened.snapshot.root) * ROOM > shutil.disk_usage(memory).free:
        reasons["directory_order"] = f"the source does not fit into {memory}"
    if names is not None:
        reasons |= {name: "not asked for" for name in reasons if name not in names}
    apply = [name for name, reason in reasons.items() if not reason]
    return apply, [NotVaried(name=name, reason=reason) for name, reason in reasons.items() if reason]


def _seen(product: Product, now: float, folder: Path) -> dict[str, object]:
    """Return what a build saw, with its clock as days of difference to ours: a report holds no time of day."""
    if product.observed is None:
        raise BuildFailedError(
            "the probe in the build process reported nothing",
            cause="Without it, nothing shows that the conditions really differed.",
            hint="Tell us how this backend starts Python.",
        )
    # Where places cannot be moved, a build sees folders of this machine, which no report may name.
    seen = {
        name: value.replace(str(folder), "$WORK") if isinstance(value, str) else value
        for name, value in product.observed.items()
    }
    clock = seen.pop("clock", None)
    days = round((clock - now) / 86400) if isinstance(clock, int) else None
    return {**seen, "clock": days}


def _proven(
    apply: Iterable[str], one: dict[str, object], two: dict[str, object]
) -> tuple[tuple[str, ...], list[NotVaried]]:
    """Return the variations that took effect, and those that did not though they were applied."""
    varied, idle = [], []
    for name in apply:
        if name == FRONTEND or one.get(name) != two.get(name):
            varied.append(name)
        else:
            idle.append(NotVaried(name=name, reason="applied, but both build processes saw the same"))
    return tuple(sorted(varied)), idle


def _constraints(path: Path, opened: Opened, folder: Path, overrides: Overrides, progress: Progress) -> Constraints:
    """Return the project's constraints; where it has none, those made for this run."""
    try:
        return read_lock(opened)
    except StaleLockError:
        if "constraints" in overrides or lock_file(opened.source, opened.settings).exists():
            raise
    progress.warn(f"{path} has no constraints; both builds use those of now. To keep them: samewheel lock {path}")
    return lock(path, output=folder / "constraints.txt", progress=progress, **overrides).constraints


def verify(
    path: Path,
    *,
    against: Path | None = None,
    names: Sequence[str] | None = None,
    jobs: int = 2,
    strict: bool = False,
    evidence_dir: Path | None = None,
    progress: Progress = SILENT,
    **overrides: Unpack[Overrides],
) -> Verified:
    """Build twice under opposite conditions, compare, and write the report.

    Args:
        path: a project's folder, built as it is, or an sdist.
        against: a wheel that both builds must equal, too; the worst verdict counts.
        names: the conditions to vary; None: all that can be.
        jobs: builds at a time.
        strict: a build that fails under a condition fails as a whole, instead of being repeated without it.
        evidence_dir: where the report goes; None is ``evidence`` in the project's folder, or the working folder.
        progress: told what is going on.
        overrides: as for :func:`samewheel.building.build`.

    Raises:
        SamewheelError: one of its family; nothing was written then.
    """
    home = path if path.is_dir() else Path.cwd()
    evidence_dir = (evidence_dir or home / "evidence").absolute()
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        opened = open_project(
            path,
            folder,
            overrides=overrides,
            allow_dirty=True,
            not_source=output_folders(path, evidence_dir, against),
            progress=progress,
        )
        for warning in opened.snapshot.warnings:
            progress.warn(warning)
        apply, not_varied = _choose(opened, names)
        memory = look_around().memory_folder
        place = stack.enter_context(temporary_folder(memory)) if memory is not None else None
        products = ("sdist", "wheel") if opened.settings.via is Via.SDIST else ("wheel",)
        constraints = _constraints(path, opened, folder, overrides, progress)
        prepared = prepare(opened, constraints, products=products, progress=progress)
        pair = Pair(prepared=prepared, folder=folder, memory=place)
        builds, failing = build_pair(pair, apply, jobs=jobs, progress=progress)
        if failing and strict:
            raise BuildFailedError(
                f"the build fails under {failing[0].name}",
                cause="Every condition that can be varied must be, with --strict.",
            )
        built = tuple(one.product for one in builds)
        now = time.time()
        seen = tuple(_seen(product, now, folder) for product in built)
        varied, idle = _proven([name for name in apply if name not in {item.name for item in failing}], *seen)
        progress.step("Comparing")
        comparisons = [compare(built[0].wheel, built[1].wheel)]
        if against is not None:
            comparisons += [compare(against, product.wheel) for product in built]
        verdict = worst([comparison.verdict for comparison in comparisons])
        verification = Verification(
            verdict=verdict,
            builds=tuple(describe(one.prepared, one.product) for one in builds),
            observed=seen,
            varied=varied,
            not_varied=tuple(sorted([*not_varied, *failing, *idle])),
            differences=next((c.differences for c in comparisons if c.verdict is verdict), ()),
            against=sha256_of(against) if against is not None else None,
        )
        wheel = built[0].wheel.name
    evidence = evidence_dir / f"{wheel}.verify.json"
    write_atomic(evidence, to_json(SCHEMA, verification))
    return Verified(verification=verification, evidence=evidence, wheel=wheel)
