"""Environments in the cache, which several processes share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel import environment
from samewheel.constraints import parse_constraints
from samewheel.environment import fetch_environment
from samewheel.interpreter import find_interpreter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_environment_that_was_made_meanwhile_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process may already build with it."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path))
    constraints, interpreter = parse_constraints(b"", "constraints.txt"), find_interpreter()
    install, faster = environment._install, list[int]()  # noqa: SLF001 - the middle of the work

    def overtaken(*args: object, **options: object) -> None:
        monkeypatch.setattr(environment, "_install", install)
        faster.append(fetch_environment((), constraints, interpreter).folder.stat().st_ino)
        install(*args, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(environment, "_install", overtaken)
    slower = fetch_environment((), constraints, interpreter)
    assert [slower.folder.stat().st_ino] == faster
    assert slower.python.exists()
