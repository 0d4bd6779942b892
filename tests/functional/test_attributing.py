"""Conditions found guilty by building again: projects whose guilt is known, and some whose guilt is shared."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from samewheel.attributing import attribute, building
from samewheel.comparison import compare
from samewheel.machine import look_around
from samewheel.pairing import Pair, build_pair, builders
from samewheel.preparing import open_project, prepare, read_lock
from samewheel.sandbox import choose_sandbox
from samewheel.trials import CONTENTS, Finding, Kind, Search, Target
from samewheel.verification import BUDGET
from samewheel.verifying import available
from tests.conftest import PROJECTS
from tests.functional.builds import make_project
from tests.functional.defects import expected
from tests.functional.test_defects import needs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.preparing import Opened

isolated = pytest.mark.skipif(
    choose_sandbox().isolation.mechanism == "none", reason="this machine forbids user namespaces"
)
with_clock = pytest.mark.skipif(look_around().clock_library is None, reason="libfaketime is not installed")

MEMBER = Target(layer=CONTENTS, member="sample.py")


def files(opened: Opened) -> list[Path]:
    """Return all files where builds take place."""
    places = filter(None, (opened.folder, opened.memory))
    return sorted(path for place in places for path in place.rglob("*") if path.is_file())


def searched(
    project: Path,
    names: Sequence[str] | None = None,
    *,
    budget: int = BUDGET,
    jobs: int = 3,
) -> Search:
    """Build twice, and search for what is guilty of all differences; names are the conditions to switch."""
    with ExitStack() as stack:
        opened = stack.enter_context(open_project(project, overrides={}, allow_dirty=True))
        pair = Pair(prepared=prepare(opened, read_lock(opened)))
        pool = stack.enter_context(builders(jobs))
        can_be = [name for name, reason in available().items() if not reason]
        apply = can_be if names is None else [name for name in can_be if name in names]
        builds, failing = build_pair(pair, apply, pool=pool)
        assert not failing
        before = files(opened)
        found = compare(builds[0].product.wheel, builds[1].product.wheel).differences
        search = attribute(pair, builds, apply, found, pool=pool, budget=budget)
        assert files(opened) == before
    return search


def blame(*conditions: str, together: bool = False) -> Finding:
    """Return the finding that conditions, and no others, are guilty of what the member holds."""
    return Finding(target=MEMBER, kind=Kind.CONDITION, conditions=conditions, together=together, only=True)


@pytest.mark.parametrize(
    "name",
    [
        "cpu-count",
        "date",
        "directory-order",
        "hash-order",
        "locale",
        "path",
        "source-mtime",
        "time-stamps",
        "umask-modes",
    ],
)
def test_guilty_condition_of_a_defect_is_found(name: str, tmp_path: Path) -> None:
    """The one that its page names, and no other, within the builds that are usual."""
    defect = PROJECTS / "defects" / name
    needs(defect)
    found = searched(Path(shutil.copytree(defect, tmp_path / name)))
    (finding,) = found.findings
    assert (finding.kind, list(finding.conditions)) == (Kind.CONDITION, expected(defect)["guilty"])
    assert finding.only
    assert found.complete


@with_clock
def test_random_bytes_are_named_so(tmp_path: Path) -> None:
    """Two builds under one standing clock, with nothing switched, differ."""
    found = searched(Path(shutil.copytree(PROJECTS / "defects" / "randomness", tmp_path / "project")))
    assert [finding.kind for finding in found.findings] == [Kind.RANDOMNESS]


@with_clock
@pytest.mark.parametrize(
    "moment",
    [
        "time.time_ns()",
        "(datetime := __import__('datetime')).datetime.now(datetime.timezone.utc).isoformat()",
        "subprocess.run(['date', '+%s.%N'], capture_output=True, text=True, check=True).stdout",
    ],
    ids=["python", "c", "another-process"],
)
def test_time_of_day_is_not_taken_for_randomness(moment: str, tmp_path: Path) -> None:
    """However finely a build asks for the time, and whoever answers: with a standing clock, builds agree."""
    project = make_project(tmp_path / "project", f'files["sample.py"] = f"T = {{{moment}!r}}\\n"')
    found = searched(project, ["hash_seed", "umask"])
    assert found.findings == (Finding(target=MEMBER, kind=Kind.CLOCK, only=True),)
    assert searched(project).findings == (blame("clock"),)


def test_without_libfaketime_time_and_chance_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing holds the clock then; what is found is only consistent with either."""
    machine = replace(look_around(), clock_library=None)
    monkeypatch.setattr(building, "look_around", lambda: machine)
    project = make_project(
        tmp_path / "project",
        'files["other.py"] = os.environ["USER"]\nfiles["sample.py"] = f"{time.time_ns()}"',
    )
    found = searched(project, ["hash_seed", "user"])
    assert found.findings == (
        replace(blame("user"), target=Target(layer=CONTENTS, member="other.py")),
        Finding(target=MEMBER, kind=Kind.CLOCK_OR_RANDOMNESS),
    )
    assert {trial.standing for trial in found.trials} == {False}


