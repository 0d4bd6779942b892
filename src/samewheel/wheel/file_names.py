"""What a wheel's file name says, and how many tags one line may stand for."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import InvalidVersion

from samewheel._standards import LONGEST
from samewheel._types import Value

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.utils import BuildTag

__all__ = ["MOST_TAGS", "FileName", "read_file_name", "read_tags"]

MOST_TAGS = 1 << 10
"""Tags that one line may stand for: dots in three places stand for every combination (PEP 425)."""


class FileName(Value, frozen=True, kw_only=True):
    """What a wheel's file name says."""

    name: str
    """Normalised."""
    version: str
    """Normalised."""
    build: BuildTag
    tags: frozenset[Tag]


def _number(text: str) -> int:
    """Return how many tags a compressed set of them stands for."""
    return prod(part.count(".") + 1 for part in text.split("-"))


def read_tags(text: str) -> frozenset[Tag]:
    """Return the tags that a compressed set of them stands for (PEP 425).

    Raises:
        ValueError: it is none, or stands for more than MOST_TAGS.
    """
    if _number(text) > MOST_TAGS:
        raise ValueError(f"it stands for more than {MOST_TAGS} tags")
    return parse_tag(text)


def read_file_name(filename: str) -> FileName:
    """Read a wheel's file name; which characters it may have is the caller's to check.

    Raises:
        InvalidWheelFilename: it is none, is too long, or stands for more than MOST_TAGS tags.
    """
    if _number("-".join(filename.removesuffix(".whl").split("-")[-3:])) > MOST_TAGS:
        raise InvalidWheelFilename(f"Invalid wheel filename (more than {MOST_TAGS} tags): {filename!r}")
    if len(filename) > LONGEST:
        raise InvalidWheelFilename(f"Invalid wheel filename (longer than {LONGEST} characters)")
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except InvalidVersion as error:
        raise InvalidWheelFilename(f"Invalid wheel filename (invalid version): {filename!r}") from error
    return FileName(name=name, version=str(version), build=build, tags=tags)
