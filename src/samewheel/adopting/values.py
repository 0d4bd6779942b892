"""What is there, what should be there, and why something is left out."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from samewheel.project import Project

__all__ = ["Adoption", "Change", "Outcome", "Part", "Stale", "There", "left_out"]


class Part(StrEnum):
    """What ``samewheel init`` adds, in the order in which it is shown."""

    CONSTRAINTS = "constraints"
    SETTINGS = "settings"
    JUST = "just"
    IGNORE = "ignore"
    PRE_COMMIT = "pre-commit"
    RELEASE = "release"
    AUDIT = "audit"
    TOOLS = "tools"
    POLICY = "policy"


class There(Value, frozen=True, kw_only=True):
    """A project, and the files beside which ours would stand, read once."""

    project: Project
    top: Path
    """The folder that files are named from: the top of the git repository, or the project's where there is none."""
    below: str = ""
    """From there to the project, with a slash at the end; empty where the two are one."""
    name: str | None = None
    """The project's name, as it is written."""
    has_git: bool = False
    remote: str | None = None
    """Where ``origin`` is, without credentials."""
    files: Mapping[str, bytes]
    """Contents by path from the top, ``/``-separated: all that a part may want to look at, of those that exist."""
    own: frozenset[str] = frozenset()
    """Folders of the project that have the names of those that samewheel writes to, and hold something else."""
    has_justfile_above: bool = False
    """Whether a folder above the project has a justfile that ``just`` finds from the project's folder."""

    def content(self, name: str) -> bytes | None:
        """Return a file of the project's folder, named from there; None if there is none."""
        return self.files.get(self.below + name)


class Change(Value, frozen=True, kw_only=True):
    """One file that should be otherwise."""

    path: str
    """From the top, ``/``-separated."""
    before: bytes | None
    """None: there is no such file."""
    after: bytes
    why: str
    """What is missing or out of date; a phrase."""


class Stale(Value, frozen=True, kw_only=True):
    """A file of ours that cannot do its work, and that no change of ours would mend."""

    path: str
    """From the top, ``/``-separated."""
    why: str


class Outcome(Value, frozen=True, kw_only=True):
    """What a part comes to: changes, none because all is as it should be, or a reason why it is left out."""

    part: Part
    changes: tuple[Change, ...] = ()
    reason: str = ""
    """Why it is left out; empty: it is not."""
    hint: str = ""
    """The next command or edit, where it is left out."""
    stale: tuple[Stale, ...] = ()
    """What is there, and lacks something that is left out."""


class Adoption(Value, frozen=True, kw_only=True):
    """All of it, for one project; nothing is written yet."""

    project: Path
    top: Path
    has_git: bool = True
    outcomes: tuple[Outcome, ...]
    """Of the parts that were asked for, in their order."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All files that should be otherwise, in the order in which they are written."""
        return tuple(change for outcome in self.outcomes for change in outcome.changes)

    @property
    def is_fresh(self) -> bool:
        """Whether all is as it should be, but for what is left out."""
        return not self.changes and not any(outcome.stale for outcome in self.outcomes)


def left_out(part: Part, reason: str, hint: str = "") -> Outcome:
    """Return the outcome of a part that cannot be had."""
    return Outcome(part=part, reason=reason, hint=hint)
