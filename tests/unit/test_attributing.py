"""Which builds a search for guilty conditions makes, and what it says of them: on builds that are only thought of."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from samewheel.attributing.benches import REFERENCE, Job
from samewheel.attributing.building import planned
from samewheel.attributing.likelihood import LIKELY, likeliest_first
from samewheel.attributing.narrowing import narrow
from samewheel.attributing.searching import BATCH, search
from samewheel.comparison.codes import CODES
from samewheel.comparison.values import difference
from samewheel.trials import CONTENTS, Finding, Kind, Search, Target, in_words, targets_of
from samewheel.variations import VARIATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NAMES = tuple(variation.name for variation in VARIATIONS)
PLENTY = 100
"""A budget that suffices for every search here."""

MODULE = Target(layer=CONTENTS, member="module.py")
MODES = Target(layer="SW102")


def sets(*names: str) -> tuple[frozenset[str], ...]:
    """Return sets of conditions, from their names with spaces in between."""
    return tuple(frozenset(one.split()) for one in names)


@dataclass
class World:
    """Builds of a project, of which it is known what they depend on."""

    guilty: dict[Target, tuple[frozenset[str], ...]]
    """Sets of conditions of which each, if all of it is switched, changes a target."""
    random: frozenset[Target] = frozenset()
    """Targets that are never the same."""
    timed: frozenset[Target] = frozenset()
    """Targets that hold the time."""
    coins: Mapping[Target, float] = field(default_factory=dict)
    """Targets that are one of two, and how often they are the rarer one."""
    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - chance that repeats
    bears: Callable[[Job], bool] = lambda _: True
    """Tells whether a build succeeds."""
    made: list[Job] = field(default_factory=list)
    first: dict[Target, object] = field(default_factory=dict)
    """The wheel of the verification's first build, which differs from its second one in all targets."""
    reference: dict[Target, object] | None = None

    def wheel(self, job: Job) -> dict[Target, object]:
        """Return the values of all targets."""
        self.made.append(job)
        values: dict[Target, object] = {target: self.fires(target, job.names) for target in self.guilty}
        values |= {target: len(self.made) for target in self.random}
        values |= {target: self.dice.random() < chance for target, chance in self.coins.items()}
        now = ("clock" in job.names, job.back) if job.standing else len(self.made)
        return {**values, **dict.fromkeys(self.timed, now)}

    def fires(self, target: Target, names: Iterable[str]) -> bool:
        """Tell whether conditions change a target."""
        return any(one <= frozenset(names) for one in self.guilty[target])

    def run(self, jobs: Sequence[Job]) -> list[frozenset[Target] | None]:
        """Build, and compare."""
        wheels = {job: self.wheel(job) if self.bears(job) else None for job in jobs}
        self.reference = wheels.get(REFERENCE, self.reference)
        shown: list[frozenset[Target] | None] = []
        for job, wheel in wheels.items():
            plain = self.reference if job.standing and job != REFERENCE else self.first
            differing = None if wheel is None or plain is None else {t for t in wheel if wheel[t] != plain[t]}
            shown.append(None if differing is None else frozenset(differing))
        return shown

    def search(self, *, names: Sequence[str] = NAMES, budget: int = PLENTY, standing: bool = True) -> Search:
        """Search for what makes all targets differ."""
        self.made.clear()
        self.first = {
            **dict.fromkeys(self.guilty, False),
            **dict.fromkeys(self.random | self.timed, 0),
            **{target: self.dice.random() < 1 / 2 for target in self.coins},
        }
        return search(self.run, self.first, names, budget=budget, standing=standing)


def blame(*conditions: str, target: Target = MODULE, together: bool = False, only: bool = True) -> Finding:
    """Return the finding that conditions are guilty."""
    return Finding(target=target, kind=Kind.CONDITION, conditions=conditions, together=together, only=only)


a_name = st.sampled_from(NAMES)
a_guilt = st.lists(st.frozensets(a_name, min_size=1, max_size=3), min_size=1, max_size=3).map(tuple)
"""Sets of conditions, each of which is guilty as a whole."""


@given(a_name, st.permutations(NAMES))
def test_one_guilty_condition_is_found_by_itself(name: str, names: Sequence[str]) -> None:
    """Whichever it is, and whenever it is tried: it is named, and so is that nothing else is guilty."""
    found = World({MODULE: (frozenset({name}),)}).search(names=names)
    assert (found.findings, found.complete) == ((blame(name),), True)


