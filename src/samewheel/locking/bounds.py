"""What bounds the versions of build requirements, besides the requirements: uv's own setting for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement

from samewheel._standards import requirement_of
from samewheel._uv_settings import project_file, read_table
from samewheel.constraints import normalise
from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KEY", "build_bounds"]

KEY = "build-constraint-dependencies"


def _bound(text: object, path: Path) -> str:
    """Return one constraint, normalised.

    Raises:
        InvalidProjectError: it is none that a release of an index can meet.
    """
    try:
        parsed = requirement_of(text if isinstance(text, str) else "")
    except InvalidRequirement as error:
        raise InvalidProjectError(
            f"{path}: {KEY} has {text!r}, which is no requirement", cause=str(error).splitlines()[0]
        ) from error
    if parsed.url is not None:
        raise InvalidProjectError(
            f"{path}: {KEY} has {parsed.name} by its URL",
            cause="Only a release of an index has hashes that others can check.",
            hint=f'Name a range of versions: "{parsed.name}<2"',
        )
    # They install nothing, so that extras say nothing; pip-tools would refuse them.
    parsed.extras = set()
    return normalise(str(parsed))


def build_bounds(project: Path | None) -> tuple[str, ...]:
    """Return the constraints that uv has for what builds of a project install, normalised and sorted.

    They are read where ``uv build`` reads them: from the workspace's root, from the project, or from above it. The
    user's own settings do not count: pins are the same whoever locks.

    Args:
        project: its folder; None: a stranger's source, whose settings do not count.

    Raises:
        InvalidProjectError: a file cannot be read, or has something else there.
    """
    path = project_file(project) if project is not None else None
    if path is None:
        return ()
    listed = read_table(path).get(KEY, [])
    if not isinstance(listed, list):
        raise InvalidProjectError(f"{path}: {KEY} must be a list of strings", cause=f"It is {listed!r}.")
    return tuple(sorted({_bound(text, path) for text in listed}))