TWO = 'user, seed = os.environ["USER"] == "zq7user", os.environ["PYTHONHASHSEED"] == "7117"\n'
"""Lets a backend know two conditions."""


def test_two_conditions_that_are_guilty_together_only_are_found(tmp_path: Path) -> None:
    """Neither shows it alone, and leaving out either cures it."""
    project = make_project(tmp_path / "project", f'{TWO}files["sample.py"] = f"A = {{user and seed}}\\n"')
    assert searched(project).findings == (blame("hash_seed", "user", together=True),)


@pytest.mark.parametrize("how", ["user, seed", "user or seed"], ids=["each-of-its-own", "the-same-either-way"])
def test_two_conditions_that_are_guilty_one_by_one_are_both_found(how: str, tmp_path: Path) -> None:
    """One may hide the other: what the first one alone gives is already what all of them give."""
    project = make_project(tmp_path / "project", f'{TWO}files["sample.py"] = f"A = {{({how})!r}}\\n"')
    assert searched(project).findings == (blame("hash_seed", "user"),)


def test_build_that_fails_under_one_condition_alone_is_recorded(tmp_path: Path) -> None:
    """It says nothing of that condition; the build with all others switched does."""
    body = f'{TWO}assert not seed or "ZQT" in os.environ["TZ"]\nfiles["sample.py"] = f"A = {{user}}\\n"'
    found = searched(make_project(tmp_path / "project", body))
    assert found.findings == (blame("user"),)
    assert [trial.conditions for trial in found.trials if not trial.built] == [("hash_seed",)]


def test_budget_that_is_used_up_is_said(tmp_path: Path) -> None:
    """Nobody is guilty for want of builds."""
    project = make_project(tmp_path / "project", f'{TWO}files["sample.py"] = f"A = {{user}}\\n"')
    found = searched(project, budget=5)
    (finding,) = found.findings
    assert (finding.kind, finding.conditions, len(finding.cleared)) == (Kind.UNDECIDED, (), 1)
    assert "user" in finding.possible
    assert (found.builds, found.complete) == (3, False), "two are kept for a proof"


def test_search_does_not_depend_on_how_many_build_at_a_time(tmp_path: Path) -> None:
    """The report of a small machine is that of a large one."""
    project = make_project(
        tmp_path / "project", f'{TWO}files["sample.py"] = f"A = {{user and seed}} {{time.time_ns()}}\\n"'
    )
    names = ["hash_seed", "home", "temp", "user"]
    assert searched(project, names, jobs=1) == searched(project, names, jobs=4)


@isolated
def test_milder_way_of_the_second_build_is_kept(tmp_path: Path) -> None:
    """A project that fails under a space in a path was varied without one, and is searched without one."""
    body = 'assert " " not in os.getcwd()\nfiles["sample.py"] = f"A = {os.getcwd()!r}\\n"'
    found = searched(make_project(tmp_path / "project", body))
    assert found.findings == (blame("source_path"),)
    assert all(trial.built for trial in found.trials)


@pytest.mark.usefixtures("_no_sandbox")
def test_search_without_a_sandbox_names_no_path_for_randomness(tmp_path: Path) -> None:
    """Each build sees a folder of this machine: all of a search see the same one, but for what is switched."""
    project = make_project(tmp_path / "project", 'files["sample.py"] = f"A = {os.getcwd()!r}\\n"')
    assert searched(project, ["source_path", "umask"]).findings == (blame("source_path"),)


@pytest.fixture
def _no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no user namespaces."""
    from samewheel import pairing, sandbox, staging

    for module in (building, pairing, staging):
        monkeypatch.setattr(module, "choose_sandbox", sandbox.Unisolated)  # as on a machine without them
