"""Projects as ``samewheel init`` sees them, made of nothing but texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.adopting.values import There
from samewheel.project import BuildSystem, Project, Settings

if TYPE_CHECKING:
    from samewheel.adopting.values import Outcome

__all__ = ["REMOTE", "only_change", "there"]

REMOTE = "https://github.com/us/demo"

FOLDER = Path("/project")


def there(
    files: dict[str, str] | None = None,
    *,
    below: str = "",
    remote: str | None = REMOTE,
    has_git: bool = True,
    has_justfile_above: bool = False,
    settings: Settings | None = None,
    requires: tuple[str, ...] = (),
    requires_python: str = "",
) -> There:
    """Return a project called demo with these files, named from the top of its repository."""
    system = BuildSystem(requires=requires, backend="backend")
    project = Project(
        folder=FOLDER / below,
        build_system=system,
        settings=settings or Settings(),
        requires_python=requires_python,
    )
    return There(
        project=project,
        top=FOLDER,
        below=below,
        name="demo",
        has_git=has_git,
        remote=remote,
        files={name: text.encode() for name, text in (files or {}).items()},
        has_justfile_above=has_justfile_above,
    )


def only_change(outcome: Outcome) -> str:
    """Return what the one file that an outcome changes should be."""
    (change,) = outcome.changes
    assert outcome.reason == ""
    return change.after.decode()
