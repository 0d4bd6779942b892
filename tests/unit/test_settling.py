"""What a search adds to what the bytes tell: guesses are confirmed or give way, and no difference is lost."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from samewheel.comparison.values import difference
from samewheel.explaining.case import Recognised
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.explaining import Recognition, join
from samewheel.explaining.settling import CHANCE, DECIDED, settle
from samewheel.explaining.values import UNKNOWN, Certainty
from samewheel.trials import Finding, Kind, Search, in_words, targets_of
from samewheel.variations import VARIATIONS
from tests.unit.recognising import CONSISTENT, SHOWN

if TYPE_CHECKING:
    from samewheel.comparison import Difference

BUILT = Certainty.BUILT

LINES = difference("SW308", "lines 1 to 3", "", "", member="demo/a.txt")
TEXT = difference("SW309", "lines", "1: x", "1: y", member="demo/a.txt")
BIT = difference("SW303", "mode", "plain", "executable", member="demo/a.txt")
STREAM = difference("SW104", "stream", "1", "2", member="demo/a.txt")
MODES = tuple(difference("SW102", "mode", "100644", "100600", member=f"demo/{name}.py") for name in "ab")
ARCHIVE = difference("SW318", "member a.o: date", "1", "2", member="demo/x.a")
SYMBOL = difference("SW407", "symbols", "x", "y", member="demo/x.so")
FACT = difference("SW509", "umask", "022", "077")

Said = list[tuple[str, Certainty, tuple[str, ...]]]


def guess(cause: str, *found: Difference, certainty: Certainty = CONSISTENT) -> Recognised:
    """Return what the bytes are consistent with, or show without naming a condition."""
    return Recognised(cause=cause, certainty=certainty, differences=found, evidence="looks like it")


def seen(cause: str, *found: Difference, condition: str, whole: bool = True) -> Recognised:
    """Return what the bytes show to be a condition's."""
    return Recognised(
        cause=cause, certainty=SHOWN, differences=found, conditions=(condition,), evidence="stands there", whole=whole
    )


def known(differences: tuple[Difference, ...], *found: Recognised) -> Recognition:
    """Return a recognition: what is not explained as a whole is left."""
    whole = {part for one in found if one.whole for part in one.differences}
    left = tuple(one for one in differences if one not in whole)
    return Recognition(found=found, left=left, differences=differences, backend="")


def finding(
    one: Difference, *conditions: str, kind: Kind = Kind.CONDITION, together: bool = False, only: bool = True
) -> Finding:
    """Return what builds say of a difference."""
    (target,) = targets_of([one])
    return Finding(target=target, kind=kind, conditions=conditions, together=together, only=only)


def search(*findings: Finding) -> Search:
    """Return a search that found this."""
    return Search(builds=5, budget=9, complete=True, trials=(), findings=tuple(sorted(findings)))


def said(recognition: Recognition, *findings: Finding) -> Said:
    """Return the causes after a search, how sure they are, and the guilty conditions."""
    causes = join(settle(recognition, search(*findings)))
    return sorted((one.cause, one.certainty, one.conditions) for one in causes)


def test_guess_is_confirmed_by_builds() -> None:
    """Of two guesses, the one that the guilty condition makes; the evidence has the builds, and what led to it."""
    recognition = known((LINES,), guess("set-order", LINES), guess("directory-order", LINES))
    found = finding(LINES, "directory_order")
    assert said(recognition, found) == [("directory-order", BUILT, ("directory_order",))]
    (cause,) = join(settle(recognition, search(found)))
    assert cause.evidence == (f"demo/a.txt: {in_words(found)}", "looks like it")


