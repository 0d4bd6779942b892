"""Wheels that were compared or packed again, as lines for a terminal: grouped, the worst first."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from click import style

from samewheel._text import printable
from samewheel._words import plural
from samewheel.comparison import Verdict
from samewheel.report.causes import cause_lines, summary_lines
from samewheel.report.lines import UNBOUNDED, columns, headline, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from samewheel.canonicalizing import CanonicalReport
    from samewheel.comparison import Difference
    from samewheel.explaining.diffs import Explained

__all__ = ["MOST_NAMES", "Group", "canonicalized_lines", "diff_lines", "difference_lines", "grouped"]

MOST_GROUPS = 60
"""Groups of differences that are shown; more than anybody reads, and JSON has them all."""

MOST_NAMES = 20
"""Members that a line names at most, however wide it may be."""


class Group(NamedTuple):
    """Differences of one kind that are said together."""

    first: Difference
    members: tuple[str, ...]
    """Where they are, sorted; empty for what belongs to no member."""
    alike: bool
    """Whether the values are the same everywhere."""
    rows: int
    """How many rows of RECORD follow from them."""
    order: bool
    """Whether the order of its rows does."""


def grouped(differences: Iterable[Difference]) -> list[Group]:
    """Return differences of the archive layer by kind, and all others by kind and values; the worst rung first."""
    found: dict[tuple[str, ...], list[Difference]] = {}
    for one in differences:
        key = (one.code, one.field) if one.code.startswith("SW1") else (one.code, one.field, one.a, one.b)
        found.setdefault(key, []).append(one)
    groups = [
        Group(
            first=several[0],
            members=tuple(sorted(one.member for one in several if one.member)),
            alike=len({(one.a, one.b) for one in several}) == 1,
            rows=sum(follows.field != "order" for one in several for follows in one.consequences),
            order=any(follows.field == "order" for one in several for follows in one.consequences),
        )
        for several in found.values()
    ]
    ladder = tuple(Verdict)
    return sorted(groups, key=lambda group: -ladder.index(group.first.rung))


def _fitted(text: str, width: int) -> str:
    """Return a text that fits, its middle cut out if need be: both ends of a path or a digest tell more."""
    if len(text) <= width:
        return text
    head = (width - 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def _members(names: Sequence[str], width: int) -> str:
    """Return as many names as fit, and how many more there are; at least one."""
    shown = ""
    for count in range(min(len(names), MOST_NAMES), 0, -1):
        more = f" and {len(names) - count} more" if count < len(names) else ""
        shown = f"{', '.join(names[:count])}{more}"
        if len(shown) <= width:
            break
    return shown


def _place(group: Group, width: int) -> str:
    """Return what differs, and where."""
    several = f" of {len(group.members)} members" if len(group.members) > 1 else ""
    what = f"{group.first.field}{several}: "
    return what + _members([printable(name) for name in group.members], width - len(what))


def _follows(groups: Sequence[Group]) -> str:
    """Return what of RECORD follows."""
    count = sum(group.rows for group in groups)
    rows = plural(count, "row") if count else ""
    return " and ".join(filter(None, [rows, "the order" if any(group.order for group in groups) else ""]))


def _group_lines(group: Group, place: str, width: int, indent: str) -> Iterator[str]:
    """Yield what is said of one kind of difference."""
    first = group.first
    yield f"{indent}{style(first.code, fg='red')} {printable(place)}"
    if not group.alike:
        yield style(f"{indent}  for example, in {printable(first.member)}:", dim=True)
    for sign, value in (("-", first.a), ("+", first.b)) if first.a or first.b else ():
        yield f"{indent}  {style(sign, dim=True)} {_fitted(printable(value), width - len(indent) - 4)}"


def _run_lines(groups: Sequence[Group], width: int) -> Iterator[str]:
    """Yield what is said of groups in the same members; of several in one member, its name comes first, and once."""
    indent = "  "
    once = len(groups) > 1 and len(groups[0].members) == 1
    if once:
        yield f"{indent}{style(_fitted(printable(groups[0].members[0]), width - len(indent)), bold=True)}"
        indent *= 2
    for group in groups:
        room = width - len(indent) - len(group.first.code) - 1
        named = bool(group.members) and not once
        yield from _group_lines(group, _place(group, room) if named else group.first.field, width, indent)
    if follows := _follows(groups):
        yield style(f"{indent}  and so {follows} of RECORD", dim=True)


def difference_lines(differences: Sequence[Difference], width: int = UNBOUNDED) -> Iterator[str]:
    """Yield differences, grouped, the worst first; ``width`` in columns."""
    groups = grouped(differences)
    for members, run in groupby(groups[:MOST_GROUPS], key=lambda group: group.members):
        for together in [list(run)] if len(members) == 1 else [[group] for group in run]:
            yield from _run_lines(together, width)
    if len(groups) > MOST_GROUPS:
        yield f"  and {len(groups) - MOST_GROUPS} more kinds of differences: --json has them all"


def diff_lines(found: Explained) -> Iterator[str]:
    """Yield the lines that tell how two wheels differ: the verdict first."""
    width = columns()
    good = found.verdict is Verdict.IDENTICAL
    yield headline(found.verdict.value, found.a.name, good=good)
    yield from summary_lines(found.causes)
    yield row("- sha256", f"{found.a.sha256}  {found.a.size:,} bytes")
    yield row("+ sha256", f"{found.b.sha256}  {found.b.size:,} bytes")
    if found.differences:
        yield ""
        if told := list(cause_lines(found.causes)):
            yield from (*told, "")
        yield from difference_lines(found.differences, width)


def canonicalized_lines(report: CanonicalReport, path: Path | None) -> Iterator[str]:
    """Yield the lines that tell what became of a wheel; ``path`` is where it was written, if it was."""
    if path is None:
        yield headline("canonical" if report.canonical else "not canonical", report.wheel, good=report.canonical)
    else:
        yield headline("unchanged" if report.canonical else "packed", os.path.relpath(path))
    yield row("sha256", report.before if path is None else report.sha256)
    if not report.canonical:
        yield row("canonical" if path is None else "before", report.sha256 if path is None else report.before)
    yield row("form", f"{report.form}, epoch {report.epoch.value}")
