"""Each defect, verified: the verdict that is expected of it, by the condition that is guilty, and by no other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from samewheel.compare import Verdict
from samewheel.verifying import available, verify
from tests.conftest import PROJECTS

DEFECTS = sorted(path.parent for path in (PROJECTS / "defects").glob("*/expected.json"))

each_defect = pytest.mark.parametrize("defect", DEFECTS, ids=lambda path: path.name)


def expected(defect: Path) -> dict[str, Any]:
    """Return what is expected of a defect."""
    content = json.loads((defect / "expected.json").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def needs(defect: Path) -> None:
    """Skip a defect whose guilty condition cannot be varied here."""
    for name in expected(defect)["guilty"]:
        if reason := available()[name]:
            pytest.skip(f"{name}: {reason}")


@each_defect
def test_defect_gets_its_verdict(defect: Path, tmp_path: Path) -> None:
    """All conditions at once, as a user runs it: nothing slips through, and nothing is made worse than it is."""
    needs(defect)
    project = Path(shutil.copytree(defect, tmp_path / defect.name))
    assert verify(project).verification.verdict == Verdict(expected(defect)["verdict"])


@each_defect
def test_defect_passes_without_its_condition(defect: Path, tmp_path: Path) -> None:
    """The control of the harness: with the guilty condition left alone, nothing differs; so it is what catches it."""
    guilty = expected(defect)["guilty"]
    if not guilty and expected(defect)["verdict"] != Verdict.IDENTICAL:
        pytest.skip("random: no condition is guilty")
    if "clock" in guilty:
        pytest.skip("clock: two builds at the same time may see two seconds")
    others = [name for name, reason in available().items() if not reason and name not in guilty]
    project = Path(shutil.copytree(defect, tmp_path / defect.name))
    assert verify(project, names=others).verification.verdict is Verdict.IDENTICAL
