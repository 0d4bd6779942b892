"""What a rebuild is: the plan that says how, what came of each attempt, and what is left to explain."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec

from samewheel._types import Sha256, Value, Via
from samewheel.buildinfo import Dependency, Isolation
from samewheel.comparison import Difference, File, Verdict
from samewheel.epoch import EARLIEST, LATEST
from samewheel.explaining.values import Explanation

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.limits import Limits

__all__ = [
    "GIVEN",
    "PLAN_SCHEMA",
    "SCHEMA",
    "TRIES",
    "Attempt",
    "BuiltDependency",
    "Command",
    "Modes",
    "Newlines",
    "Plan",
    "PlannedSource",
    "PlannedWheel",
    "Rebuilt",
    "Times",
    "Wanted",
]

SCHEMA = "samewheel/rebuild/1"
"""What the JSON of a :class:`Rebuilt` says it is."""

GIVEN = "the given plan"
"""Why the one attempt was made that followed a plan."""

TRIES = 8
"""Plans that are tried unless somebody says otherwise."""

PLAN_SCHEMA = "samewheel/plan/1"
"""What a plan's TOML says it is."""


class Command(StrEnum):
    """How the backend is called."""

    PEP517 = "pep517"
    """Its hook ``build_wheel``."""
    SETUP_PY = "setup.py"
    """``python setup.py bdist_wheel``, as before PEP 517."""


class Times(StrEnum):
    """Which modification times the source's files have."""

    EPOCH = "epoch"
    """SOURCE_DATE_EPOCH, or the plan's clock where that is unset."""
    SOURCE = "source"
    """Those that the sdist has."""
    PUBLISHED = "published"
    """Those of the published wheel's members of the same names, and the sdist's elsewhere."""


class Modes(StrEnum):
    """Which modes the source's files have."""

    PLAIN = "plain"
    """0644 and 0755, less what the umask takes."""
    PUBLISHED = "published"
    """Those of the published wheel's members of the same names, and plain ones elsewhere."""


class Newlines(StrEnum):
    """What Python writes for the end of a line to text files."""

    UNIX = "unix"
    """A line feed alone."""
    WINDOWS = "windows"
    """A carriage return first, as Python does on Windows."""


class PlannedWheel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The published wheel."""

    filename: str
    """As it was published."""
    sha256: Sha256
    """Of the file."""


class PlannedSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What it is built from: a published sdist, or a commit of a git repository."""

    def __post_init__(self) -> None:
        """Refuse what is both or neither, and a folder that is not one of the repository's.

        Raises:
            ValueError: it is.
        """
        if (self.sdist is None) == (self.git is None) or (self.git is None) != (self.commit is None):
            raise ValueError("a source is an sdist, or git with a commit")
        parts = self.subdirectory.split("/")
        if self.subdirectory and (self.git is None or not all(parts) or {".", ".."} & {*parts}):
            raise ValueError("the subdirectory is none of a repository's folders")

    sdist: str | None = None
    """File name."""
    sha256: Sha256 | None = None
    """The sdist's."""
    git: str | None = None
    """URL of the repository."""
    commit: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")] | None = None
    """In full."""
    subdirectory: str = ""
    """The project's folder in the repository."""


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """How to rebuild one wheel: what a search inferred, or what a person corrected."""

    wheel: PlannedWheel
    """What is to be rebuilt."""
    source: PlannedSource
    """What it is built from."""
    via: Via = Via.TREE
    """Whether it is built from the tree, or from an sdist made of it."""
    command: Command = Command.PEP517
    """How the backend is called."""
    in_tree_backend: bool = True
    """Whether a backend that lies in the source is used, where the source says so (PEP 517 ``backend-path``)."""
    python: str
    """A version such as ``3.9``, a name on PATH or a path."""
    uploaded_before: str | None = None
    """The date limit of what is installed (RFC 3339)."""
    pins: tuple[str, ...] = ()
    """Requirements that are installed besides those of the source, sorted; they decide versions."""
    epoch: Annotated[int, msgspec.Meta(ge=EARLIEST, le=LATEST)] | None = None
    """SOURCE_DATE_EPOCH, POSIX seconds; None: unset."""
    clock: Annotated[int, msgspec.Meta(ge=EARLIEST, le=LATEST)] | None = None
    """What the clock says during the build, POSIX seconds; None: the time of day."""
    times: Times = Times.EPOCH
    """Which modification times the source's files have."""
    modes: Modes = Modes.PLAIN
    """Which modes the source's files have."""
    umask: Annotated[str, msgspec.Meta(pattern="^0[0-7]{2}$")] = "022"
    """Of the build, in octal."""
    newlines: Newlines = Newlines.UNIX
    """How text files end their lines that Python writes."""
    prefix_maps: bool = False
    """Whether compilers are told to leave the build's paths out, as ``samewheel build`` tells them."""
    compilers: bool = True
    """Whether compilers work during the build."""
    config_settings: dict[str, str | list[str]] = msgspec.field(default_factory=dict)
    """What the backend is given (PEP 517)."""
    env: dict[str, str] = msgspec.field(default_factory=dict)
    """More variables for the build."""
    locked: tuple[str, ...] = ()
    """All that was installed, as lines of hashed constraints; empty: resolved anew."""
    built: tuple[str, ...] = ()
    """Sdists of what is installed and has no wheel, built before ``locked`` is installed; the same kind of lines."""
    evidence: dict[str, str] = msgspec.field(default_factory=dict)
    """Why a field is as it is, by the field's name."""


