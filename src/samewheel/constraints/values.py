"""What a constraints file says, as values."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samewheel._standards import version_of
from samewheel._types import Sha256

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

__all__ = [
    "FIRST_LINE",
    "FORMAT",
    "MARK",
    "NOT_OURS",
    "RELOCK",
    "Constraints",
    "Header",
    "Pin",
    "order",
    "unwritable",
]

FIRST_LINE = "# Build constraints of this project, written by samewheel. To change them: samewheel lock"
MARK = "samewheel-constraints"
FORMAT = "1"
"""Of the header's format: raised when an older samewheel would misread a newer file."""

RELOCK = "Lock again: samewheel lock"

NOT_OURS = (
    'Use another file: samewheel lock -o FILE, and [tool.samewheel] constraints = "FILE"; samewheel init does both.'
)
"""What to do where a file of the name that we look for is about something else."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One exact version of one package."""

    name: NormalizedName
    version: str
    """Normalised (PEP 440)."""
    marker: str | None = None
    """The environments that it is for (PEP 508); None: all."""
    hashes: tuple[str, ...]
    """``sha256:…`` of every file that will do, sorted; at least one."""
    via: tuple[str, ...] = field(default=(), compare=False)
    """What asked for it, as the resolver annotates it; says nothing about what is installed, so it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the pins of our own file were locked for."""

    requires: tuple[str, ...]
    """``build-system.requires``, normalised and sorted."""
    asked: tuple[str, ...]
    """What the backend's hooks asked for besides, normalised and sorted."""
    bounds: tuple[str, ...] = ()
    """What bounds the versions of whatever is installed, normalised and sorted: uv's
    ``build-constraint-dependencies``."""
    requires_python: str
    """Pythons that the pins are for, as a version specifier."""
    digest: Sha256
    """Over all of these, as the file says; :func:`make_header` computes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """A constraints file that was read."""

    pins: tuple[Pin, ...]
    """Sorted by name, version and marker."""
    header: Header | None
    """None: the file was not written by us."""
    content: bytes
    """The file as it was: what is hashed, copied and handed to other tools."""
    where: str
    """Its path, or another name for messages."""

    @property
    def sha256(self) -> Sha256:
        """Digest of the file as it was."""
        return Sha256(hashlib.sha256(self.content).hexdigest())


def order(pin: Pin) -> tuple[str, Version, str]:
    """Return the key that pins are sorted by: name, version, marker."""
    return (pin.name, version_of(pin.version), pin.marker or "")


def unwritable(text: str) -> tuple[str, str] | None:
    """Return what a text has that no file for uv or pip may have, and why not; None if it may be written."""
    if _CONTROL.search(text):
        return "a control character", "Requirements are single lines."
    if "$" in text:
        # uv and pip expand ${NAME} wherever a URL may stand, and no name, version or marker needs one.
        return "a $", "A resolver may put a variable of whoever runs it in its place."
    return None
