"""A verification as Markdown, and whether a lock is fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison import Verdict
from samewheel.report.lines import isolated
from samewheel.report.markdown import code, details, escaped, fenced, page, table, verdict_line
from samewheel.report.markdown_wheels import MEANINGS, cause_blocks, difference_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.verification import Verification, ViaSdist
    from samewheel.verifying import Verified

__all__ = ["stale_markdown", "verified_markdown"]


def _via_sdist(found: ViaSdist) -> str:
    same = "the same wheel"
    return same if found.verdict is Verdict.IDENTICAL else f"{found.verdict.value} {escaped(found.reason)}".rstrip()


def _facts(report: Verification) -> Iterator[tuple[str, str]]:
    """Yield what was done, in rows of two."""
    digests = dict.fromkeys(build.wheel.sha256 for build in report.builds)
    yield "SHA-256", "<br>".join(map(code, digests))
    if report.against is not None:
        yield "compared with", code(report.against)
    yield "varied", ", ".join(map(code, report.varied)) or "nothing"
    if report.via_sdist is not None:
        yield "via sdist", _via_sdist(report.via_sdist)
    yield "isolation", escaped(isolated(report.builds[0].isolation))
    if report.search is not None:
        yield "searched", f"{report.search.builds} more builds"


def verified_markdown(verified: Verified) -> Iterator[str]:
    """Yield a verification as lines of Markdown: the verdict first."""
    report = verified.verification

    def blocks() -> Iterator[str]:
        good = report.verdict is Verdict.IDENTICAL
        meaning = f"{'two builds under opposite conditions: ' if report.varied else 'two builds: '}"
        yield verdict_line(report.verdict.value, verified.wheel, meaning + MEANINGS[report.verdict], good=good)
        yield table(("", ""), list(_facts(report)))
        yield from cause_blocks(report.causes)
        yield from difference_block(report.differences, *report.compared)
        if report.not_varied:
            rows = [(code(one.name), escaped(one.reason)) for one in report.not_varied]
            yield details(f"{len(rows)} conditions not varied", table(("condition", "why"), rows))

    return page(blocks())


def stale_markdown(name: str, reasons: Sequence[str]) -> Iterator[str]:
    """Yield whether a lock is fresh as lines of Markdown.

    Args:
        name: of its file.
        reasons: why it is stale, as lines of a diff; none: it is fresh.
    """

    def blocks() -> Iterator[str]:
        meaning = (
            "the pins are not what the project asks for" if reasons else "the pins are what the project asks for"
        )
        yield verdict_line("stale" if reasons else "fresh", name, meaning, good=not reasons)
        if reasons:
            yield fenced("\n".join(reason.replace("\n", " ") for reason in reasons), "diff")
            yield "Lock again:"
            yield fenced("samewheel lock", "sh")

    return page(blocks())
