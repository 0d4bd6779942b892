"""Write the page that says which of samewheel's own dependencies can be rebuilt, from the store of an audit.

    python scripts/dependency_page.py evidence/dependencies.sqlite3 docs/understand/our-dependencies.md

``just audit-self`` makes the audit first. The same store and the same day give the same page.
"""

from __future__ import annotations

import argparse
import platform
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from samewheel.audit.store import reading
from samewheel.audit.values import Status
from samewheel.comparison import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from samewheel.audit.values import Entry

ROOT = Path(__file__).parents[1]
AUDIT = "dependencies"
"""The name of the audit in the store."""

ALWAYS = "always"
"""What is installed without any extra."""

TELLING = re.compile(r"not found|No such file|cannot find|[Bb]ecause ")
"""What stands in the line of a failure that says why."""
LONGEST = 160
"""Characters of such a line that the page shows."""

HEAD = """# Our dependencies, rebuilt

Which of the packages that samewheel installs come from their published source? Each of `.github/samewheel.txt`,
which is what [uv.lock](../../uv.lock) says without what only development needs, was built again by `samewheel audit`
from its sdist, with the tools of the day of its upload and without a network, and compared with the published wheel.
`just audit-self` writes this page; this is of {day}, on {system}, {python}, {machine}.

{table}

**{identical} of the {all} that are installed here are identical, to the bit.** Each other
[verdict](../lookup/verdicts.md) has its reason: the [causes](../explain/causes.md) that the report names, the worst
first, or what the failed build said. A wheel that could not be built here is not known to be wrong; nor is it known
to be right.
"""


class Row(NamedTuple):
    """A package on the page."""

    name: str
    version: str
    part: str
    """``always``, or the extra that it is for."""
    verdict: Verdict | None
    """None where it was not rebuilt."""
    why: str
    """Markdown; empty if it is identical."""


def asked(requirement: dict[str, Any]) -> set[tuple[str, str]]:
    """Return what a requirement of a lock asks for: a package, and the same with each of its extras."""
    return {(requirement["name"], extra) for extra in ("", *requirement.get("extra", []))}


def needed(lock: dict[str, Any], requirements: Iterable[dict[str, Any]]) -> set[str]:
    """Return the names of all that some requirements need, themselves included."""
    given: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for package in lock["package"]:
        extras = {"": package.get("dependencies", []), **package.get("optional-dependencies", {})}
        for extra, listed in extras.items():
            given.setdefault((package["name"], extra), set()).update(*map(asked, listed))
    found: set[tuple[str, str]] = set()
    ahead = [one for requirement in requirements for one in asked(requirement)]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += given.get(one, ())
    return {name for name, _ in found}


def parts(lock: dict[str, Any]) -> dict[str, str]:
    """Return for each package of a ``uv.lock`` that is installed: ``always``, or the first extra that needs it."""
    (own,) = (package for package in lock["package"] if package["name"] == "samewheel")
    found: dict[str, str] = {}
    for part, listed in {ALWAYS: own["dependencies"], **own["optional-dependencies"]}.items():
        for name in needed(lock, listed):
            found.setdefault(name, part)
    return found


def code(text: str) -> str:
    """Return a line of somebody else's as code in a cell of a table."""
    line = text.strip().replace("`", "'").replace("|", "\\|")
    return f"`{line[:LONGEST]}{'…' if len(line) > LONGEST else ''}`"


def why(entry: Entry, reason: str) -> str:
    """Return in Markdown why a package is not identical.

    Args:
        entry: as the audit lists it.
        reason: all that the best attempt said, if it failed.
    """
    if entry.status is not Status.REBUILT:
        return entry.reason
    if not reason.strip():
        causes = [name for name in entry.reason.split(", ") if name]
        return ", ".join(f"[{name}](../explain/{name}.md)" for name in causes)
    lines = reason.strip().splitlines()
    told = [line for line in lines if TELLING.search(line)]
    return f"{lines[0].strip()}: {code(told[-1])}" if told else lines[0].strip()


def read(store: Path, lock: dict[str, Any]) -> list[Row]:
    """Return what an audit found, sorted.

    Raises:
        SystemExit: it is not done.
    """
    where = parts(lock)
    rows = []
    with reading(store) as reader:
        audit = reader.find(reader.title(AUDIT))
        for entry in reader.entries(audit):
            if entry.status in {Status.PENDING, Status.FAILED}:
                raise SystemExit(f"{entry.name} has no verdict: {entry.reason or 'run just audit-self'}")
            rebuilt = reader.rebuilt(audit, entry)
            said = why(entry, rebuilt.reason if rebuilt else "")
            rows.append(Row(entry.name, entry.version, where[entry.name], entry.verdict, said))
    return rows


def titles(rows: list[Row]) -> dict[str, str]:
    """Return the parts of the page, each with its title."""
    extras = sorted({row.part for row in rows} - {ALWAYS})
    return {ALWAYS: "What is always installed", **{extra: f"What the extra `{extra}` adds" for extra in extras}}


def figures(rows: list[Row]) -> Iterator[str]:
    """Yield the table of how many there are of each verdict; what is not for this platform counts for nothing."""
    counts = {title: Counter(row.verdict for row in rows if row.part == part) for part, title in titles(rows).items()}
    counts["Together"] = Counter(row.verdict for row in rows)
    shown = [verdict for verdict in Verdict if any(count[verdict] for count in counts.values())]
    yield "| | packages | " + " | ".join(shown) + " |"
    yield "| --- | ---: | " + " | ".join("---:" for _ in shown) + " |"
    for title, count in counts.items():
        numbers = [sum(count[one] for one in shown), *(count[one] for one in shown)]
        yield f"| {title} | " + " | ".join(map(str, numbers)) + " |"


def tables(rows: list[Row]) -> Iterator[str]:
    """Yield a section for each part."""
    for part, title in titles(rows).items():
        yield f"\n## {title}\n\n| package | version | verdict | why it is not identical |\n| --- | --- | --- | --- |"
        for row in rows:
            if row.part == part:
                yield f"| {row.name} | {row.version} | {row.verdict or 'not installed here'} | {row.why} |"


def system() -> str:
    """Return what this machine runs, without the hour of its last update."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def page(rows: list[Row], day: str) -> str:
    """Return the page."""
    rebuilt = [row for row in rows if row.verdict is not None]
    head = HEAD.format(
        day=day,
        system=system(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        machine=platform.machine(),
        table="\n".join(figures(rows)),
        identical=sum(row.verdict == Verdict.IDENTICAL for row in rebuilt),
        all=len(rebuilt),
    )
    return head + "\n".join(tables(rows)) + "\n"


def main() -> None:
    """Parse the options, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path, help="of the audit")
    parser.add_argument("page", type=Path, help="to write")
    parser.add_argument(
        "--day", default=datetime.now(UTC).date().isoformat(), help="that the page is of  [default: today]"
    )
    options = parser.parse_args()
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    options.page.write_text(page(read(options.store, lock), options.day), "utf-8")


if __name__ == "__main__":
    main()
