"""The recipe that measures large wheels and audits, at its smallest."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from samewheel.wheel import check_wheel
from tests.torture.big_wheels import NAME, Size, make
from tests.torture.load import grown, on_audits, on_wheels, taken

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "size",
    [Size(3, 2), Size(3, 2, deflated=False), Size(3, 2, hole=True), Size(600)],
    ids=lambda size: str(tuple(size)),
)
def test_large_wheel_is_a_right_wheel(size: Size, tmp_path: Path) -> None:
    """What is measured is what such a wheel takes, and not what an error does."""
    path = make(tmp_path / NAME, size)
    check_wheel(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None


def test_steps_on_wheels_do_what_they_say(tmp_path: Path) -> None:
    """Each ends with its own exit code; that of a comparison says that it saw the difference."""
    wrong = {step[0]: taken(step, tmp_path, 1).wrong for step in on_wheels(tmp_path, Size(3, 1), verify=False)}
    assert len(wrong) == 7
    assert set(wrong.values()) == {""}


def test_steps_on_audits_do_what_they_say(tmp_path: Path) -> None:
    """A list of the wrong store would be short, and quick."""
    assert [taken(step, tmp_path, 1).wrong for step in on_audits(tmp_path, 3)] == [""] * 5


def test_what_grows_too_much_is_told() -> None:
    """The control: ten times as much may take ten times as long, and not a hundred times."""
    assert grown(10, 10.0, (1, 1.0)) == (1.0, False)
    assert grown(10, 100.0, (1, 1.0)) == (10.0, True)
    assert grown(10, 1.0, (1, 0.01)) == (None, False)
