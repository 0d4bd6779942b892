"""Names for values that would otherwise all be strings, and the closed sets of choices."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType, Protocol

import msgspec

__all__ = ["SILENT", "Frontend", "Progress", "Resolver", "Sha256", "SourceKind", "Value", "Via"]

Sha256 = NewType("Sha256", str)
"""A SHA-256 digest: 64 lower-case hexadecimal digits."""


class Value(msgspec.Struct, frozen=True):
    """A frozen value that is no JSON; its annotations are for readers and type checkers alone.

    Making such a class takes a fiftieth of what a dataclass takes, and every start of samewheel makes thirty of them.
    """


class SourceKind(StrEnum):
    """What a wheel is built from."""

    GIT = "git"
    """A commit of a git repository."""
    FOLDER = "folder"
    """A folder without git."""
    SDIST = "sdist"
    """A source distribution."""


class Frontend(StrEnum):
    """The build frontend that calls the backend; two independent ways to the same bytes."""

    UV = "uv"
    BUILD = "build"


class Via(StrEnum):
    """Whether the wheel is built from the source tree, or from an sdist made of it first."""

    TREE = "tree"
    """From the source tree."""
    SDIST = "sdist"
    """From an sdist made of the tree."""


class Resolver(StrEnum):
    """Who decides the pins: uv, pip-tools, or both, which must then agree."""

    UV = "uv"
    PIP_TOOLS = "pip-tools"
    BOTH = "both"


class Progress(Protocol):
    """Told what is going on; the library is silent unless given one that speaks."""

    def step(self, text: str) -> None:
        """A step begins: ``text`` is a short phrase in the present continuous."""

    def warn(self, text: str) -> None:
        """Something deserves the user's attention, but nothing stops."""


class _Silent:
    """The progress that says nothing."""

    def step(self, text: str) -> None:
        """Say nothing."""

    def warn(self, text: str) -> None:
        """Say nothing."""


SILENT: Progress = _Silent()
