"""Writes down what a build process really sees; copied into build environments, where Python runs it at its start.

samewheel never imports it, and puts the file's path in place of the word below. It must be quick and must change
nothing: each process of the environment that works in the source appends one line of JSON.
"""

from __future__ import annotations

import _locale
import os
import sys
import time

# Modules in C alone, as this runs in every process of a build: locale and json take half as long to import as all the
# rest of Python.
try:
    from _json import encode_basestring_ascii as quoted
except ImportError:
    from json.encoder import py_encode_basestring_ascii as quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = "@FOLDER@"
SOURCE = "@SOURCE@"
PROJECT = "@PROJECT@"
MOST = 1 << 20
FRONTENDS = (("build", "_PYPROJECT_HOOKS_BUILD_BACKEND"), ("uv", "UV_INTERNAL__BUILD_DIR"))


def text(value: str) -> str:
    """Return a text that can be written whatever bytes it stands for."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def as_json(value: object) -> str:
    """Return a value as JSON: texts, numbers, None, and lists and dictionaries of those."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return str(quoted(value))
    if isinstance(value, dict):
        return "{" + ", ".join(as_json(key) + ": " + as_json(value[key]) for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_json(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    raise TypeError(value)


def language() -> list[str]:
    """Return the locale's name, and how it sorts some letters."""
    before = _locale.setlocale(_locale.LC_ALL, None)
    try:
        return [_locale.setlocale(_locale.LC_ALL, ""), "".join(sorted("zäZtaT", key=_locale.strxfrm))]
    finally:
        _locale.setlocale(_locale.LC_ALL, before)


def listing() -> list[str]:
    """Return the names in the project's folder, without what a backend makes in the middle of its work."""
    made = (".", "_", "build", "dist")
    return [name for name in os.listdir(PROJECT) if not name.startswith(made) and not name.endswith(".egg-info")]


def umask() -> str:
    """Return the umask, which can only be read by setting it."""
    value = os.umask(0)
    os.umask(value)
    return "%03o" % value


def temp() -> str | None:
    """Return what tempfile would choose; that takes half as long to import as the rest of Python."""
    folder = os.environ.get("TMPDIR", "")
    return text(folder) if os.access(folder, os.W_OK) else None


def seed() -> int | None:
    """Return what follows from the hash seed; a random one is never the same, so that two of them prove nothing."""
    return hash("samewheel") if os.environ.get("PYTHONHASHSEED", "random") != "random" else None


OBSERVATIONS: dict[str, Callable[[], object]] = {
    "clock": lambda: int(time.time()),
    "cpus": lambda: [len(os.sched_getaffinity(0)), os.cpu_count()],
    "directory_order": lambda: [text(name) for name in listing()],
    "environment_path": lambda: text(sys.prefix),
    # Both signs come from the frontend, and processes that the backend starts inherit them.
    "frontend": lambda: next((name for name, sign in FRONTENDS if sign in os.environ), None),
    "hash_seed": seed,
    "home": lambda: text(os.path.expanduser("~")),
    "host": lambda: text(os.uname().nodename),
    "locale": language,
    "source_mtime": lambda: int(os.lstat(os.path.join(PROJECT, min(listing()))).st_mtime),
    "source_path": lambda: text(SOURCE),
    "temp": temp,
    # Not the name: of a zone that is not there, the C library takes the name, and for the rest UTC.
    "timezone": lambda: time.timezone,
    "uid": os.getuid,
    "umask": umask,
    "user": lambda: text(os.environ["USER"]),
}


def observe() -> dict[str, object]:
    """Return what this process sees, as values of JSON; None is what it could not find out."""
    seen: dict[str, object] = {}
    for name, look in OBSERVATIONS.items():
        try:
            seen[name] = look()
        except Exception:  # noqa: BLE001 - nothing may go wrong in a build because we look
            seen[name] = None
    return seen


def main() -> None:
    """Append one line, if this process works in the source, and not too many did before."""
    if os.getcwd() != SOURCE and not os.getcwd().startswith(SOURCE + "/"):
        return
    with open(FOLDER + "/observed.jsonl", "a", encoding="utf-8") as file:
        if file.tell() < MOST:
            file.write(as_json(observe()) + "\n")


main()
