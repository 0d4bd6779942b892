"""Where an archive's bytes come from: one open file, read at any place by any thread."""

from __future__ import annotations

import os
from io import FileIO
from threading import Lock
from typing import TYPE_CHECKING

from samewheel.errors import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["CHUNK", "Source"]

CHUNK = 1 << 20
"""Bytes that are read at a time, at most."""


class Source:
    """Bytes that do not move while they are looked at; no mapping, which would end the process if the file shrank."""

    def __init__(self, file: BinaryIO) -> None:
        """Read from ``file``, which must be seekable; it stays the caller's to close."""
        self._file = file
        self._lock = Lock()
        # Without a buffer, one call reads at a place, and threads need not wait for each other.
        self._reads_at = isinstance(file, FileIO) and hasattr(os, "pread")
        self.size = file.seek(0, os.SEEK_END)

    def at(self, offset: int, length: int) -> bytes:
        """Return ``length`` bytes from ``offset``.

        Raises:
            Flaw: the file ends before.
        """
        # What is said in 64 bits may be more than a file can be asked for.
        content = self._read(offset, length) if offset + length <= self.size else b""
        if len(content) != length:
            raise Flaw("", f"the file ends within what should be at {offset} to {offset + length}")
        return content

    def _read(self, offset: int, length: int) -> bytes:
        if self._reads_at:
            return os.pread(self._file.fileno(), length, offset)
        with self._lock:
            self._file.seek(offset)
            return self._file.read(length)

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield ``length`` bytes from ``offset``, a chunk at a time."""
        end = offset + length
        while offset < end:
            step = min(CHUNK, end - offset)
            yield self.at(offset, step)
            offset += step
