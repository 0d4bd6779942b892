"""The CPython interpreters at hand on this machine, and which of them a publisher had most likely at a date.

Nothing is downloaded. Python 2 is left out: uv makes no environments for it.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from samewheel._early import once
from samewheel._process import run
from samewheel._standards import specifiers_of, version_of
from samewheel._types import Value
from samewheel.errors import SamewheelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["RELEASED", "Found", "at_hand", "find_pythons", "locate", "missing", "newest_before"]

# The finals of x.y.0, as the release schedules say: PEP 373, 429, 478, 494, 537, 569, 596, 619, 664, 693, 719, 745.
RELEASED: Mapping[str, date] = {
    "2.7": date(2010, 7, 3),
    "3.4": date(2014, 3, 16),
    "3.5": date(2015, 9, 13),
    "3.6": date(2016, 12, 23),
    "3.7": date(2018, 6, 27),
    "3.8": date(2019, 10, 14),
    "3.9": date(2020, 10, 5),
    "3.10": date(2021, 10, 4),
    "3.11": date(2022, 10, 24),
    "3.12": date(2023, 10, 2),
    "3.13": date(2024, 10, 7),
    "3.14": date(2025, 10, 7),
}
"""When minor versions of CPython came out, oldest first; those that are not here are newer."""

SETTLED = timedelta(days=60)
"""How long a minor version is out before publishers mostly use it: CI images and other wheels come first."""

CPYTHON = "cpython"

NAME = re.compile(r"python(3(\.\d+)?)?")
"""What interpreters are called; not ``python3-config``, and not ``python3.13t``, which makes other wheels."""

PREFIX = re.compile(r"(?:cpython-)?(?P<version>3\.\d+\.\d+)|cpython-(?P<of_uv>3\.\d+\.\d+)-\w+-\w+-\w+")
"""Names of folders that say which CPython is in them: pyenv's, uv's, and those of the manylinux images."""

MANYLINUX = Path("/opt/python")
"""Where the manylinux images have one of each."""

USUAL = (Path("/usr/local/bin"), Path("/usr/bin"))
"""Folders that are looked at even if they are not on PATH."""

PATIENCE = 20
"""Seconds that an interpreter may take to say what it is."""

# The syntax and the options of Python 2, too, which has to answer to be left out. A letter of ABI that is not
# pymalloc's stands for another kind of wheels: "t" without the lock, "d" for debugging.
QUESTION = """
import sys
sys.path = [folder for folder in sys.path if folder]
import platform
flags = getattr(sys, "abiflags", "").replace("m", "")
name = platform.python_implementation().lower()
print("\\n".join([platform.python_version(), name + ("-" + flags if flags else ""), sys.executable]))
"""


class Found(Value, frozen=True, kw_only=True):
    """An interpreter."""

    path: Path
    """The executable."""
    version: str
    """Such as ``3.9.18``."""
    implementation: str
    """``cpython``, ``cpython-t`` without the global lock, ``pypy``."""

    @property
    def minor(self) -> str:
        """Such as ``3.9``."""
        return "{}.{}".format(*version_of(self.version).release)


@once
def _asked(path: Path) -> tuple[str, str, str] | None:
    """Return what an interpreter says of its version, implementation and place; None if it does not work."""
    env = {name: os.environ[name] for name in ("HOME", "PATH", "PYENV_ROOT") if name in os.environ}
    try:
        finished = run([path, "-E", "-s", "-S", "-c", QUESTION], env=env, cwd=Path("/"), timeout=PATIENCE)
    except SamewheelError:
        return None
    said = finished.text.splitlines() if finished.ok else []
    return (said[0], said[1], said[2]) if len(said) == len(("version", "implementation", "place")) else None


def _executables(folder: Path) -> Iterator[Path]:
    """Yield what is called like an interpreter in a folder, the newest version first, plain names last."""
    try:
        names = [name for name in os.listdir(folder) if NAME.fullmatch(name)]  # noqa: PTH208 - half the time of iterdir()
    except OSError:
        return  # folders on PATH need not exist
    for name in sorted(
        names, key=lambda name: ([int(part) for part in re.findall(r"\d+", name)], name), reverse=True
    ):
        if os.access(folder / name, os.X_OK) and (folder / name).is_file():
            yield folder / name


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield executables, those first that the user chose; often the same in several places."""
    home = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - Path.home() can fail
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    uv = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    # pyenv's shims only pass on to what is found below, and fail for versions that are not selected.
    on_path = [Path(part) for part in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(part)]  # noqa: PTH117 - of texts
    for folder in on_path:
        if folder != pyenv / "shims":
            yield from _executables(folder)
    yield Path(sys.executable)
    for folder in (pyenv / "versions", uv, MANYLINUX):
        for place in sorted(folder.glob("*/bin")):
            yield from _executables(place)
    for folder in USUAL:
        yield from _executables(folder)


def _based(path: Path) -> Path:
    """Return the interpreter that a virtual environment was made from, or what is no environment's as it is."""
    try:
        config = (path.parent.parent / "pyvenv.cfg").read_text("utf-8", "replace")
    except OSError:
        return path
    home = re.search(r"^home\s*=\s*(.+?)\s*$", config, re.MULTILINE)
    same_name = Path(home[1]) / path.resolve().name if home else path
    return same_name if same_name.is_file() else path.resolve()


