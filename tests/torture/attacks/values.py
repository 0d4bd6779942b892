"""What an attack is, and the ways to see from outside that it worked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.torture.scenes import Scene

STOPPED, OPEN, NOT_TRIED = "stopped", "open", "not tried"
REFUSED = "stopped 14"
"""It did not work, and the build failed for trying: not buildable."""

YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
TRACING = STOPPED if YAMA.exists() and YAMA.read_text().strip() != "0" else OPEN
"""What a machine without isolation makes of who traces processes that it has not started (Yama.rst of Linux)."""

VERIFY = ("verify", "-q", "--no-via-sdist", "--search", "0", "--keep", "{kept}", "{project}")
IN_TURN = (*VERIFY, "--jobs", "1")
"""One build after the other, so that the second one can know where the first one was."""
BUILD = ("build", "-q", "-o", "{kept}", "--evidence", "{kept}", "--allow-dirty", "{project}")


class Facts(NamedTuple):
    """What is there after a build."""

    scene: Scene
    code: int | None
    """samewheel's exit code; None: it did not end."""
    said: bytes
    """What it printed."""
    left: int
    """Processes that are still there."""
    decoy: bytes
    """The variables of the decoy, as a process that still runs has them; empty if it was ended."""


Done = Callable[[Facts], bool]


class Attack(NamedTuple):
    """One thing that a build tries."""

    name: str
    tries: str
    """In a sentence without a subject."""
    done: Done
    """Whether it worked."""
    code: str = ""
    """Statements of the backend; what they leave in ``answer`` is packed into the wheel."""
    after: str = ""
    """Statements for when the wheel is there, as ``wheel``."""
    inside: str = STOPPED
    """The outcome that is expected where builds are isolated."""
    none: str = OPEN
    """The same, where they are not."""
    bare: str = OPEN
    """The same, where the backend is called without samewheel: what shows that the attack is one."""
    root: str = ""
    """As ``inside``, for root as caller; empty if it is the same."""
    words: tuple[str, ...] = BUILD
    before: tuple[str, ...] = ()
    """A command before it."""
    then: tuple[str, ...] = ()
    """A command after it, which is to run into what the build left."""
    files: Mapping[str, str] = {}
    """More files of the project."""
    git: bool = False
    """Whether the project is a git repository."""
    planted: Mapping[str, str] = {}
    """What is added to files of the project after the commit."""
    why: str = ""
    """Why it is not tried everywhere, or open where builds are isolated."""


def _contents(folder: Path) -> bytes:
    """Return all that is in the files of a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def made(facts: Facts) -> bytes:
    """Return all that came out: wheels and evidence."""
    folders = [facts.scene.root / name for name in ("kept", "project/evidence", "project/dist")]
    return b"".join(_contents(folder) for folder in folders)


def told(facts: Facts) -> bool:
    """Tell whether what came out has the secret in it."""
    return facts.scene.secret.encode() in made(facts)


def machine_told(facts: Facts) -> bool:
    """Tell whether what came out has any secret in it: those of the machine are not the scene's."""
    return b"secret-" in made(facts)


def says(text: str) -> Done:
    """Return what tells whether the build could say of itself that it worked, in words that are not in its source."""
    return lambda facts: f"it is {text}".encode() in made(facts)


def heard(name: str) -> Done:
    """Return what tells whether a socket of the machine heard from the build."""
    return lambda facts: facts.scene.mark.encode() in facts.scene.ears.heard(name)


def marked(place: str) -> Done:
    """Return what tells whether there is the mark in a file, or in one of a folder's."""

    def done(facts: Facts) -> bool:
        path = facts.scene.root / place
        content = _contents(path) if path.is_dir() else path.read_bytes() if path.exists() else b""
        return facts.scene.mark.encode() in content

    return done


def packed_mark(facts: Facts) -> bool:
    """Tell whether what came out has the mark in it."""
    return facts.scene.mark.encode() in made(facts)


def survived(facts: Facts) -> bool:
    """Tell whether there are processes left."""
    return facts.left > 0


def decoy_hurt(facts: Facts) -> bool:
    """Tell whether the process of the caller's that has nothing to do with it is gone, or another one."""
    return facts.scene.secret.encode() not in facts.decoy


def passed(facts: Facts) -> bool:
    """Tell whether builds that are not alike were taken for identical."""
    return b"identical" in facts.said
