"""Types that several threads decode into are known to msgspec before the threads begin."""

from __future__ import annotations

import ast

import pytest

from tests.conftest import ROOT

THREADED = ("audit/workers.py", "index/client.py", "index/pages.py", "observation.py")
"""Modules whose functions run in several threads at once, and decode."""


@pytest.mark.parametrize("module", THREADED)
def test_decoder_is_made_at_import(module: str) -> None:
    """Msgspec 0.22 crashes where two threads decode into a type at once that it sees for the first time."""
    tree = ast.parse((ROOT / "src" / "samewheel" / module).read_text("utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [ast.unparse(call) for call in calls]
    assert not {"msgspec.json.decode", "msgspec.convert"} & set(named)
    top = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign)]
    assert any("msgspec.json.Decoder(" in text for text in top)
