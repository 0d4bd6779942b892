"""What a file's name says: a wheel or an sdist, of which version."""

from __future__ import annotations

from typing import Literal

from packaging.utils import InvalidWheelFilename, canonicalize_name
from packaging.version import InvalidVersion

from samewheel._standards import version_of
from samewheel._types import Value
from samewheel.index.values import is_filename
from samewheel.wheel import read_file_name

__all__ = ["Identity", "identify"]

SDIST_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")
"""The first is that of PEP 625; the others are older, and can be built from all the same."""


class Identity(Value, frozen=True, kw_only=True):
    """What a file is."""

    kind: Literal["wheel", "sdist"]
    version: str
    """Normalised."""


def _wheel(filename: str, project: str) -> Identity | None:
    try:
        file = read_file_name(filename)
    except InvalidWheelFilename:
        return None
    return Identity(kind="wheel", version=file.version) if file.name == project else None


def _sdist(stem: str, project: str) -> Identity | None:
    # Before PEP 625 both the name and the version could have hyphens.
    for place in (index for index, character in enumerate(stem) if character == "-"):
        if canonicalize_name(stem[:place]) == project:
            try:
                return Identity(kind="sdist", version=str(version_of(stem[place + 1 :])))
            except InvalidVersion:
                continue
    return None


def identify(filename: str, project: str) -> Identity | None:
    """Return what a file of a project is; None if it is neither a wheel nor an sdist of it.

    Args:
        filename: any text.
        project: normalised.
    """
    if not is_filename(filename):
        return None
    if filename.endswith(".whl"):
        return _wheel(filename, project)
    ending = next((ending for ending in SDIST_ENDINGS if filename.endswith(ending)), None)
    return _sdist(filename.removesuffix(ending), project) if ending else None
