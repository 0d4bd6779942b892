"""The rounds of a lock: resolve, install, ask the backend what else it requires, again until nothing is new.

The phases never mix: resolving and fetching have the network and run no project code; the backend's hooks run in the
build phase, without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from samewheel._files import check_writable, write_atomic
from samewheel._standards import specifiers_of
from samewheel._types import SILENT, Resolver, SourceKind
from samewheel.constraints import (
    NOT_OURS,
    for_interpreter,
    is_ours,
    make_header,
    parse_constraints,
    render,
    unsatisfied,
)
from samewheel.environment import fetch_environment
from samewheel.errors import (
    InvalidProjectError,
    NotBuildableError,
    SamewheelError,
    StaleLockError,
    UnlockableError,
    UsageError,
)
from samewheel.locking.bounds import build_bounds
from samewheel.locking.checking import stale
from samewheel.locking.resolving import resolve
from samewheel.preparing import ask_backend, lock_file, open_project, output_folders, read_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.constraints import Constraints
    from samewheel.preparing import Opened
    from samewheel.project import Overrides

__all__ = ["Locked", "check_lock", "lock", "rounds"]

MOST_ROUNDS = 10
"""A backend that asks for something new each time would go on for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A lock that was written."""

    path: Path
    constraints: Constraints
    previous: Constraints | None
    """What stood there before, if it was ours."""


def _products(opened: Opened) -> tuple[str, ...]:
    """Return what will ever be built of the source: an sdist is not made from an sdist."""
    return ("wheel",) if opened.source.kind is SourceKind.SDIST else ("sdist", "wheel")


def _previous(path: Path, *, force: bool) -> Constraints | None:
    """Return the lock that is to be replaced, if it is ours; refuse to replace somebody's own file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {path}", cause=str(error)) from error
    if not is_ours(content) and not force:
        raise UsageError(
            f"{path} was not written by samewheel",
            cause="It has no header of ours, so it may be yours: constraints of something else, for example.",
            hint=f"{NOT_OURS} Or replace it: --force",
        )
    try:
        return parse_constraints(content, str(path)) if is_ours(content) else None
    except InvalidProjectError:
        # Ours, but damaged by an edit or a merge: there is nothing in it worth keeping.
        return None


def _python_range(opened: Opened, previous: Constraints | None, resolver: Resolver) -> str:
    """Return the Pythons to lock for: as set, else as locked before, else from this interpreter on.

    pip-tools alone answers for one interpreter, and the lock says so.
    """
    if resolver is Resolver.PIP_TOOLS:
        return f"=={opened.interpreter.minor}.*"
    stated = opened.settings.requires_python
    if stated is None and previous is not None and previous.header is not None:
        stated = previous.header.requires_python
    if stated is None:
        return f">={opened.interpreter.minor}"
    if not specifiers_of(stated, prereleases=True).contains(opened.interpreter.version):
        raise UsageError(
            f"Python {opened.interpreter.version} is not in the range {stated} that is locked for",
            cause="The backend is asked with this interpreter, so the lock must hold for it.",
            hint="Choose another with --python, or another range with --requires-python.",
        )
    return stated


def _asked(
    opened: Opened, constraints: Constraints, requirements: Sequence[str], progress: Progress, *, offline: bool
) -> set[str]:
    """Install what is required so far and return all that the backend then asks for."""
    environment = fetch_environment(
        requirements, constraints, opened.interpreter, offline=offline, cwd=opened.index_folder
    )
    return {item for what in _products(opened) for item in ask_backend(opened, environment, what, progress)}


def rounds(
    solve: Callable[[tuple[str, ...]], Constraints], ask: Callable[[Constraints, tuple[str, ...]], Collection[str]]
) -> Constraints:
    """Solve and ask by turns, until the backend asks for nothing new.

    Args:
        solve: returns pins for what is required in any case and what the backend asked for so far, sorted.
        ask: installs what is pinned, and returns all that the backend then asks for.

    Raises:
        UnlockableError: it asks for something new each time.
        SamewheelError: whatever the two functions raise.
    """
    asked: tuple[str, ...] = ()
    for _ in range(MOST_ROUNDS):
        constraints = solve(asked)
        answer = ask(constraints, asked)
        if {*answer} <= {*asked}:
            return constraints
        asked = tuple(sorted({*asked, *answer}))
    raise UnlockableError(
        f"the backend asked for something new {MOST_ROUNDS} times", cause=f"Its last answer: {', '.join(asked)}"
    )


