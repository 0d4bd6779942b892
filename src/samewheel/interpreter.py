"""The Python interpreter that a build uses, and what it says of itself."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samewheel._early import once
from samewheel._process import run
from samewheel._types import Value
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
            return Path(found)
    raise UsageError(
        f"there is no interpreter {request!r}",
        cause="It is neither a path nor a name or version found on PATH.",
        hint="Name one by its path, for example: --python /usr/bin/python3",
    )


@once
def _answer(path: Path) -> dict[str, Any]:
    """Ask an interpreter, which exists, what it is."""
    # The home folder and the search path stay: version managers put scripts on PATH that need them.
    env = {name: os.environ[name] for name in ("HOME", "PATH", "PYENV_ROOT") if name in os.environ}
    try:
        finished = run([path, "-I", "-c", QUESTION], env=env, timeout=60)
    except SamewheelError as error:
        raise UsageError(f"the interpreter {path} cannot be run", cause=error.cause, hint=error.hint) from error
    if not finished.ok:
        raise UsageError(f"the interpreter {path} does not work", cause=finished.tail(10))
    try:
        answer = json.loads(finished.stdout)
    except ValueError as error:
        raise UsageError(f"{path} is no Python interpreter", cause=finished.tail(10)) from error
    if not isinstance(answer, dict):
        raise UsageError(f"{path} is no Python interpreter", cause=finished.tail(10))
    return answer


def find_interpreter(request: str | None = None) -> Interpreter:
    """Find an interpreter and ask what it is; nothing is ever downloaded.

    Args:
        request: a path, a name on PATH, or a version; None is the interpreter that runs samewheel.

    Raises:
        UsageError: there is no such interpreter, or it does not work.
    """
    path = _locate(request) if request else Path(sys.executable)
    if not path.exists():
        raise UsageError(f"there is no interpreter {path}")
    answer = _answer(path)
    return Interpreter(
        path=path,
        prefix=Path(answer["prefix"]),
        zlib=answer["zlib"],
        platform=answer["platform"],
        config=answer["config"],
        markers=answer["markers"],
    )