@pytest.mark.parametrize(
    ("wrong", "one", "condition", "right"),
    [
        (guess("compressor", STREAM), STREAM, "cpus", "cpu-count"),
        (guess("set-order", LINES), LINES, "locale", "locale"),
        (guess("archive-system", *MODES, certainty=SHOWN), MODES[0], "umask", "umask"),
        (guess("build-date", TEXT), TEXT, "user", "user-name"),
    ],
    ids=["compressor", "set", "system", "date"],
)
def test_guess_gives_way_to_builds(wrong: Recognised, one: Difference, condition: str, right: str) -> None:
    """What no condition decides, or another one, is refuted by the build in which this one alone was switched."""
    assert said(known(wrong.differences, wrong), finding(one, condition)) == [(right, BUILT, (condition,))]


def test_what_nobody_guessed_is_named() -> None:
    """Unknown to the bytes, and known to the builds."""
    assert said(known((TEXT,))) == [(UNKNOWN, CONSISTENT, ())]
    assert said(known((TEXT,)), finding(TEXT, "home")) == [("home-path", BUILT, ("home",))]


def test_what_bytes_show_of_a_condition_stays() -> None:
    """A name that stands there needs no build; the builds add who else is guilty, and do not say it twice."""
    recognition = known((TEXT,), seen("user-name", TEXT, condition="user", whole=False))
    found = said(recognition, finding(TEXT, "home", "user"))
    assert found == [("home-path", BUILT, ("home",)), ("user-name", SHOWN, ("user",))]
    assert said(recognition, finding(TEXT, "user")) == [("user-name", SHOWN, ("user",))]


def test_condition_that_is_shown_elsewhere_in_the_member_is_not_blamed_for_the_rest() -> None:
    """The umask made the file executable, and that is why it differs with it; its text is the clock's."""
    recognition = known((BIT, TEXT), seen("umask", BIT, condition="umask"))
    found = said(recognition, finding(TEXT, "clock", "umask"))
    assert found == [("build-date", BUILT, ("clock",)), ("umask", SHOWN, ("umask",))]


def test_condition_that_is_shown_in_another_member_is_named_here_too() -> None:
    """Who cures one file is not done: the one explanation of this cause is about both."""
    recognition = known((TEXT, SYMBOL), seen("user-name", TEXT, condition="user"))
    told = join(settle(recognition, search(finding(SYMBOL, "home", "user"))))
    assert {one.cause: (one.certainty, one.conditions, one.members) for one in told} == {
        "home-path": (BUILT, ("home",), ("demo/x.so",)),
        "user-name": (SHOWN, ("user",), ("demo/a.txt", "demo/x.so")),
    }


def test_condition_that_is_the_only_guilty_one_is_blamed_for_all() -> None:
    """The text differs, too, and nothing else but the umask can have done it: it must not get lost."""
    recognition = known((BIT, TEXT), seen("umask", BIT, condition="umask"))
    found = said(recognition, finding(TEXT, "umask"))
    assert found == [("umask", SHOWN, ("umask",)), ("umask-value", BUILT, ("umask",))]


def test_conditions_that_suffice_alone_are_causes_of_their_own() -> None:
    """Who cures one of them must cure the other, too; what is one cause is said once."""
    assert said(known((TEXT,)), finding(TEXT, "home", "user")) == [
        ("home-path", BUILT, ("home",)),
        ("user-name", BUILT, ("user",)),
    ]
    assert said(known((ARCHIVE,)), finding(ARCHIVE, "clock", "uid")) == [("archive-members", BUILT, ("clock", "uid"))]


def test_evidence_is_of_the_conditions_of_its_cause() -> None:
    """Who reads of the user is not told of the home folder."""
    both = finding(TEXT, "home", "user")
    for one in join(settle(known((TEXT,)), search(both))):
        assert one.evidence == (f"demo/a.txt: {in_words(replace(both, conditions=one.conditions))}",)


