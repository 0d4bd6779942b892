"""The Python that a project is released with: the oldest that it and samewheel both run on."""

from __future__ import annotations

from importlib.metadata import metadata

from samewheel._standards import specifiers_of

__all__ = ["oldest"]

MINORS = range(40)
"""Minor versions of Python 3; there will hardly be more."""

PATCHES = 60
"""Releases of one minor version; there have never been as many."""


def oldest(requires_python: str) -> str | None:
    """Return the oldest Python that both run on, such as ``3.11``; None if there is none.

    Args:
        requires_python: the project's range (PEP 440); empty: any.
    """
    allowed = specifiers_of(requires_python) & specifiers_of(metadata("samewheel")["Requires-Python"])
    for minor in MINORS:
        if any(allowed.contains(f"3.{minor}.{patch}") for patch in range(PATCHES)):
            return f"3.{minor}"
    return None
