"""What `verify_packages.py` finds: a row for each package, kept as JSON, and counted in tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from samewheel.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Row", "counted", "exceptions", "read_rows", "shortened", "sorted_rows", "tables", "to_json"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What came of one package."""

    name: str
    version: str
    kind: str
    """``pure`` or ``compiled``: the list that it is in."""
    backend: str
    verdict: str
    """A verdict of samewheel's; or ``not-lockable``, ``timed-out``, ``failed``."""
    wheel: str = ""
    sha256: str = ""
    """Of the first wheel."""
    installed: tuple[str, ...] = ()
    """Names and versions of what the build environments held."""
    varied: tuple[str, ...] = ()
    not_varied: dict[str, str] = {}
    umask: str = ""
    """Of the second build."""
    isolation: str = ""
    differences: int = 0
    differing: tuple[str, ...] = ()
    """``CODE MEMBER: FIELD`` of the first of them."""
    reason: str = ""
    """Why there is no comparison."""
    seconds: float = 0.0
    """Wall clock, of the lock and the verification, or of both plain builds."""


def read_rows(content: bytes) -> Iterator[Row]:
    """Yield the rows that an earlier run kept; it may have been killed in the midst of a line."""
    for line in content.splitlines():
        with suppress(msgspec.DecodeError):
            yield msgspec.json.decode(line, type=Row)


def sorted_rows(rows: Iterable[Row]) -> list[Row]:
    """Return rows in an order that does not depend on the run: the pure ones first, each kind by name."""
    return sorted(rows, key=lambda row: (row.kind != "pure", row.name))


def to_json(measured: Mapping[str, object], rows: Iterable[Row]) -> bytes:
    """Return all results, with one package on each line, so that a difference between two runs names it."""
    listed = b",\n".join(msgspec.json.encode(row) for row in rows)
    return b'{"measured": %b,\n"packages": [\n%b\n]}\n' % (msgspec.json.encode(measured), listed)


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a Markdown table; all but the first column are numbers if all their cells are."""
    cells = [[str(cell).replace("|", r"\|") for cell in row] for row in rows]
    numbers = [all(row[column].isdigit() for row in cells) for column in range(len(header))]
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join('---:' if number else '---' for number in numbers)} |"
    yield from (f"| {' | '.join(row)} |" for row in cells)


def counted(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of how often each verdict occurs, by kind and backend, with a line for all of a kind."""
    verdicts = [*Verdict, "not-lockable", "timed-out", "failed"]
    there = [str(verdict) for verdict in verdicts if any(row.verdict == verdict for row in rows)]
    groups: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        groups[row.kind, row.backend or "unknown"][row.verdict] += 1
        groups[row.kind, "~all"][row.verdict] += 1
    lines = [
        [kind, backend.lstrip("~"), count.total(), *(count[verdict] for verdict in there)]
        for (kind, backend), count in sorted(groups.items(), key=lambda item: (item[0][0] != "pure", item[0]))
    ]
    yield from table(["kind", "backend", "n", *there], lines)


def exceptions(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of every package that is not identical, and one of the conditions that were not varied."""
    odd = [row for row in rows if row.verdict != Verdict.IDENTICAL]
    if odd:
        yield from table(
            ["package", "verdict", "differing, or why there is nothing to compare"],
            [[f"{row.name} {row.version}", row.verdict, shortened(row)] for row in odd],
        )
    missed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        for name, reason in row.not_varied.items():
            missed[name, reason].append(row.name)
    if missed:
        yield ""
        yield from table(
            ["condition", "why not varied", "packages"],
            [[name, reason, ", ".join(names)] for (name, reason), names in sorted(missed.items())],
        )


def shortened(row: Row, most: int = 4) -> str:
    """Return the first differences of a row, or its reason, on one line."""
    more = [f"and {row.differences - most} more"] if row.differences > most else []
    return "; ".join([*row.differing[:most], *more]) or " ".join(row.reason.split())


def tables(measured: Mapping[str, object], rows: Sequence[Row]) -> str:
    """Return the results as Markdown: how they were measured, the counts, and every exception."""
    lines = [*(f"{name}: {value}  " for name, value in measured.items()), "", *counted(rows), "", *exceptions(rows)]
    return "\n".join(lines) + "\n"
