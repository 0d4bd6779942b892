"""Verify the projects of which it is known why they are not reproducible, and count how often that is found out.

    python benchmarks/find_causes.py                   # all of tests/projects/defects, which takes two minutes
    python benchmarks/find_causes.py --only archive    # those whose names have this text

Each project is verified as by `samewheel verify --no-via-sdist`. At the end, ``--out`` gets the results in order as
JSON, and tables beside it as Markdown. Nothing here judges: the dated results stand in docs/understand/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from samewheel.errors import SamewheelError
from samewheel.explaining.values import Certainty
from samewheel.verifying import available, verify
from verify_results import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from samewheel.verification import Verification

ROOT = Path(__file__).parents[1]

DEFECTS = ROOT / "tests" / "projects" / "defects"

NOT_RUN, FAILED = "not run", "failed"
"""Stand for a verdict where there is none."""

COLUMNS = ("projects", "verdict right", "cause right", "condition right", "shown", "built", "without a search")


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What ``expected.json`` says of a project."""

    verdict: str
    cause: str | None
    guilty: tuple[str, ...]
    """The conditions, sorted."""
    codes: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    """Programs that it takes to build it."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that was named."""

    cause: str
    certainty: str
    conditions: tuple[str, ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one project."""

    name: str
    expected: Expected
    verdict: str
    """As samewheel says it; or ``not run``, ``failed``."""
    causes: tuple[Found, ...] = ()
    builds: int = 0
    """Those that were made to find the causes, beside the two of each verification."""
    reason: str = ""
    """Why there is no verdict."""

    @property
    def is_control(self) -> bool:
        """Tell whether nothing is wrong with the project."""
        return self.expected.cause is None

    @property
    def right(self) -> tuple[bool, bool, bool]:
        """Tell whether verdict, cause and conditions are those that are expected, and no others are named."""
        guilty = sorted(name for one in self.causes for name in one.conditions)
        wanted = [] if self.expected.cause is None else [self.expected.cause]
        causes = [one.cause for one in self.causes]
        is_verdict = self.verdict == self.expected.verdict
        return is_verdict, is_verdict and causes == wanted, is_verdict and guilty == sorted(self.expected.guilty)


def reason_not_to(expected: Expected) -> str:
    """Return why a project cannot be built here, or its condition not be varied; empty if both can."""
    missing = [f"no {tool}" for tool in expected.tools if shutil.which(tool) is None]
    return "; ".join([*missing, *(reason for name in expected.guilty if (reason := available()[name]))])


def row(name: str, expected: Expected, run: Callable[[str], Verification]) -> Row:
    """Return what came of a project, whatever happens to it."""
    if reason := reason_not_to(expected):
        return Row(name=name, expected=expected, verdict=NOT_RUN, reason=reason)
    try:
        found = run(name)
    except SamewheelError as error:
        return Row(name=name, expected=expected, verdict=FAILED, reason=error.what)
    return Row(
        name=name,
        expected=expected,
        verdict=found.verdict.value,
        causes=tuple(
            Found(cause=one.cause, certainty=one.certainty.value, conditions=one.conditions) for one in found.causes
        ),
        builds=found.search.builds if found.search is not None else 0,
    )


def verified(name: str) -> Verification:
    """Verify a copy of a project."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(shutil.copytree(DEFECTS / name, Path(folder, name)))
        return verify(project, via_sdist=False).verification


def share(rows: Sequence[Row], which: int) -> str:
    """Return how many of the projects have the verdict (0), the cause (1), the conditions (2) right."""
    count = sum(one.right[which] for one in rows)
    return f"{count} ({100 * count / len(rows):.1f} %)" if rows else "0"


def counted(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of shares: of the projects with a defect, and of those with none."""
    ran = [one for one in rows if one.verdict != NOT_RUN]
    kinds = {
        "with a defect": [one for one in ran if not one.is_control],
        "with none": [one for one in ran if one.is_control],
    }
    lines = [
        [name, len(group), *(share(group, which) for which in range(3)), *_decided(group)]
        for name, group in kinds.items()
    ]
    yield from table(["", *COLUMNS], lines)
    searches = [one.builds for one in ran if one.builds]
    if searches:
        yield ""
        middle = statistics.median(searches)
        yield f"Builds of a search, beside the two of each verification: median {middle:g}, most {max(searches)}."


def _decided(rows: Sequence[Row]) -> tuple[int, int, int]:
    """Return how many of the right causes the bytes show, how many builds show, and how many took no search."""
    right = [one for one in rows if one.right[1] and one.causes]
    shown = sum(all(cause.certainty == Certainty.SHOWN for cause in one.causes) for one in right)
    built = sum(any(cause.certainty == Certainty.BUILT for cause in one.causes) for one in right)
    return shown, built, sum(not one.builds for one in right)


def by_cause(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the same, by the cause that is expected."""
    ran = [one for one in rows if one.verdict != NOT_RUN and not one.is_control]
    groups = {cause: [one for one in ran if one.expected.cause == cause] for cause in {r.expected.cause for r in ran}}
    lines = [
        [f"`{cause}`", len(group), *(sum(one.right[which] for one in group) for which in range(3)), *_decided(group)]
        for cause, group in sorted(groups.items(), key=lambda item: str(item[0]))
    ]
    yield from table(["cause", *COLUMNS], lines)


def misses(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of all that is not as expected, and of what could not be tried; nothing if there is none."""
    odd = [one for one in rows if not all(one.right)]
    if odd:
        yield from table(
            ["project", "expected", "found"], [[one.name, _wanted(one.expected), _said(one)] for one in odd]
        )


def _wanted(expected: Expected) -> str:
    return f"{expected.verdict}: {expected.cause or 'no cause'} ({', '.join(expected.guilty) or 'no condition'})"


def _said(one: Row) -> str:
    causes = (f"{found.cause} ({', '.join(found.conditions) or 'no condition'})" for found in one.causes)
    return f"{one.verdict}: {one.reason or '; '.join(causes) or 'no cause'}"


def tables(rows: Sequence[Row]) -> str:
    """Return the results as Markdown."""
    parts = ("\n".join(part) for part in (counted(rows), by_cause(rows), misses(rows)))
    return "\n\n".join(filter(None, parts)) + "\n"


def measured(date: str) -> dict[str, Any]:
    """Return what the results depend on."""
    kernel = ".".join(platform.release().split(".")[:2])
    return {
        "date": date,
        "how": "samewheel verify --no-via-sdist",
        "machine": f"{platform.system()} {kernel}, {platform.machine()}, {os.cpu_count()} processors",
        "python": platform.python_version(),
        "varied": sorted(name for name, reason in available().items() if not reason),
    }


def main() -> None:
    """Verify, and write results and tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="TEXT", default="", help="projects whose names have this text")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "bench" / "causes.json", help="the results")
    parser.add_argument("--date", default=datetime.now(UTC).date().isoformat(), help="of the measurement")
    given = parser.parse_args()
    rows = []
    for path in sorted(DEFECTS.glob("*/expected.json")):
        if given.only in path.parent.name:
            expected = msgspec.json.decode(path.read_bytes(), type=Expected)
            rows.append(row(path.parent.name, expected, verified))
            print(f"{'right' if all(rows[-1].right) else 'WRONG':8} {rows[-1].name}", file=sys.stderr, flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    listed = b",\n".join(msgspec.json.encode(one) for one in rows)
    given.out.write_bytes(
        b'{"measured": %b,\n"projects": [\n%b\n]}\n' % (msgspec.json.encode(measured(given.date)), listed)
    )
    given.out.with_suffix(".md").write_text(tables(rows), "utf-8")
    print(tables(rows), end="")


if __name__ == "__main__":
    main()