@given(st.frozensets(a_name, min_size=2, max_size=3), st.permutations(NAMES))
def test_conditions_that_are_guilty_one_by_one_are_all_found(guilty: frozenset[str], names: Sequence[str]) -> None:
    """A member that depends on two things is cured of both, or it differs again."""
    found = World({MODULE: tuple(frozenset({name}) for name in guilty)}).search(names=names)
    assert (found.findings, found.complete) == ((blame(*sorted(guilty)),), True)


@given(st.frozensets(a_name, min_size=2, max_size=3), st.permutations(NAMES))
def test_conditions_that_are_guilty_together_only_are_found_together(
    guilty: frozenset[str], names: Sequence[str]
) -> None:
    """No single one shows it; no more of them are named than it takes."""
    found = World({MODULE: (guilty,)}).search(names=names)
    assert (found.findings, found.complete) == ((blame(*sorted(guilty), together=True),), True)


def test_two_pairs_are_both_found() -> None:
    """Leaving out any single condition changes nothing then, as the other pair is still there."""
    found = World({MODULE: sets("clock umask", "home user")}).search()
    assert found.findings == (blame("clock", "umask", together=True), blame("home", "user", together=True))


def test_targets_have_findings_of_their_own() -> None:
    """One build switches a condition for all of them, and says which of them it is guilty of."""
    found = World({MODULE: sets("locale"), MODES: sets("umask", "uid")}).search()
    assert found.findings == (blame("uid", "umask", target=MODES), blame("locale"))


@given(
    st.dictionaries(st.sampled_from([MODULE, MODES]), a_guilt, min_size=1),
    st.integers(0, 30),
    st.frozensets(st.frozensets(a_name, max_size=2), max_size=3),
    st.booleans(),
)
def test_no_more_is_said_than_builds_show(
    guilty: dict[Target, tuple[frozenset[str], ...]],
    budget: int,
    failing: frozenset[frozenset[str]],
    standing: bool,  # noqa: FBT001 - hypothesis passes it by place
) -> None:
    """Whatever is guilty, whatever fails, and wherever the search has to stop: what it claims is true."""
    world = World(guilty, bears=lambda job: job.names not in failing)
    found = world.search(budget=budget, standing=standing)
    assert found.builds == len(found.trials) <= budget
    assert {finding.target for finding in found.findings} == set(guilty)
    for target in guilty:
        claimed = [one for one in found.findings if one.target == target and one.kind is Kind.CONDITION]
        assert all(finding.together or len(world_sets(finding)) == len(finding.conditions) for finding in claimed)
        for one in (one for finding in claimed for one in world_sets(finding)):
            assert world.fires(target, one)
            assert not any(world.fires(target, one - {name}) for name in one)
        if any(finding.only for finding in claimed):
            named = {name for finding in claimed for name in finding.conditions}
            assert not world.fires(target, set(NAMES) - named)
    assert found.complete == (
        not any(one.kind is Kind.UNDECIDED or (one.kind is Kind.CONDITION and not one.only) for one in found.findings)
    )


def world_sets(finding: Finding) -> list[frozenset[str]]:
    """Return the sets of conditions that a finding says are guilty."""
    if finding.together:
        return [frozenset(finding.conditions)]
    return [frozenset({name}) for name in finding.conditions]


@given(a_guilt, st.integers(0, 30))
def test_same_builds_are_asked_for_in_the_same_order(guilt: tuple[frozenset[str], ...], budget: int) -> None:
    """Two searches on two machines write the same report."""
    one, two = (World({MODULE: guilt, MODES: guilt[:1]}) for _ in range(2))
    assert one.search(budget=budget) == two.search(budget=budget)
    assert one.made == two.made
    assert len(set(one.made)) == len(one.made), "no build is made twice"


def test_likely_condition_costs_few_builds() -> None:
    """Two with nothing switched, a batch of single ones, one with all others, and three that prove it: as usual."""
    assert World({MODULE: sets(NAMES[0])}).search().builds == 2 + BATCH + 1 + 3


def test_nothing_is_built_where_nothing_differs() -> None:
    """Who has no question pays for no answer."""
    found = World({}).search()
    assert (found.builds, found.complete, found.findings) == (0, True, ())


def test_randomness_is_named_as_such() -> None:
    """Two builds with one clock and nothing switched differ: no condition need be tried further."""
    found = World({}, random=frozenset({MODULE})).search()
    assert found.findings == (Finding(target=MODULE, kind=Kind.RANDOMNESS),)
    assert found.builds == 2 + BATCH


def test_time_is_not_taken_for_randomness() -> None:
    """Where the clock was not switched, a time of day still differs from build to build, if the clock goes on."""
    names = [name for name in NAMES if name != "clock"]
    found = World({}, timed=frozenset({MODULE})).search(names=names)
    assert found.findings == (Finding(target=MODULE, kind=Kind.CLOCK, only=True),)


