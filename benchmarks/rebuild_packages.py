"""Rebuild published wheels, and count how near to them our builds come.

    python benchmarks/rebuild_packages.py                    # all groups of published.toml, which takes half an hour
    python benchmarks/rebuild_packages.py --group popular    # or: older, compiled
    python benchmarks/rebuild_packages.py --resume           # go on where the last run was stopped
    python benchmarks/rebuild_packages.py --again FILE       # only what was not identical in these results

Each wheel is rebuilt as by `samewheel audit`, with its limits and in its workers; results are kept in a store as they
come. At the end, ``--out`` gets them in order as JSON, and tables beside it as Markdown. Nothing here judges: the
dated results stand in docs/understand/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from packaging.utils import parse_wheel_filename

from samewheel.audit.running import audit, jobs_of
from samewheel.audit.store import writing
from samewheel.audit.values import Item, Status, cause_of
from samewheel.audit.workers import workers
from samewheel.audit.working import work
from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError
from samewheel.explaining.values import UNKNOWN
from samewheel.index import Index
from samewheel.pythons import find_pythons
from samewheel.rebuilding.published import read_published

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from samewheel.audit.values import Job, Outcome
    from samewheel.explaining.values import Explanation
    from samewheel.rebuilding import Rebuilt

ROOT = Path(__file__).parents[1]

STORE = ROOT / ".cache" / "bench-rebuild.sqlite3"

RUNGS = tuple(Verdict)

MOST_MEMBERS = 3
"""Members of a cause that a table names."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one wheel."""

    group: str
    filename: str
    generator: str
    uploaded: str
    verdict: str
    tried: int
    """Plans."""
    python: str
    locked: tuple[str, ...]
    """What was installed, without hashes."""
    causes: dict[str, tuple[str, ...]]
    """Of what differs, with members that each concerns; :func:`shortened`."""
    codes: tuple[str, ...] = ()
    """Of all differences."""
    untold: tuple[str, ...] = ()
    """Those of them that have differences whose cause is unknown."""
    reason: str


def items(group: str, filenames: Iterable[str], index: Index) -> Iterator[Item]:
    """Yield the wheels of a group, with the hashes that the index has."""
    for filename in filenames:
        name, version, _, _ = parse_wheel_filename(filename)
        found = next((file for file in index.files(name) if file.filename == filename), None)
        if found is None:
            print(f"the index has no {filename}", file=sys.stderr)
        else:
            yield Item(name=name, version=str(version), filename=filename, sha256=found.sha256, where=group)


def run(group: str, filenames: Sequence[str], index: Index, given: argparse.Namespace) -> list[Row]:
    """Rebuild a group, and return what came of each wheel."""
    wanted = list(items(group, filenames, index))
    rows = []

    def told(job: Job, outcome: Outcome) -> None:
        verdict = outcome.rebuilt.verdict if outcome.rebuilt is not None else "failed"
        print(f"{outcome.seconds:7.1f} s  {verdict:24} {job.filename}", file=sys.stderr, flush=True)

    STORE.parent.mkdir(exist_ok=True)
    with writing(STORE, group, wanted, resume=given.resume, anew=not given.resume) as writer:
        jobs = jobs_of(writer.entries(writer.audit))
        with workers(given.jobs) as executor:
            audit(jobs, executor=executor, work=work, store=STORE, writer=writer, ahead=2 * given.jobs, told=told)
        for entry in writer.entries(writer.audit):
            rebuilt = writer.rebuilt(writer.audit, entry) if entry.status is Status.REBUILT else None
            rows.append(row(group, entry.filename, rebuilt, entry.reason, index))
    return rows