def test_chance_beside_a_name_that_stands_there_is_one_cause() -> None:
    """The file in the temporary folder has a random name: one cure, and both are evidence."""
    shown = seen("temp-path", TEXT, condition="temp", whole=False)
    guessed = guess("temp-path", TEXT)
    (cause,) = join(settle(known((TEXT,), shown, guessed), search(finding(TEXT, kind=Kind.RANDOMNESS))))
    assert (cause.cause, cause.certainty, cause.conditions) == ("temp-path", SHOWN, ("temp",))
    assert [line.partition(": ")[2].partition(" ")[0] for line in cause.evidence].count("caused") == 1
    assert "stands there" in cause.evidence


def test_conditions_that_it_takes_together_are_one_cause() -> None:
    """Neither of them does it alone: the sentence names both, and so do the pages."""
    found = finding(TEXT, "home", "timezone", together=True)
    (cause,) = join(settle(known((TEXT,)), search(found)))
    assert (cause.cause, cause.conditions, cause.besides) == ("home-path", ("home", "timezone"), ("time-zone",))
    assert (
        f"on {CAUSES['home-path'].what}, only together with {CAUSES['time-zone'].what}: {CAUSES['home-path'].do}"
    ) in cause.sentence
    assert cause.evidence == (f"demo/a.txt: {in_words(found)}",)
    (times,) = join(settle(known((ARCHIVE,)), search(finding(ARCHIVE, "clock", "uid", together=True))))
    assert (times.cause, times.besides) == ("archive-members", ()), "one page tells of both"


def test_build_id_beside_something_else_tells_nothing() -> None:
    """It follows from all that differs in the file: no guess about it counts, nor is it the cause of the rest."""
    digest = difference("SW401", "build-id", "1", "2", member="demo/x.so")
    text = difference("SW404", "strings", "/tmp/x.c", "/var/x.c", member="demo/x.so")  # noqa: S108 - only words
    recognition = known((digest, text), guess("build-id", digest), guess("temp-path", text))
    assert said(recognition, finding(text, "temp")) == [("temp-path", BUILT, ("temp",))]
    chance = known((digest, SYMBOL), guess("build-id", digest), guess("random-symbols", SYMBOL))
    assert said(chance, finding(SYMBOL, kind=Kind.RANDOMNESS)) == [("random-symbols", BUILT, ())]
    assert said(known((digest,), guess("build-id", digest)), finding(digest, "temp")) == [
        ("build-id", BUILT, ("temp",))
    ]


def test_time_that_goes_on_is_the_clock() -> None:
    """Builds at two times of day differ, though no condition was switched: so none is named."""
    assert said(known((TEXT,)), finding(TEXT, kind=Kind.CLOCK)) == [("build-date", BUILT, ())]


@pytest.mark.parametrize(
    ("guessed", "cause"),
    [*((name, name) for name in CHANCE), ("build-path", CHANCE[-1]), ("compiler", CHANCE[-1]), (None, CHANCE[-1])],
)
def test_chance_is_what_the_bytes_look_like(guessed: str | None, cause: str) -> None:
    """Made-up names and stamps are chance with a page of their own; any other guess is refuted."""
    found = [guess(guessed, SYMBOL)] if guessed else []
    assert said(known((SYMBOL,), *found), finding(SYMBOL, kind=Kind.RANDOMNESS)) == [(cause, BUILT, ())]


@pytest.mark.parametrize("kind", sorted(set(Kind) - DECIDED))
def test_search_that_tells_no_cause_is_evidence(kind: Kind) -> None:
    """A guess is still one, and what was unknown is; what builds say of it is told beside."""
    recognition = known((TEXT, SYMBOL), guess("build-date", TEXT))
    findings = [replace(finding(one, kind=kind, only=False), cleared=("uid",)) for one in (TEXT, SYMBOL)]
    date, unknown = sorted(join(settle(recognition, search(*findings))), key=lambda one: one.cause)
    assert (date.cause, date.certainty, date.conditions) == ("build-date", CONSISTENT, ())
    assert date.evidence == ("looks like it", f"demo/a.txt: {in_words(findings[0])}")
    assert (unknown.cause, unknown.members) == (UNKNOWN, ("demo/x.so",))
    assert unknown.evidence == (f"demo/x.so: {in_words(findings[1])}",)
    assert "the builds that were made do not tell why" in unknown.sentence


