"""What was built."""

from __future__ import annotations

from samewheel.explaining.causes.contents_files import CLEAN, PACKAGES
from samewheel.explaining.causes.pasting import COMMANDS, pasted
from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES = (
    Cause(
        name="other-source",
        what="another source: a commit, a tag that moved, or changes that were not committed",
        do="build the commit that the tag names, from a clean checkout",
        codes=(
            *("SW202", "SW204", "SW301", "SW302", "SW305", "SW306", "SW307", "SW308", "SW309", "SW310", "SW314"),
            *("SW315", "SW501"),
        ),
        how="A release was made from a working copy with changes in it, from the commit after the tag, or the tag "
        "was moved later. The build is not to blame then: two sources give two wheels.",
        told="The buildinfos name two commits or digests of the source; or a rebuild has a file as the source does, "
        "and the published wheel has it otherwise.",
        lines={
            "": pasted(
                COMMANDS,
                "git fetch --tags",
                "git clone --branch v1.0 . ../sample-1.0",
                "samewheel build ../sample-1.0",
            )
        },
        seen=("https://github.com/google/oss-rebuild/tree/main/definitions/pypi",),
    ),
    Cause(
        name="not-in-source",
        what="something that is not in the source",
        do="name where it comes from, or keep it in the source",
        codes=("SW204", "SW302"),
        how="A wheel has files that its sdist or its commit does not have, and that a build of it does not make: "
        "generated before the release, copied from another repository, left in the folder of whoever released it, or "
        "made by a tool that was not asked for.",
        told="In a rebuild, a member of the published wheel is not in the source, neither by its name nor by its "
        "contents, and our build does not make it.",
        lines={"": CLEAN},
        seen=("https://github.com/google/oss-rebuild/tree/main/definitions/pypi",),
    ),
    Cause(
        name="left-out",
        what="which files of the source the build packs",
        do="name packages and data in pyproject.toml, rather than have them found",
        codes=("SW204", "SW302"),
        how="Backends find packages by rules that change from release to release: folders without `__init__.py`, "
        "tests beside the package, data that only git or MANIFEST.in names. What is found depends on what lies "
        "there.",
        told="In a rebuild, a member that only one wheel has is in the source.",
        lines=PACKAGES,
        seen=("https://github.com/google/oss-rebuild/tree/main/definitions/pypi",),
    ),
    Cause(
        name="windows",
        what="the system: one of them was built on Windows",
        do="build all wheels on one system",
        codes=("SW102", "SW105", "SW303", "SW305"),
        how="On Windows, Python writes another system and other modes into archives, files have no executable bit, "
        "texts end their lines by CR LF, and git checks them out so.",
        told="The headers of one wheel say Windows, or the same lines end by LF in one and by CR LF in the other.",
        lines={"": pasted(".gitattributes", "* text=auto eol=lf")},
        seen=(
            "https://github.com/google/oss-rebuild/tree/main/definitions/pypi",
            "https://git-scm.com/docs/gitattributes",
        ),
    ),
)
"""Where several fit, the first one is the likeliest."""
