"""What was installed to build a wheel long ago: requirements resolved as of a date, and remembered."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from samewheel._files import sha256_of, write_atomic
from samewheel._types import SILENT, Via
from samewheel._uv import cache_folder, index_identity, uv_version
from samewheel.constraints import parse_constraints, render
from samewheel.environment import fetch_environment
from samewheel.errors import InvalidProjectError, NoWheelError
from samewheel.locking import instant, resolve_uv, rounds
from samewheel.preparing import ask_backend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from samewheel._types import Progress
    from samewheel.constraints import Constraints
    from samewheel.interpreter import Interpreter
    from samewheel.preparing import Opened

    Check = Callable[[Constraints], None]
    Provide = Callable[[NoWheelError, Sequence[str]], Path]

__all__ = ["WHERE", "resolve_as_of"]

WHERE = "the plan"
"""What messages call constraints that are in no file."""


def _kept(
    requirements: Sequence[str],
    interpreter: Interpreter,
    uploaded_before: str,
    find_links: Sequence[Path],
    cwd: Path | None,
) -> Path:
    """Return where a resolution is kept: as of a date that is past, the same question has the same answer."""
    asked = [sorted(requirements), interpreter.markers["python_full_version"], interpreter.platform, uploaded_before]
    wheels = sorted(sha256_of(wheel) for folder in find_links for wheel in folder.iterdir())
    name = hashlib.sha256(json.dumps([*asked, uv_version(), index_identity(cwd), *wheels]).encode()).hexdigest()
    return cache_folder() / "resolutions" / f"{name}.txt"


def _recalled(kept: Path) -> Constraints | None:
    """Return a resolution that was kept; None if there is none, or it is damaged."""
    try:
        return parse_constraints(kept.read_bytes(), WHERE)
    except (OSError, InvalidProjectError):
        return None


def _solve(
    requirements: Sequence[str],
    interpreter: Interpreter,
    uploaded_before: str | None,
    find_links: Sequence[Path],
    *,
    offline: bool,
    cwd: Path | None,
) -> Constraints:
    kept = None
    if uploaded_before is not None and datetime.fromisoformat(instant(uploaded_before)) < datetime.now(UTC):
        kept = _kept(requirements, interpreter, uploaded_before, find_links, cwd)
        if (known := _recalled(kept)) is not None:
            return known
    pins = resolve_uv(
        requirements,
        requires_python=f"=={interpreter.minor}.*",
        python=interpreter.path,
        exclude_newer=uploaded_before,
        offline=offline,
        cwd=cwd,
        universal=False,
        find_links=find_links,
    )
    content = render(pins)
    if kept is not None:
        write_atomic(kept, content)
    return parse_constraints(content, WHERE)


def resolve_as_of(
    opened: Opened,
    uploaded_before: str | None,
    *,
    provide: Provide,
    check: Check,
    ask: bool = True,
    offline: bool = False,
    progress: Progress = SILENT,
) -> Constraints:
    """Return pins with hashes of everything that building a wheel of a source installs.

    Args:
        opened: the source, whose build system's requirements count.
        uploaded_before: newer files are passed over (RFC 3339); None: none is.
        provide: called with the error that names a package without a wheel, and with all that is required so far;
            returns a folder that has a wheel of it, or raises.
        check: called with each solution before anything of it is installed; raises for one that may not be.
        ask: ask the backend what else it requires.
        offline: use what was fetched before.
        progress: told what is going on.

    Raises:
        UnlockableError: there is no solution of hashed wheels.
        SamewheelError: the index cannot be reached, or the backend's hook failed.
    """
    static, interpreter = opened.project.build_system.requires, opened.interpreter
    cwd = opened.index_folder
    links = list(opened.find_links)

    def solve(asked: tuple[str, ...]) -> Constraints:
        required = sorted({*static, *asked})
        while True:
            progress.step("Resolving the build requirements")
            try:
                found = _solve(required, interpreter, uploaded_before, links, offline=offline, cwd=cwd)
            except NoWheelError as error:
                links.append(provide(error, required))
                continue
            # Before the backend is asked: what it answers could carry what it read.
            check(found)
            return found

    def answer(constraints: Constraints, asked: tuple[str, ...]) -> tuple[str, ...]:
        if not ask:
            return ()
        required = sorted({*static, *asked})
        environment = fetch_environment(
            required, constraints, interpreter, offline=offline, cwd=cwd, find_links=links
        )
        products = ("sdist", "wheel") if opened.settings.via is Via.SDIST else ("wheel",)
        answers = (ask_backend(opened, environment, what, progress, again=False) for what in products)
        return tuple(sorted({item for answer in answers for item in answer}))

    return rounds(solve, answer)
