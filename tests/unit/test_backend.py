"""What calls a backend: that it is ready when builds need it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from samewheel import backend

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("unwanted", [False, True])
def test_bytecode_is_kept_where_python_may_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, unwanted: bool
) -> None:
    """Builds only read the frontend: were it never imported outside, each of them would compile it anew."""
    name = f"bytecode_{unwanted}".lower()
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", unwanted)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    backend.keep_bytecode(name)
    assert [path.suffix for path in tmp_path.rglob("__pycache__/*")] == ([] if unwanted else [".pyc"])
    assert (name in sys.modules) != unwanted
