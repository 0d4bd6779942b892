"""Versions that were made up from a checkout: in METADATA, in names, and in files that hold them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from samewheel._standards import version_of
from samewheel.explaining.recognisers.said import coded, consistent, may_be_backend, pair, shown
from samewheel.explaining.values import Certainty

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS", "VERSION_FILES", "Told", "of_names", "of_versions"]

Told = tuple[str, Certainty]
"""A cause, and how it is known."""

LONGEST = 200
"""Characters of a version that is read."""

COMMIT = re.compile(r"g(?=[a-f]*[0-9])[0-9a-f]{7,40}")
"""How ``git describe`` and setuptools-scm write a commit."""

CHANGED = re.compile(r"d20[0-9]{6}|dirty")
"""How they write that there were changes which were not committed."""

MAY_BE = re.compile(r"[0-9a-f]{7,40}|20[0-9]{6}")
"""A part of a local version that may stand for a commit or a date, and for anything else."""

WORD = re.compile(r"[0-9A-Za-z]+")

NAMED = re.compile(r"(?:commit|node|revision)\w{0,20}\W{1,8}([0-9a-f]{40})(?![0-9A-Za-z])", re.IGNORECASE)
"""A whole commit, in a line that says so."""

VERSION_FILES = frozenset(
    {
        *("_version.py", "version.py", "__version__.py", "_version.pyi", "_commit.py", "_commit_info.py"),
        *("_git.py", "git_version.py", "_git_version.py", "version.txt", "VERSION", "VERSION.txt", "pbr.json"),
        *("_version_info.py", "version_info.py", "_build_info.py", "build_info.py", "version_generated.py"),
    }
)
"""Files that tools write from a checkout."""


def _parsed(text: str) -> Version | None:
    try:
        return version_of(text) if len(text) <= LONGEST else None
    except InvalidVersion:
        return None


def _parts(version: Version, *forms: re.Pattern[str]) -> list[str]:
    """Return the parts of a local version that have one of some forms."""
    parts = re.split(r"[._-]", version.local or "")
    return [part for part in parts if any(form.fullmatch(part) for form in forms)]


def of_versions(a: str, b: str) -> Told | None:
    """Return why two versions differ; None if that cannot be told."""
    one, other = _parsed(a), _parsed(b)
    if one is None or other is None:
        return None
    if one == other:
        return "backend-version", Certainty.CONSISTENT
    if _parts(one, COMMIT, CHANGED) != _parts(other, COMMIT, CHANGED):
        return "version-file", Certainty.SHOWN
    if one.public == other.public:
        is_other = _parts(one, MAY_BE) != _parts(other, MAY_BE)
        return ("version-file", Certainty.CONSISTENT) if is_other else None
    guessed = any(each.is_devrelease or each.is_postrelease or not any(each.release) for each in (one, other))
    return ("version-file" if guessed else "other-source"), Certainty.CONSISTENT


def of_names(case: Case, a: str, b: str) -> Told | None:
    """Return why two names of a distribution differ, if they are spellings of one."""
    is_spelling = max(len(a), len(b)) <= LONGEST and canonicalize_name(a) == canonicalize_name(b)
    return ("backend-version", Certainty.CONSISTENT) if is_spelling and may_be_backend(case) else None


def told(known: Told | None, one: Difference, *, whole: bool = True) -> Iterator[Recognised]:
    """Yield a cause of a difference, if it is known."""
    if known is not None:
        make = shown if known[1] is Certainty.SHOWN else consistent
        yield make(known[0], one, whole=whole)


def version(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Version and Name in METADATA."""
    for one in coded(left, "SW202"):
        if one.field.lower() == "version":
            yield from told(of_versions(*pair(one)), one)
        elif one.field.lower() == "name":
            yield from told(of_names(case, *pair(one)), one)


def folder(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The name of the ``*.dist-info`` folder: name and version, with a hyphen between them."""
    for one in coded(left, "SW209"):
        (name, _, number), (other_name, _, other_number) = (
            text.removesuffix(".dist-info").rpartition("-") for text in (one.a, one.b)
        )
        known = [of_names(case, name, other_name)] if name != other_name else []
        known += [of_versions(number, other_number)] if number != other_number else []
        for each in known:
            yield from told(each, one, whole=None not in known)


def _news(one: Difference) -> tuple[set[str], set[str]]:
    """Return the commits of each side alone."""
    a, b = _commits(one.a), _commits(one.b)
    return a - b, b - a


def _commits(text: str) -> set[str]:
    """Return what cannot be taken for anything but commits."""
    return {*filter(COMMIT.fullmatch, WORD.findall(text)), *NAMED.findall(text)}


def generated(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Lines of a file that tools write from a checkout; a commit in them is shown, all else may be by hand."""
    del case
    for one in coded(left, "SW204", "SW309", "SW310", "SW315"):
        if one.member.rpartition("/")[2] in VERSION_FILES and one.field != "presence":
            both = all(_news(one))
            yield shown("version-file", one) if both else consistent("version-file", one)


RECOGNISERS = (version, folder, generated)
"""The surest first."""
