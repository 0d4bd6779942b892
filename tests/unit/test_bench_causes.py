"""The tables of `just bench-causes`: right is what is expected and nothing more, and no project is left out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from samewheel.errors import SamewheelError
from tests.unit.test_bench_verify import loaded
from tests.unit.test_recipes import ROOT
from tests.unit.test_verification import report

if TYPE_CHECKING:
    from samewheel.verification import Verification

BENCH = loaded("find_causes")
DEFECTS = ROOT / "tests" / "projects" / "defects"


def expected(cause: str | None = "umask", *guilty: str, verdict: str = "same-contents") -> Any:  # noqa: ANN401 - a class of a script
    """Return what is expected of a project."""
    return BENCH.Expected(verdict=verdict, cause=cause, guilty=guilty)


def found(cause: str, *conditions: str, certainty: str = "shown") -> Any:  # noqa: ANN401 - as above
    """Return a cause that was named."""
    return BENCH.Found(cause=cause, certainty=certainty, conditions=conditions)


def row(*causes: Any, wanted: Any, verdict: str = "same-contents", **more: object) -> Any:  # noqa: ANN401 - as above
    """Return what came of a project."""
    return BENCH.Row(name="modes", expected=wanted, verdict=verdict, causes=causes, **more)


UMASK = expected("umask", "umask")
CONTROL = expected(None, verdict="identical")
RIGHT = row(found("umask", "umask"), wanted=UMASK)
BUILT = row(found("umask", "umask", certainty="built"), wanted=UMASK, builds=8)
PROVEN = row(found("umask", "umask"), wanted=UMASK, builds=4)
SAME = row(wanted=CONTROL, verdict="identical")


@pytest.mark.parametrize(
    ("one", "right"),
    [
        (RIGHT, (True, True, True)),
        (row(found("umask"), wanted=UMASK), (True, True, False)),
        (row(found("umask-value", "umask"), wanted=UMASK), (True, False, True)),
        (row(found("umask", "umask"), found("user-id", "uid"), wanted=UMASK), (True, False, False)),
        (row(wanted=UMASK), (True, False, False)),
        (row(found("umask", "umask"), wanted=UMASK, verdict="payload-differs"), (False, False, False)),
        (row(wanted=UMASK, verdict=BENCH.FAILED, reason="no"), (False, False, False)),
        (SAME, (True, True, True)),
        (row(found("umask", "umask"), wanted=CONTROL), (False, False, False)),
    ],
    ids=["right", "nobody", "other-cause", "one-more", "nothing", "verdict", "failed", "control", "false-alarm"],
)
def test_right_is_what_is_expected_and_no_more(one: Any, right: tuple[bool, bool, bool]) -> None:  # noqa: ANN401
    """A cause too many sends people to cure what is well; under a wrong verdict nothing is right."""
    assert one.right == right


def test_projects_are_counted_once() -> None:
    """Controls apart, those that could not be tried not at all, and what was told by how."""
    rows = [RIGHT, BUILT, PROVEN, row(wanted=UMASK), SAME, row(wanted=UMASK, verdict=BENCH.NOT_RUN, reason="no cc")]
    lines = list(BENCH.counted(rows))
    assert lines[2] == "| with a defect | 4 | 4 (100.0 %) | 3 (75.0 %) | 3 (75.0 %) | 2 | 1 | 1 |"
    assert lines[3] == "| with none | 1 | 1 (100.0 %) | 1 (100.0 %) | 1 (100.0 %) | 0 | 0 | 0 |"
    assert lines[-1] == "Builds of a search, beside the two of each verification: median 6, most 8."
    assert list(BENCH.by_cause(rows))[2:] == ["| `umask` | 4 | 4 | 3 | 3 | 2 | 1 | 1 |"]


def test_misses_are_named() -> None:
    """What was expected, what was found, and what could not be tried, with the reason."""
    wrong = row(found("user-id", "uid"), wanted=UMASK)
    rows = [RIGHT, wrong, row(wanted=UMASK, verdict=BENCH.NOT_RUN, reason="no cc")]
    assert list(BENCH.misses(rows))[2:] == [
        "| modes | same-contents: umask (umask) | same-contents: user-id (uid) |",
        "| modes | same-contents: umask (umask) | not run: no cc |",
    ]
    assert list(BENCH.misses([RIGHT, SAME])) == []


def test_project_that_fails_is_a_row() -> None:
    """A run of a hundred projects does not end with one."""

    def fails(_: str) -> Verification:
        raise SamewheelError("it is broken")

    failed = BENCH.row("modes", UMASK, fails)
    assert (failed.verdict, failed.reason) == (BENCH.FAILED, "it is broken")


def test_project_whose_tools_are_missing_is_not_run() -> None:
    """It is neither right nor wrong."""
    wanted = msgspec.structs.replace(UMASK, tools=("no-such-program",))
    assert BENCH.row("modes", wanted, lambda _: report()).verdict == BENCH.NOT_RUN


def test_row_holds_what_a_verification_says() -> None:
    """Verdict, causes and builds are taken as they are."""
    made = BENCH.row("modes", expected("umask"), lambda _: report())
    assert (made.verdict, made.causes, made.builds) == (report().verdict.value, (), 0)


def test_the_page_has_the_tables_of_the_results() -> None:
    """Each line as the script counts it, of projects that are still there and still expect the same."""
    page = (ROOT / "docs" / "understand" / "benchmarks.md").read_text("utf-8")
    (name,) = set(re.findall(r"benchmarks/results/([\w.-]+-causes\.json)", page))
    result = json.loads((ROOT / "benchmarks" / "results" / name).read_text("utf-8"))
    rows = [msgspec.convert(one, BENCH.Row) for one in result["projects"]]
    assert BENCH.tables(rows).strip() in page
    there = {
        path.parent.name: msgspec.json.decode(path.read_bytes(), type=BENCH.Expected)
        for path in DEFECTS.glob("*/expected.json")
    }
    assert rows
    assert {one.name: one.expected for one in rows}.items() <= there.items()
