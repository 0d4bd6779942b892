"""Where uv has its settings for a project: its own discovery, as ``uv build`` does it in the project's folder.

Measured with uv 0.13.9: the folder of the workspace's root, else the project's own, and from there upwards the first
``uv.toml`` or ``pyproject.toml`` with a table ``[tool.uv]``; a ``uv.toml`` hides the table beside it.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["heard_by_uv_alone", "project_file", "read_table", "workspace_root"]

BUILD_SETTINGS = ("config-settings", "extra-build-dependencies")
"""Settings that decide what ``uv build`` builds, and that samewheel has in a place of its own, or not at all."""


@lru_cache(maxsize=8)
def _parsed(text: str) -> dict[str, Any]:
    # The same file is asked about several times in a row.
    return tomllib.loads(text)


def _document(path: Path) -> dict[str, Any]:
    """Return a file of TOML, which nobody may change; nothing if there is no such file."""
    try:
        return _parsed(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidProjectError(f"cannot read uv's settings in {path}", cause=str(error)) from error


def _table_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the table ``[tool.uv]`` of a ``pyproject.toml``."""
    tool = document.get("tool", {})
    table = tool.get("uv", {}) if isinstance(tool, dict) else {}
    return table if isinstance(table, dict) else {}


def read_table(path: Path) -> dict[str, Any]:
    """Return uv's settings in a ``pyproject.toml`` or ``uv.toml``; nothing if there is no such file.

    Raises:
        InvalidProjectError: it cannot be read.
    """
    document = _document(path)
    return _table_of(document) if path.name == "pyproject.toml" else document


def _patterns(workspace: dict[str, Any], key: str) -> list[str]:
    patterns = workspace.get(key, [])
    return [one.rstrip("/") for one in patterns if isinstance(one, str)] if isinstance(patterns, list) else []


def _belongs(member: Path, root: Path, workspace: dict[str, Any]) -> bool:
    """Tell whether a project is a member: a star stands for slashes, too, as with uv."""
    name = member.relative_to(root).as_posix()
    included, excluded = (
        any(fnmatchcase(name, pattern) for pattern in _patterns(workspace, key)) for key in ("members", "exclude")
    )
    return included and not excluded


def workspace_root(folder: Path) -> Path | None:
    """Return the root of the workspace that a project is a member or the root of; None if there is none.

    The nearest project above decides: a workspace of which it is no member is none of its.

    Args:
        folder: the project's, absolute.

    Raises:
        InvalidProjectError: a file on the way cannot be read.
    """
    for root in (folder, *folder.parents):
        path = root / "pyproject.toml"
        if root != folder and not path.is_file():
            continue
        workspace = read_table(path).get("workspace")
        if isinstance(workspace, dict):
            return root if root == folder or _belongs(folder, root, workspace) else None
        if root != folder:
            return None
    return None


def project_file(folder: Path) -> Path | None:
    """Return the file that has uv's settings for a project; None if there is none.

    Args:
        folder: the project's.

    Raises:
        InvalidProjectError: a file on the way cannot be read.
    """
    folder = folder.absolute()
    start = workspace_root(folder) or folder
    for place in (start, *start.parents):
        if (place / "uv.toml").is_file():
            return place / "uv.toml"
        if read_table(place / "pyproject.toml"):
            return place / "pyproject.toml"
    return None


def heard_by_uv_alone(folder: Path, config_settings: Mapping[str, object]) -> str:
    """Return a warning about settings by which ``uv build`` builds a project in another way than samewheel.

    Args:
        folder: the project's.
        config_settings: what samewheel gives to the backend; uv giving it the same is no difference.

    Raises:
        InvalidProjectError: a file on the way cannot be read.
    """
    path = project_file(folder)
    table = read_table(path) if path is not None else {}
    kept = [key for key in BUILD_SETTINGS if table.get(key) and table[key] != config_settings]
    if not kept:
        return ""
    places = {
        "config-settings": "[tool.samewheel] config-settings",
        "extra-build-dependencies": "build-system.requires",
    }
    instead = "; ".join(f"{key}: {places[key]}" for key in kept)
    return f"uv build heeds {' and '.join(kept)} of {path}, samewheel does not; for both to, say it in {instead}"
