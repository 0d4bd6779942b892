"""Some of the hostile builds of ``just torture-builds``, and the rules of their corpus."""

from __future__ import annotations

from itertools import product

import pytest

from samewheel.sandbox import find_sandbox
from tests.torture.attacks import ATTACKS, Attack
from tests.torture.attacks.values import NOT_TRIED, OPEN, Facts
from tests.torture.builds import LEVELS, Outcome, attacked, judged, sums, table
from tests.torture.machine import forbidden, has_users

SHORT = (
    *("tcp-loopback", "abstract-socket", "variables-of-others", "ssh-key", "home"),
    *("cached-environment", "daemon", "kill-others", "wheel-is-a-link", "pass-off", "two-faces-against"),
)
"""At least one of each kind, and each of the outcomes."""

HERE = [
    level
    for level in LEVELS
    if not level.root and (level.mechanism in {"", "none"} or find_sandbox(level.mechanism) is not None)
]
"""The levels that work on this machine, without that of root."""


@pytest.mark.skipif(bool(forbidden()), reason=f"no machine for hostile builds: {forbidden()}")
def test_hostile_builds_reach_what_the_corpus_says_and_no_more() -> None:
    """What is said to be stopped must be; and what is said to be open must, too, or an attack could be none."""
    outcomes = attacked(SHORT, HERE)
    assert [(one.attack, one.level, one.happened, one.said) for one in outcomes if one.lost] == []
    # An ordinary user cannot play another one for bubblewrap.
    assert {level.name for level in HERE if has_users() or level.mechanism != "bubblewrap"} <= {
        one.level for one in outcomes
    }
    assert {(one.attack, one.level) for one in outcomes} == set(product(SHORT, {one.level for one in outcomes}))


def test_there_are_many_attacks_with_names_of_their_own() -> None:
    """Two of one name would share a row, and one of them would not be seen."""
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 45


def test_each_attack_is_open_somewhere_or_says_why_it_is_not() -> None:
    """An attack that works nowhere could be one that is written wrong."""
    silent = [
        attack.name
        for attack in ATTACKS
        if not attack.why and not any(cell.startswith((OPEN, "detected")) for cell in (attack.none, attack.bare))
    ]
    assert silent == []


def test_what_is_open_where_builds_are_isolated_has_its_reason() -> None:
    """A gap that nobody explains is a defect."""
    assert [attack.name for attack in ATTACKS if attack.inside.startswith(OPEN) and not attack.why] == []


def test_nothing_kills_everything_where_nothing_is_isolated() -> None:
    """Whoever runs the tests is there, too."""
    dangerous = [attack for attack in ATTACKS if "kill(-1" in attack.code or "killpg" in attack.code]
    assert {attack.bare for attack in dangerous} == {NOT_TRIED}
    assert [attack.none for attack in dangerous if "kill(-1" in attack.code] == [NOT_TRIED]


def facts(code: int | None) -> Facts:
    """Return what is there after a build that ended so."""
    return Facts(None, code, b"", 0, b"")  # type: ignore[arg-type]  # nothing of the scene is looked at


@pytest.mark.parametrize(
    ("worked", "code", "word"),
    [
        *((True, 0, "open"), (True, 13, "detected 13"), (True, -9, "open -9")),
        *((False, 0, "stopped"), (False, 14, "stopped 14"), (False, None, "open, hangs")),
    ],
)
def test_outcome_is_never_rounded_up(*, worked: bool, code: int | None, word: str) -> None:
    """Only an exit code of samewheel's own is its word: one that was killed, or hangs, has said nothing."""
    assert judged(Attack("x", "tries", lambda _: worked), facts(code)) == word


CELLS = ("stopped", "open", "detected 13", "stopped", "stopped")


def test_outcome_that_differs_stands_out() -> None:
    """Whoever reads the table must not have to compare it with the corpus."""
    name = ATTACKS[0].name
    outcomes = [
        Outcome(name, level.name, "stopped", happened, "") for level, happened in zip(LEVELS, CELLS, strict=True)
    ]
    assert [one.lost for one in outcomes] == [False, True, True, False, False]
    row = table(outcomes, LEVELS).splitlines()[-1]
    assert row.endswith("| stopped | **open**, not stopped | **detected 13**, not stopped | stopped | stopped |")
    assert sums(outcomes, LEVELS).splitlines()[3] == f"| {LEVELS[1].name} | 1 | 0 | 0 | 1 |"
