"""Hostile wheels: each is refused by name by every command that reads one, and nothing is left."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from samewheel.canonicalizing import canonicalize
from samewheel.comparison import diff
from samewheel.errors import InvalidWheelError
from samewheel.wheel import open_wheel, strict_flaws
from tests.hostile_wheels import CASES, CONTROLS, Case, Control
from tests.hostile_wheels.base import wheel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST_MEMORY = 200
"""MiB that a process may have had at its end, with Python and all imports in it."""

LIMITED = """
import pathlib, sys
from samewheel.canonicalizing import canonicalize
from samewheel.errors import InvalidWheelError
try:
    canonicalize(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
except InvalidWheelError as error:
    print(error.cause)
status = pathlib.Path("/proc/self/status").read_text()
print(int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""


def _diff(path: Path, folder: Path) -> None:
    """Compare with a good wheel."""
    good = folder / "good" / path.name
    good.parent.mkdir()
    good.write_bytes(wheel())
    diff(good, path, strict=True)


def _canonicalize(path: Path, folder: Path) -> None:
    """Pack it again."""
    canonicalize(path, folder / "out")


def escaped(name: str) -> str:
    """Return a name as a message shows it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


@pytest.mark.parametrize("read", [_diff, _canonicalize], ids=["diff", "canonicalize"])
@pytest.mark.parametrize("case", [case for case in CASES if not case.large], ids=lambda case: case.name)
def test_hostile_wheel_is_refused_by_name(case: Case, read: Callable[[Path, Path], None], tmp_path: Path) -> None:
    """The message says which file, and which member of it; nothing is written."""
    path = case.write(tmp_path)
    with pytest.raises(InvalidWheelError) as caught:
        read(path, tmp_path)
    assert path.name in caught.value.what
    assert escaped(case.member) in caught.value.cause
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("case", [case for case in CASES if case.large], ids=lambda case: case.name)
def test_large_hostile_wheel_costs_little(case: Case, tmp_path: Path) -> None:
    """However much it says that it has, it gets no memory for that; its making here may cost more."""
    path = case.write(tmp_path)
    finished = subprocess.run(
        [sys.executable, "-c", LIMITED, path, tmp_path / "out"], check=True, capture_output=True, text=True
    )
    path.unlink()
    *cause, memory = finished.stdout.splitlines()
    assert cause
    assert escaped(case.member) in "\n".join(cause)
    assert int(memory) < MOST_MEMORY
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_unusual_wheel_is_accepted(control: Control, tmp_path: Path) -> None:
    """A reader that refuses what is right is no use to anyone."""
    path = control.write(tmp_path)
    with open_wheel(path) as opened:
        opened.refuse(strict_flaws(opened))
    copy = shutil.copy(path, tmp_path / f"copy-{path.name}")
    assert {one.code for one in diff(path, tmp_path / copy).differences} == {"SW304"}
