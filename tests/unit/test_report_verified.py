"""What a terminal shows of a verification: how far a search came, and what it takes together."""

from __future__ import annotations

from pathlib import Path

import pytest
from click import unstyle
from msgspec.structs import replace

from samewheel.explaining.values import UNKNOWN, Certainty, Explanation
from samewheel.report.verified import verified_lines
from samewheel.trials import Search
from samewheel.verifying import Verified
from tests.unit.test_verification import report

UNTOLD = Explanation(
    cause=UNKNOWN,
    certainty=Certainty.CONSISTENT,
    sentence="a.py differs, and the builds that were made do not tell why",
    members=("a.py",),
    codes=("SW309",),
    remedy="",
)
TOGETHER = Explanation(
    cause="home-path",
    certainty=Certainty.BUILT,
    conditions=("home", "user"),
    besides=("user-name",),
    sentence="a.py depends on two things",
    codes=("SW309",),
    remedy="do it",
)


def lines_of(*causes: Explanation, search: Search | None = None) -> list[str]:
    """Return the lines about a verification with these causes."""
    verification = replace(report(), causes=causes, search=search)
    found = Verified(verification=verification, evidence=Path("x.verify.json"), wheel="x.whl")
    return [unstyle(line) for line in verified_lines(found)]


@pytest.mark.parametrize(
    ("builds", "enough", "said"),
    [
        (9, 0, "9 more builds"),
        (1, 0, "1 more build"),
        (6, 80, "6 more builds, and not everything is told apart: --search 80 should do"),
        (0, 80, "no more builds, and not everything is told apart: --search 80 should do"),
    ],
)
def test_search_that_was_too_short_says_what_would_do(builds: int, enough: int, said: str) -> None:
    """Also one that was not allowed at all: who left it out sees that it may help."""
    search = Search(builds=builds, budget=builds, complete=not enough, enough=enough, trials=(), findings=())
    assert f"  searched     {said}" in lines_of(UNTOLD, search=search)


def test_what_builds_leave_open_is_told() -> None:
    """A cause is not known, but some are ruled out; where nothing was built, the first sentence says all."""
    lines = lines_of(replace(UNTOLD, evidence=("a.py: undecided: not alone: umask; still possible: user",)))
    assert f"  unexplained  {UNTOLD.sentence}" in lines
    assert "  told by      a.py: undecided: not alone: umask; still possible: user" in lines
    assert not any(line.startswith("  unexplained") for line in lines_of(UNTOLD))


def test_each_cause_that_it_takes_together_has_its_page_named() -> None:
    """Curing any of them cures it."""
    lines = lines_of(TOGETHER)
    at = lines.index("  more         samewheel explain home-path")
    assert lines[at + 1] == "               samewheel explain user-name"
