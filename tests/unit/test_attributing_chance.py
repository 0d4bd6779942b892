"""Chance in builds is not taken for the work of a condition: coins that fall, on builds that are only thought of."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from samewheel.attributing.benches import Job
from samewheel.attributing.chance import Alike
from samewheel.attributing.searching import search
from samewheel.comparison.values import difference
from samewheel.trials import Finding, Kind, Search, in_words
from tests.unit.test_attributing import MODES, MODULE, NAMES, World, blame, sets

if TYPE_CHECKING:
    from samewheel.comparison import Difference

TOSSED = 200
"""Searches of which each has a coin of its own."""

BLAMES = {Kind.CONDITION, Kind.CLOCK}


def tossed(chance: float, number: int, *, standing: bool = True) -> Search:
    """Search for what makes a target differ that is a coin."""
    dice = Random(f"{chance} {number}")  # noqa: S311 - chance that repeats
    return World({}, coins={MODULE: chance}, dice=dice).search(standing=standing)


@pytest.mark.parametrize("standing", [True, False])
@pytest.mark.parametrize(("chance", "at_most"), [(0.5, 0.08), (0.2, 0.05), (0.05, 0.02)])
def test_coin_gets_hardly_a_condition_convicted(chance: float, at_most: float, *, standing: bool) -> None:
    """One build with a condition switched is no proof where builds differ anyhow: two of three would be convicted."""
    found = [tossed(chance, number, standing=standing) for number in range(TOSSED)]
    wrong = [one for one in found if any(finding.kind in BLAMES for finding in one.findings)]
    assert len(wrong) <= at_most * TOSSED
    named = {finding.kind for one in found for finding in one.findings}
    assert (Kind.RANDOMNESS in named) == standing


def test_what_a_guilty_condition_does_not_do_again_is_chance() -> None:
    """It differed with the locale switched, and now it does not: the locale is not guilty, and the umask still is."""
    world = World({MODULE: sets("locale"), MODES: sets("umask")})
    does, again = world.run, Job(names=frozenset({"locale"}), standing=True, again=1)
    world.run = lambda jobs: [  # type: ignore[method-assign]
        None if shown is None else shown - ({MODULE} if job == again else set())
        for job, shown in zip(jobs, does(jobs), strict=True)
    ]
    assert world.search().findings == (blame("umask", target=MODES), Finding(target=MODULE, kind=Kind.RANDOMNESS))


def test_time_of_day_that_changes_nothing_again_is_time_or_chance() -> None:
    """The first build was another than all later ones: at its time of day, it would have to be so again."""
    world = World({MODULE: ()})
    does = world.run
    world.run = lambda jobs: [  # type: ignore[method-assign]
        None if shown is None else shown | ({MODULE} if job == Job(standing=True) else set())
        for job, shown in zip(jobs, does(jobs), strict=True)
    ]
    found = world.search()
    assert found.findings == (Finding(target=MODULE, kind=Kind.CLOCK_OR_RANDOMNESS),)
    assert [trial.back for trial in found.trials].count(True) == 2


def test_each_who_is_guilty_is_tried_twice() -> None:
    """With a last build that has nothing switched; a single one is tried once more."""
    one = World({MODULE: sets("locale")}).search()
    two = World({MODULE: sets("locale", "umask")}).search()
    for found, names, times in ((one, ("locale",), 3), (two, ("locale",), 2), (two, ("umask",), 2), (one, (), 3)):
        assert [trial.conditions for trial in found.trials].count(names) == times


@pytest.mark.parametrize("failing", ["locale", ""], ids=["condition", "control"])
def test_nobody_is_guilty_whose_proof_cannot_be_built(failing: str) -> None:
    """A build that fails tells nothing: that it differed once is all that is known."""
    job = Job(names=frozenset(failing.split()), standing=True, again=1 if failing else 2)
    found = World({MODULE: sets("locale"), MODES: sets("umask")}, bears=lambda one: one != job).search()
    wanted = [Finding(target=MODULE, kind=Kind.UNDECIDED, conditions=("locale",))]
    if failing:
        wanted.append(blame("umask", target=MODES))
    else:
        wanted.append(Finding(target=MODES, kind=Kind.UNDECIDED, conditions=("umask",)))
    assert (sorted(found.findings), found.complete) == (sorted(wanted), False)


def test_one_of_two_whose_proof_cannot_be_built_leaves_the_other() -> None:
    """Who is proven stays guilty; that nobody else is, is not said any more."""
    job = Job(names=frozenset({"locale"}), standing=True, again=1)
    found = World({MODULE: sets("locale", "umask")}, bears=lambda one: one != job).search()
    assert sorted(found.findings) == sorted(
        [
            replace(blame("umask"), only=False),
            Finding(target=MODULE, kind=Kind.UNDECIDED, conditions=("locale",)),
        ]
    )


def test_time_whose_proof_cannot_be_built_is_not_named() -> None:
    """A build at the time of the first one is asked for, and fails."""
    found = World({}, timed=frozenset({MODULE}), bears=lambda job: not job.back).search(names=["umask"])
    assert found.findings == (Finding(target=MODULE, kind=Kind.UNDECIDED, cleared=("umask",)),)


def test_builds_for_the_proof_are_kept() -> None:
    """Whatever the budget: who is named was tried twice."""
    for budget in range(20):
        found = World({MODULE: sets(NAMES[1]), MODES: sets(NAMES[3])}).search(budget=budget)
        tried = [trial.conditions for trial in found.trials]
        named = [name for one in found.findings if one.kind is Kind.CONDITION for name in one.conditions]
        assert all(tried.count((name,)) > 1 for name in named)
        assert found.builds <= budget


LINE = difference("SW310", "code, in the module", "2: ID = 'a'", "2: ID = 'b'", member="module.py")
MORE = difference("SW310", "code, in the module", "2-3: ID = 'a'", "2-3: ID = 'b'", member="module.py")
BYTES = difference("SW301", "bytes", "sha256:1", "sha256:2", member="module.py")


@pytest.mark.parametrize(
    ("explained", "alike", "told"),
    [
        ([LINE], [LINE], ("code, in the module: 2: ID = 'a' against 2: ID = 'b'", True)),
        ([MORE], [LINE], ("code, in the module: 2: ID = 'a' against 2: ID = 'b'", False)),
        ([LINE, MORE], [LINE], ("code, in the module: 2: ID = 'a' against 2: ID = 'b'", False)),
        ([BYTES], [BYTES], ("bytes: sha256:1 against sha256:2", False)),
        ([LINE], [], ("", False)),
    ],
    ids=["same-line", "more-lines", "two-places", "opaque", "not-seen"],
)
def test_chance_is_all_only_where_it_is_seen(
    explained: list[Difference], alike: list[Difference], told: tuple[str, bool]
) -> None:
    """Another line of the file may depend on something else, which chance in this one hides."""
    seen = Alike(explained)
    seen.note(alike)
    assert seen.tell(MODULE) == told


@pytest.mark.parametrize("only", [True, False])
def test_search_with_chance_is_complete_only_if_chance_is_all(*, only: bool) -> None:
    """An example is told in any case; more builds would not help."""
    world = World({}, random=frozenset({MODULE}))
    world.search()
    found = search(world.run, {MODULE}, NAMES, budget=9, standing=True, chance=lambda _: ("x against y", only))
    (finding,) = found.findings
    assert (finding.kind, finding.example, found.complete, found.enough) == (Kind.RANDOMNESS, "x against y", only, 0)
    assert ("before that is cured" in in_words(finding)) != only
    assert "x against y" in in_words(finding)
