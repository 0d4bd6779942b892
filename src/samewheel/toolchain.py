"""The tool chain of a compiled wheel: what the machine has, what sysconfig asks for, and what the wheel's files say.

The same source under another compiler is another wheel, so a stranger has to know which one it was.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from samewheel._process import run
from samewheel.buildinfo import Toolchain
from samewheel.compilers import find_compilers
from samewheel.conditions import SYSTEM_PATH
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.interpreter import Interpreter

__all__ = ["inspect_toolchain"]

CONFIG = ("CC", "CFLAGS", "LDSHARED")
"""What of sysconfig decides how setuptools and most others compile."""

SAME_EVERYWHERE = {"", "/", "/usr", "/usr/local"}
"""Folders of interpreters that tell nothing of a machine."""

PATIENCE = 30
"""Seconds that a compiler may take to say its version."""


@functools.cache
def _version(program: str) -> str:
    """Return the first line of what a program says of its version; nothing if it does not work."""
    try:
        env = {"LC_ALL": "C", "PATH": os.pathsep.join(SYSTEM_PATH)}
        finished = run([program, "--version"], env=env, timeout=PATIENCE)
    except SamewheelError:
        return ""
    return next(iter(finished.text.splitlines()), "").strip() if finished.ok else ""


def _programs(interpreter: Interpreter) -> dict[str, str]:
    """Return the compilers that a build would call, by name: the shimmed, and those named by full paths."""
    asked = (interpreter.config[key].split(" ")[0] for key in ("CC", "CXX", "LDSHARED", "LDCXXSHARED"))
    paths = {Path(path).name: path for path in asked if os.sep in path and Path(path).exists()}
    return {**find_compilers(interpreter), **paths}


def _masked(text: str, interpreter: Interpreter) -> str:
    """Return flags without the folders of this machine."""
    names = dict.fromkeys([str(interpreter.prefix), interpreter.config["installed_base"]], "$PYTHON")
    # Unlike Path.home(), this does not fail where there is no home.
    names.setdefault(os.path.expanduser("~"), "$HOME")  # noqa: PTH111
    for folder in sorted(names.keys() - SAME_EVERYWHERE, key=lambda folder: (-len(folder), folder)):
        text = re.sub(rf"{re.escape(folder)}(?![\w.-])", names[folder], text)
    return text


def _elf_files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the members that are ELF files."""
    for member in archive.infolist():
        with archive.open(member) as stream:
            if stream.read(4) == b"\x7fELF":
                yield member


def _told_by(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[set[str], set[str]]:
    """Return the libraries that an ELF file asks for, and what wrote it; nothing of one that cannot be read."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile

    libraries: set[str] = set()
    producers: set[str] = set()
    with archive.open(member) as stream:
        try:
            for section in ELFFile(stream).iter_sections():
                if isinstance(section, DynamicSection):
                    libraries |= {str(vars(tag)["needed"]) for tag in section.iter_tags("DT_NEEDED")}
                elif section.name == ".comment":
                    producers |= {text.decode("utf-8", "replace") for text in section.data().split(b"\0") if text}
        except (ELFError, ValueError, OSError):
            return set(), set()
    return libraries, producers


def _told_by_all(wheel: Path) -> tuple[set[str], set[str]]:
    libraries: set[str] = set()
    producers: set[str] = set()
    with zipfile.ZipFile(wheel) as archive:
        own = {PurePosixPath(name).name for name in archive.namelist()}
        for member in _elf_files(archive):
            needed, wrote = _told_by(archive, member)
            libraries |= needed - own
            producers |= wrote
    return libraries, producers


def inspect_toolchain(wheel: Path, interpreter: Interpreter) -> Toolchain:
    """Return what compiled a wheel, as far as the machine and the wheel's files tell.

    Args:
        wheel: a valid wheel.
        interpreter: the one that ran the backend, and whose sysconfig told it how to compile.

    Raises:
        OSError: the wheel cannot be read.
    """
    libraries, producers = _told_by_all(wheel)
    versions: Mapping[str, str] = {name: _version(path) for name, path in sorted(_programs(interpreter).items())}
    linker = shutil.which("ld", path=os.pathsep.join(SYSTEM_PATH))
    return Toolchain(
        compilers={name: version for name, version in versions.items() if version},
        linker=_version(linker) if linker else "",
        config={key: _masked(interpreter.config[key], interpreter) for key in CONFIG},
        libraries=tuple(sorted(libraries)),
        producers=tuple(sorted(producers)),
    )