def row(group: str, filename: str, rebuilt: Rebuilt | None, reason: str, index: Index) -> Row:
    """Return what is worth keeping of an outcome."""
    name, _, _, _ = parse_wheel_filename(filename)
    file = next(file for file in index.files(name) if file.filename == filename)
    made = read_published(index.fetch(file)).generator
    plan = rebuilt.plan if rebuilt is not None else None
    return Row(
        group=group,
        filename=filename,
        generator=f"{made.name} {made.version}".strip() if made is not None else "none",
        uploaded=(file.uploaded or "")[:10],
        verdict=rebuilt.verdict.value if rebuilt is not None else "failed",
        tried=len(rebuilt.attempts) if rebuilt is not None else 0,
        python=plan.python if plan is not None else "",
        locked=tuple(line.split(" ")[0] for line in plan.locked) if plan is not None else (),
        causes=members_of(rebuilt.causes) if rebuilt is not None else {},
        codes=tuple(sorted({one.code for one in rebuilt.differences})) if rebuilt is not None else (),
        untold=codes_of(rebuilt.causes, UNKNOWN) if rebuilt is not None else (),
        # Where samewheel is installed is no result.
        reason=((rebuilt.reason or cause_of(rebuilt)) if rebuilt is not None else reason).replace(
            sys.prefix, "$VENV"
        ),
    )


def members_of(causes: Iterable[Explanation]) -> dict[str, tuple[str, ...]]:
    """Return the members that each cause concerns; one cause may be there several times, not equally sure."""
    members: dict[str, set[str]] = {}
    for one in causes:
        members.setdefault(one.cause, set()).update(one.members)
    return {cause: shortened(sorted(names)) for cause, names in sorted(members.items())}


def codes_of(causes: Iterable[Explanation], name: str) -> tuple[str, ...]:
    """Return the codes of the differences that a cause is told of."""
    return tuple(sorted({code for one in causes if one.cause == name for code in one.codes}))


