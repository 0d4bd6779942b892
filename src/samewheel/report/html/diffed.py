"""What ``samewheel diff`` says, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison import Verdict
from samewheel.report.html.builds import build_tables, differing_builds, file_table
from samewheel.report.html.compared import Compared, compared_page

if TYPE_CHECKING:
    from samewheel.buildinfo import BuildInfo
    from samewheel.comparison import File
    from samewheel.excerpts import Excerpts
    from samewheel.explaining.diffs import Explained

__all__ = ["diff_page"]

SENTENCES = {
    Verdict.IDENTICAL: "These are the same file, to the bit.",
    Verdict.SAME_CONTENTS: "Both wheels hold the same members, byte by byte; only the archives around them differ.",
    Verdict.METADATA_DIFFERS: "Both wheels install the same files, but what they say of themselves differs.",
    Verdict.PAYLOAD_DIFFERS: "These wheels do not install the same files.",
}
"""What each verdict means of two wheels."""


def _file(file: File) -> dict[str, str]:
    return {"name": file.name, "SHA-256": file.sha256, "size": f"{file.size:,} bytes"}


def diff_page(found: Explained, excerpts: Excerpts | None, infos: tuple[BuildInfo, BuildInfo] | None = None) -> str:
    """Return the page of a comparison.

    Args:
        found: the comparison.
        excerpts: of both wheels.
        infos: how they were built, if both say so.
    """
    built = tuple(build_tables(*infos)) if infos is not None else ()
    told = differing_builds(found.differences) if infos is None else None
    return compared_page(
        Compared(
            command="diff",
            name=found.a.name,
            verdict=found.verdict,
            sentence=SENTENCES[found.verdict],
            sides=("first wheel", "second wheel"),
            tables=(file_table(_file(found.a), _file(found.b)), *built, *((told,) if told else ())),
            differences=found.differences,
            causes=found.causes,
            excerpts=excerpts,
        )
    )
