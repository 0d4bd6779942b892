"""A file is written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bikes.files import as_json, write

if TYPE_CHECKING:
    from pathlib import Path


def test_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """And nothing beside it."""
    place = tmp_path / "out" / "record.json"
    write(place, b"old")
    with pytest.raises(TypeError):
        write(place, "no bytes")  # type: ignore[arg-type]
    assert [path.name for path in place.parent.iterdir()] == ["record.json"]
    assert place.read_bytes() == b"old"


def test_json_has_one_form() -> None:
    """Whatever the order of the keys was."""
    assert as_json({"b": 1, "a": 2}) == as_json({"a": 2, "b": 1}) == b'{\n  "a": 2,\n  "b": 1\n}\n'
