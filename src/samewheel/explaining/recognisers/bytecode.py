"""Compiled modules: times of sources, folders, and the Python that compiled them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.recognisers.said import by_member, coded, consistent, last, shown
from samewheel.explaining.recognisers.shapes import is_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS", "source_of"]

OF_TIMES = frozenset({"header source mtime", "header check"})

OF_SOURCES = frozenset({"header source size", "header source hash"})


def source_of(name: str) -> str:
    """Return the member that a compiled module was compiled from, as installers see it (PEP 3147)."""
    folder, slash, file = name.rpartition("/")
    stem = file.partition(".")[0] if folder.endswith("__pycache__") else file.removesuffix(".pyc")
    folder = folder.removesuffix("__pycache__").rstrip("/")
    return f"{folder}{slash if folder else ''}{stem}.py"


def versions(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The magic number says which release of Python compiled."""
    del case
    for found in by_member(coded(left, "SW311")).values():
        magic = [one for one in found if last(one.field) == "header magic number"]
        if magic:
            yield shown("python-version", *magic)


def times(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The time of the source; where the one has it and the other a hash, what decides is SOURCE_DATE_EPOCH."""
    del case
    for found in by_member(coded(left, "SW311")).values():
        fields = {last(one.field): one for one in found}
        if "header check" in fields:
            either = [one for one in found if "(absent)" in {one.a, one.b} or last(one.field) in OF_TIMES]
            yield consistent("bytecode-times", *either, evidence=_check(fields["header check"]))
        elif "header source mtime" in fields:
            yield shown("bytecode-times", fields["header source mtime"])


def _check(one: Difference) -> str:
    return f"{one.member} is checked {one.a} in the first, {one.b} in the second"


def paths(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The names of source files in code objects."""
    del case
    for one in coded(left, "SW312"):
        yield (shown if is_path(one.a) and is_path(one.b) else consistent)("bytecode-paths", one)


def code(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Code that another Python would compile otherwise; not where the source is another one, as then it follows."""
    changed = {one.member for one in case.differences if one.code.startswith("SW3")}
    for name, found in by_member(coded(left, "SW311", "SW313")).items():
        if source_of(name) in changed:
            continue
        bodies = [one for one in found if one.code == "SW313" or last(one.field) in OF_SOURCES]
        if bodies:
            yield consistent("bytecode", *bodies)


RECOGNISERS = (versions, times, paths, code)
"""The surest first."""
