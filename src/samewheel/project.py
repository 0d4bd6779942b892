"""What a project says of its own build: ``pyproject.toml`` read once, into frozen values.

PEP 518 (``[build-system]``), PEP 517 (legacy default), and our own table ``[tool.samewheel]``.
"""

from __future__ import annotations

import tomllib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import msgspec
from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier

from samewheel._files import read_at_most
from samewheel._standards import is_python, requirement_of, specifiers_of
from samewheel._types import Frontend, Value, Via
from samewheel.errors import InvalidProjectError, NoSourceError
from samewheel.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BuildSystem", "Overrides", "Project", "Settings", "read_project"]

MAX_FILE = 1 << 20
"""Bytes of a ``pyproject.toml``; reading it takes a hundred times as much memory, and the largest have 100 kB."""

LEGACY_REQUIRES = ("setuptools>=40.8.0",)
"""What a project without a build-system table needs: the first setuptools that has the legacy backend."""

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"


class BuildSystem(Value, frozen=True, kw_only=True):
    """The table ``[build-system]`` (PEP 518), or what PEP 517 says applies without it."""

    requires: tuple[str, ...]
    """Static build requirements, as written, sorted."""
    backend: str
    """``module`` or ``module:object``."""
    stated: bool = True
    """Whether the project has the table."""
    backend_path: tuple[str, ...] = ()
    """Folders of the project to import an in-tree backend from (PEP 517)."""
    overridden: bool = False
    """Whether this is not what the project's own file says, which a frontend would read."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The table ``[tool.samewheel]``; options of the command line come before it."""

    constraints: str = "constraints.txt"
    """The build constraints, relative to the project."""
    requires_python: str | None = None
    """Pythons that the constraints are locked for; None: those from the locking interpreter's version on."""
    include: tuple[str, ...] = ()
    """Patterns of ignored files that belong to the source all the same (relative to the project, as in glob)."""
    python: str | None = None
    """The interpreter to build with: a path, or a name on PATH."""
    frontend: Frontend = Frontend.UV
    via: Via = Via.TREE
    timeout: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Seconds that a single step of the backend may take; more than none."""
    config_settings: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
    """Passed to the backend (PEP 517 ``config_settings``)."""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    """Variables that the build sees besides the fixed ones."""
    readable: tuple[str, ...] = ()
    """Files and folders of the machine that the build may read besides the system's, such as ``/opt/cuda``."""
    limits: Limits | None = None
    """What one step of the backend may use up; None: there are no limits but ``timeout``."""


CALLERS_ONLY = frozenset({"limits", "readable"})
"""Settings that no project may decide for the machine that builds it."""


class Overrides(TypedDict, total=False):
    """Fields of :class:`Settings` that a caller decides; those that are absent stay as the project says."""

    constraints: str
    requires_python: str
    python: str
    frontend: Frontend
    via: Via
    timeout: float
    config_settings: dict[str, str | list[str]]
    env: dict[str, str]
    readable: tuple[str, ...]
    limits: Limits | None


class Project(Value, frozen=True, kw_only=True):
    """A project's folder and what it says of its build."""

    folder: Path
    build_system: BuildSystem
    settings: Settings
    requires_python: str = ""
    """``project.requires-python`` (PEP 621): the Pythons that it works with; empty: it does not say."""


def _load(path: Path) -> dict[str, Any]:
    try:
        content = read_at_most(MAX_FILE, path)
        if content is None:
            raise InvalidProjectError(f"{path} is too large", cause=f"It has more than {MAX_FILE} bytes.")
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # Not TOMLDecodeError alone: also bytes that are not UTF-8, integers of 5000 digits, brackets without end.
        raise InvalidProjectError(f"{path} is not valid TOML", cause=str(error)) from error
    except OSError as error:
        raise InvalidProjectError(f"cannot read {path}", cause=error.strerror or str(error)) from error


def _strings(table: dict[str, Any], key: str, path: Path) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidProjectError(f"{path}: build-system.{key} must be a list of strings", cause=f"it is {value!r}")
    return tuple(value)