def lock(
    path: Path,
    *,
    output: Path | None = None,
    resolver: Resolver = Resolver.UV,
    upgrade: bool = False,
    upgrade_packages: Sequence[str] = (),
    exclude_newer: str | None = None,
    force: bool = False,
    offline: bool = False,
    progress: Progress = SILENT,
    **overrides: Unpack[Overrides],
) -> Locked:
    """Pin and hash everything that building a source may install, and write it.

    Pins that still fit are kept: a newer release upstream changes nothing unless an upgrade is asked for.

    Args:
        path: a project's folder or an sdist.
        output: the file; None is the place where ``build`` looks for it.
        resolver: who decides the pins.
        upgrade: forget all pins.
        upgrade_packages: forget the pins of these distributions.
        exclude_newer: leave out what was uploaded after this date (RFC 3339 or a day).
        force: replace a file that we did not write.
        offline: use what was fetched before.
        progress: told what is going on.
        overrides: fields of :class:`~samewheel.project.Settings` that come before the project's own.

    Raises:
        SamewheelError: one of its family; the old file is as it was then.
    """
    if output is not None:
        # First of all: a file that is to be replaced is not part of the source.
        _previous(output, force=force)
    with open_project(
        path,
        overrides=overrides,
        allow_dirty=True,
        not_source=output_folders(path, output),
        progress=progress,
    ) as opened:
        target = output or lock_file(opened.source, opened.settings)
        previous = _previous(target, force=force)
        check_writable(target.absolute().parent, "Name another file with --output FILE.")
        requires_python = _python_range(opened, previous, resolver)
        static, bounds = opened.project.build_system.requires, build_bounds(opened.index_folder)

        def solve(asked: tuple[str, ...]) -> Constraints:
            progress.step("Resolving the build requirements")
            resolution = resolve(
                sorted({*static, *asked}),
                resolver=resolver,
                requires_python=requires_python,
                interpreter=opened.interpreter,
                previous=previous,
                upgrade=upgrade,
                upgrade_packages=upgrade_packages,
                exclude_newer=exclude_newer,
                offline=offline,
                cwd=opened.index_folder,
                bounds=bounds,
            )
            header = make_header(requires=static, asked=asked, bounds=bounds, requires_python=requires_python)
            return parse_constraints(render(resolution.pins, header), str(target))

        constraints = rounds(
            solve,
            lambda pins, asked: _asked(opened, pins, sorted({*static, *asked}), progress, offline=offline),
        )
        write_atomic(target, constraints.content)
        return Locked(path=target, constraints=constraints, previous=previous)


def check_lock(
    path: Path,
    *,
    output: Path | None = None,
    offline: bool = False,
    progress: Progress = SILENT,
    **overrides: Unpack[Overrides],
) -> tuple[str, ...]:
    """Return why the lock is stale, as lines of a diff; nothing if it is fresh. Nothing is ever written.

    The static requirements are compared first. Then the backend is asked, if its environment can be had: offline and
    with nothing fetched before, the progress is warned and what the backend asked for last time is believed.

    Raises:
        StaleLockError: there is no lock.
        SamewheelError: one of its family.
    """
    with open_project(
        path,
        overrides=overrides,
        allow_dirty=True,
        not_source=output_folders(path, output),
        progress=progress,
    ) as opened:
        constraints = read_lock(opened, output)
        static, markers = opened.project.build_system.requires, opened.interpreter.markers
        stated, bounds = opened.settings.requires_python, build_bounds(opened.index_folder)
        reasons = stale(
            constraints, requires=static, asked=None, environment=markers, requires_python=stated, bounds=bounds
        )
        if reasons:
            return reasons
        asked: set[str] = set()
        for _ in range(MOST_ROUNDS):
            try:
                answer = _asked(opened, constraints, sorted({*static, *asked}), progress, offline=offline)
            except (NotBuildableError, StaleLockError, UsageError):
                raise
            except SamewheelError as error:
                progress.warn(
                    f"the backend was not asked what it requires ({error.what}); only the static requirements count"
                )
                return ()
            if answer <= asked:
                break
            asked |= answer
            if unsatisfied(for_interpreter(constraints, markers), sorted(asked), markers):
                break
        return stale(constraints, requires=static, asked=sorted(asked), environment=markers, bounds=bounds)
