"""The tables of `just bench-rebuild`: counted rung by rung, and nothing left out."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import msgspec
from packaging.utils import parse_wheel_filename

from samewheel.explaining.values import Certainty, Explanation

from .test_bench_verify import loaded
from .test_recipes import ROOT

BENCH = loaded("rebuild_packages")


def row(verdict: str, group: str = "older", generator: str = "flit 3.8.0", **causes: tuple[str, ...]) -> Any:  # noqa: ANN401 - a class of a script
    """Return what came of one wheel."""
    return BENCH.Row(
        group=group,
        filename=f"{verdict.replace('-', '_')}-1.0-py3-none-any.whl",
        generator=generator,
        uploaded="2021-05-05",
        verdict=verdict,
        tried=1,
        python="3.9",
        locked=(),
        causes=causes,
        codes=("SW101", "SW404") if causes else (),
        untold=("SW404",) if "unknown" in causes else (),
        reason="it failed | badly" if verdict == "not-buildable" else "",
    )


ROWS = [
    row("identical"),
    row("identical-after-replay", generator="bdist_wheel 0.37.1", umask=("a.py",)),
    row("same-contents", compressor=()),
    row("payload-differs", unknown=BENCH.shortened(("a/x.so", "y.so", "z.so", "w.so"))),
    row("not-buildable"),
    row("identical", group="popular"),
]


def test_each_rung_counts_with_all_better_ones() -> None:
    """At least the same contents is what most people ask for; a failure counts among all, and for none."""
    table = list(BENCH.rates(ROWS))
    assert "| older | 5 | 1 (20.0 %) | 2 (40.0 %) | 3 (60.0 %) | 3 (60.0 %) | 4 (80.0 %) |" in table
    assert "| older, bdist_wheel | 1 | 0 (0.0 %) | 1 (100.0 %) | 1 (100.0 %) | 1 (100.0 %) | 1 (100.0 %) |" in table
    assert "| popular | 1 | 1 (100.0 %) | 1 (100.0 %) | 1 (100.0 %) | 1 (100.0 %) | 1 (100.0 %) |" in table


def test_causes_are_counted_by_group() -> None:
    """A cause that one group does not have stands there with a 0."""
    assert "| `umask` | 1 | 0 |" in list(BENCH.causes(ROWS))


def test_what_nothing_tells_is_counted() -> None:
    """A wheel with one difference of unknown cause is not explained; those without a difference are left out."""
    assert list(BENCH.named(ROWS))[2:] == [
        "| older | 3 | 2 (66.7 %) | 6 | 5 (83.3 %) |",
        "| popular | 0 | 0 (-) | 0 | 0 (-) |",
        "| all | 3 | 2 (66.7 %) | 6 | 5 (83.3 %) |",
    ]


def test_a_cause_that_is_told_twice_has_all_its_members() -> None:
    """Of one member the bytes show it, of another one they are consistent with it: it is one cause."""
    one, other = (
        Explanation(cause="umask", certainty=how, sentence="", members=names, codes=("SW102",), remedy="")
        for how, names in ((Certainty.SHOWN, ("b.py",)), (Certainty.CONSISTENT, ("a.py",)))
    )
    assert BENCH.members_of([one, other]) == {"umask": ("a.py", "b.py")}


def test_what_is_not_the_same_is_named() -> None:
    """Every wheel whose contents our build did not give, with cause or reason; what ends a cell is taken out."""
    table = list(BENCH.others(ROWS))[2:]
    assert table == [
        "| older: payload_differs-1.0 | payload-differs | `unknown`: x.so, y.so, z.so, and 1 more |",
        "| older: not_buildable-1.0 | not-buildable | it failed / badly |",
    ]


def test_the_lists_hold_wheels() -> None:
    """Each once in its group, under a name that says its release."""
    lists = tomllib.loads((ROOT / "benchmarks" / "published.toml").read_text("utf-8"))
    assert {name: len(wheels) for name, wheels in lists.items()} == {"popular": 130, "older": 331, "compiled": 10}
    for wheels in lists.values():
        assert len({parse_wheel_filename(wheel) for wheel in wheels}) == len(set(wheels))


def test_the_page_has_the_tables_of_the_results() -> None:
    """Each line, as the script counts it: a figure that somebody typed would be wrong after the next run."""
    page = (ROOT / "docs" / "understand" / "benchmarks.md").read_text("utf-8")
    (name,) = set(re.findall(r"benchmarks/results/([\w.-]+-rebuild\.json)", page))
    result = json.loads((ROOT / "benchmarks" / "results" / name).read_text("utf-8"))
    rows = [msgspec.convert(one, BENCH.Row) for one in result["rows"]]
    for table in (BENCH.rates(rows), BENCH.causes(rows), BENCH.named(rows), BENCH.others(rows)):
        assert "\n".join(table) in page


def test_rows_that_were_kept_stand_where_an_audit_has_them() -> None:
    """Results of which only some wheels were rebuilt again differ from those before in nothing but these."""
    names = ["b-1.0-py3-none-any.whl", "A-2.0-py3-none-any.whl", "A-1.0-py3-none-any.whl"]
    rows = [msgspec.structs.replace(ROWS[0], filename=name) for name in names]
    assert [one.filename for one in sorted(rows, key=BENCH.by_release)] == [names[2], names[1], names[0]]
