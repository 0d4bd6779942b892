"""Which code, which environment: read from git, from the lock, and from the files that are installed."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import platform
import re
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from bikes import installed
from bikes.errors import BikesError
from bikes.files import sha256

if TYPE_CHECKING:
    from pathlib import Path

NAME = "bikes"
LOCK = "requirements.lock"
CONSTRAINTS = "constraints.txt"
LINE = re.compile(rf"^(\S*{NAME}-[^\s/]+\.whl) --hash=sha256:([0-9a-f]{{64}})$", re.MULTILINE)
NUMERIC = ("joblib", "numpy", "scikit-learn", "scipy", "skops", "threadpoolctl")


class Wheel(msgspec.Struct, frozen=True):
    """The wheel that the lock names by hash, and whose files are those that run."""

    name: str
    sha256: str


class Code(msgspec.Struct, frozen=True):
    """The commit, the files that differ from it, and the wheel. All None where there is no git, or no wheel."""

    commit: str | None
    dirty: bool | None
    changed: tuple[str, ...]
    wheel: Wheel | None


class Environment(msgspec.Struct, frozen=True):
    """What ran the code, besides the code."""

    lock: str | None
    constraints: str | None
    python: str
    machine: str
    cpu: tuple[str, ...]
    packages: dict[str, str]


def code(project: Path) -> Code:
    """Return the code's version.

    Raises:
        BikesError: the code that runs is installed, but not from the wheel of the lock.
    """
    commit = git(project, "rev-parse", "HEAD")
    status = git(project, "status", "--porcelain", "--untracked-files=all", "--", ".")
    changed = tuple(sorted(line[3:] for line in (status or "").splitlines()))
    wheel = running_wheel(project)
    if commit is None or status is None:
        return Code(None, None, (), wheel)
    return Code(commit.strip(), bool(changed), changed, wheel)


def git(project: Path, *arguments: str) -> str | None:
    """Return what git says of the project's folder; None where there is no git or no repository."""
    try:
        done = subprocess.run(["git", "-C", str(project), *arguments], check=False, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def running_wheel(project: Path) -> Wheel | None:
    """Return the lock's wheel if this process runs its files; None if it runs from a source tree.

    Raises:
        BikesError: the wheel in dist/ is not the lock's, or what is installed differs from it.
    """
    try:
        ours = importlib.metadata.distribution(NAME)
    except importlib.metadata.PackageNotFoundError:
        return None
    lock = project / LOCK
    found = LINE.search(lock.read_text("utf-8")) if lock.is_file() else None
    if found is None:
        return None
    path = project / found[1]
    if not path.is_file() or sha256(content := path.read_bytes()) != found[2]:
        raise BikesError(f"{path.name} in {path.parent.name}/ is not the wheel of {LOCK}", "just package")
    if differing := changed_members(content, ours):
        raise BikesError(f"{differing[0]} is installed otherwise than the wheel has it", installed.ANEW)
    return Wheel(path.name, found[2])


def changed_members(wheel: bytes, ours: importlib.metadata.Distribution) -> list[str]:
    """Return which members of the wheel are not installed byte for byte. RECORD is the installer's own."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        record = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        names = [row[0] for row in csv.reader(archive.read(record).decode().splitlines()) if row[0] != record]
        places = {name: ours.locate_file(name) for name in names}
        return sorted(name for name in names if not same(str(places[name]), archive.read(name)))


def same(path: str, content: bytes) -> bool:
    """Return whether the file has this content."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - importlib.metadata gives a path of no known type
            return file.read() == content
    except OSError:
        return False


def environment(project: Path, *, locked: bool) -> Environment:
    """Return what ran the code: digests of the locks, interpreter, CPU, versions of what computes.

    The lock is named only if it is what the environment was made of: `locked` asks for the check, which is
    for code that runs from its wheel. A source tree runs in whatever there is, and its record names no lock.

    Raises:
        BikesError: the environment is not that of the lock.
    """
    if locked:
        installed.check(project / LOCK, NAME)
    return Environment(
        lock=digest(project / LOCK) if locked else None,
        constraints=digest(project / CONSTRAINTS),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        machine=f"{platform.system()} {platform.machine()}",
        cpu=cpu_features(),
        packages={name: importlib.metadata.version(name) for name in NUMERIC},
    )


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a file; None where there is none."""
    return sha256(path.read_bytes()) if path.is_file() else None


def cpu_features() -> tuple[str, ...]:
    """Return the instruction sets that NumPy found in this CPU and has kernels for."""
    configuration: Any = np.show_config(mode="dicts")
    return tuple(sorted(configuration["SIMD Extensions"].get("found", ())))
