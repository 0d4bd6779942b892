"""The recipe that kills parts of a cluster, in short: `just torture-cluster` does the same for ten minutes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.torture.cluster import differences

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


def test_audit_survives_a_few_kills() -> None:
    """Nothing is lost, told twice or left behind, whatever was killed when."""
    words = ("--fake", "12", "--real", "0", "--schedulers", "1", "--pause", "2", "--loopback")
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.cluster", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("| fake builds | loopback | 12 |")
    assert done.stdout.endswith("| 0 | 0 | 0 |\n")


def test_recipe_would_notice() -> None:
    """The control: another result, a missing one, and one that is there twice."""
    one: dict[str, object] = {"name": "one", "status": "rebuilt"}
    two: dict[str, object] = {"name": "two", "status": "rebuilt"}
    assert differences([one, two], [one, two]) == []
    assert len(differences([one, two], [one, {**two, "status": "failed"}])) == 1
    assert differences([one, two], [one]) == ["no result: two"]
    assert differences([one, two], [one, one, two]) == ["1 listed twice"]
