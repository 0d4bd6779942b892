"""What a backend answered is kept: it is asked once, and again whenever the answer could be another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.answers import recall, remember
from samewheel.building import build
from samewheel.locking import lock
from samewheel.sandbox import choose_sandbox
from samewheel.verifying import verify
from tests.functional.builds import OURS, make_project

if TYPE_CHECKING:
    from collections.abc import Callable
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
    """Verify, and return how often the backend was asked."""
    steps = Steps()
    verify(project, names=[], via_sdist=False, progress=steps, **options)  # type: ignore[arg-type]  # any of verify's
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
@pytest.mark.parametrize("does", [build, lock])
def test_who_writes_what_others_rely_on_asks_in_any_case(does: Callable[..., object], project: Path) -> None:
    """A lock and a release must not trust a memory: what a hook looks at may be more than the question names."""
    for _ in range(2):
        steps = Steps()
        does(project, progress=steps)
        assert steps.asked > 0


@isolated
def test_what_a_build_was_told_is_known_to_a_verification(project: Path) -> None:
    """Whoever builds and then verifies waits for the answer once."""
    build(project)
    assert times_asked(project) == 0


def test_damaged_answer_is_no_answer(project: Path) -> None:
    """A cache may be cut off by a full disk or a cleaner, and be written by nobody but us."""
    remember("question", ["one"])
    assert recall("question") == ("one",)
    file = project.parent / "cache" / "answers" / "question.json"
    for damaged in (b"", b"[1]", b'["on', b"{}"):
        file.write_bytes(damaged)
        assert recall("question") is None
