"""What a hostile sdist, or one that must be accepted, is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DECOY", "FILE_NAME", "NO_SOURCE", "Accepted", "Case", "Content", "Sdist"]

FILE_NAME = "demo-1.0.tar.gz"
"""What nearly every sdist here is called."""

DECOY = "/nowhere/decoy"
"""A folder that absolute names lead to, unless the caller has one; nobody's own files are ever aimed at."""

NO_SOURCE = 15

Content: TypeAlias = Callable[[str], bytes | Iterator[bytes]]
"""Makes a file, given the decoy: all at once, or piece by piece where it is large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdist:
    """An archive that a table has a row for.

    Attributes:
        name: in kebab-case.
        why: one sentence.
        content: makes it.
        file_name: what it is called.
        large: it is over 10 MB, or unpacks to more.
    """

    name: str
    why: str
    content: Content
    file_name: str = FILE_NAME
    large: bool = False

    def write(self, folder: Path, decoy: str = DECOY) -> Path:
        """Write it into a folder that exists, and return its path."""
        path, content = folder / self.file_name, self.content(decoy)
        with path.open("wb") as file:
            for piece in iter([content]) if isinstance(content, bytes) else content:
                file.write(piece)
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Sdist):
    """An sdist that must be refused.

    Attributes:
        why: what an attacker gains, or which reader is misled.
        member: what a refusal must mention; empty where the archive as a whole is guilty. Of a long name, the start.
        code: samewheel's exit code.
    """

    member: str = ""
    code: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Sdist):
    """An sdist that is unusual, and must be accepted.

    Attributes:
        why: who writes such sdists, or why it does no harm.
        becomes: what is made of it.
        holds: what the snapshot has besides the base's files: modes or ``-> TARGET``, by path.
    """

    becomes: str
    holds: Mapping[str, str] = field(default_factory=dict)
