"""Reads files of other people: bounded, as UTF-8, as TOML, and checked against types."""

from __future__ import annotations

import os
import stat
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from samewheel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["convert", "read_bounded", "text_of", "toml_of"]

Document = TypeVar("Document")

MOST_BYTES = 32 << 20
"""Of one file; a lock of a thousand packages has three million."""


def read_bounded(path: Path, most: int = MOST_BYTES, *, plain: bool = False) -> bytes:
    """Return a file's bytes.

    Args:
        path: a file, or a pipe such as that of a shell's ``<(command)``.
        most: bytes that it may have.
        plain: whether it must be a plain file: reading a pipe could wait for ever.

    Raises:
        UsageError: it cannot be read, or is too large.
    """
    try:
        # Not to wait for a writer when it is a pipe that must not be one.
        handle = os.open(path, os.O_RDONLY | (getattr(os, "O_NONBLOCK", 0) if plain else 0))
        with open(handle, "rb") as file:  # noqa: PTH123 - a handle
            if plain and not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UsageError(f"{path} is not a plain file")
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        # ValueError: a NUL byte in the path.
        raise UsageError(f"cannot read {path}", cause=str(error)) from error
    if len(content) > most:
        raise UsageError(f"{path} is too large", cause=f"It has more than {most:,} bytes.")
    return content


def text_of(content: bytes, where: str) -> str:
    """Return UTF-8 as text.

    Raises:
        UsageError: it is something else.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{where} is not UTF-8", cause=str(error)) from error


def toml_of(content: bytes, where: str) -> dict[str, Any]:
    """Return a TOML document.

    Raises:
        UsageError: it is none; the message has the line.
    """
    try:
        return tomllib.loads(text_of(content, where))
    except (ValueError, RecursionError) as error:
        # RecursionError: brackets without end.
        raise UsageError(f"{where} is not TOML", cause=str(error)) from error


def convert(document: object, kind: type[Document], where: str) -> Document:
    """Return a document as a value of a type.

    Raises:
        UsageError: it is of another type; the message names the key.
    """
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where} is damaged, or of another format", cause=str(error)) from error
