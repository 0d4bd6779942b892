"""Reads once what the parts look at; nothing of the project is run, and nothing is written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samewheel.adopting.hooks import CONFIG
from samewheel.adopting.ignoring import IGNORE, WRITTEN, holds_others
from samewheel.adopting.policies import POLICY
from samewheel.adopting.recipes import FILE, is_justfile, loaded_by
from samewheel.adopting.settings import BESIDE, PYPROJECT, USUAL
from samewheel.adopting.tools import TOOLS
from samewheel.adopting.values import There
from samewheel.adopting.workflows import FOLDER
from samewheel.errors import NoSourceError, UsageError
from samewheel.project import read_project
from samewheel.sources import repository_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["look"]

DEEPEST = 20
"""Files that may load each other in a chain."""


def _read(top: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return the contents of those files that exist.

    Raises:
        UsageError: one of them is no file, or cannot be read.
    """
    found = {}
    for name in names:
        try:
            found[name] = (top / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise UsageError(f"cannot read {top / name}", cause=error.strerror or str(error)) from error
    return found


def _listed(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []


def _just(top: Path, below: str) -> dict[str, bytes]:
    """Return the project's justfiles with all that they load inside of the repository."""
    names = [below + name for name in _listed(top / below) if is_justfile(name)]
    found = _read(top, [below + FILE])
    for _ in range(DEEPEST):
        more = _read(top, [name for name in names if name not in found])
        found |= more
        names = sorted({name for file, content in more.items() for name in _loaded(top, file, content)})
    return found


def _loaded(top: Path, file: str, content: bytes) -> Iterator[str]:
    for name in loaded_by(file, content):
        path = top / name
        if path.is_file() and top in path.resolve().parents:
            yield name


def _name(content: bytes) -> str | None:
    """Return the project's name, where its pyproject.toml says one: as PEP 621, or as poetry has it."""
    document: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
    tool = document.get("tool", {})
    for table in (document.get("project"), tool.get("poetry") if isinstance(tool, dict) else None):
        if isinstance(table, dict) and isinstance(table.get("name"), str):
            return str(table["name"])
    return None


def _has_justfile_above(top: Path, folder: Path) -> bool:
    between = [one for one in folder.parents if one == top or top in one.parents]
    return any(is_justfile(name) for one in between for name in _listed(one))


def look(path: Path) -> There:
    """Read what there is in a project's folder, and in the repository that it is in.

    Raises:
        NoSourceError: it is no project.
        InvalidProjectError: its pyproject.toml cannot be read, or is wrong.
        UsageError: a file cannot be read.
        SamewheelError: git is needed and missing, or failed.
    """
    if path.is_file():
        raise UsageError(f"{path} is a file", cause="samewheel is added to a project's folder.")
    folder = path.resolve()
    try:
        project = read_project(folder)
    except NoSourceError as error:
        raise NoSourceError(
            error.what, cause=error.cause, hint="Name a project's folder: samewheel init PROJECT"
        ) from error
    repository = repository_of(folder)
    top, remote = repository or (folder, None)
    top = top.resolve()
    below = "" if folder == top else f"{folder.relative_to(top).as_posix()}/"
    workflows = [f"{FOLDER}/{name}" for name in _listed(top / FOLDER) if Path(name).suffix in {".yml", ".yaml"}]
    beside = [
        below + name for name in sorted({PYPROJECT, USUAL, BESIDE, POLICY, IGNORE, project.settings.constraints})
    ]
    files = _just(top, below) | _read(top, [*beside, *workflows, CONFIG, TOOLS, IGNORE])
    pyproject = files.get(below + PYPROJECT)
    return There(
        project=project,
        top=top,
        below=below,
        name=None if pyproject is None else _name(pyproject),
        has_git=repository is not None,
        remote=remote,
        files=dict(sorted(files.items())),
        own=frozenset(name for name in WRITTEN if holds_others(folder / name)),
        has_justfile_above=_has_justfile_above(top, folder),
    )
