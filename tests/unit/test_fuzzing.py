"""The laws that `just fuzz` checks, for a few inputs; and that they would see it if a reader were misled."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samewheel.comparison import Verdict
from tests import fuzzing
from tests.fuzzing import laws
from tests.fuzzing.streaming import streamed
from tests.hostile_wheels import CASES, CONTROLS, FILE_NAME, Case, Control
from tests.hostile_wheels.base import FILES, RECORD, changed, record, wheel
from tests.hostile_wheels.zip_bytes import packed, with_entry

a_few = settings(max_examples=25, suppress_health_check=list(HealthCheck))

MISLEADING = ("descriptor-of-stored-empty-in-64-bits", "descriptor-of-stored-hides-member", "prepended-archive")
"""In which a reader that streams finds something else, or nothing."""


@a_few
@given(file=fuzzing.MUTANTS)
def test_reader_holds(file: bytes) -> None:
    """What is accepted is the same for every reader."""
    fuzzing.read(file)


@a_few
@given(pair=fuzzing.PAIRS)
def test_comparison_holds(pair: tuple[bytes, bytes]) -> None:
    """No verdict is better than what another reader finds."""
    fuzzing.compared(*pair)


@a_few
@given(drawn=fuzzing.INSIDES)
def test_look_inside_holds(drawn: tuple[str, bytes, bytes]) -> None:
    """Damaged contents have an answer."""
    fuzzing.looked_into(*drawn)


@pytest.mark.parametrize("control", [one for one in CONTROLS if not one.large], ids=lambda control: control.name)
def test_controls_hold(control: Control) -> None:
    """What must be accepted is the same for a reader that streams, and its canonical form installs the same."""
    assert fuzzing.read(control.make()) or control.file_name != FILE_NAME


@pytest.mark.parametrize("case", [case for case in CASES if case.name in MISLEADING], ids=lambda case: case.name)
def test_streaming_reader_is_misled(case: Case) -> None:
    """The other reader is no copy of ours: it falls for what is made for readers like it."""
    with pytest.raises((ValueError, AssertionError)):
        assert {name.decode(): content for name, content in streamed(case.make()).items()}.items() >= FILES.items()


def test_streaming_reader_reads_the_base() -> None:
    """And finds what is there where nothing is wrong."""
    assert {name.decode(): content for name, content in streamed(wheel()).items()} == {**FILES, RECORD: record(FILES)}


@pytest.mark.parametrize("mode", [0, 0o644, 0o755, 0o100600, 0o100755])
def test_canonical_form_keeps_what_a_mode_means(mode: int) -> None:
    """Of 0755 without a type, uv makes an executable file and pip does not; its canonical form is no other file."""
    assert fuzzing.read(packed(changed(lambda member: with_entry(member, attributes=mode << 16))))


def test_law_sees_a_verdict_that_is_too_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that finds nothing in another payload breaks the law."""
    same, other = wheel(), wheel({"demo/__init__.py": b"x = 2\n"})
    fuzzing.compared(same, other)
    monkeypatch.setattr(laws, "_distance", lambda *_: Verdict.NO_SOURCE)
    with pytest.raises(AssertionError):
        fuzzing.compared(same, other)


def test_mutants_are_right_and_wrong() -> None:
    """Only wheels that are refused, or only such as are accepted, would say little."""
    outcomes: set[bool] = set()

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        outcomes.add(fuzzing.read(data.draw(fuzzing.MUTANTS)))

    draw()
    assert outcomes == {True, False}
