"""Two builds at the same time under opposite conditions, each proven by a probe, and their wheels compared."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import msgspec

from samewheel._files import check_writable, place, sha256_of, write_atomic
from samewheel._outputs import output_folder
from samewheel._types import SILENT, SourceKind, Value, Via
from samewheel.buildinfo import to_json
from samewheel.building import describe, warn_of_forgotten
from samewheel.comparison import compare, worst
from samewheel.errors import BuildFailedError, StaleLockError, UsageError
from samewheel.machine import look_around, memory_folder
from samewheel.pairing import FRONTEND, Pair, build_pair, builders
from samewheel.preparing import lock_file, open_project, output_folders, prepare, read_lock, warn_of
from samewheel.proof import observe, proven, without_folders
from samewheel.sandbox import choose_sandbox
from samewheel.variations import VARIATIONS
from samewheel.verification import BUDGET, FIRST_WITH_SECOND, SCHEMA, NotVaried, Verification

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from samewheel._types import Progress
    from samewheel.building import Product
    from samewheel.comparison import Difference, Verdict
    from samewheel.constraints import Constraints
    from samewheel.pairing import Performed
    from samewheel.preparing import Opened, Prepared
    from samewheel.project import Overrides

__all__ = ["Verified", "available", "verify"]


class Verified(Value, frozen=True, kw_only=True):
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


def _choose(opened: Opened, names: Sequence[str] | None) -> tuple[list[str], list[NotVaried]]:
    """Return the variations to apply, and those that are not, with the reason.

    Raises:
        UsageError: one that was asked for by name does not exist, or cannot be applied here.
    """
    reasons = available()
    unknown = sorted(set(names or ()) - set(reasons))
    if unknown:
        raise UsageError(f"there is no condition {unknown[0]!r}", hint=f"There are: {', '.join(reasons)}")
    if opened.memory is None and not reasons["directory_order"]:
        reasons["directory_order"] = f"there is too little room for the source in {memory_folder()}"
    if names is not None:
        for name in sorted(set(names)):
            if reasons[name]:
                raise UsageError(
                    f"{name} cannot be varied here: {reasons[name]}",
                    cause="A verification without it would say less than was asked for.",
                    hint="Leave it out of --vary; what can be varied here is said by: samewheel conditions",
                )
        reasons |= {name: "not asked for" for name in reasons if name not in names}
    apply = [name for name, reason in reasons.items() if not reason]
    return apply, [NotVaried(name=name, reason=reason) for name, reason in reasons.items() if reason]


def _constraints(path: Path, opened: Opened, overrides: Overrides, progress: Progress) -> Constraints:
    """Return the project's constraints; where it has none, those made for this run."""
    try:
        return read_lock(opened)
    except StaleLockError:
        if "constraints" in overrides or lock_file(opened.source, opened.settings).exists():
            raise
    # Most projects have constraints, and it takes as long to import as a small build.
    from samewheel.locking import lock

    progress.warn(f"{path} has no constraints; both builds use those of now. To keep them: samewheel lock {path}")
    return lock(path, output=opened.folder / "constraints.txt", progress=progress, **overrides).constraints


def _require_all(missed: Sequence[NotVaried]) -> None:
    """Refuse a verification in which a variation was not applied, or to no effect."""
    for item in missed:
        raise BuildFailedError(
            f"{item.name} was not varied: {item.reason}",
            cause="Every condition that can be varied must be, with --strict.",
            hint="To leave it out on purpose, name the others with --vary; all are listed by: samewheel conditions",
        )


def _prepare(path: Path, opened: Opened, overrides: Overrides, progress: Progress) -> Prepared:
    """Fetch what a build needs."""
    products = ("sdist", "wheel") if opened.settings.via is Via.SDIST else ("wheel",)
    constraints = _constraints(path, opened, overrides, progress)
    return prepare(opened, constraints, products=products, progress=progress)


class _Compared(Value, frozen=True, kw_only=True):
    """The comparison that decides."""

    names: tuple[str, str]
    verdict: Verdict
    differences: tuple[Difference, ...]


def _compare(built: tuple[Product, Product], against: Path | None) -> _Compared:
    """Compare the builds with each other and with the given wheel; the worst verdict decides."""
    wheels = {name: product.wheel for name, product in zip(FIRST_WITH_SECOND, built, strict=True)}
    pairs = [FIRST_WITH_SECOND]
    if against is not None:
        pairs += [("given wheel", name) for name in wheels]
        wheels["given wheel"] = against
    comparisons = {names: compare(wheels[names[0]], wheels[names[1]]) for names in pairs}
    verdict = worst([comparison.verdict for comparison in comparisons.values()])
    names = next(names for names, comparison in comparisons.items() if comparison.verdict is verdict)
    return _Compared(names=names, verdict=verdict, differences=comparisons[names].differences)


def _check_given(wheel: Path) -> None:
    """Refuse before the work what is no archive to compare with; a wheel that is wrong inside will differ."""
    from zipfile import is_zipfile

    if not is_zipfile(wheel):
        raise UsageError(f"{wheel} is not a wheel", hint="Name the wheel after --against.")