def test_search_that_built_nothing_changes_nothing() -> None:
    """It was not allowed to."""
    recognition = known((TEXT,))
    nothing = replace(search(finding(TEXT, kind=Kind.UNDECIDED, only=False)), builds=0)
    assert settle(recognition, nothing) == recognition


@pytest.mark.parametrize(("only", "left"), [(True, []), (False, ["set-order"])])
def test_chance_leaves_guesses_of_what_it_may_hide(left: list[str], *, only: bool) -> None:
    """Where two builds that had the same differ in one place, the guess about another one is as good as before."""
    recognition = known((LINES, TEXT), guess("set-order", LINES), guess("randomness", TEXT))
    found = said(recognition, finding(TEXT, kind=Kind.RANDOMNESS, only=only))
    assert found == [("randomness", BUILT, ()), *((name, CONSISTENT, ()) for name in left)]


def test_finding_is_about_its_target_alone() -> None:
    """Modes are of all members alike; contents are of their member, and so is what else is in it."""
    recognition = known((*MODES, TEXT, SYMBOL), guess("umask", *MODES))
    settled = settle(recognition, search(finding(MODES[0], "umask"), finding(TEXT, "user")))
    assert {(one.cause, one.differences) for one in settled.found} == {("umask", MODES), ("user-name", (TEXT,))}
    assert settled.left == (SYMBOL,)


DIFFERENCES = (LINES, TEXT, BIT, STREAM, *MODES, SYMBOL, FACT)
CONDITIONS = [variation.name for variation in VARIATIONS]

some_of = st.lists(st.sampled_from(DIFFERENCES), unique=True, min_size=1)
any_conditions, some_conditions = (
    st.lists(st.sampled_from(CONDITIONS), unique=True, min_size=least, max_size=2).map(sorted) for least in (0, 1)
)


@st.composite
def parts(draw: st.DrawFn) -> Recognised:
    """Draw what was recognised."""
    return Recognised(
        cause=draw(st.sampled_from([*CAUSES])),
        certainty=draw(st.sampled_from([SHOWN, CONSISTENT])),
        differences=tuple(draw(some_of)),
        conditions=tuple(draw(any_conditions)),
        whole=draw(st.booleans()),
    )


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Draw what builds may say."""
    kind = draw(st.sampled_from(Kind))
    named = draw(some_conditions) if kind is Kind.CONDITION else []
    return Finding(
        target=draw(st.sampled_from(sorted(targets_of(DIFFERENCES)))),
        kind=kind,
        conditions=tuple(named),
        together=len(named) > 1 and draw(st.booleans()),
        only=draw(st.booleans()),
    )


@given(st.lists(parts(), max_size=4), st.lists(findings(), max_size=4))
def test_no_difference_is_lost_and_nobody_who_is_guilty(found: list[Recognised], told: list[Finding]) -> None:
    """Whatever was recognised and found out: all is explained or left, and all are named that are found guilty."""
    recognition = known(DIFFERENCES, *found)
    settled = settle(recognition, search(*told))
    assert {part for one in settled.found for part in one.differences} | {*settled.left} == {*DIFFERENCES}
    decided = [one for one in told if one.kind in DECIDED and one.target in targets_of(recognition.unsure)]
    assert targets_of(settled.left).isdisjoint(one.target for one in decided)
    named = {
        (name, target)
        for one in settled.found
        for name, target in product(one.conditions, targets_of(one.differences))
    }
    assert {(name, one.target) for one in decided for name in one.conditions} <= named


def test_target_of_the_archive_has_no_member_in_its_evidence() -> None:
    """Nothing stands before the words then."""
    found = finding(MODES[0], "umask")
    (one,) = settle(known(MODES), search(found)).found
    assert one.evidence == in_words(found)
