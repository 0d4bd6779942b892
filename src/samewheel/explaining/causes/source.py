"""What was built."""

from __future__ import annotations

from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="other-source",
        what="another source: a commit, a tag that moved, or changes that were not committed",
        do="build the commit that the tag names, from a clean checkout",
        codes=("SW202", "SW301", "SW302", "SW309", "SW310", "SW501"),
        how="",
        told="",
    ),
    Cause(
        name="not-in-source",
        what="files that are not in the source",
        do="name where they come from, or keep them in the source",
        codes=("SW302",),
        how="",
        told="",
    ),
    Cause(
        name="left-out",
        what="which files of the source the build packs",
        do="name packages and data in pyproject.toml, rather than have them found",
        codes=("SW302",),
        how="",
        told="",
    ),
    Cause(
        name="windows",
        what="the system: one of them was built on Windows",
        do="build all wheels on one system",
        codes=("SW105", "SW305"),
        how="",
        told="",
    ),
)
"""Where several fit, the first one is the likeliest."""
