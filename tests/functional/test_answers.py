"""What a backend answered is kept: it is asked once, and again whenever the answer could be another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.answers import recall, remember
from samewheel.building import build
from samewheel.locking import lock
from samewheel.sandbox import choose_sandbox
from tests.functional.builds import OURS, make_project

if TYPE_CHECKING:
    from pathlib import Path

isolated = pytest.mark.skipif(
    choose_sandbox().isolation.network != "none", reason="without a sandbox no answer is kept"
)


class Steps:
    """A progress that counts how often a backend was asked."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self.asked = 0

    def step(self, text: str) -> None:
        """Count."""
        self.asked += text.startswith("Asking the backend")

    def warn(self, text: str) -> None:
        """Warnings do not matter."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and a cache that nobody has used."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))
    return make_project(tmp_path / "project", "", constraints=OURS)


def times_asked(project: Path, **options: object) -> int:
    """Build, and return how often the backend was asked."""
    steps = Steps()
    build(project, progress=steps, **options)  # type: ignore[arg-type]  # any option of build's
    return steps.asked


@isolated
def test_backend_is_asked_once_for_one_source(project: Path) -> None:
    """Whoever locks, builds and verifies waits for the answer once."""
    assert [times_asked(project) for _ in range(3)] == [1, 0, 0]


@isolated
def test_changed_source_is_asked_again(project: Path) -> None:
    """The hook is code of the source, and may read any file of it."""
    times_asked(project)
    (project / "new.txt").touch()
    assert times_asked(project) == 1


@isolated
@pytest.mark.parametrize(
    "options", [{"config_settings": {"a": "b"}}, {"env": {"A": "B"}}], ids=["config-settings", "env"]
)
def test_other_settings_are_another_question(options: dict[str, object], project: Path) -> None:
    """A hook gets the settings, and sees the variables."""
    times_asked(project)
    assert times_asked(project, **options) == 1


@isolated
def test_question_with_a_view_of_the_machine_has_no_lasting_answer(project: Path, tmp_path: Path) -> None:
    """Nobody knows when such a file changes."""
    (tmp_path / "file").touch()
    assert [times_asked(project, readable=[str(tmp_path / "file")]) for _ in range(2)] == [1, 1]


@isolated
def test_lock_asks_in_any_case(project: Path) -> None:
    """The lock says what is required now; it must not trust its own memory."""
    for _ in range(2):
        steps = Steps()
        lock(project, progress=steps)
        assert steps.asked > 0


def test_damaged_answer_is_no_answer(project: Path) -> None:
    """A cache may be cut off by a full disk or a cleaner, and be written by nobody but us."""
    remember("question", ["one"])
    assert recall("question") == ("one",)
    file = project.parent / "cache" / "answers" / "question.json"
    for damaged in (b"", b"[1]", b'["on', b"{}"):
        file.write_bytes(damaged)
        assert recall("question") is None
