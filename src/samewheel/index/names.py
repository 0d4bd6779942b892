"""What a file's name says: a wheel or an sdist, of which version."""

from __future__ import annotations

import math
from typing import Literal

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from samewheel._types import Value
from samewheel.index.values import is_filename

__all__ = ["Identity", "identify"]

SDIST_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")
"""The first is that of PEP 625; the others are older, and can be built from all the same."""

MOST_TAGS = 300
"""Tags of one wheel; a name with dots in three places stands for every combination."""


class Identity(Value, frozen=True, kw_only=True):
    """What a file is."""

    kind: Literal["wheel", "sdist"]
    version: str
    """Normalised."""


def _wheel(filename: str, project: str) -> Identity | None:
    tags = filename.removesuffix(".whl").split("-")[-3:]
    if math.prod(tag.count(".") + 1 for tag in tags) > MOST_TAGS:
        return None
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidVersion):
        return None
    return Identity(kind="wheel", version=str(version)) if name == project else None


def _sdist(stem: str, project: str) -> Identity | None:
    # Before PEP 625 both the name and the version could have hyphens.
    for place in (index for index, character in enumerate(stem) if character == "-"):
        if canonicalize_name(stem[:place]) == project:
            try:
                return Identity(kind="sdist", version=str(Version(stem[place + 1 :])))
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
