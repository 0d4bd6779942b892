"""What a constraints file says, as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samewheel._standards import version_of
from samewheel._types import Sha256

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

__all__ = ["FIRST_LINE", "FORMAT", "MARK", "NOT_OURS", "RELOCK", "Constraints", "Header", "Pin", "order"]

FIRST_LINE = "# Build constraints of this project, written by samewheel. To change them: samewheel lock"
MARK = "samewheel-constraints"
FORMAT = "1"
"""Of the header's format: raised when an older samewheel would misread a newer file."""

RELOCK = "Lock again: samewheel lock"

NOT_OURS = (
    'Use another file: samewheel lock -o FILE, and [tool.samewheel] constraints = "FILE"; samewheel init does both.'
)
"""What to do where a file of the name that we look for is about something else."""


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
