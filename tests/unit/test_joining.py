"""From what was recognised to explanations: what is alike is said once, and the worst and the surest comes first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.comparison.values import difference
from samewheel.explaining.case import Recognised
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.explaining import MOST_EVIDENCE, Recognition, join
from samewheel.explaining.values import UNKNOWN, Certainty
from tests.unit.recognising import CONSISTENT, SHOWN, UNTOLD

if TYPE_CHECKING:
    from samewheel.comparison import Difference

BUILT = Certainty.BUILT

MODE = difference("SW102", "mode", "100644", "100600", member="demo/a.py")
FIELD = difference("SW202", "Author", "x", "y", member="demo-1.0.dist-info/METADATA")
TEXT = difference("SW309", "lines", "1: x", "1: y", member="demo/a.txt")
LINES = difference("SW308", "lines 1 to 3", "", "", member="demo/b.txt")
FACT = difference("SW509", "umask", "022", "077")
ALL = (MODE, FIELD, TEXT, LINES, FACT)


def part(
    cause: str, *found: Difference, how: Certainty = CONSISTENT, by: tuple[str, ...] = (), whole: bool = True
) -> Recognised:
    """Return what was recognised of some differences."""
    evidence = f"{cause} of {', '.join(one.code for one in found)}"
    return Recognised(cause=cause, certainty=how, differences=found, conditions=by, evidence=evidence, whole=whole)


def known(*found: Recognised, left: tuple[Difference, ...] = ()) -> Recognition:
    """Return a recognition of all differences."""
    return Recognition(found=found, left=left, differences=ALL, backend="hatchling")


def test_conditions_of_one_cause_are_united() -> None:
    """One page, one remedy: who reads it cures both."""
    (one,) = join(
        known(
            part("archive-times", TEXT, how=SHOWN, by=("source_mtime",)),
            part("archive-times", LINES, how=SHOWN, by=("clock",)),
        )
    )
    assert one.conditions == ("clock", "source_mtime")
    assert one.members == ("demo/a.txt", "demo/b.txt")
    assert one.codes == ("SW308", "SW309")
    assert one.evidence == ("archive-times of SW309", "archive-times of SW308")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (part("umask", MODE), part("set-order", MODE)),
        (part("umask", MODE), part("umask", TEXT, how=SHOWN)),
        (part("umask", MODE, by=("umask",)), part("umask", TEXT)),
    ],
    ids=["cause", "certainty", "conditions"],
)
def test_what_is_known_otherwise_is_said_apart(one: Recognised, other: Recognised) -> None:
    """What is shown of one file must not be read of another for which it is only a guess."""
    assert [len(found.codes) for found in join(known(one, other))] == [1, 1]


@pytest.mark.parametrize(
    ("surer", "other"),
    [
        (part("temp-path", TEXT, how=SHOWN, by=("temp",)), part("temp-path", TEXT, how=BUILT)),
        (part("temp-path", TEXT, how=BUILT), part("temp-path", TEXT)),
        (part("temp-path", TEXT, LINES, how=SHOWN, by=("temp",)), part("temp-path", LINES)),
        (part("user-name", TEXT, how=SHOWN, by=("user",)), part("user-name", LINES, how=BUILT, by=("user",))),
        (part("archive-times", TEXT, how=SHOWN, by=("clock",)), part("archive-times", TEXT, how=BUILT, by=("uid",))),
    ],
    ids=["chance", "guess", "part", "elsewhere", "another-condition"],
)
def test_same_cause_is_said_once_if_no_more_is_claimed(surer: Recognised, other: Recognised) -> None:
    """As sure as the surest, with the conditions and the evidence of both; in whatever order they were found."""
    for found in ((surer, other), (other, surer)):
        (one,) = join(known(*found))
        assert (one.certainty, {*one.conditions}) == (surer.certainty, {*surer.conditions, *other.conditions})
        assert one.evidence == tuple(dict.fromkeys((surer.evidence, other.evidence)))


@pytest.mark.parametrize(
    ("surer", "other"),
    [
        (part("temp-path", TEXT, how=SHOWN, by=("temp",)), part("temp-path", LINES, how=BUILT)),
        (part("archive-times", TEXT, LINES, how=SHOWN, by=("clock",)), part("archive-times", TEXT, by=("uid",))),
    ],
    ids=["chance-elsewhere", "condition-of-a-part"],
)
def test_same_cause_is_said_twice_if_more_would_be_claimed(surer: Recognised, other: Recognised) -> None:
    """A condition is not named for a file of which nobody showed that."""
    assert len(join(known(surer, other))) == 2


def test_what_takes_several_together_is_not_said_of_what_takes_one() -> None:
    """Only one of the two files is cured by the other's page, too."""
    both = msgspec.structs.replace(part("home-path", TEXT, how=BUILT, by=("home",)), besides=("user-name",))
    assert [one.besides for one in join(known(both, part("home-path", LINES, how=BUILT, by=("home",))))] == [
        (),
        ("user-name",),
    ]


