"""Writes down what a build process really sees; copied into build environments, where Python runs it at its start.

samewheel never imports it, and puts the file's path in place of the word below. It must be quick and must change
nothing: each process of the environment that works in the source appends one line of JSON, the last one counts.
"""

from __future__ import annotations

import os
import sys
import time

FOLDER = "@FOLDER@"
SOURCE = "@SOURCE@"
PROJECT = "@PROJECT@"


def observe() -> dict[str, object]:
    """Return what this process sees, as values of JSON."""
    import locale
    import tempfile

    before = locale.setlocale(locale.LC_ALL)
    try:
        name, order = locale.setlocale(locale.LC_ALL, ""), "".join(sorted("zäZtaT", key=locale.strxfrm))
    except locale.Error:
        name, order = "cannot be set", ""
    finally:
        locale.setlocale(locale.LC_ALL, before)
    umask = os.umask(0)
    os.umask(umask)
    # Without what a backend makes in the middle of its work.
    made = (".", "_", "build", "dist")
    names = [name for name in os.listdir(PROJECT) if not name.startswith(made) and not name.endswith(".egg-info")]
    system = os.uname()
    return {
        "clock": int(time.time()),
        "cpus": [len(os.sched_getaffinity(0)), os.cpu_count()],
        "directory_order": names,
        "environment_path": sys.prefix,
        "hash_seed": hash("samewheel"),
        "home": os.path.expanduser("~"),
        "host": system.nodename,
        "locale": [name, order],
        "source_mtime": int(os.stat(PROJECT + "/" + min(names)).st_mtime),
        "source_path": SOURCE,
        "temp": tempfile.gettempdir(),
        "timezone": [time.tzname[0], time.timezone],
        "uid": [os.getuid(), os.getgid()],
        "umask": "%03o" % umask,
        "user": os.environ.get("USER"),
    }


def main() -> None:
    """Append one line, if this process works in the source."""
    if os.getcwd() == SOURCE or os.getcwd().startswith(SOURCE + "/"):
        import json

        with open(FOLDER + "/observed.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(observe(), sort_keys=True) + "\n")


main()
