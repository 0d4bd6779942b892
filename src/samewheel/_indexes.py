"""Where uv finds packages: the index settings of the project and the user, and nothing else of their uv settings.

uv's own discovery would also take settings that decide what is done with packages. A project's ``[tool.uv]`` could
have a dependency built from source, and so run code where no project code may run (measured with uv 0.13.9: a setting
for one package comes before ``--only-binary :all:``).
"""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["index_settings"]

KEYS = frozenset(
    {
        *("allow-insecure-host", "default-index", "extra-index-url", "find-links", "index", "index-strategy"),
        *("index-url", "keyring-provider", "native-tls", "no-index", "system-certs"),
    }
)
"""Settings that say where packages come from, and how to reach that place."""

PLACES = frozenset({"default-index", "extra-index-url", "find-links", "index-url", "url"})
"""Settings whose values may be paths relative to the file that they are in."""


def _table(path: Path) -> dict[str, Any]:
    """Return uv's table of a ``pyproject.toml`` or ``uv.toml``; nothing if there is no such file."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidProjectError(f"cannot read uv's settings in {path}", cause=str(error)) from error
    tool = document.get("tool", {}) if path.name == "pyproject.toml" else {"uv": document}
    table = tool.get("uv", {}) if isinstance(tool, dict) else {}
    return table if isinstance(table, dict) else {}


def _absolute(value: Any, folder: Path, key: str = "") -> Any:  # noqa: ANN401 - whatever TOML has
    """Return a value in which no path depends on where the settings are read."""
    if isinstance(value, dict):
        return {name: _absolute(item, folder, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_absolute(item, folder, key) for item in value]
    if key in PLACES and isinstance(value, str) and ":" not in value:
        return str(folder / value)
    return value


def _toml(value: Any) -> str:  # noqa: ANN401 - as above
    """Return a value as inline TOML; a JSON string is a basic string of TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, default=str)


def _files(project: Path | None, environ: Mapping[str, str]) -> list[Path]:
    """Return the files that have settings, the strongest first; those of a stranger's sdist are none of them."""
    if "UV_NO_CONFIG" in environ:
        return []
    if chosen := environ.get("UV_CONFIG_FILE"):
        return [Path(chosen).absolute()]
    own = []
    if project is not None:
        # As with uv, a uv.toml hides the table of the pyproject.toml beside it.
        own = [project / ("uv.toml" if (project / "uv.toml").exists() else "pyproject.toml")]
    user = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/"), ".config"))
    return [*own, user / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]


def index_settings(project: Path | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return a ``uv.toml`` with the index settings of the project and the user.

    Args:
        project: the project's folder; None takes the user's settings only.
        environ: the caller's environment.

    Raises:
        InvalidProjectError: a file of settings cannot be read.
    """
    merged: dict[str, Any] = {}
    for path in _files(project, environ):
        for key, value in _table(path).items():
            if key in KEYS:
                merged.setdefault(key, _absolute(value, path.parent, key))
    return "".join(f"{key} = {_toml(value)}\n" for key, value in sorted(merged.items()))
