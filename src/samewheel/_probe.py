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

FOLDER = "@FOLDER@"
SOURCE = "@SOURCE@"
PROJECT = "@PROJECT@"
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


def observe() -> dict[str, object]:
    """Return what this process sees, as values of JSON."""
    before = _locale.setlocale(_locale.LC_ALL, None)
    try:
        language = [_locale.setlocale(_locale.LC_ALL, ""), "".join(sorted("zäZtaT", key=_locale.strxfrm))]
    except _locale.Error:  # type: ignore[attr-defined]  # the real module has it
        language = None  # not installed
    finally:
        _locale.setlocale(_locale.LC_ALL, before)
    umask = os.umask(0)
    os.umask(umask)
    # Without what a backend makes in the middle of its work.
    made = (".", "_", "build", "dist")
    names = [
        text(name) for name in os.listdir(PROJECT) if not name.startswith(made) and not name.endswith(".egg-info")
    ]
    system = os.uname()
    # What tempfile would choose; it takes half as long to import as the rest of Python.
    temp = os.environ.get("TMPDIR", "")
    return {
        "clock": int(time.time()),
        "cpus": [len(os.sched_getaffinity(0)), os.cpu_count()],
        "directory_order": names,
        "environment_path": sys.prefix,
        # Both come from the frontend, and processes that the backend starts inherit them.
        "frontend": next((name for name, sign in FRONTENDS if sign in os.environ), None),
        # A random seed is never the same, so that two of them prove nothing.
        "hash_seed": hash("samewheel") if os.environ.get("PYTHONHASHSEED", "random") != "random" else None,
        "home": text(os.path.expanduser("~")),
        "host": system.nodename,
        "locale": language,
        "source_mtime": int(os.stat(PROJECT + "/" + min(names)).st_mtime),
        "source_path": SOURCE,
        "temp": text(temp) if os.access(temp, os.W_OK) else None,
        # Not the name: of a zone that is not there, the C library takes the name, and for the rest UTC.
        "timezone": time.timezone,
        "uid": os.getuid(),
        "umask": "%03o" % umask,
        "user": text(os.environ["USER"]) if "USER" in os.environ else None,
    }


def main() -> None:
    """Append one line, if this process works in the source."""
    if os.getcwd() == SOURCE or os.getcwd().startswith(SOURCE + "/"):
        with open(FOLDER + "/observed.jsonl", "a", encoding="utf-8") as file:
            file.write(as_json(observe()) + "\n")


main()
