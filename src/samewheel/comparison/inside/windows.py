"""A range of a file as a file of its own, that reads no more than was promised."""

from __future__ import annotations

import io
import os
from typing import BinaryIO, cast

from samewheel.comparison.inside.values import Content, read_at

__all__ = ["part", "window"]


class _Window(io.RawIOBase):
    """A range of a content; what reads from it may ask for what it likes."""

    def __init__(self, content: Content, start: int, size: int) -> None:
        """Begin at the first byte of the range."""
        super().__init__()
        self._content, self._start, self._size, self._place = content, start, size, 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the place in the range."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place; beyond the end there is nothing to read.

        Raises:
            ValueError: the place is before the first byte.
        """
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the first byte")
        self._place = base + offset
        return self._place

    def read(self, size: int | None = -1, /) -> bytes:
        """Return so many bytes, or those that are left.

        Raises:
            ValueError: too many to be read at once.
        """
        left = max(0, self._size - self._place)
        length = left if size is None or size < 0 else min(size, left)
        data = read_at(self._content, self._start + min(self._place, self._size), length)
        self._place += length
        return data


def window(content: Content) -> BinaryIO:
    """Return a content as a file that refuses to read more than :data:`LARGEST_READ` bytes at once."""
    return part(content, 0, content.size).file


def part(content: Content, start: int, size: int) -> Content:
    """Return a range of a content as a content.

    Raises:
        ValueError: it is not all there.
    """
    if not 0 <= start <= start + size <= content.size:
        raise ValueError(f"no {size} bytes at {start}")
    return Content(size=size, file=cast("BinaryIO", _Window(content, start, size)))