def shortened(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first names, and how many more there are."""
    more = (f"and {len(names) - MOST_MEMBERS} more",) if len(names) > MOST_MEMBERS else ()
    return (*names[:MOST_MEMBERS], *more)


def percent(count: int, total: int) -> str:
    """Return a share in words."""
    return f"{100 * count / total:.1f} %" if total else "-"


def rates(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table: for each group and generator, how many reach each rung or a better one."""
    shown = [rung.value for rung in RUNGS[:5]]
    yield "| group | n | " + " | ".join(f"{rung} or better" if rung != "identical" else rung for rung in shown) + " |"
    yield "| --- | ---: |" + " ---: |" * len(shown)
    groups = {group: [one for one in rows if one.group == group] for group in dict.fromkeys(r.group for r in rows)}
    kinds = {
        f"{group}, {kind}": [one for one in members if one.generator.split(" ")[0] == kind]
        for group, members in groups.items()
        for kind in sorted({one.generator.split(" ")[0] for one in members})
    }
    for name, members in (groups | kinds).items():
        reached = [sum(_at_least(one, rung) for one in members) for rung in shown]
        cells = (f"{count} ({percent(count, len(members))})" for count in reached)
        yield f"| {name} | {len(members)} | " + " | ".join(cells) + " |"


def _at_least(one: Row, rung: str) -> bool:
    order = [each.value for each in RUNGS]
    return one.verdict in order and order.index(one.verdict) <= order.index(rung)


def causes(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of the causes of what differs, with the number of wheels; one wheel may have several."""
    yield "| cause | " + " | ".join(dict.fromkeys(one.group for one in rows)) + " |"
    yield "| --- |" + " ---: |" * len({one.group for one in rows})
    groups = list(dict.fromkeys(one.group for one in rows))
    counts = {group: Counter(cause for one in rows if one.group == group for cause in one.causes) for group in groups}
    for cause in sorted({cause for one in rows for cause in one.causes}):
        yield f"| `{cause}` | " + " | ".join(str(counts[group][cause]) for group in groups) + " |"


def named(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of how much of what differs has a cause with a name.

    Of a wheel, all differences of one code count once: a thousand files that differ in one way are one thing.
    """
    yield "| group | rebuilt, not identical | all of it named | kinds of differences | named |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    groups = {group: [one for one in rows if one.group == group] for group in dict.fromkeys(r.group for r in rows)}
    for group, members in (groups | {"all": rows}).items():
        wheels = [one for one in members if one.codes]
        whole = sum(not one.untold for one in wheels)
        kinds, untold = sum(len(one.codes) for one in wheels), sum(len(one.untold) for one in wheels)
        told = f"{kinds - untold} ({percent(kinds - untold, kinds)})"
        yield f"| {group} | {len(wheels)} | {whole} ({percent(whole, len(wheels))}) | {kinds} | {told} |"


def others(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a table of the wheels whose contents our build did not give, with the causes."""
    yield "| wheel | rung | causes |"
    yield "| --- | --- | --- |"
    for one in rows:
        # Groups with a label are others again, on another machine, so to say.
        if "," not in one.group and not _at_least(one, Verdict.SAME_CONTENTS.value):
            told = "; ".join(f"`{cause}`{_members(members)}" for cause, members in sorted(one.causes.items()))
            reason = " ".join(one.reason.split())[:160].replace("|", "/")
            name = "-".join(one.filename.split("-")[:2])
            yield f"| {one.group}: {name} | {one.verdict} | {told or reason} |"


def _members(names: Sequence[str]) -> str:
    short = [name.rstrip("/").rpartition("/")[2] for name in names]
    return f": {', '.join(short)}" if short else ""


def machine() -> dict[str, Any]:
    """Return what the results depend on."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "pythons": sorted({one.version for one in find_pythons() if one.implementation == "cpython"}),
    }


def read(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return the results of another run."""
    return msgspec.json.decode(path.read_bytes())


def before_of(path: Path | None) -> list[Row]:
    """Return the rows of another run, if there is one."""
    return msgspec.convert(read(path)["rows"], list[Row]) if path is not None else []


def by_release(one: Row) -> tuple[str, str, str]:
    """Return the key that rows are sorted by, as an audit sorts its entries."""
    name, version, _, _ = parse_wheel_filename(one.filename)
    return name, str(version), one.filename


def is_identical(one: Row) -> bool:
    """Tell whether nothing is left to be explained."""
    return one.verdict == Verdict.IDENTICAL.value


def main() -> None:
    """Rebuild, and write results and tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", action="append", choices=["popular", "older", "compiled"])
    parser.add_argument("--label", default="", help="what to call the groups besides, such as ', 3.11 alone'")
    parser.add_argument("--again", type=Path, help="results of another run: what is identical in them is not rebuilt")
    parser.add_argument("--add-to", type=Path, help="results of another run, to be written with these")
    parser.add_argument("--only", metavar="TEXT", help="wheels whose names have this text")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "rebuild.json")
    given = parser.parse_args()
    lists = tomllib.loads((ROOT / "benchmarks" / "published.toml").read_text("utf-8"))
    index = Index()
    rows: list[Row] = []
    try:
        for group in given.group or lists:
            chosen = sorted({name for name in lists[group] if given.only is None or given.only in name})
            label = f"{group}{given.label}"
            kept = {one.filename: one for one in before_of(given.again) if one.group == label and is_identical(one)}
            anew = run(label, [name for name in chosen if name not in kept], index, given)
            rows += sorted([*kept.values(), *anew], key=by_release)
    except SamewheelError as error:
        raise SystemExit(str(error)) from error
    about = machine()
    if given.add_to is not None:
        about, rows = read(given.add_to)["machine"], [*before_of(given.add_to), *rows]
    result = {"machine": about, "rows": rows}
    given.out.write_bytes(msgspec.json.format(msgspec.json.encode(result, order="sorted"), indent=1) + b"\n")
    tables = "\n".join([*rates(rows), "", *causes(rows), "", *named(rows), "", *others(rows)]) + "\n"
    given.out.with_suffix(".md").write_text(tables, "utf-8")
    print(tables, end="")


if __name__ == "__main__":
    main()
