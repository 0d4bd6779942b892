"""Members and commands that only one wheel has, by what their names say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.recognisers.dist_info import is_licence
from samewheel.explaining.recognisers.said import alone, coded, consistent, may_be_backend, shown, side
from samewheel.explaining.recognisers.shapes import HASHED
from samewheel.explaining.recognisers.versions import VERSION_FILES
from samewheel.explaining.recognisers.wheel_file import is_native

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS", "SURE"]

PYTHON = re.compile(r"(?:cpython-|cp(?=3\d+-)|(?<![a-z])py)3\.?\d{1,2}(?!\d)")
"""How the name of what a Python compiled, or installed, says which one it was."""

NUMBER = re.compile(r"(?<=[a-z-])3\.\d{1,2}(?![\d.])")
"""How names of commands end that are of one Python, such as ``pip3.11``."""

OF_BUILDS = re.compile(r"build/(?:lib|bdist)[^/]*/")
"""Where setuptools collects what it packs."""

STALE_PARTS = frozenset(
    {
        *("__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX", ".git", ".hg", ".svn", ".tox", ".nox"),
        *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".ipynb_checkpoints", ".idea", ".vscode", ".eggs", ".venv"),
        *(".coverage", "htmlcov", ".hypothesis", "node_modules", ".cache"),
    }
)
"""Names of files and folders that tools leave."""

STALE_ENDS = (".orig", ".rej", ".bak", ".swp", ".swo", ".tmp", "~", ".pyc", ".pyo")

STRAY = frozenset({"tests", "test", "testing", "docs", "doc", "examples", "example", "build", "dist", "benchmarks"})
"""Folders of a project that are found as packages where nobody named the packages."""


def present(left: Sequence[Difference]) -> list[Difference]:
    """Return the differences that are members of only one wheel."""
    return coded(left, "SW302")


def pythons(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Members that both have, but for the version of Python in their names."""
    del case
    for pattern, make in ((PYTHON, shown), (NUMBER, consistent)):
        there: dict[str, list[Difference]] = {}
        for one in present(left):
            if pattern.search(one.member) and (pattern is PYTHON or not PYTHON.search(one.member)):
                there.setdefault(pattern.sub("?", one.member), []).append(one)
        for ones in there.values():
            if {side(one) for one in ones} == {0, 1}:
                names = [next(one.member for one in ones if side(one) == at) for at in (0, 1)]
                cause = "bytecode" if names[0].endswith(".pyc") else "python-version"
                yield make(cause, *ones, evidence=f"{names[0]} in the first, {names[1]} in the second")


def commands(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Commands in ``entry_points.txt`` that are the same, but for the version of Python in their names."""
    del case
    for one in coded(left, "SW207"):
        if one.a != one.b and NUMBER.sub("?", one.a) == NUMBER.sub("?", one.b):
            yield consistent("python-version", one)


def copies(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What setuptools collected in an earlier build: copies of what is in the wheel, too."""
    for one in present(left):
        where = OF_BUILDS.match(one.member)
        if where is None:
            continue
        packed = case.members[side(one)].get(one.member[where.end() :])
        content = alone(case, one)
        if packed is not None and content is not None and packed.size == len(content):
            wheel = case.wheels[side(one)]
            if b"".join(wheel.contents(packed)) == content:
                yield shown("stale-files", one, evidence=f"{one.member} is a copy of {packed.name}")


def repaired(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Libraries that tools copied into a wheel, with a digest in their names."""
    del case
    for one in present(left):
        folder, _, file = one.member.rpartition("/")
        top = folder.partition("/")[0] if folder.count("/") == 0 else folder.rpartition("/")[2]
        if top.endswith((".libs", ".dylibs")) and (is_native(file) or file.startswith(".load-order-")):
            hashed = HASHED.search(file) is not None
            yield (shown if hashed and file.startswith(".load-order-") else consistent)("repair-tool", one)


def extensions(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Native code that only one wheel has, and the other has nothing of that name for another system instead."""
    found = [one for one in present(left) if is_native(one.member)]
    stems = {(side(one), _stem(one.member)) for one in found}
    for one in found:
        if (1 - side(one), _stem(one.member)) not in stems and ".libs/" not in one.member:
            yield consistent("optional-extension", one)
    del case


def _stem(name: str) -> str:
    """Return a member's name up to the first dot of its file's."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}{file.partition('.')[0]}"


def version_files(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Files that tools write from a checkout."""
    del case
    for one in present(left):
        if one.member.rpartition("/")[2] in VERSION_FILES:
            yield consistent("version-file", one)


def stale(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What tools leave, and folders that are there by chance."""
    tops = [{name.partition("/")[0] for name in wheel.members} for wheel in case.wheels]
    for one in present(left):
        parts = one.member.split("/")
        is_left = not STALE_PARTS.isdisjoint(parts) or any(part.endswith(".egg-info") for part in parts)
        is_stray = parts[0] in STRAY and parts[0] not in tops[1 - side(one)] and len(parts) > 1
        if is_left or is_stray or one.member.endswith(STALE_ENDS) or OF_BUILDS.match(one.member):
            yield consistent("stale-files", one)


def licences(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Licences beside the code."""
    del case
    for one in present(left):
        if is_licence(one.member):
            yield consistent("licence-files", one)


def namespaces(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What older backends write for packages in namespaces."""
    for one in coded(left, "SW302", "SW309", "SW310"):
        if one.member.endswith("-nspkg.pth") and may_be_backend(case):
            yield consistent("backend-version", one)


SURE = (pythons, copies)
"""What two members have in common."""

RECOGNISERS = (commands, repaired, extensions, version_files, stale, licences, namespaces)
"""What a name alone tells; the surest first."""
