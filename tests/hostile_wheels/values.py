"""What a hostile wheel, or one that must be accepted, is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FILE_NAME", "Case", "Content", "Control", "Hole", "Layer"]

FILE_NAME = "demo-1.0-py3-none-any.whl"
"""What nearly every wheel here is called."""

Layer: TypeAlias = Literal["archive", "names", "dist-info"]
"""What is wrong: the ZIP file, a member's name or kind, or what the ``.dist-info`` says."""


@dataclass(frozen=True, slots=True)
class Hole:
    """So many bytes of zero, which cost no place on a disk."""

    length: int


Content: TypeAlias = Callable[[], bytes | Iterator[bytes | Hole]]
"""Makes a file: all at once, or piece by piece where it is large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A wheel that is valid, though unusual.

    Attributes:
        name: in kebab-case; also the folder that it is written to.
        why: one sentence: who writes such wheels, or what allows them.
        content: makes it.
        file_name: what the wheel is called.
        large: it is over 10 MB, or unpacks to more.
    """

    name: str
    why: str
    content: Content
    file_name: str = FILE_NAME
    large: bool = False

    def make(self) -> bytes:
        """Return the whole file; of a large one, prefer ``write``."""
        content = self.content()
        if isinstance(content, bytes):
            return content
        return b"".join(bytes(piece.length) if isinstance(piece, Hole) else piece for piece in content)

    def write(self, folder: Path) -> Path:
        """Write the wheel into a folder that exists, with holes where there are some, and return its path."""
        path, content = folder / self.file_name, self.content()
        with path.open("wb") as file:
            for piece in iter([content]) if isinstance(content, bytes) else content:
                if isinstance(piece, Hole):
                    file.truncate(file.seek(piece.length, 1))
                else:
                    file.write(piece)
        return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Control):
    r"""A wheel that must be refused.

    Attributes:
        why: one sentence: what an attacker gains, or which reader is misled.
        member: the name that a refusal must mention, or "" where the archive as a whole is guilty. It is as a reader
            would decode it; bytes that are no UTF-8 stand as ``\xff``. Characters that are not printable must be
            escaped in a message. Of a name that is too long, this is only the start.
        layer: what is wrong.
    """

    layer: Layer
    member: str = ""
