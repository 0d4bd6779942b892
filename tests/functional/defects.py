"""The projects of tests/projects/defects: what is expected of each, and what it takes to build them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PROJECTS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DEFECTS", "FETCHING", "expected", "needs_tools"]

DEFECTS = sorted(path.parent for path in (PROJECTS / "defects").glob("*/expected.json"))

FETCHING = {"optional-c-extension"}
"""Those whose backend comes from the index; all others bring their own."""


def expected(defect: Path) -> dict[str, Any]:
    """Return what is expected of a defect."""
    content = json.loads((defect / "expected.json").read_text("utf-8"))
    assert isinstance(content, dict)
    return content


def needs_tools(defect: Path) -> None:
    """Skip a defect that is built by a program which is not here."""
    for tool in expected(defect).get("tools", ()):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool}")
