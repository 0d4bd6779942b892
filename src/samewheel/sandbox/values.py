"""What a command looks at and what it is run by, inside of a sandbox and outside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import field

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from samewheel.buildinfo import Isolation
    from samewheel.limits import Limits

__all__ = ["Appearance", "Command", "Sandbox", "View"]


class Appearance(Value, frozen=True, kw_only=True):
    """What a machine looks like from inside, besides its files."""

    host: str = "samewheel"
    uid: int = 1000
    gid: int = 1000
    user: str = "samewheel"
    home: Path = Path("/build/home")
    cpus: tuple[int, ...] = ()
    """The processors that may be used; empty for all."""
    readable: tuple[Path, ...] = field(default=())
    """Files and folders that the command may read, where they are."""
    hidden: tuple[Path, ...] = ()
    """Folders in those of which it sees nothing, but for what is named as readable itself."""


class View(Value, frozen=True, kw_only=True):
    """What a command sees; all paths that it sees are absolute."""

    cwd: Path
    """Its working folder."""
    places: Mapping[Path, Path] = field(default_factory=dict)
    """What it may write: folders by the path that it sees, and where they really are."""
    layers: Mapping[Path, Path] = field(default_factory=dict)
    """Folders that it may write without writing to them: what it writes is gone when it ends."""
    planted: Mapping[Path, str] = field(default_factory=dict)
    """Files to write in those folders before it starts."""
    appearance: Appearance = field(default_factory=Appearance)
    environ: Mapping[str, str] = field(default_factory=dict)
    """The variables that it gets, all of them."""
    umask: int = 0o022
    limits: Limits | None = None
    """What the kernel is asked to hold; None: nothing."""


class Command(Value, frozen=True, kw_only=True):
    """What to run outside, so that a command runs inside: as for :func:`samewheel._process.run`."""

    argv: tuple[str | Path, ...]
    env: Mapping[str, str]
    cwd: Path
    umask: int = 0o022
    contained: bool = False
    """Whether it is the parent of a process namespace, with a file system of its own."""
    written: tuple[Path, ...] = ()
    """Where the command writes, outside, besides the places of its view."""


class Sandbox(Protocol):
    """Wraps the commands of a build phase."""

    isolation: Isolation

    @property
    def moves(self) -> bool:
        """Whether a folder can be shown to the command at another place than its own."""

    @property
    def layers(self) -> bool:
        """Whether a folder can be shown to the command as if it were a copy of it."""

    def wrap(self, argv: Sequence[str | Path], view: View, folder: Path) -> Command:
        """Return the command that runs ``argv`` inside.

        Args:
            argv: the command, with paths as they are inside.
            view: what it sees.
            folder: an empty folder that the caller owns, for what makes up the view; to be removed after the command.
        """
