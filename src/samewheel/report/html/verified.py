"""What ``samewheel verify`` says, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison import Verdict
from samewheel.report.html.builds import build_tables, file_table, seen_table
from samewheel.report.html.compared import Compared, compared_page
from samewheel.report.html.values import Fact
from samewheel.report.lines import isolated
from samewheel.report.verified import not_varied_lines, searched, via_sdist
from samewheel.verification import FIRST_WITH_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.buildinfo import BuildInfo
    from samewheel.excerpts import Excerpts
    from samewheel.report.html.values import Rows
    from samewheel.verification import Verification

__all__ = ["verified_page"]

BOTH = "The two builds"


def _sentence(report: Verification) -> str:
    """Return what the verdict means here."""
    if report.verdict is Verdict.IDENTICAL:
        how = " under opposite conditions" if report.varied else ", of which nothing is known to be different,"
        given = ", and it is the given wheel" if report.against is not None else ""
        return f"Two builds{how} gave the same file, to the bit{given}."
    who = BOTH if report.compared == FIRST_WITH_SECOND else f"The {report.compared[0]} and the {report.compared[1]}"
    return {
        Verdict.SAME_CONTENTS: f"{who} hold the same members, byte by byte; only the archives around them differ.",
        Verdict.METADATA_DIFFERS: f"{who} install the same files, but what they say of themselves differs.",
        Verdict.PAYLOAD_DIFFERS: f"{who} do not install the same files.",
    }.get(report.verdict, f"{who} do not agree.")


def _facts(report: Verification) -> Iterator[Fact]:
    yield Fact("varied", ", ".join(report.varied) or "nothing")
    for line in not_varied_lines(report.not_varied):
        yield Fact("not varied", line)
    if report.via_sdist is not None:
        yield Fact("via sdist", via_sdist(report.via_sdist))
    yield Fact("isolation", isolated(report.builds[0].isolation))
    if report.search is not None:
        yield Fact("searched", searched(report.search))
    if report.against is not None:
        yield Fact("given wheel", report.against)


def _file(info: BuildInfo) -> dict[str, str]:
    return {"name": info.wheel.name, "SHA-256": info.wheel.sha256, "size": f"{info.wheel.size:,} bytes"}


def _tables(report: Verification) -> Iterator[Rows]:
    first, second = report.builds[0], report.builds[-1]
    yield file_table(_file(first), _file(second))
    yield seen_table(report.observed)
    yield from build_tables(first, second, wanted=True)


def verified_page(report: Verification, excerpts: Excerpts | None) -> str:
    """Return the page of a verification.

    Args:
        report: the verification.
        excerpts: of the wheels that give the verdict; None shows no members.
    """
    return compared_page(
        Compared(
            command="verify",
            name=report.builds[0].wheel.name,
            verdict=report.verdict,
            sentence=_sentence(report),
            sides=report.compared,
            builds=FIRST_WITH_SECOND,
            facts=tuple(_facts(report)),
            tables=tuple(_tables(report)),
            differences=report.differences,
            causes=report.causes,
            varied=report.varied,
            excerpts=excerpts,
            commands=report.builds[0].commands,
        )
    )
