"""Audits as lines for a terminal: one for each package, then how many are on each rung."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from click import style
from msgspec.structs import replace

from samewheel._text import printable
from samewheel._words import plural
from samewheel.audit.policy import meets
from samewheel.audit.values import Skipped, Status
from samewheel.comparison import Verdict
from samewheel.report.lines import headline, isolated, paragraph, row
from samewheel.report.wheels import difference_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from samewheel.audit.merged import Merged
    from samewheel.audit.policy import Policy
    from samewheel.audit.values import Entry
    from samewheel.rebuilding.values import Plan, Rebuilt

__all__ = ["audit_lines", "merged_lines", "missed_lines", "shown_lines", "words_of"]

WIDEST_BAR = 40
"""Columns of the longest bar."""

LONGEST_NAME = 40
"""Columns of a name and version that others are aligned with; a longer one sticks out."""

COLOURS = {
    Verdict.IDENTICAL: "green",
    Verdict.IDENTICAL_AFTER_REPLAY: "green",
    Verdict.SAME_CONTENTS: "green",
    Verdict.METADATA_DIFFERS: "yellow",
    Verdict.PAYLOAD_DIFFERS: "red",
    Verdict.NOT_BUILDABLE: "red",
    Verdict.NO_SOURCE: "red",
}

RUNGS = (*(verdict.value for verdict in Verdict), Status.FAILED.value, Status.PENDING.value, Status.SKIPPED.value)
"""What a package may be, best first."""

WIDTH = max(map(len, RUNGS))


def words_of(entry: Entry) -> str:
    """Return the verdict, or how far an entry is."""
    return entry.verdict.value if entry.verdict is not None else entry.status.value


def _coloured(word: str, text: str) -> str:
    """Return a text in the colour of a verdict or status."""
    if word == Status.SKIPPED:
        return style(text, dim=True)
    return style(text, fg=COLOURS[Verdict(word)] if word in set(Verdict) else "yellow")


def _name(entry: Entry) -> str:
    return printable(f"{entry.name} {entry.version}".rstrip())


def _line(entry: Entry, width: int) -> str:
    """Return one package's line."""
    word = words_of(entry)
    cause = printable(f"{entry.reason} ({entry.log})" if entry.log else entry.reason)
    start = f"  {_coloured(word, f'{word:<{WIDTH}}')}  "
    return f"{start}{_name(entry):<{width}}  {style(cause, dim=True)}" if cause else f"{start}{_name(entry)}"


def _bars(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield the number of packages on each rung, and a bar of that length."""
    counts = Counter(map(words_of, entries))
    most = max(counts.values(), default=1)
    digits = len(str(most))
    for rung in RUNGS:
        if count := counts[rung]:
            bar = "█" * max(1, round(count * min(1, WIDEST_BAR / most)))
            yield f"  {rung:<{WIDTH}}  {count:>{digits}}  {_coloured(rung, bar)}"


def audit_lines(title: str, entries: Sequence[Entry], store: Path) -> Iterator[str]:
    """Yield the lines that tell about an audit."""
    width = min(LONGEST_NAME, max((len(_name(entry)) for entry in entries), default=0))
    yield headline("audited", title, good=all(entry.status is not Status.FAILED for entry in entries))
    for entry in entries:
        yield _line(entry, width)
    yield ""
    yield from _bars(entries)
    label = style(f"{'store':<{WIDTH}}", dim=True)
    yield f"  {label}  {printable(str(store))}"


def merged_lines(merged: Sequence[Merged], store: Path) -> Iterator[str]:
    """Yield what became of the audits in several stores."""
    for one in merged:
        yield headline("merged", one.name, good=not one.missing)
        yield row("packages", str(one.packages))
        yield row(
            "results", f"{one.results}, {one.shared} of them in several stores" if one.shared else str(one.results)
        )
        if one.missing:
            yield row("missing", f"shards {', '.join(map(str, one.missing))}")
    yield row("store", printable(str(store)))


def missed_lines(entries: Sequence[Entry], policy: Policy) -> Iterator[str]:
    """Yield which packages are not as the policy demands."""
    skips = "" if policy.skips else ", and nothing skipped (else: skips=allow)"
    headed = style("policy missed:", fg="red", bold=True)
    yield f"{headed} {plural(len(entries), 'package')} below {policy.minimum.value}{skips}"
    for entry in entries:
        # That alone was missing.
        bare = meets(entry, replace(policy, unconfined=True))
        why = "  built without a sandbox (else: isolation=none)" if bare else ""
        yield f"  {words_of(entry):<{WIDTH}}  {_name(entry)}{style(why, dim=True) if why else ''}"


def _plan_lines(plan: Plan) -> Iterator[str]:
    source = plan.source
    yield row("source", source.sdist or f"{source.git} {source.commit}")
    yield row("python", plan.python)
    if plan.epoch is not None:
        yield row("epoch", str(plan.epoch))


def _rebuilt_lines(rebuilt: Rebuilt) -> Iterator[str]:
    if rebuilt.sha256 is not None:
        yield row("rebuilt", rebuilt.sha256)
    if rebuilt.isolation is not None:
        yield row("isolation", isolated(rebuilt.isolation))
    if rebuilt.plan is not None:
        yield from _plan_lines(rebuilt.plan)
    for attempt in rebuilt.attempts:
        yield row("attempt", f"{attempt.verdict.value}: {attempt.why}")
    for cause in rebuilt.causes:
        yield from paragraph("cause", printable(f"{cause.cause}: {cause.sentence}"))
    for line in rebuilt.reason.splitlines():
        yield row("", line)
    yield from difference_lines(rebuilt.differences)


def shown_lines(entry: Entry, rebuilt: Rebuilt | None) -> Iterator[str]:
    """Yield all that is known of one package."""
    word = words_of(entry)
    yield headline(word, f"{entry.name} {entry.version}".rstrip(), good=entry.verdict is Verdict.IDENTICAL)
    yield row("named in", entry.where)
    for label, value in (("wheel", entry.filename), ("sha256", entry.sha256), ("log", entry.log)):
        if value:
            yield row(label, value)
    if rebuilt is not None:
        yield from _rebuilt_lines(rebuilt)
    elif entry.reason:
        yield row(Skipped(entry.skipped).value if entry.skipped else "reason", entry.reason)
