"""Shapes of values that machines make up: absolute paths, names of temporary files, libraries with digests."""

from __future__ import annotations

import re

__all__ = ["ELF", "HASHED", "RANDOM", "is_path", "masked", "misread"]

ELF = ("SW401", "SW402", "SW403", "SW404", "SW405", "SW406", "SW407")
"""The codes of what differs in an ELF file."""

PATH = re.compile(r"…?(?:/[^/\s]|[A-Za-z]:[\\/]|\\\\)")
"""How an absolute path begins, on any system; the ellipsis stands where a long one was cut."""

RANDOM = re.compile(
    r"(?<![A-Za-z0-9])(?:cc[A-Za-z0-9]{6}(?=[./]|$)"
    r"|tmp[a-z0-9_]{8}(?![a-z0-9_])"
    r"|\.mesonpy-[a-z0-9_]{8}"
    r"|pip-(?:req-build|install|wheel|build-env|modern-metadata|ephem-wheel-cache)-[a-z0-9_]{8}"
    r"|build-(?:env|via-sdist)-[a-z0-9_]{8})"
)
"""Names that programs make up for temporary files and folders: gcc, tempfile, meson-python, pip, build."""

HASHED = re.compile(r"-[0-9a-f]{8}(?=\.)")
"""What tools that repair wheels put into the names of libraries."""


def is_path(text: str) -> bool:
    """Tell whether a value is an absolute path."""
    return PATH.match(text) is not None


def masked(text: str) -> str:
    """Return a value without what programs make up in it."""
    return RANDOM.sub("?", text)


def misread(text: str, other: str) -> str | None:
    """Return the encoding in which the UTF-8 of a text was read, if the other one came about so."""
    for codec in ("cp1252", "latin-1"):
        try:
            if text != other and text.encode().decode(codec) == other:
                return codec
        except UnicodeError:
            continue
    return None
