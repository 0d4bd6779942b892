"""The Python interpreter that a build uses, and what it says of itself."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from samewheel._early import once
from samewheel._process import run
from samewheel._types import Value
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel._process import Finished

__all__ = ["Interpreter", "find_interpreter"]

# PEP 508's environment markers, computed by the interpreter itself with its standard library alone, so that one too
# old for the library ``packaging`` can answer too; and what sysconfig knows of compilers.
QUESTION = """
import json, os, platform, sys, sysconfig, zlib
i = sys.implementation
v = "{0.major}.{0.minor}.{0.micro}".format(i.version)
if i.version.releaselevel != "final":
    v += i.version.releaselevel[0] + str(i.version.serial)
json.dump({
    "prefix": os.path.realpath(sys.base_prefix),
    "zlib": getattr(zlib, "ZLIB_RUNTIME_VERSION", zlib.ZLIB_VERSION),
    "platform": sysconfig.get_platform(),
    "config": {k: sysconfig.get_config_var(k) or "" for k in (
        "ABIFLAGS", "CC", "CFLAGS", "CXX", "INCLUDEPY", "LDCXXSHARED", "LDSHARED", "installed_base",
    )},
    "markers": {
        "implementation_name": i.name,
        "implementation_version": v,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "platform_python_implementation": platform.python_implementation(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}, sys.stdout)
"""


CONFIG = frozenset({"ABIFLAGS", "CC", "CFLAGS", "CXX", "INCLUDEPY", "LDCXXSHARED", "LDSHARED", "installed_base"})
MARKERS = frozenset(
    {
        *("implementation_name", "implementation_version", "os_name", "platform_machine"),
        *("platform_python_implementation", "platform_release", "platform_system", "platform_version"),
        *("python_full_version", "python_version", "sys_platform"),
    }
)

ANOTHER = "Name one that works by its path, for example: --python /usr/bin/python3"

PATIENCE = 60.0
"""Seconds that an interpreter may take to answer."""


class Interpreter(Value, frozen=True, kw_only=True):
    """A Python interpreter, as it describes itself."""

    path: Path
    """The executable as found; symbolic links are kept, as its place in a virtual environment tells its prefix."""
    prefix: Path
    """The installation it belongs to, with symbolic links resolved."""
    zlib: str
    """The version of the zlib that it compresses with."""
    platform: str
    """As :func:`sysconfig.get_platform`, such as ``linux-x86_64``."""
    config: Mapping[str, str]
    """sysconfig's ABIFLAGS, CC, CFLAGS, CXX, INCLUDEPY, LDCXXSHARED, LDSHARED and installed_base (the prefix with its
    symbolic links); empty strings where it has none."""
    markers: Mapping[str, str]
    """PEP 508's environment markers."""

    @property
    def implementation(self) -> str:
        """Such as ``cpython``."""
        return self.markers["implementation_name"]

    @property
    def version(self) -> str:
        """Such as ``3.11.7``."""
        return self.markers["python_full_version"]

    @property
    def minor(self) -> str:
        """Such as ``3.11``."""
        return self.markers["python_version"]


def _locate(request: str) -> Path:
    """Return the executable that ``request`` means: a path, a name on PATH, or a version such as ``3.12``."""
    if os.sep in request:
        return Path(request).absolute()
    for name in (request, f"python{request}"):
        if found := shutil.which(name):
            return Path(found).absolute()
    raise UsageError(
        f"there is no interpreter {request!r}",
        cause="It is neither a path nor a name or version found on PATH.",
        hint=ANOTHER,
    )


class _Answer(msgspec.Struct, frozen=True):
    """What an interpreter answers."""

    prefix: str
    zlib: str
    platform: str
    config: dict[str, str]
    markers: dict[str, str]

    def __post_init__(self) -> None:
        """Refuse what cannot be an answer to :data:`QUESTION`.

        Raises:
            ValueError: something is missing, or the version is none.
        """
        if missing := sorted((MARKERS - self.markers.keys()) | (CONFIG - self.config.keys())):
            raise ValueError(f"It does not say its {', '.join(missing)}.")
        version, minor = self.markers["python_full_version"], self.markers["python_version"]
        if not re.fullmatch(r"[0-9]+\.[0-9]+", minor) or not version.startswith(f"{minor}."):
            raise ValueError(f"It says that it is version {version[:40]!r} of {minor[:40]!r}.")


def _why(finished: Finished) -> str:
    """Return why an interpreter did not answer: of a traceback, the last line."""
    if finished.timed_out:
        return f"It gave no answer in {PATIENCE:g} s."
    said = finished.tail(10)
    if "Traceback (most recent call last)" in said:
        return said.splitlines()[-1]
    return said or f"It said nothing, and ended with {finished.returncode}."


@once
def _answer(path: Path) -> _Answer:
    """Ask an interpreter, which exists, what it is."""
    # The home folder and the search path stay: version managers put scripts on PATH that need them.
    env = {name: os.environ[name] for name in ("HOME", "PATH", "PYENV_ROOT") if name in os.environ}
    try:
        # In no folder of a stranger's: version managers, for one, look into the one that they are called in.
        finished = run([path, "-I", "-c", QUESTION], env=env, cwd=Path("/"), timeout=PATIENCE)
    except SamewheelError as error:
        raise UsageError(f"the interpreter {path} cannot be run", cause=error.cause, hint=error.hint) from error
    if not finished.ok:
        raise UsageError(f"the interpreter {path} does not work", cause=_why(finished), hint=ANOTHER)
    try:
        return msgspec.json.decode(finished.stdout, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        cause = f"It answered, but not what was asked: {error}\n{finished.tail(10)}"
        raise UsageError(f"{path} is no Python interpreter", cause=cause, hint=ANOTHER) from error


def find_interpreter(request: str | None = None) -> Interpreter:
    """Find an interpreter and ask what it is; nothing is ever downloaded.

    Args:
        request: a path, a name on PATH, or a version; None is the interpreter that runs samewheel.

    Raises:
        UsageError: there is no such interpreter, or it does not work.
    """
    path = _locate(request) if request else Path(sys.executable)
    if not path.exists():
        raise UsageError(f"there is no interpreter {path}", hint=ANOTHER)
    answer = _answer(path)
    return Interpreter(
        path=path,
        prefix=Path(answer.prefix),
        zlib=answer.zlib,
        platform=answer.platform,
        config=answer.config,
        markers=answer.markers,
    )
