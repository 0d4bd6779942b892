"""A rebuild as lines for a terminal."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from click import style

from samewheel.comparison import Verdict
from samewheel.report.causes import cause_lines, summary_lines
from samewheel.report.lines import headline, isolated, paragraph, row
from samewheel.report.plans import plan_fields
from samewheel.report.wheels import difference_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel.rebuilding import Plan, Rebuilt
    from samewheel.rebuilding.values import Attempt, BuiltDependency

__all__ = [
    "PROVEN",
    "built_first",
    "changes",
    "explained_lines",
    "moments",
    "proof",
    "rebuilt_lines",
    "source",
    "tools",
    "unpublished",
]

WIDEST = 16
"""Characters of a field's name and a space."""

LONGEST = 90
"""Characters of a value or a reason on one line."""

PROVEN = {
    Verdict.IDENTICAL: "our build gave this file, to the bit",
    Verdict.IDENTICAL_AFTER_REPLAY: (
        "our build gave the same members with the same bytes; packed as this archive's headers say, they are this "
        "file, to the bit"
    ),
    Verdict.SAME_CONTENTS: "our build gave the same members with the same bytes, in another archive",
}
"""What the best verdicts prove, no more and no less."""


def source(plan: Plan) -> str:
    """Return what a plan builds from."""
    return plan.source.sdist or f"{plan.source.git} at {plan.source.commit}"


def tools(plan: Plan) -> str:
    """Return what a plan builds with."""
    names = [line.split(" ")[0].replace("==", " ") for line in plan.locked]
    return f"Python {plan.python}, {', '.join(names) or 'nothing installed'}"


def built_first(rebuilt: Rebuilt) -> str:
    """Return which sdists were built before, and what was installed for each; empty for none."""

    def said(one: BuiltDependency) -> str:
        names = ", ".join(f"{each.name} {each.version}" for each in one.dependencies)
        return f"{one.name} {one.version} (with {names or 'nothing installed'})"

    return "; ".join(map(said, rebuilt.built))


def moments(plan: Plan) -> str:
    """Return what time a plan tells the build."""
    if plan.epoch is not None:
        return f"SOURCE_DATE_EPOCH={plan.epoch} ({_date(plan.epoch)})"
    clock = f"a clock that stands at {_date(plan.clock)}" if plan.clock is not None else "the time of day"
    return f"SOURCE_DATE_EPOCH unset, {clock}"


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unpublished(rebuilt: Rebuilt) -> str:
    """Return what the index knows of a file that it does not have."""
    return "the index has another one of this name" if rebuilt.on_index is False else "not on the index"


def changes(attempt: Attempt) -> str:
    """Return what an attempt's plan has that the first one has not; empty for nothing."""
    return "; ".join(f"{name}: {value}" for name, value in attempt.changed.items())


def _file_rows(rebuilt: Rebuilt) -> Iterator[str]:
    """Yield which file it is, and whether it is the one that the index has."""
    if rebuilt.on_index:
        uploaded = f", uploaded {rebuilt.uploaded[:10]}" if rebuilt.uploaded else ""
        yield row("published", rebuilt.wheel.sha256 + uploaded)
    else:
        yield row("file", f"{rebuilt.wheel.sha256} ({unpublished(rebuilt)})")
    if rebuilt.sha256 is not None and rebuilt.verdict is not Verdict.IDENTICAL:
        yield row("rebuilt", rebuilt.sha256)


def _plan_rows(rebuilt: Rebuilt) -> Iterator[str]:
    """Yield how it was built, or was to be."""
    if rebuilt.plan is not None:
        yield row("source", source(rebuilt.plan))
        yield row("built with" if rebuilt.sha256 is not None else "planned with", tools(rebuilt.plan))
        if rebuilt.built:
            yield row("built first", built_first(rebuilt))
        yield row("time", moments(rebuilt.plan))
    if rebuilt.isolation is not None:
        yield row("isolation", isolated(rebuilt.isolation))
    count = len(rebuilt.attempts)
    yield row("plans tried", f"{count}, of which number {rebuilt.best} was the best" if count > 1 else str(count))


def proof(rebuilt: Rebuilt) -> str:
    """Return what a good verdict proves."""
    if rebuilt.isolation is not None and rebuilt.isolation.filesystem == "open":
        return f"{PROVEN[rebuilt.verdict]}; but nothing kept the build from reading that file and packing it again"
    return PROVEN[rebuilt.verdict]


def rebuilt_lines(rebuilt: Rebuilt, evidence: Path | None = None) -> Iterator[str]:
    """Yield the lines that tell about a rebuild: the verdict first, then what was done, and why it is no better.

    Args:
        rebuilt: the outcome.
        evidence: where the report was written.
    """
    good = rebuilt.verdict in PROVEN
    yield headline(rebuilt.verdict.value, rebuilt.wheel.name, good=good)
    yield from summary_lines(rebuilt.causes)
    if good:
        yield from paragraph("proven", proof(rebuilt))
    yield from _file_rows(rebuilt)
    yield from _plan_rows(rebuilt)
    for line in rebuilt.reason.splitlines():
        yield row("reason", line)
    if evidence is not None:
        yield row("report", os.path.relpath(evidence))
    if told := list(cause_lines(rebuilt.causes)):
        yield from ("", *told)
    if not good and rebuilt.differences:
        yield ""
        yield style("  code  member: what differs, - published, + rebuilt", dim=True)
        yield from difference_lines(rebuilt.differences)


def explained_lines(rebuilt: Rebuilt) -> Iterator[str]:
    """Yield the lines that tell how the plan came about: each field with its evidence, then each attempt."""
    if rebuilt.plan is not None:
        yield style("  plan", bold=True)
        for name, value, why in plan_fields(rebuilt):
            text = value[:LONGEST]
            yield row(f"{name:<{WIDEST}}", f"{text}  ({why})" if why else text)
    yield style("  tried", bold=True)
    for number, attempt in enumerate(rebuilt.attempts, 1):
        changed = changes(attempt)
        yield row(f"{number}", f"{attempt.verdict.value}  {attempt.why}" + (f" ({changed})" if changed else ""))
        if attempt.reason:
            yield row("", attempt.reason.splitlines()[0][:LONGEST])