def test_the_worst_and_the_surest_come_first() -> None:
    """Installed files before metadata before the archive; then what is shown, built, guessed, and unknown at last."""
    found = (
        part("build-date", TEXT, how=SHOWN, by=("clock",)),
        part("user-name", TEXT, how=BUILT, by=("user",)),
        part("version-file", LINES),
        part("backend-version", FIELD, how=SHOWN),
        part("umask", MODE, how=SHOWN),
    )
    extra = difference("SW310", "code", "x", "y", member="demo/c.py")
    for order in permutations(found):
        told = [(one.cause, one.certainty) for one in join(known(*order, left=(extra,)))]
        assert told == [
            ("build-date", SHOWN),
            ("user-name", BUILT),
            ("version-file", CONSISTENT),
            UNTOLD,
            ("backend-version", SHOWN),
            ("umask", SHOWN),
        ]


def test_what_is_explained_in_part_is_not_called_unknown() -> None:
    """There is something to do about it; what is left shows when that is done."""
    assert [one.cause for one in join(known(part("user-name", TEXT, whole=False), left=(TEXT,)))] == ["user-name"]
    assert [one.cause for one in join(known(left=(TEXT,)))] == [UNKNOWN]


def test_evidence_is_said_once_and_not_without_end() -> None:
    """A hundred members with one cause need no hundred lines."""
    files = [difference("SW309", "lines", "", "", member=f"demo/{number}.txt") for number in range(MOST_EVIDENCE + 2)]
    parts = [
        Recognised(cause="build-date", certainty=SHOWN, differences=(one,), evidence=one.member) for one in files
    ]
    (found,) = join(known(*parts, *parts))
    assert found.evidence == tuple(one.member for one in files[:MOST_EVIDENCE])
    assert len(found.members) == len(files)


@pytest.mark.parametrize("backend", ["setuptools", "hatchling"])
def test_remedy_is_for_the_backend_at_hand(backend: str) -> None:
    """Lines for another backend would be pasted in vain."""
    recognition = Recognition(found=(part("version-file", TEXT),), left=(), differences=ALL, backend=backend)
    assert join(recognition)[0].remedy == CAUSES["version-file"].lines[backend]


@pytest.mark.parametrize(
    ("found", "unsure"),
    [
        ((), {MODE, FIELD, TEXT, LINES}),
        ((part("umask", MODE, how=SHOWN, by=("umask",)),), {FIELD, TEXT, LINES}),
        ((part("umask", MODE, how=SHOWN),), {MODE, FIELD, TEXT, LINES}),
        ((part("user-name", TEXT, how=SHOWN, by=("user",), whole=False),), {MODE, FIELD, TEXT, LINES}),
        ((part("user-name", TEXT, FIELD, by=("user",)), part("set-order", LINES)), {MODE, LINES}),
    ],
    ids=["nothing", "condition", "no-condition", "in-part", "two"],
)
def test_unsure_is_all_for_which_no_condition_is_known(
    found: tuple[Recognised, ...], unsure: set[Difference]
) -> None:
    """These are worth building again for; how the builds differed, no build tells."""
    assert set(known(*found).unsure) == unsure


@given(st.lists(st.tuples(st.sampled_from(["umask", "set-order"]), st.sampled_from(ALL), st.booleans()), max_size=6))
def test_every_difference_is_in_an_explanation(drawn: list[tuple[str, Difference, bool]]) -> None:
    """Whatever was recognised: code and member of each difference are named."""
    found = [part(cause, one, whole=whole) for cause, one, whole in drawn]
    whole = {one for recognised in found if recognised.whole for one in recognised.differences}
    told = join(known(*found, left=tuple(one for one in ALL if one not in whole)))
    for one in ALL:
        assert any(one.code in said.codes and (not one.member or one.member in said.members) for said in told)
