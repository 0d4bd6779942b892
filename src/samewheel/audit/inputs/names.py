"""Names, versions and file names as files give them, checked."""

from __future__ import annotations

import re

from packaging.utils import InvalidWheelFilename, canonicalize_name, is_normalized_name
from packaging.version import InvalidVersion

from samewheel._standards import version_of
from samewheel._types import Sha256
from samewheel.errors import UsageError
from samewheel.wheel import FileName, read_file_name

__all__ = ["parse_wheel_name", "same_version", "sha256_in", "usual_name", "usual_version"]

LONGEST = 255
"""Characters of a name, and of a file name."""

_WHEEL_NAME = re.compile(r"[\w.+!-]+\.whl", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def usual_name(text: str) -> str:
    """Return a normalised name; empty if it is none."""
    name = canonicalize_name(text)
    return name if len(name) <= LONGEST and is_normalized_name(name) and name.isascii() else ""


def usual_version(text: str) -> str:
    """Return a normalised version (PEP 440); empty if it is none."""
    try:
        return str(version_of(text)) if len(text) <= LONGEST else ""
    except InvalidVersion:
        return ""


def same_version(a: str, b: str) -> bool:
    """Tell whether two texts are the same version: ``1`` is ``1.0`` (PEP 440); what is none equals nothing."""
    return bool(usual_version(a) and usual_version(b)) and version_of(a) == version_of(b)


def parse_wheel_name(filename: str, where: str) -> FileName:
    """Read a wheel's file name strictly: it becomes part of paths and of what is asked of the index.

    Raises:
        UsageError: it is none; ``where`` is named.
    """
    wrong = UsageError(f"{where}: {filename[:LONGEST]!r} is not the file name of a wheel")
    if len(filename) > LONGEST or not _WHEEL_NAME.fullmatch(filename):
        raise wrong
    try:
        return read_file_name(filename)
    except InvalidWheelFilename as error:
        raise wrong from error


def sha256_in(text: str, where: str) -> Sha256:
    """Return the digits of a SHA-256.

    Raises:
        UsageError: it is none; ``where`` is named.
    """
    if not _SHA256.fullmatch(text):
        raise UsageError(f"{where}: {text[:80]!r} is not a SHA-256", cause="Wanted: 64 lower-case hex digits.")
    return Sha256(text)