def _is_script(path: Path) -> bool:
    """Tell whether something is a script that passes on to an interpreter."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def _described(path: Path) -> Found | None:
    """Return what is known of an interpreter; it is asked only where its folder does not say it."""
    real = path.resolve()
    if path.samefile(sys.executable):
        flags = getattr(sys, "abiflags", "")
        name = f"{sys.implementation.name}-{flags}" if flags else sys.implementation.name
        return Found(path=path, version=platform.python_version(), implementation=name)
    if not _is_script(path) and (said := PREFIX.fullmatch(real.parent.parent.name)):
        return Found(path=path, version=said["version"] or said["of_uv"], implementation=CPYTHON)
    answer = _asked(path)
    if answer is None:
        return None
    version, implementation, place = answer
    # Where a script leads may depend on the folder that it is called in.
    return Found(
        path=_based(Path(place)) if _is_script(path) else path, version=version, implementation=implementation
    )


def find_pythons(environ: Mapping[str, str] = os.environ) -> tuple[Found, ...]:
    """Return the interpreters of Python 3 at hand: PATH's, ours, pyenv's, uv's, the system's and manylinux images'.

    Args:
        environ: HOME, PATH, PYENV_ROOT, UV_PYTHON_INSTALL_DIR and XDG_DATA_HOME say where to look.

    Returns:
        Each file once, the newest version first; of one version, those on PATH come before others. What does not
        work is left out.
    """
    found: dict[Path, Found] = {}
    for path in map(_based, _candidates(environ)):
        real = path.resolve()
        if real in found or (one := _described(path)) is None or _is_old(one.version):
            continue
        found.setdefault(one.path.resolve(), one)
    # Sorting keeps the order of what is equal.
    return tuple(sorted(found.values(), key=lambda one: version_of(one.version), reverse=True))


def _is_old(version: str) -> bool:
    try:
        return version_of(version).major < 3  # noqa: PLR2004 - Python 3
    except InvalidVersion:
        return True


def _order(minors: Iterable[str], uploaded: str | None) -> list[str]:
    """Return minor versions, those first that a publisher likely used at a date; without one, the newest first."""
    newest_first = sorted(set(minors), key=Version, reverse=True)
    if uploaded is None:
        return newest_first
    try:
        day = date.fromisoformat(uploaded[:10])
    except ValueError as error:
        raise UsageError(f"{uploaded!r} is no date", cause=str(error), hint="Write it as 2024-12-31.") from error
    settled = [minor for minor in newest_first if minor in RELEASED and RELEASED[minor] + SETTLED <= day]
    return [*settled, *(minor for minor in reversed(newest_first) if minor not in settled)]


def _allowed(requires_python: str) -> SpecifierSet:
    """Return a Requires-Python; one that is malformed, as many old ones are, asks for nothing, as for pip."""
    try:
        return specifiers_of(requires_python)
    except InvalidSpecifier:
        return SpecifierSet()


def newest_before(found: Sequence[Found], uploaded: str | None, requires_python: str) -> tuple[Found, ...]:
    """Return one CPython of each minor version that may be used, the likeliest first.

    First comes the newest that had been out for two months at the upload, then older ones downwards, then newer ones
    upwards.

    Args:
        found: by :func:`find_pythons`; of the same minor version, the first counts.
        uploaded: the date (RFC 3339), with or without a time; None if it is not known.
        requires_python: as METADATA says it; empty for none.

    Raises:
        UsageError: the date is none.
    """
    allowed = _allowed(requires_python)
    fitting: dict[str, Found] = {}
    for one in found:
        if one.implementation == CPYTHON and allowed.contains(one.version, prereleases=True):
            fitting.setdefault(one.minor, one)
    return tuple(fitting[minor] for minor in _order(fitting, uploaded))


@once
def at_hand() -> tuple[Found, ...]:
    """Return what :func:`find_pythons` finds; looked for once per process."""
    return find_pythons()


def locate(request: str) -> str:
    """Return the path of the interpreter at hand that a minor version stands for; anything else as it is.

    Args:
        request: ``3.9``, or what :func:`~samewheel.interpreter.find_interpreter` understands.
    """
    same = (one for one in at_hand() if one.implementation == CPYTHON and one.minor == request)
    return next((str(one.path) for one in same), request)


def missing(found: Sequence[Found], uploaded: str | None, requires_python: str) -> str:
    """Say in words which CPython would have been likelier than those at hand; nothing if none, or without a date.

    Raises:
        UsageError: the date is none.
    """
    at_hand = [one.minor for one in newest_before(found, uploaded, requires_python)]
    if not at_hand:
        return (
            f"no CPython that satisfies {requires_python} is at hand" if requires_python else "no CPython is at hand"
        )
    if uploaded is None:
        return ""
    allowed = _allowed(requires_python)
    # Of a minor version, the first release or the last may be what is allowed.
    minors = (minor for minor in RELEASED if any(allowed.contains(f"{minor}.{patch}") for patch in (0, 99)))
    likeliest = next(iter(_order(minors, uploaded)), at_hand[0])
    if likeliest in at_hand:
        return ""
    if all(version_of(minor) > version_of(likeliest) for minor in at_hand):
        return f"no CPython {likeliest} or older is at hand"
    return f"no CPython {likeliest} is at hand; {at_hand[0]} is the likeliest that is"