def test_time_is_a_condition_where_the_clock_was_switched() -> None:
    """Then it is one that can be named, and is tried before all others."""
    found = World({}, timed=frozenset({MODULE})).search(names=[*(n for n in NAMES if n != "clock"), "clock"])
    assert found.findings == (blame("clock"),)
    assert ("clock",) in [trial.conditions for trial in found.trials[: 2 + BATCH + 2]]


@pytest.mark.parametrize("restless", ["random", "timed"])
def test_without_a_standing_clock_time_and_chance_are_one(restless: str) -> None:
    """Nothing tells them apart then, and the search says so."""
    world = World({MODES: sets("umask")})
    setattr(world, restless, frozenset({MODULE}))
    found = world.search(standing=False)
    assert found.findings == (
        blame("umask", target=MODES),
        Finding(target=MODULE, kind=Kind.CLOCK_OR_RANDOMNESS),
    )


def test_time_that_goes_on_during_the_search_makes_no_condition_guilty() -> None:
    """At first the clock still showed the same second; the last build, with nothing switched, tells."""
    world = World({MODULE: sets("locale"), MODES: ()})
    does = world.run
    world.run = lambda jobs: [  # type: ignore[method-assign]
        None if shown is None else shown | ({MODES} if len(world.made) > 4 else set()) for shown in does(jobs)
    ]
    found = world.search(standing=False)
    assert found.findings == (Finding(target=MODES, kind=Kind.CLOCK_OR_RANDOMNESS), blame("locale"))


def test_build_that_does_not_bear_a_standing_clock_gets_its_own() -> None:
    """The search goes on, and knows less."""
    world = World({MODULE: sets("locale")}, random=frozenset({MODES}), bears=lambda job: not job.standing)
    found = world.search()
    assert found.findings == (Finding(target=MODES, kind=Kind.CLOCK_OR_RANDOMNESS), blame("locale"))
    assert {trial.standing for trial in found.trials if trial.built} == {False}


def test_build_that_fails_under_the_guilty_condition_alone_is_no_evidence() -> None:
    """That it differs with all of them switched, and not without this one, is all that is known."""
    world = World({MODULE: sets("user")}, bears=lambda job: job.names != {"user"})
    found = world.search()
    (finding,) = found.findings
    assert finding.kind is Kind.UNDECIDED
    assert "user" in finding.conditions
    assert [trial.built for trial in found.trials if trial.conditions == ("user",)] == [False]
    assert not found.complete


def test_build_that_fails_under_another_condition_hides_nothing() -> None:
    """The build with all others switched says what the failed one could not."""
    world = World({MODULE: sets("locale")}, bears=lambda job: job.names != {"hash_seed"})
    assert world.search().findings == (blame("locale"),)


def test_budget_that_is_used_up_leaves_undecided() -> None:
    """What was not tried is not said to be innocent."""
    found = World({MODULE: sets(NAMES[-1])}).search(budget=6)
    assert found.findings == (
        Finding(
            target=MODULE, kind=Kind.UNDECIDED, cleared=tuple(sorted(NAMES[:2])), possible=tuple(sorted(NAMES[2:]))
        ),
    )
    assert (found.builds, found.complete) == (4, False), "two are kept for a proof"


SOME = frozenset({"clock", "cpus", "directory_order", "environment_path", "hash_seed", "home", "source_mtime"})
MORE = SOME | {"host", "locale", "source_path", "temp", "uid", "umask"}


@given(st.frozensets(a_name, min_size=1), st.frozensets(a_name, min_size=1), st.integers(0, 30))
@example(SOME, MORE, 0)
def test_budget_that_is_asked_for_is_enough(one: frozenset[str], other: frozenset[str], budget: int) -> None:
    """However many conditions it takes together: who follows the advice has an answer."""
    world = World({MODULE: (one,), MODES: (other,)})
    found = world.search(budget=budget)
    assert bool(found.enough) != found.complete
    assert found.complete or world.search(budget=found.enough).complete


def test_guilty_condition_without_the_last_proof_is_named_all_the_same() -> None:
    """It is guilty; whether others are, too, was not tried."""
    found = World({MODULE: sets(NAMES[0])}).search(budget=2 + 1 + 2)
    assert (found.findings, found.complete) == ((blame(NAMES[0], only=False),), False)


def test_what_does_not_differ_again_is_not_put_on_a_condition() -> None:
    """All of them were switched again, and nothing differed: it was chance, or a time long gone."""
    found = World({MODULE: ()}).search()
    assert found.findings == (Finding(target=MODULE, kind=Kind.CLOCK_OR_RANDOMNESS),)


