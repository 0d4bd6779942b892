"""A verification as lines for a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from click import style

from samewheel._words import plural
from samewheel.report.causes import cause_lines, summary_lines
from samewheel.report.lines import headline, isolated, paragraph, row
from samewheel.report.wheels import difference_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.trials import Search
    from samewheel.verification import NotVaried, ViaSdist
    from samewheel.verifying import Verified

__all__ = ["not_varied_lines", "searched", "verified_lines", "via_sdist"]

MOST_MEMBERS = 10
"""Members that one line names."""


def _by_reason(not_varied: Iterable[NotVaried]) -> dict[str, list[str]]:
    """Return the names of conditions by the reason why they were not varied."""
    names: dict[str, list[str]] = {}
    for item in not_varied:
        names.setdefault(item.reason, []).append(item.name)
    return names


def via_sdist(found: ViaSdist) -> str:
    """Return in words how the wheel of the project's sdist compares."""
    if found.verdict.exit_code == 0:
        return "same"
    if found.reason:
        return f"{found.verdict.value}: {found.reason}"
    members = sorted({difference.member or difference.field for difference in found.differences})
    more = f" and {len(members) - MOST_MEMBERS} more" if len(members) > MOST_MEMBERS else ""
    return f"{found.verdict.value}: {', '.join(members[:MOST_MEMBERS])}{more}"


def searched(search: Search) -> str:
    """Return in words how many builds a search took, and whether they were enough."""
    made = plural(search.builds, "more build") if search.builds else "no more builds"
    if not search.enough:
        return made
    return f"{made}, and not everything is told apart: --search {search.enough} should do"


def not_varied_lines(not_varied: Iterable[NotVaried]) -> Iterator[str]:
    """Yield which conditions were not varied, those with the same reason together."""
    for reason, names in _by_reason(not_varied).items():
        yield f"{', '.join(names)}: {reason}"


def verified_lines(verified: Verified) -> Iterator[str]:
    """Yield the lines that tell about a verification: the verdict first."""
    report = verified.verification
    first = report.builds[0]
    good = report.verdict.exit_code == 0
    yield headline(report.verdict.value, verified.wheel, good=good)
    yield from summary_lines(report.causes)
    for build in report.builds if not good else report.builds[:1]:
        yield row("sha256", build.wheel.sha256)
    if report.against is not None:
        yield row("against", report.against)
    yield from paragraph("varied", ", ".join(report.varied) or "nothing")
    for line in not_varied_lines(report.not_varied):
        yield from paragraph("not varied", line)
    if new_files := report.builds[-1].conditions.get("new_files"):
        yield from paragraph("new files", f"{new_files}, as the backend would pack those of 077; build sets 022")
    if report.via_sdist is not None:
        yield row("via sdist", via_sdist(report.via_sdist))
    yield row("isolation", isolated(first.isolation))
    if report.search is not None:
        yield from paragraph("searched", searched(report.search))
    yield row("report", os.path.relpath(verified.evidence))
    if told := list(cause_lines(report.causes)):
        yield from ("", *told)
    if report.differences:
        yield ""
        yield style(f"  code  member: what differs, - {report.compared[0]}, + {report.compared[1]}", dim=True)
    yield from difference_lines(report.differences)
