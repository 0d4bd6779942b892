"""The short texts of packaging's standards, read with a limit of length.

``packaging`` takes numbers of any length for a version, and Python then refuses to read more than 4,300 digits, with
an error that is none of packaging's. Whatever stands in these texts is short where nobody means harm.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

__all__ = ["LONGEST", "is_python", "marker_of", "requirement_of", "specifiers_of", "version_of"]

PYTHON = re.compile(r"(?:python|pypy|graalpy)?[0-9]*(?:\.[0-9]+)*t?d?")
"""A name or version of an interpreter, such as ``python3.12``, ``3.13t`` or ``pypy3.10``."""

Read = TypeVar("Read")

LONGEST = 4096
"""Characters."""


def is_python(name: str) -> bool:
    """Tell whether a name can only be that of an interpreter: other programs do other things when asked who they are.

    GNU make takes our question for options, and reads the working folder's Makefile.
    """
    return PYTHON.fullmatch(name) is not None


def _short(text: str, error: type[ValueError]) -> str:
    """Return a text unless it is too long."""
    if len(text) > LONGEST:
        raise error(f"longer than {LONGEST} characters: {text[:40]!r}…")
    return text


def _shallow(read: Callable[[str], Read], text: str, error: type[ValueError]) -> Read:
    """Read a text unless it is too long, or has too many brackets in each other for its parser."""
    try:
        return read(_short(text, error))
    except RecursionError as deep:
        raise error(f"too many brackets in each other: {text[:40]!r}…") from deep


def version_of(text: str) -> Version:
    """Read a version, as the version specifiers specification says.

    Raises:
        packaging.version.InvalidVersion: it is none, or too long.
    """
    from packaging.version import InvalidVersion, Version

    return Version(_short(text, InvalidVersion))


def specifiers_of(text: str, *, prereleases: bool | None = None) -> SpecifierSet:
    """Read version specifiers, such as ``>=1,<2``.

    Raises:
        packaging.specifiers.InvalidSpecifier: it is none, or too long.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    return SpecifierSet(_short(text, InvalidSpecifier), prereleases=prereleases)


def requirement_of(text: str) -> Requirement:
    """Read a requirement, as the dependency specifiers specification says (PEP 508).

    Raises:
        packaging.requirements.InvalidRequirement: it is none, or too long.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    return _shallow(Requirement, text, InvalidRequirement)


def marker_of(text: str) -> Marker:
    """Read an environment marker.

    Raises:
        packaging.markers.InvalidMarker: it is none, or too long.
    """
    from packaging.markers import InvalidMarker, Marker

    return _shallow(Marker, text, InvalidMarker)
