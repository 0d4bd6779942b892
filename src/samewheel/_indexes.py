"""Where uv finds packages: the index settings of the project and the user, and nothing else of their uv settings.

uv's own discovery would also take settings that decide what is done with packages. A project's ``[tool.uv]`` could
have a dependency built from source, and so run code where no project code may run (measured with uv 0.13.9: a setting
for one package comes before ``--only-binary :all:``).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from samewheel._toml import inline
from samewheel._uv_settings import project_file, read_table
from samewheel.errors import InvalidProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["default_index", "index_settings"]

KEYS = frozenset(
    {
        *("allow-insecure-host", "default-index", "extra-index-url", "find-links", "index", "index-strategy"),
        *("index-url", "keyring-provider", "native-tls", "no-index", "system-certs"),
    }
)
"""Settings that say where packages come from, and how to reach that place."""

PLACES = frozenset({"default-index", "extra-index-url", "find-links", "index-url", "url"})
"""Settings whose values may be paths relative to the file that they are in."""


def _absolute(value: Any, folder: Path, key: str = "") -> Any:  # noqa: ANN401 - whatever TOML has
    """Return a value in which no path depends on where the settings are read."""
    if isinstance(value, dict):
        return {name: _absolute(item, folder, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_absolute(item, folder, key) for item in value]
    if key in PLACES and isinstance(value, str) and ":" not in value:
        return str(folder / value)
    return value


def _files(project: Path | None, environ: Mapping[str, str]) -> list[Path]:
    """Return the files that have settings, the strongest first; those of a stranger's sdist are none of them."""
    if "UV_NO_CONFIG" in environ:
        return []
    if chosen := environ.get("UV_CONFIG_FILE"):
        return [Path(chosen).absolute()]
    found = project_file(project) if project is not None else None
    own = [found] if found is not None else []
    user = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/"), ".config"))
    return [*own, user / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]


def _joined(stronger: Any, value: Any) -> Any:  # noqa: ANN401 - as above
    """Return what is left of a setting that two files have: the stronger one, but both of two lists, as with uv."""
    if isinstance(stronger, list) and isinstance(value, list):
        return [*stronger, *value]
    return value if stronger is None else stronger


def _merged(project: Path | None, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the index settings of all files, of each the strongest; lists are joined, as uv joins them."""
    merged: dict[str, Any] = {}
    for path in _files(project, environ):
        for key, value in read_table(path).items():
            if key in KEYS:
                merged[key] = _joined(merged.get(key), _absolute(value, path.parent, key))
    return merged


def index_settings(project: Path | None, environ: Mapping[str, str] = os.environ) -> str:
    """Return a ``uv.toml`` with the index settings of the project and the user.

    Args:
        project: the project's folder; None takes the user's settings only.
        environ: the caller's environment.

    Raises:
        InvalidProjectError: a file of settings cannot be read.
    """
    text = "".join(f"{key} = {inline(value)}\n" for key, value in sorted(_merged(project, environ).items()))
    if re.search(r"://(?:-|%2d)", text, re.IGNORECASE):
        raise InvalidProjectError(
            "the user name in an index's URL begins with a hyphen",
            cause="uv hands it to the program keyring, which would take it for an option.",
            hint="Look into [tool.uv] of pyproject.toml, and into uv.toml.",
        )
    return text


def _with_credentials(url: str, name: str, environ: Mapping[str, str]) -> str:
    """Return an index's URL with the credentials that variables have for its name, unless it has some."""
    prefix = "UV_INDEX_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
    user, password = environ.get(f"{prefix}_USERNAME", ""), environ.get(f"{prefix}_PASSWORD", "")
    scheme, mark, rest = url.partition("://")
    if not name or not (user or password) or "@" in rest.partition("/")[0]:
        return url
    return f"{scheme}{mark}{quote(user, safe='')}:{quote(password, safe='')}@{rest}"


def default_index(project: Path | None, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the URL of the index that uv takes for its default one, with credentials; None if nobody chose one.

    Args:
        project: the project's folder; None takes the user's settings only.
        environ: the caller's environment.

    Raises:
        InvalidProjectError: a file of settings cannot be read.
    """
    name, url = "", environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL") or ""
    if named := re.fullmatch(r"([A-Za-z0-9][\w.-]*)=(.+)", url):
        name, url = named[1], named[2]
    if not url:
        merged = _merged(project, environ)
        tables = merged.get("index", [])
        named_ones = [one for one in tables if isinstance(one, dict)] if isinstance(tables, list) else []
        defaults = [one for one in named_ones if one.get("default") is True and one.get("url")]
        chosen = defaults[0] if defaults else {"url": merged.get("index-url", "")}
        name, url = str(chosen.get("name", "")), str(chosen["url"])
    return _with_credentials(url, name, environ) if url else None