class Wanted(Value, frozen=True, kw_only=True):
    """What to rebuild, and within which limits."""

    target: str
    """``NAME==VERSION``, or the path of a wheel."""
    filename: str | None = None
    """Which of the release's wheels; None: the one for every platform, else that for this one."""
    sha256: Sha256 | None = None
    """What the published wheel must have."""
    sdist: Path | None = None
    """The source, if it is not to be looked for."""
    git: str | None = None
    """The source, as ``URL@REF``."""
    plan: Plan | None = None
    """A plan to follow to the letter, rather than to search for one."""
    python: str | None = None
    """The interpreter, if it is not to be inferred."""
    tries: int = TRIES
    timeout: float | None = None
    """Seconds that one step of a backend may take."""
    limits: Limits | None = None
    """What else one step may use up."""
    keep: Path | None = None
    """A folder for the best wheel."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plan that was tried."""

    changed: dict[str, str]
    """What is different from the plan before, by the field's name; empty for the first one."""
    why: str
    """Why it was tried."""
    verdict: Verdict
    """What came of it."""
    reason: str = ""
    """Why nothing was built, if nothing was."""


class BuiltDependency(msgspec.Struct, frozen=True, kw_only=True, order=True, forbid_unknown_fields=True):
    """An sdist that was built first, as something that the build installs has no wheel."""

    name: str
    """Of the project, normalised."""
    version: str
    """Of the release."""
    filename: str
    """Of the sdist."""
    sha256: Sha256
    """Of the sdist."""
    dependencies: tuple[Dependency, ...]
    """The very files that were installed to build it, sorted; those that were built for that are listed, too."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The outcome of a rebuild."""

    name: str
    """The project, normalised."""
    version: str
    """Of the release, normalised."""
    wheel: File
    """The published one."""
    uploaded: str | None = None
    """When it was uploaded (RFC 3339)."""
    on_index: bool | None = None
    """Whether the index has this very file; None: it was not asked, or has no file of that name."""
    verdict: Verdict
    """How far the best rebuild is from the published wheel."""
    reason: str = ""
    """Why nothing was built, or what there was no source of: the failure of the best attempt."""
    sha256: Sha256 | None = None
    """Of the wheel that was built by the best plan."""
    isolation: Isolation | None = None
    """How far the best build was kept apart; None where nothing was built."""
    interpreter: str = ""
    """What it ran on, such as ``cpython 3.9.18``."""
    dependencies: tuple[Dependency, ...] = ()
    """The very files that were installed for it, sorted."""
    built: tuple[BuiltDependency, ...] = ()
    """Sdists that were built for it, and for each other, sorted."""
    plan: Plan | None = None
    """The best one."""
    attempts: tuple[Attempt, ...] = ()
    """In the order they were made."""
    best: int = 0
    """Which of them was the best one, from 1; 0 without any."""
    differences: tuple[Difference, ...] = ()
    """Of the published wheel (a) and the best rebuild (b)."""
    causes: tuple[Explanation, ...] = ()
    """What makes them differ, as far as it is known; the worst and the surest first."""