@given(st.lists(st.integers(0, 20), unique=True, min_size=1), st.data())
def test_narrowing_leaves_what_it_takes(numbers: list[int], data: st.DataObject) -> None:
    """Of any number of conditions: those without which it does not differ, and no other."""
    names = [str(number) for number in numbers]
    needed = data.draw(st.frozensets(st.sampled_from(names), min_size=1))
    assert narrow(lambda some: needed <= some, lambda _: None, names) == needed


def test_likely_conditions_come_first_and_none_is_lost() -> None:
    """Modes ask for the umask; every condition is tried at some time, in an order that does not depend on luck."""
    assert likeliest_first(NAMES, ["SW102"])[0] == "umask"
    assert likeliest_first(NAMES, ["SW101", "SW308"])[:2] == ("hash_seed", "clock")
    assert sorted(likeliest_first([*NAMES, "frontend"], [])) == sorted([*NAMES, "frontend"])
    assert likeliest_first(reversed(NAMES), ["SW999"]) == likeliest_first(NAMES, ["SW999"])


def test_likely_conditions_exist_and_so_do_their_codes() -> None:
    """A name that is spelt wrong is never tried first."""
    assert {name for order in LIKELY.values() for name in order} <= set(NAMES)
    assert all(any(code.startswith(known) for code in CODES) for known in LIKELY)


def test_targets_are_members_but_for_the_archive() -> None:
    """What is in the ZIP file concerns all members alike; how wheels were built is nothing that differs in them."""
    found = [
        difference("SW102", "mode", "100644", "100600", member="a.py"),
        difference("SW309", "1", "x", "y", member="a.py"),
        difference("SW304", "name", "x", "y"),
        difference("SW509", "umask", "022", "077"),
    ]
    assert targets_of(found) == {
        Target(layer="SW102"),
        Target(layer=CONTENTS, member="a.py"),
        Target(layer=CONTENTS),
    }


def test_search_survives_its_way_through_a_file() -> None:
    """A report holds it."""
    found = World({MODULE: sets("clock umask")}, random=frozenset({MODES})).search()
    assert msgspec.json.decode(msgspec.json.encode(found), type=Search) == found


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (
            blame("locale"),
            "locale (3 builds: with it alone switched it differs, twice, with all but guilty ones it does not)",
        ),
        (blame("locale", only=False), "locale (2 builds: with it alone switched it differs, twice)"),
        (
            blame("uid", "umask"),
            "umask (5 builds: with each alone switched it differs, twice, with all but guilty ones it does not)",
        ),
        (
            blame("uid", "umask", together=True),
            "together (4 builds: with all of them switched it differs, twice, with any left out it does not)",
        ),
        (
            Finding(target=MODULE, kind=Kind.UNDECIDED, conditions=("home", "user")),
            "home, user switched; whether all of them are needed, no build tells",
        ),
        (
            Finding(target=MODULE, kind=Kind.UNDECIDED, conditions=("user",)),
            "user switched; whether it does so again, no build tells",
        ),
        (
            Finding(target=MODULE, kind=Kind.UNDECIDED, cleared=("home", "uid"), possible=("umask", "user")),
            "not alone: home, uid; still possible: umask, user",
        ),
        (
            Finding(target=MODULE, kind=Kind.UNDECIDED, cleared=("home", "uid")),
            "not alone: home, uid; still possible: several of them together",
        ),
    ],
    ids=["one", "one-at-least", "two", "together", "undecided", "unproven", "unfinished", "together-at-most"],
)
def test_finding_is_said_with_its_builds(finding: Finding, words: str) -> None:
    """Who reads it knows what was tried."""
    said = in_words(finding)
    assert said.endswith(words)
    assert said.startswith("undecided" if finding.kind is Kind.UNDECIDED else "caused by: ")


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.CONDITION}))
def test_finding_without_conditions_is_said_too(kind: Kind) -> None:
    """No kind is without words."""
    assert in_words(Finding(target=MODULE, kind=kind)).partition(":")[2]


def test_progress_says_what_is_switched_and_how_often() -> None:
    """Two builds with nothing switched are not two steps of the same; who waits reads no long lists."""
    jobs = [REFERENCE, Job(standing=True, again=1), Job(names=frozenset({"umask", "home"}), standing=True)]
    assert planned(jobs) == "nothing (twice); home and umask"
    assert planned([Job(names=frozenset(NAMES[:9]), standing=True)] * 3) == "9 of them (3 times)"
    assert planned([Job(standing=True, back=True)]) == "the time"
