"""Commands at once on one cold cache: the short form of ``just torture-at-once``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.torture.at_once import COMMANDS, Command, differing, judged, left_behind, started, tortured

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 4


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the recipe sets for its runs is not for other tests."""
    for name in ("TMPDIR", "SAMEWHEEL_CACHE_DIR", "UV_DEFAULT_INDEX", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


QUICK = ("canonicalize", "keygen", "audit, one name")
"""Those that take seconds."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.long]) for name in COMMANDS]
)
def test_runs_at_once_give_what_one_gives(name: str, tmp_path: Path) -> None:
    """Whoever starts several has the same bytes, no half of a file, and a cache that is still good."""
    outcome = tortured(name, RUNS, tmp_path)
    assert outcome.lost == ()
    assert outcome.done + outcome.refused == RUNS
    assert bool(outcome.refused) == bool(COMMANDS[name].winners)


def test_run_that_fails_is_not_taken_for_a_refusal(tmp_path: Path) -> None:
    """Only the words that a command promises count, and a success too many counts against it."""
    folder = tmp_path / "folder"
    folder.mkdir()
    command = Command(("diff", "a.whl", "b.whl"), (), 1, "is being written by another process")
    done, refused, lost = judged(folder, command, [started(folder, command.words, 0)])
    assert (done, refused, len(lost)) == (0, 0, 2)
    fine = Command(("--version",), (), 1)
    done, refused, lost = judged(folder, fine, [started(folder, fine.words, number) for number in range(2)])
    assert (done, refused, lost) == (2, 0, ["2 of 2 were done"])


def test_other_bytes_and_halves_of_files_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the table would say that nothing was lost, whatever was."""
    folder, cache, temporary = tmp_path / "folder", tmp_path / "cache", tmp_path / "temporary"
    for each in (folder, cache, temporary / "samewheel-abcd1234"):
        each.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    (folder / "constraints.txt").write_text("another", "utf-8")
    (folder / ".constraints.txt.0123456789abcdef").touch()
    (cache / ".kept.0123456789abcdef").touch()
    lock = COMMANDS["lock"]
    assert len(differing(folder, lock, 1, ["the digest of one"])) == 1
    left = left_behind(folder, cache, set(), {"constraints.txt"})
    assert left == [".constraints.txt.0123456789abcdef", "samewheel-abcd1234", ".kept.0123456789abcdef"]
