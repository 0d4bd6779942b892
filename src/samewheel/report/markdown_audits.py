"""Audits as Markdown: how many packages are on each rung, what is not identical, and all of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from samewheel._words import plural
from samewheel.audit.policy import anything_rebuilt
from samewheel.audit.values import Status
from samewheel.comparison import Verdict
from samewheel.report.audits import RUNGS, words_of
from samewheel.report.markdown import code, details, escaped, page, table, verdict_line
from samewheel.report.markdown_rebuilt import rebuilt_blocks
from samewheel.report.rebuilt import PROVEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.audit.policy import Policy
    from samewheel.audit.values import Entry
    from samewheel.rebuilding.values import Rebuilt

__all__ = ["audit_markdown", "shown_markdown"]


def _rows(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    return [(words_of(one), code(one.name), code(one.version), escaped(one.reason)) for one in entries]


def _listed(summary: str, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield packages in a table that opens when somebody wants to see it, if there are any."""
    if entries:
        yield details(summary, table(("verdict", "package", "version", "why"), _rows(entries)))


def _meaning(entries: Sequence[Entry], missed: Sequence[Entry] | None) -> str:
    rebuilt = [one for one in entries if one.status is not Status.SKIPPED]
    same = sum(one.verdict in PROVEN for one in rebuilt)
    have = "has the contents of its source" if len(rebuilt) == 1 else "have the contents of their source"
    said = f"{same} of {plural(len(rebuilt), 'package')} {have}"
    return f"{said}; {len(missed)} not as the policy demands" if missed else said


def audit_markdown(
    title: str, entries: Sequence[Entry], missed: Sequence[Entry] | None = None, policy: Policy | None = None
) -> Iterator[str]:
    """Yield an audit as lines of Markdown.

    Args:
        title: its name.
        entries: all packages.
        missed: those that are not as a policy demands.
        policy: what it demands.
    """

    def blocks() -> Iterator[str]:
        failed = any(one.status in {Status.FAILED, Status.PENDING} for one in entries)
        good = not missed and anything_rebuilt(entries) if policy is not None else not failed
        yield verdict_line("audited", title, _meaning(entries, missed), good=good)
        counts = Counter(map(words_of, entries))
        yield table(("verdict", "packages"), [(rung, str(counts[rung])) for rung in RUNGS if counts[rung]])
        if missed and policy is not None:
            yield f"**Policy missed:** at least {policy.minimum.value} is demanded."
            yield table(("verdict", "package", "version", "why"), _rows(missed))
        others = [one for one in entries if one.verdict is not Verdict.IDENTICAL and one.status is not Status.SKIPPED]
        yield from _listed("what is not identical", others)
        yield from _listed("all packages", entries)

    return page(blocks())


def shown_markdown(found: Sequence[tuple[Entry, Rebuilt | None]]) -> Iterator[str]:
    """Yield all that is known of packages as lines of Markdown."""

    def blocks() -> Iterator[str]:
        for entry, rebuilt in found:
            if rebuilt is not None:
                yield from rebuilt_blocks(rebuilt)
            else:
                name = f"{entry.name} {entry.version}".rstrip()
                yield verdict_line(words_of(entry), name, escaped(entry.reason), good=False)
            yield table(("", ""), [("named in", code(entry.where)), ("log", code(entry.log))])

    return page(blocks())
