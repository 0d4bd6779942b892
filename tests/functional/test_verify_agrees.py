"""Two programs, one verdict: ``samewheel verify``, and the script that shares no line with it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel

DIFFERENT = (
    *("hash-order", "home", "path", "randomness", "source-mtime", "temp-path", "time-zone-offset", "umask-modes"),
)
"""Defects by what both programs vary, or by chance."""

SAME = ("control-pure", "control-sorted")


def script_says(project: Path, temporary: Path) -> str:
    """Return the script's verdict in a word."""
    temporary.mkdir()
    script, constraints = ROOT / "scripts" / "verify_twice.py", project / "constraints.txt"
    finished = subprocess.run(
        [sys.executable, script, "--constraints", constraints, project],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    word = finished.stdout.splitlines()[-1].partition(":")[0]
    assert finished.returncode == {"identical": 0, "different": 1}[word], finished.stderr
    return word


def verify_says(project: Path, samewheel: Samewheel) -> str:
    """Return the verdict of ``samewheel verify`` in the script's words."""
    finished = samewheel("verify", "-q", project)
    assert finished.returncode in {0, 11, 12, 13}, finished.stderr
    return "identical" if finished.returncode == 0 else "different"


@pytest.mark.parametrize(
    ("name", "verdict"), [*((name, "identical") for name in SAME), *((name, "different") for name in DIFFERENT)]
)
def test_both_say_the_same(
    name: str, verdict: str, copied: ProjectCopier, tmp_path: Path, samewheel: Samewheel
) -> None:
    """A mistake in how either builds or compares would have to be made twice, differently, to pass here."""
    project = copied(f"defects/{name}", "project")
    assert (script_says(project, tmp_path / "temporary"), verify_says(project, samewheel)) == (verdict, verdict)
