"""When causes are told from the wheels alone, when it is built again, and when no build of ours could tell."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from samewheel import reasoning
from samewheel._types import SILENT
from samewheel.comparison import compare
from samewheel.explaining.values import UNKNOWN, Certainty
from samewheel.observation import Observed
from samewheel.trials import Finding, Kind, Search, targets_of
from samewheel.verification import FIRST_WITH_SECOND
from tests.unit.recognising import CONSISTENT, SHOWN
from tests.unit.test_conditions import conditions
from tests.unit.test_observation import SEEN
from tests.unit.test_verification import report
from tests.unit.wheels import FILES, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from samewheel.comparison import Difference
    from samewheel.verification import Verification

WITH_GIVEN = ("first build", "given wheel")
USERS = ("by samewheel-user", "by zq7user")
WORDS = ("apple", "pear")


@dataclass
class Builds:
    """Stands for a search: it notes what it is asked for, and finds the first condition guilty of all of it."""

    asked: list[tuple[tuple[str, ...], tuple[Difference, ...], int]] = field(default_factory=list)
    """Conditions, differences and budget of each search."""
    kind: Kind = Kind.CONDITION

    def attribute(
        self,
        _: object,
        __: object,
        names: tuple[str, ...],
        differences: Sequence[Difference],
        **more: Any,  # noqa: ANN401
    ) -> Search:
        """Take the arguments of the function that it stands for."""
        if not more["budget"]:
            return Search(builds=0, budget=0, complete=False, enough=50, trials=(), findings=())
        self.asked.append((names, tuple(differences), more["budget"]))
        found = [
            Finding(
                target=target, kind=self.kind, conditions=names[:1] if self.kind is Kind.CONDITION else (), only=True
            )
            for target in targets_of(differences)
        ]
        return Search(builds=3, budget=more["budget"], complete=True, trials=(), findings=tuple(sorted(found)))


@pytest.fixture(name="builds")
def watched_builds(monkeypatch: pytest.MonkeyPatch) -> Builds:
    """Return what stands for all builds that are made."""
    builds = Builds()
    monkeypatch.setattr(reasoning, "attribute", builds.attribute)
    return builds


def reasoned(
    folder: Path,
    texts: tuple[str, str],
    *,
    compared: tuple[str, str] = FIRST_WITH_SECOND,
    varied: tuple[str, ...] = ("home", "user"),
    budget: int = 9,
    probed: tuple[bool, bool] = (True, True),
) -> Verification:
    """Return a verification with the causes of two wheels that hold these texts."""
    a, b = (
        written(folder / side, {**FILES, "demo/a.txt": text.encode()}) for side, text in zip("ab", texts, strict=True)
    )
    observed = msgspec.convert(SEEN, Observed)
    users = ("samewheel-user", "zq7user")
    printed = folder / "wheel.log"
    printed.write_text("")
    performed: Any = tuple(
        SimpleNamespace(
            product=SimpleNamespace(
                wheel=wheel,
                observed=observed if reports else None,
                conditions=msgspec.structs.replace(conditions(), user=user),
                printed=printed,
            )
        )
        for wheel, user, reports in zip((a, b if compared == FIRST_WITH_SECOND else a), users, probed, strict=True)
    )
    system = SimpleNamespace(backend="hatchling.build")
    opened = SimpleNamespace(project=SimpleNamespace(build_system=system))
    pair: Any = SimpleNamespace(prepared=SimpleNamespace(opened=opened))
    verification = msgspec.structs.replace(
        report(), differences=compare(a, b).differences, varied=varied, compared=compared
    )
    with ThreadPoolExecutor(1) as pool:
        return reasoning.with_causes(
            verification,
            pair,
            performed,
            against=b if compared == WITH_GIVEN else None,
            pool=pool,
            budget=budget,
            progress=SILENT,
        )


def told(verification: Verification) -> list[tuple[str, Certainty, tuple[str, ...]]]:
    """Return the causes, how sure they are, and the guilty conditions."""
    return [(one.cause, one.certainty, one.conditions) for one in verification.causes]


def test_what_the_wheels_show_needs_no_build(tmp_path: Path, builds: Builds) -> None:
    """Both values stand there: to build again would take minutes, and say the same."""
    found = reasoned(tmp_path, USERS)
    assert told(found) == [("user-name", SHOWN, ("user",))]
    assert (builds.asked, found.search) == ([], None)


def test_what_the_wheels_do_not_show_is_built_again(tmp_path: Path, builds: Builds) -> None:
    """Only for the differences that nobody can explain, with the conditions that were proven, in the budget."""
    found = reasoned(tmp_path, WORDS, varied=("home", "umask"), budget=7)
    assert told(found) == [("home-path", Certainty.BUILT, ("home",))]
    ((names, differences, budget),) = builds.asked
    assert (names, {one.member for one in differences}, budget) == (("home", "umask"), {"demo/a.txt"}, 7)
    assert found.search is not None
    assert found.search.builds == 3


@pytest.mark.parametrize(
    "options",
    [{"varied": ()}, {"compared": WITH_GIVEN}],
    ids=["nothing-varied", "given-wheel"],
)
def test_nothing_is_built_where_it_could_not_tell(tmp_path: Path, builds: Builds, options: Any) -> None:  # noqa: ANN401
    """A wheel that somebody else built differs for reasons that no condition of ours decides."""
    found = reasoned(tmp_path, WORDS, **options)
    assert told(found) == [(UNKNOWN, CONSISTENT, ())]
    assert (builds.asked, found.search) == ([], None)


def test_search_that_is_not_allowed_says_what_would_do(tmp_path: Path, builds: Builds) -> None:
    """It is worth a hint: the wheels tell no cause, and builds may."""
    found = reasoned(tmp_path, WORDS, budget=0)
    assert told(found) == [(UNKNOWN, CONSISTENT, ())]
    assert found.search is not None
    assert (builds.asked, found.search.builds, found.search.enough) == ([], 0, 50)


def test_values_of_our_builds_are_no_evidence_in_a_given_wheel(tmp_path: Path, builds: Builds) -> None:
    """It may have been made by samewheel elsewhere, and hold the same words: nobody knows its conditions."""
    assert told(reasoned(tmp_path, USERS, compared=WITH_GIVEN)) == [(UNKNOWN, CONSISTENT, ())]
    assert builds.asked == []


@pytest.mark.parametrize("varied", [(), ("home",), ("user",), ("home", "umask")])
@pytest.mark.parametrize("kind", [Kind.CONDITION, Kind.CLOCK])
@pytest.mark.parametrize("texts", [USERS, WORDS], ids=["users", "words"])
def test_no_cause_names_a_condition_that_was_not_varied(
    tmp_path: Path, builds: Builds, texts: tuple[str, str], kind: Kind, varied: tuple[str, ...]
) -> None:
    """Neither what stands in the wheels nor the time that went on accuses what nobody proved to be different."""
    builds.kind = kind
    named = {name for _, _, names in told(reasoned(tmp_path, texts, varied=varied)) for name in names}
    assert named <= {*varied}


@pytest.mark.parametrize("probed", [(False, True), (True, False), (False, False)])
def test_build_of_which_no_probe_tells_gives_nothing(
    tmp_path: Path, builds: Builds, probed: tuple[bool, bool]
) -> None:
    """What the other one saw is no pair of values; the wheels still tell what they can."""
    assert told(reasoned(tmp_path, USERS, probed=probed, budget=0)) == [(UNKNOWN, CONSISTENT, ())]
    assert builds.asked == []
