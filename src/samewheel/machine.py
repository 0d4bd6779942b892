"""What this machine has for varying the conditions of a build, found out by looking and by doing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from samewheel._early import meanwhile, once
from samewheel._groups import get_ready
from samewheel._process import run
from samewheel._temporary import temporary_folder
from samewheel._types import Value
from samewheel._uv import make_cache, uv_version
from samewheel.conditions import SYSTEM_PATH
from samewheel.interpreter import find_interpreter
from samewheel.sandbox import choose_sandbox

__all__ = ["Machine", "look_around", "look_early", "memory_folder"]

LOCALES = ("tr_TR", "et_EE", "de_DE", "fr_FR", "en_US")
"""Locales that differ from C in letters, order or words; the first that is there is taken."""


class Machine(Value, frozen=True, kw_only=True):
    """What there is; each None means that there is none."""

    locale: str | None
    locale_folder: Path | None
    """Where the locale lies, if we had to make it."""
    clock_library: Path | None
    """libfaketime."""
    memory_folder: Path | None
    """As :func:`memory_folder`."""
    cpus: tuple[int, ...]
    """Processors that we may use."""


def _system(*argv: str) -> str:
    """Run a program of the system, and return what it prints; nothing if it is missing or fails."""
    program = shutil.which(argv[0], path=os.pathsep.join(SYSTEM_PATH))
    if program is None:
        return ""
    env = {"LC_ALL": "C", "PATH": os.pathsep.join(SYSTEM_PATH)}
    # localedef takes its sources from the working folder, if they are there.
    finished = run([program, *argv[1:]], env=env, cwd=Path("/"), timeout=60)
    return finished.text if finished.ok else ""


def _is_locale(folder: Path) -> bool:
    """Tell whether a locale is whole: localedef may have been stopped in the middle of it."""
    return all((folder / part).is_file() for part in ("LC_COLLATE", "LC_CTYPE", "LC_TIME"))


def _keep(fresh: Path, made: Path, old: Path) -> None:
    """Move a locale to its place, unless another process was faster: a build may see that one already."""
    with suppress(OSError):
        if made.exists() and not _is_locale(made):
            # Half of one, as by a cleaner of old files.
            made.rename(old)
        fresh.rename(made)


def _find_locale() -> tuple[str | None, Path | None]:
    """Return a second locale: one that the system has, else one that we make from its sources."""
    installed = {name.lower().replace("-", "") for name in _system("locale", "-a").split()}
    for name in LOCALES:
        if f"{name}.utf8".lower() in installed:
            return f"{name}.UTF-8", None
    folder = make_cache("locales-2")
    for name in LOCALES:
        made = folder / f"{name}.UTF-8"
        if not _is_locale(made) and Path("/usr/share/i18n/locales", name).exists():
            with temporary_folder(folder) as fresh:
                _system("localedef", "-i", name, "-f", "UTF-8", str(fresh / made.name))
                if _is_locale(fresh / made.name):
                    _keep(fresh / made.name, made, fresh / "old")
        if _is_locale(made):
            return f"{name}.UTF-8", folder
    return None, None


def _lets_sleep(library: Path) -> bool:
    """Tell whether Python can still sleep with a libfaketime.

    Up to 0.9.10, it cannot where the monotonic clock is left alone: Python sleeps until a moment of that clock since
    3.11, which the library takes for one of its own. Whoever waits for a process with a time limit fails then, now
    and then: setuptools-scm for git, for one, and builds another version without a word.
    """
    env = {"FAKETIME": "+1d", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "LD_PRELOAD": str(library)}
    return run([sys.executable, "-I", "-S", "-c", "import time; time.sleep(1e-6)"], env=env, timeout=60).ok


def _find_clock_library() -> Path | None:
    """Return a libfaketime that works: that of the package of this name, else the system's."""
    package = importlib.util.find_spec("libfaketime")
    if package is not None and package.origin is not None:
        own = min(Path(package.origin).parent.rglob("libfaketime*.so*"), default=None)
        if own is not None:
            return own
    places = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), Path("/usr/lib/faketime/libfaketime.so.1")]
    return next((place for place in places if place.is_file() and _lets_sleep(place)), None)


@once
def memory_folder() -> Path | None:
    """Return a folder in memory (tmpfs) that lists first what was made last, as tried out; None if there is none."""
    folder = Path("/dev/shm")  # noqa: S108 - the usual place of a tmpfs; only private folders are made in it
    if not os.access(folder, os.W_OK) or os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return None
    names = ["b", "d", "a", "e", "c"]
    with temporary_folder(folder) as made:
        for name in names:
            (made / name).touch()
        listed = os.listdir(made)  # noqa: PTH208 - the order is the point
    return folder if listed == names[::-1] else None


@once
def look_around() -> Machine:
    """Return what this machine has; looked up once per process."""
    locale, locale_folder = _find_locale()
    return Machine(
        locale=locale,
        locale_folder=locale_folder,
        clock_library=_find_clock_library(),
        memory_folder=memory_folder(),
        cpus=tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else (),
    )


def look_early() -> None:
    """Begin to find out what every build asks for, while the source is still being copied."""
    get_ready()
    # What takes longest goes first.
    meanwhile(find_interpreter, choose_sandbox, look_around, uv_version)