def _read_build_system(document: dict[str, Any], path: Path) -> BuildSystem:
    if "build-system" not in document:
        return BuildSystem(requires=LEGACY_REQUIRES, backend=LEGACY_BACKEND, stated=False)
    table = document["build-system"]
    if not isinstance(table, dict) or "requires" not in table:
        raise InvalidProjectError(
            f"{path}: build-system.requires is missing",
            cause="PEP 518: the table [build-system] must have the key requires.",
            hint='Add for example: requires = ["setuptools>=77"]',
        )
    requires = _strings(table, "requires", path)
    for requirement in requires:
        try:
            requirement_of(requirement)
        except InvalidRequirement as error:
            raise InvalidProjectError(
                f"{path}: build-system.requires has {requirement!r}", cause=str(error).splitlines()[0]
            ) from error
    backend = table.get("build-backend", LEGACY_BACKEND)
    if not isinstance(backend, str) or not backend:
        raise InvalidProjectError(f"{path}: build-system.build-backend must be a string", cause=f"it is {backend!r}")
    return BuildSystem(
        requires=tuple(sorted(requires)), backend=backend, backend_path=_strings(table, "backend-path", path)
    )


def _refuse_ways_out(settings: Settings, path: Path) -> None:
    """Refuse what would have a stranger's project run a program, or read or write a file, outside of itself."""
    if settings.python is not None and not is_python(settings.python):
        raise InvalidProjectError(
            f"{path}: tool.samewheel.python is {settings.python!r}",
            cause="It may be a version, such as 3.12 or python3.12; the machine decides which program that is.",
            hint="Give a path on the command line: --python PATH",
        )
    place = PurePosixPath(settings.constraints)
    if place.is_absolute() or ".." in place.parts or not place.parts or "\0" in settings.constraints:
        raise InvalidProjectError(
            f"{path}: tool.samewheel.constraints is {settings.constraints!r}",
            cause="It must be a file in the project's folder.",
        )


def _read_settings(document: dict[str, Any], path: Path) -> Settings:
    tool = document.get("tool", {})
    table = tool.get("samewheel", {}) if isinstance(tool, dict) else {}
    known = [field.encode_name for field in msgspec.structs.fields(Settings) if field.name not in CALLERS_ONLY]
    for key in table if isinstance(table, dict) else ():
        if key not in known:
            from difflib import get_close_matches

            close = get_close_matches(key, known, n=1)
            raise InvalidProjectError(
                f"{path}: tool.samewheel.{key} is unknown",
                cause=f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(sorted(known))}",
            )
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        cause = str(error).replace("`$", "`tool.samewheel")
        raise InvalidProjectError(f"{path}: tool.samewheel is wrong", cause=cause) from error
    try:
        specifiers_of(settings.requires_python or "")
    except InvalidSpecifier as error:
        raise InvalidProjectError(f"{path}: tool.samewheel.requires-python is wrong", cause=str(error)) from error
    for name, value in settings.env.items():
        if not name or "=" in name or "\0" in name + value:
            raise InvalidProjectError(
                f"{path}: tool.samewheel.env has {name!r}", cause="No environment can have such a variable."
            )
    _refuse_ways_out(settings, path)
    return settings


def _read_requires_python(document: dict[str, Any], path: Path) -> str:
    table = document.get("project", {})
    value = table.get("requires-python", "") if isinstance(table, dict) else ""
    try:
        return str(specifiers_of(value))
    except (InvalidSpecifier, TypeError, AttributeError) as error:
        raise InvalidProjectError(
            f"{path}: project.requires-python is no range of Pythons", cause=f"It is {value!r}."
        ) from error


def read_project(folder: Path, *, stranger: bool = False) -> Project:
    """Read what the project in ``folder`` says of its build.

    Args:
        folder: the project's.
        stranger: it is not the user's: our own table in it does not count.

    Raises:
        NoSourceError: there is neither a pyproject.toml nor a setup.py.
        InvalidProjectError: pyproject.toml cannot be read, or says something that no standard allows.
    """
    path = folder / "pyproject.toml"
    if not path.exists() and not (folder / "setup.py").exists():
        raise NoSourceError(
            f"{folder} has neither a pyproject.toml nor a setup.py",
            cause="It is not the folder of a Python project." if folder.is_dir() else "There is no such folder.",
            hint="Name the project's folder or an sdist, for example: samewheel build PROJECT",
        )
    document = _load(path) if path.exists() else {}
    return Project(
        folder=folder,
        build_system=_read_build_system(document, path),
        settings=Settings() if stranger else _read_settings(document, path),
        requires_python=_read_requires_python(document, path),
    )
