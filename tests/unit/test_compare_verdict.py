"""The verdict ladder: its names, its order and its exit codes."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from samewheel.comparison import Difference, Verdict, worst
from samewheel.comparison.values import difference
from samewheel.errors import ExitCode

LADDER = {
    "identical": 0,
    "identical-after-replay": 10,
    "same-contents": 11,
    "metadata-differs": 12,
    "payload-differs": 13,
    "not-buildable": 14,
    "no-source": 15,
}


def test_ladder_is_the_one_of_the_design() -> None:
    """Names, order and exit codes are a promise to scripts."""
    assert {verdict.value: int(verdict.exit_code) for verdict in Verdict} == LADDER
    assert list(LADDER) == [verdict.value for verdict in Verdict]
    assert all(isinstance(verdict.exit_code, ExitCode) for verdict in Verdict)


def test_worst_is_the_lowest_rung() -> None:
    """The order is the ladder's, not the alphabet's, and not the argument's."""
    for better, worse in itertools.combinations(Verdict, 2):
        assert worst([better, worse]) is worst(iter([worse, better])) is worse
    assert worst([]) is Verdict.IDENTICAL


@pytest.mark.parametrize(
    ("code", "rung"),
    [("SW107", Verdict.SAME_CONTENTS), ("SW201", Verdict.METADATA_DIFFERS), ("SW304", Verdict.PAYLOAD_DIFFERS)],
)
def test_code_says_the_rung(code: str, rung: Verdict) -> None:
    """The hundreds of a code are its layer."""
    assert difference(code, "field", "1", "2").rung is rung


def test_difference_reads_back_strictly() -> None:
    """A report that another version wrote with more fields is not half understood."""
    found = difference("SW101", "time", "1", "2", member="x.py")
    text = msgspec.json.encode(found)
    assert msgspec.json.decode(text, type=Difference) == found
    with pytest.raises(msgspec.ValidationError, match="more"):
        msgspec.json.decode(text[:-1] + b',"more":1}', type=Difference)
