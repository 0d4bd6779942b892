"""Our own constraints: compiled by a plain uv, and what ``samewheel lock`` would have written."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from samewheel._uv import uv_binary
from samewheel.constraints import parse_constraints
from samewheel.locking import lock
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.index
def test_lock_and_the_plain_recipe_find_the_same_pins(tmp_path: Path) -> None:
    """Our lock is no secret art: two lines of uv give the same, and each guards the other against a mistake.

    Both resolve anew at the same moment; the committed file may hold older releases, which both would keep.
    """
    asked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_requirements.py"], cwd=ROOT, capture_output=True, check=True
    )
    options = ["--quiet", "--generate-hashes", "--only-binary", ":all:", "--universal", "--python-version", "3.11"]
    recipe = subprocess.run(
        [uv_binary(), "pip", "compile", *options, "-"], input=asked.stdout, capture_output=True, check=True
    )
    locked = lock(ROOT, output=tmp_path / "constraints.txt", requires_python=">=3.11")
    assert locked.constraints.pins == parse_constraints(recipe.stdout, "the recipe's output").pins


def test_the_committed_pins_are_those_of_the_recipe() -> None:
    """The recipe in the justfile and this file's test would else drift apart without anybody noticing."""
    recipe = (ROOT / "justfile").read_text("utf-8")
    for word in ("build_requirements.py", "--generate-hashes", "--only-binary :all:", "--universal"):
        assert word in recipe
    assert b"just package-constraints" in (ROOT / "constraints.txt").read_bytes()
