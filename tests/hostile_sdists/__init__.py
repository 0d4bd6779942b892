"""Sdists that must be refused, and unusual ones that must be accepted, made block by block.

Each case is a small sdist that builds, with one thing wrong. Nothing is made before ``write(folder)`` is called. What
leads out leads to a decoy, or to a file called ``evil`` a few folders up: unpack them in a deep folder of your own.
"""

from __future__ import annotations

from tests.hostile_sdists import accepted, headers, kinds, names, projects, streams, zips
from tests.hostile_sdists.values import Accepted, Case, Sdist

__all__ = ["ACCEPTED", "CASES", "Accepted", "Case", "Sdist"]

CASES: tuple[Case, ...] = tuple(
    sorted(
        (case for module in (headers, kinds, names, projects, streams, zips) for case in module.CASES),
        key=lambda case: case.name,
    )
)
"""Every hostile sdist, sorted by name."""

ACCEPTED: tuple[Accepted, ...] = tuple(sorted(accepted.ACCEPTED, key=lambda one: one.name))
"""Sdists that must be accepted, sorted by name."""
