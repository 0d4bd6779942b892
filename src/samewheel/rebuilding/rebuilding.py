"""One rebuild, from what a user names to an outcome that can be kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict, Unpack

from msgspec.structs import replace
from packaging.specifiers import InvalidSpecifier

from samewheel._standards import specifiers_of
from samewheel._temporary import temporary_folder
from samewheel._types import SILENT, SourceKind
from samewheel.comparison import File, Verdict
from samewheel.epoch import choose_epoch
from samewheel.errors import NoSourceError, UsageError
from samewheel.interpreter import find_interpreter
from samewheel.pythons import RELEASED, at_hand, locate, missing, newest_before
from samewheel.rebuilding.finding import find_release
from samewheel.rebuilding.planning import first_plan
from samewheel.rebuilding.published import read_published
from samewheel.rebuilding.searching import Task, search
from samewheel.rebuilding.sourcing import check_planned, find_source
from samewheel.rebuilding.values import Rebuilt

if TYPE_CHECKING:
    from samewheel._types import Progress, Sha256
    from samewheel.buildinfo import Dependency, Isolation
    from samewheel.comparison import Difference
    from samewheel.explaining.values import Explanation
    from samewheel.index import Index
    from samewheel.rebuilding.finding import Release
    from samewheel.rebuilding.published import Published
    from samewheel.rebuilding.searching import Best
    from samewheel.rebuilding.sourcing import FoundSource
    from samewheel.rebuilding.values import Attempt, BuiltDependency, Plan, Wanted

__all__ = ["rebuild"]

TAGGED = re.compile(r"cp3(\d+)-cp3\d+[dmu]*-")
"""A tag of a wheel that one minor version made, for itself alone."""

PYTHON_2 = "it is for Python 2 alone, and uv makes build environments of Python 3.6 and newer"


class _Fields(TypedDict, total=False):
    """What an outcome has besides the wheel and the verdict."""

    reason: str
    sha256: Sha256 | None
    isolation: Isolation | None
    interpreter: str
    dependencies: tuple[Dependency, ...]
    built: tuple[BuiltDependency, ...]
    plan: Plan | None
    attempts: tuple[Attempt, ...]
    best: int
    differences: tuple[Difference, ...]
    causes: tuple[Explanation, ...]


def _pythons(wanted: Wanted, release: Release, published: Published) -> tuple[tuple[str, ...], str]:
    """Return the interpreters to try, likeliest first, and why the first one is that."""
    if wanted.python is not None:
        return (wanted.python,), "asked for"
    requires = release.requires_python or ", ".join(published.metadata.all("Requires-Python"))
    try:
        specifiers_of(requires)
    except InvalidSpecifier:
        requires = ""
    tagged = {f"3.{match[1]}" for tag in published.tags if (match := TAGGED.match(tag))}
    usable = [one for one in at_hand() if not tagged or one.minor in tagged]
    found = newest_before(usable, release.uploaded, requires)
    lacking = "" if tagged else missing(usable, release.uploaded, requires)
    if not found:
        return (), f"{lacking or 'no CPython ' + ', '.join(sorted(tagged)) + ' is at hand'}: install one"
    first = found[0]
    dated = ""
    if release.uploaded is not None:
        out = RELEASED.get(first.minor)
        there = out is not None and out.isoformat() <= release.uploaded[:10]
        rank = "the newest that was out for two months" if there else "the oldest, as none was out"
        dated = f"; of those here, {rank} at the upload on {release.uploaded[:10]}"
    why = f"Requires-Python is {requires}{dated}" if requires else f"any Python will do{dated}"
    if lacking:
        why += f"; {lacking}"
    return tuple(one.minor for one in found), why


def _for_python_2(published: Published) -> bool:
    """Tell whether a wheel was made by Python 2: its tags name no other."""
    return bool(published.tags) and all(tag.startswith(("py2", "cp2")) and "py3" not in tag for tag in published.tags)


def _check_wanted(wanted: Wanted) -> None:
    """Refuse before the work what contradicts itself, or cannot be.

    Raises:
        UsageError: it does, or cannot.
    """
    if wanted.sdist is not None and wanted.git is not None:
        raise UsageError("--sdist and --git name two sources", hint="Give one of them.")
    if wanted.plan is not None:
        check_planned(wanted.plan.source, sdist=wanted.sdist, git=wanted.git)
    if wanted.python is not None:
        find_interpreter(locate(wanted.python))
    # The caller's SOURCE_DATE_EPOCH decides nothing here; but if it is none, no build should be blamed for that.
    choose_epoch(SourceKind.SDIST, None)


def _check_plan(plan: Plan, published: Published) -> None:
    if plan.wheel.sha256 != published.sha256:
        raise UsageError(
            f"the plan is for another {plan.wheel.filename}",
            cause=f"Its SHA-256 is {plan.wheel.sha256} there; {published.path.name} has {published.sha256}.",
        )


def rebuild(wanted: Wanted, index: Index, *, offline: bool = False, progress: Progress = SILENT) -> Rebuilt:
    """Build a published wheel again from its source, and compare.

    Args:
        wanted: what, and within which limits.
        index: where the wheel and its source are looked for.
        offline: use what was fetched before.
        progress: told what is going on.

    Returns:
        The outcome. That nothing could be built, or that there is no source, is one, too.

    Raises:
        UsageError: what is asked for cannot be.
        SamewheelError: the machine or the index failed.
    """
    _check_wanted(wanted)
    progress.step(f"Looking for {wanted.target}")
    needed = wanted.sdist is None and wanted.git is None
    filename = wanted.filename or (wanted.plan.wheel.filename if wanted.plan is not None else None)
    release = find_release(wanted.target, index, filename=filename, sha256=wanted.sha256, needed=needed)
    for warning in release.warnings:
        progress.warn(warning)
    published = read_published(release.wheel, release.uploaded)
    if wanted.plan is not None:
        _check_plan(wanted.plan, published)
    with temporary_folder() as folder:
        try:
            source = find_source(wanted, release, published, index=index, folder=folder, progress=progress)
        except NoSourceError as error:
            return _outcome(published, release, Verdict.NO_SOURCE, reason=str(error))
        if _for_python_2(published) and wanted.python is None:
            return _outcome(published, release, Verdict.NOT_BUILDABLE, reason=PYTHON_2)
        pythons, why = _pythons(wanted, release, published)
        if not pythons:
            return _outcome(published, release, Verdict.NOT_BUILDABLE, reason=why)
        task = Task(
            published=published,
            source=source.path,
            index=index,
            pythons=pythons,
            tries=wanted.tries,
            timeout=wanted.timeout,
            limits=wanted.limits,
            offline=offline,
            keep=wanted.keep,
        )
        first = _given(wanted, source) or first_plan(published, source.planned, pythons[0], why, source.why)
        best = search(first, task, correct=wanted.plan is None, progress=progress)
    return _outcome_of(best, published, release)


def _given(wanted: Wanted, source: FoundSource) -> Plan | None:
    """Return the plan that is to be followed, with the source that is really built; None if there is none."""
    if wanted.plan is None:
        return None
    return replace(wanted.plan, source=source.planned, python=wanted.python or wanted.plan.python)


def _outcome_of(best: Best, published: Published, release: Release) -> Rebuilt:
    return _outcome(
        published,
        release,
        best.tried.verdict,
        reason=best.tried.failure,
        sha256=best.tried.sha256,
        isolation=best.tried.isolation,
        interpreter=best.tried.interpreter,
        dependencies=best.tried.dependencies,
        built=best.tried.built,
        plan=best.tried.plan,
        attempts=best.attempts,
        best=best.number,
        differences=best.tried.differences,
        causes=best.tried.causes,
    )


def _outcome(published: Published, release: Release, verdict: Verdict, **fields: Unpack[_Fields]) -> Rebuilt:
    return Rebuilt(
        name=published.name,
        version=published.version,
        wheel=File(name=published.path.name, sha256=published.sha256, size=published.size),
        uploaded=published.uploaded if release.on_index else None,
        on_index=release.on_index,
        verdict=verdict,
        **fields,
    )
