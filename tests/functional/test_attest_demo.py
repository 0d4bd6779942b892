"""The whole road, as ``just attest-demo`` shows it: two operators, a gate, and two attacks that it refuses."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.index
def test_two_operators_open_the_gate_and_a_changed_byte_or_commit_closes_it(tmp_path: Path) -> None:
    """Each step ends with the code that it should, and a refusal says in words what is wrong."""
    command = [sys.executable, str(ROOT / "scripts/attest_demo.py"), str(tmp_path / "demo")]
    finished = subprocess.run(command, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    _, gate = finished.stdout.split("== The gate")
    accepted, changed, other = gate.split("\n== ")[:3]
    assert "attested by  group-1, group-2 (2 needed)" in accepted
    assert "it is about another file" in changed
    assert "source-commit: it was built from" in other
