"""Compiler shims: the compilers that an interpreter asks for, told to write no path of this build.

Object code with debug information holds the folders of the source, of the build environment and of the temporary
files, and the linker hashes them into the build-id. ``-ffile-prefix-map`` takes them out (GCC 8, Clang 10 and newer).

It must not come through CFLAGS: setuptools 80.9 and newer *replaces* the interpreter's flags by that variable and
drops ``-O3`` without a word, and splits at spaces. A shim in front of PATH leaves every recorded flag alone.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.conditions import SYSTEM_PATH

if TYPE_CHECKING:
    from samewheel.conditions import Conditions
    from samewheel.interpreter import Interpreter

__all__ = ["find_compilers", "shim_text", "write_shims"]

WRAPPERS = frozenset({"ccache", "distcc", "icecc", "sccache"})
"""They look for the compiler behind them on PATH, and would find the shim, which would call them, and so on."""

USUAL = ("c++", "cc", "clang", "clang++", "g++", "gcc")
"""Names that build tools look for whatever sysconfig says."""


def _names(interpreter: Interpreter) -> list[str]:
    """Return the compilers to shim; one that sysconfig names by its full path cannot be."""
    asked = (interpreter.config[key].split(" ")[0] for key in ("CC", "CXX", "LDSHARED", "LDCXXSHARED"))
    return sorted({*USUAL, *(name for name in asked if name and os.sep not in name)})


def shim_text(real: str, maps: tuple[tuple[str, str], ...]) -> str:
    """Return a shim for the compiler ``real``.

    Args:
        real: the compiler's path. The linker, which it calls, gives programs the modes that the umask allows.
        maps: pairs of a folder, as a word of the shell, and what to write instead. The compiler tries the last
            option first, so a folder inside another one comes after it; the working folder comes last of all, because
            a backend may build in a copy of the source under a random name.
    """
    options = " ".join(f"-ffile-prefix-map={folder}={instead}" for folder, instead in maps)
    return f'#!/bin/sh\numask 022\nexec {shlex.quote(real)} "$@" {options} "-ffile-prefix-map=$PWD=."\n'


def find_compilers(interpreter: Interpreter) -> dict[str, str]:
    """Return the compilers to shim that there are on the system's PATH: their names and paths."""
    found = {}
    for name in _names(interpreter):
        for folder in SYSTEM_PATH:
            real = shutil.which(name, path=folder)
            if real and Path(real).resolve().name not in WRAPPERS:
                found[name] = real
                break
    return found


def write_shims(folder: Path, conditions: Conditions, interpreter: Interpreter) -> None:
    """Write the shims for the compilers that there are into a folder; they fail where none is to work.

    Raises:
        OSError: a shim cannot be written.
    """
    maps = (
        (shlex.quote(interpreter.config["INCLUDEPY"]), "/python/include"),
        (shlex.quote(str(conditions.temp)), "/tmp"),  # noqa: S108 - what a debugger is told, not a folder of ours
        (shlex.quote(str(conditions.environment)), "/env"),
        (shlex.quote(str(conditions.source)), "."),
    )
    for name, real in find_compilers(interpreter).items():
        shim = folder / name
        shim.write_text(shim_text(real, maps) if conditions.compilers else "#!/bin/sh\nexit 1\n")
        shim.chmod(0o755)
