"""What the build was made of."""

from __future__ import annotations

from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="dependencies",
        what="what was installed for the build",
        do="pin it with hashes: samewheel lock",
        codes=("SW502",),
        how="",
        told="",
    ),
    Cause(
        name="python-version",
        what="the Python that ran the build",
        do="build with one minor version of Python",
        codes=("SW206", "SW304", "SW311", "SW313", "SW503"),
        how="",
        told="",
    ),
    Cause(
        name="epoch",
        what="SOURCE_DATE_EPOCH",
        do="set it to the time of the commit: git log -1 --format=%ct",
        codes=("SW101", "SW507"),
        how="",
        told="",
    ),
    Cause(
        name="settings",
        what="settings that were given for the build",
        do="give the same ones: [tool.samewheel] in pyproject.toml",
        codes=("SW508",),
        how="",
        told="",
    ),
    Cause(
        name="conditions",
        what="conditions of the build",
        do="build with samewheel build, which sets them",
        codes=("SW509",),
        how="",
        told="",
    ),
    Cause(
        name="via-sdist",
        what="whether the wheel was built from the tree or from the sdist",
        do="build it one way: via-sdist = true in [tool.samewheel]",
        codes=("SW302", "SW505"),
        how="",
        told="",
    ),
    Cause(
        name="unheeded-seed",
        what="a set in a program that ignores PYTHONHASHSEED, as it is started with -I or -E",
        do="sort what it writes; newer releases do",
        codes=("SW204", "SW308", "SW309", "SW315"),
        how="",
        told="",
    ),
)
"""Where several fit, the first one is the likeliest."""