def _keep(folder: Path, built: tuple[Product, Product], from_sdist: Future[Product] | None) -> None:
    """Copy what was built into a folder of the user's, where each build has one of its own."""
    builds = dict(zip(("first", "second"), built, strict=True))
    if from_sdist is not None and from_sdist.exception() is None:
        builds["via-sdist"] = from_sdist.result()
    for name, product in builds.items():
        for file in filter(None, (product.sdist, product.wheel)):
            place(file, folder / name / file.name)


def _judge(
    pair: Pair,
    builds: tuple[Performed, Performed],
    apply: Sequence[str],
    missed: Sequence[NotVaried],
    against: Path | None,
) -> Verification:
    """Return what two builds prove.

    Args:
        pair: where they took place.
        builds: both.
        apply: the variations that the second one had.
        missed: all others, and why.
        against: a wheel that both must equal.
    """
    built = (builds[0].product, builds[1].product)
    seen = observe(built, pair.folders)
    varied, idle = proven(apply, *seen)
    compared = _compare(built, against)
    return Verification(
        verdict=compared.verdict,
        builds=(
            describe(builds[0].prepared, built[0], leaks=False),
            # Nobody needs to build under odd conditions, and for some of them there is no plain command.
            describe(builds[1].prepared, built[1], commands=False, leaks=False),
        ),
        observed=seen,
        varied=varied,
        not_varied=tuple(sorted([*missed, *idle])),
        differences=compared.differences,
        compared=compared.names,
        against=sha256_of(against) if against is not None else None,
    )


def verify(
    path: Path,
    *,
    against: Path | None = None,
    names: Sequence[str] | None = None,
    jobs: int = 3,
    strict: bool = False,
    via_sdist: bool = True,
    search: int = BUDGET,
    keep: Path | None = None,
    evidence_dir: Path | None = None,
    beside: Sequence[Path] = (),
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
        via_sdist: build the project's sdist too, and a wheel of that, and report how the wheel compares.
        search: builds to make at most to find out which conditions are guilty, where the wheels do not tell.
        keep: a folder for what was built; None keeps nothing.
        evidence_dir: where the report goes; None is ``evidence`` in the project's folder, or the working folder.
        beside: files with results that the caller writes later, and that are no source either.
        progress: told what is going on.
        overrides: as for :func:`samewheel.building.build`.

    Raises:
        SamewheelError: one of its family; no report was written then.
    """
    home = path if path.is_dir() else Path.cwd()
    evidence_dir = output_folder(evidence_dir, home / "evidence", "--evidence")
    if against is not None:
        _check_given(against)
    for wanted in filter(None, (evidence_dir, keep)):
        check_writable(wanted.absolute(), "Name another folder with --evidence or --keep.")
    with ExitStack() as stack:
        opened = stack.enter_context(
            open_project(
                path,
                overrides=overrides,
                allow_dirty=True,
                not_source=output_folders(path, evidence_dir, against, keep, *beside),
                progress=progress,
            )
        )
        warn_of(opened, progress)
        apply, not_varied = _choose(opened, names)
        prepared = _prepare(path, opened, overrides, progress)
        pair = Pair(prepared=prepared)
        pool = stack.enter_context(builders(jobs))
        from_sdist = None
        if via_sdist and opened.source.kind is not SourceKind.SDIST and opened.settings.via is Via.TREE:
            from samewheel.via_sdist import build_via_sdist

            from_sdist = pool.submit(build_via_sdist, prepared, opened.folder / "via-sdist")
        builds, failing = build_pair(pair, apply, pool=pool, progress=progress)
        first = builds[0].product.wheel
        if keep is not None:
            _keep(keep.absolute(), (builds[0].product, builds[1].product), from_sdist)
        warn_of_forgotten(prepared, first, progress)
        progress.step("Comparing")
        borne = [name for name in apply if name not in {item.name for item in failing}]
        verification = _judge(pair, builds, borne, [*not_varied, *failing], against)
        if strict:
            asked = [name for name, reason in available().items() if not reason] if names is None else names
            _require_all([item for item in verification.not_varied if item.name in asked])
        if verification.differences:
            # Most verifications end well, and it takes as long to import as to compare.
            from samewheel.reasoning import with_causes

            verification = with_causes(
                verification, pair, builds, against=against, pool=pool, budget=search, progress=progress
            )
        if from_sdist is not None:
            from samewheel.via_sdist import compare_via_sdist

            found = compare_via_sdist(first, from_sdist, pair.folders, progress)
            verification = msgspec.structs.replace(verification, via_sdist=found)
        # Where places cannot be moved, wheels and what is said of them may hold folders of this machine.
        verification = without_folders(verification, pair.folders)
        wheel = first.name
    evidence = evidence_dir / f"{wheel}.verify.json"
    write_atomic(evidence, to_json(SCHEMA, verification))
    return Verified(verification=verification, evidence=evidence, wheel=wheel)
