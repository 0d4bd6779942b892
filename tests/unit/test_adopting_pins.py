"""The pins of ``samewheel init``: for which Pythons, and where they are made before anybody agreed to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from samewheel._types import SILENT
from samewheel.adopting import pins
from samewheel.errors import InvalidProjectError
from samewheel.project import Settings

from .adoptions import only_change, there

if TYPE_CHECKING:
    from pathlib import Path

OURS = "# samewheel-constraints: 1\n"


@dataclass
class Locked:
    """What was asked of the lock, and what it gave."""

    constraints: Any = None
    content: bytes = b"locked\n"
    output: Path | None = None
    before: str = ""
    requires_python: str | None = None

    def __call__(self, path: Path, *, output: Path, **options: Any) -> Locked:  # noqa: ANN401, ARG002
        """Lock nothing, and remember."""
        self.output, self.requires_python = output, options.get("requires_python")
        self.before = output.read_text() if output.exists() else ""
        self.constraints = self
        return self


@pytest.fixture
def lock(monkeypatch: pytest.MonkeyPatch) -> Locked:
    """A lock that only remembers, of pins that are never fresh."""
    found = Locked()
    monkeypatch.setattr(pins, "lock", found)
    monkeypatch.setattr(pins, "check_lock", lambda *_, **__: ("+ more",))
    return found


def test_first_pins_are_for_the_python_of_the_workflows(lock: Locked) -> None:
    """Whoever runs init has one Python, and the release another: the oldest that both run on."""
    outcome = pins.constraints(there(requires_python=">=3.9"), overrides={}, progress=SILENT, offline=False)
    assert only_change(outcome) == "locked\n"
    assert lock.requires_python == ">=3.11"
    assert lock.output is not None
    assert lock.output.name == "constraints.txt"
    # Nothing is written into the project before somebody agreed.
    assert there().top not in lock.output.parents


@pytest.mark.parametrize(
    ("files", "settings"), [({"constraints.txt": OURS}, Settings()), ({}, Settings(requires_python=">=3.12"))]
)
def test_a_range_that_was_decided_stays(files: dict[str, str], settings: Settings, lock: Locked) -> None:
    """What is in the project's table, or in the pins' own header, is asked for by the lock itself."""
    project = there(files, settings=settings)
    pins.constraints(project, overrides={}, progress=SILENT, offline=False)
    assert lock.requires_python is None
    assert lock.before == files.get("constraints.txt", "")


def test_pins_of_somebody_else_that_do_not_fit_are_left_alone(lock: Locked) -> None:
    """A file that the project names, and that samewheel did not write, is not replaced; the reason is said."""
    project = there({"pins.txt": "x==1\n"}, settings=Settings(constraints="pins.txt"))
    outcome = pins.constraints(project, overrides={}, progress=SILENT, offline=False)
    assert outcome.changes == ()
    assert "pins.txt was not written by samewheel, and it is stale: + more" in outcome.reason
    assert lock.output is None


def test_damaged_pins_of_ours_are_made_anew(lock: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge conflict in them is not the user's to resolve."""

    def refuse(*_: object, **__: object) -> tuple[str, ...]:
        raise InvalidProjectError("line 3: '<<<<<<<' is not a pin")

    monkeypatch.setattr(pins, "check_lock", refuse)
    outcome = pins.constraints(there({"constraints.txt": OURS}), overrides={}, progress=SILENT, offline=False)
    assert outcome.changes[0].why == "line 3: '<<<<<<<' is not a pin"
    assert lock.before == OURS
