"""What keeps a build apart from the machine it runs on: namespaces where they work, nothing where they do not.

Whether they work is found out by doing; what was in force is written down, and nothing else is ever claimed.
"""

from __future__ import annotations

import marshal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import field

from samewheel._early import once
from samewheel._process import run
from samewheel._temporary import temporary_folder
from samewheel._types import Value
from samewheel._uv import make_cache
from samewheel.buildinfo import Isolation
from samewheel.limits import kernel_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from samewheel.limits import Limits

__all__ = ["Appearance", "Command", "Sandbox", "View", "choose_sandbox"]

LAUNCHER = Path(__file__).with_name("_launch.py")
LIMITER = Path(__file__).with_name("_limit.py")

ENTRY = 4096
"""Bytes that each file and folder takes at least."""

SPARE = 16
"""Processes by which the kernel's limit lies above the watcher's, which can say what happened."""

SYSTEM = ("/usr", "/sys/devices/system/cpu")
"""Folders of the machine that every build may read."""

MERGED = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")
"""Folders that most systems keep in /usr, with links at the root; elsewhere they are folders of their own."""

CONFIGURATION = (
    *("alternatives", "ca-certificates", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "mime.types"),
    *("nsswitch.conf", "os-release", "pki", "protocols", "services", "ssl"),
)
"""What of /etc compilers, linkers and interpreters need; the rest may hold secrets."""

ONLINE = "/sys/devices/system/cpu/online"
"""The processors of the machine, see cputopology.rst of Linux."""

DEVICES = ("full", "null", "random", "urandom", "zero")


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


class _Open:
    """No isolation at all."""

    isolation = Isolation(network="open", filesystem="open", mechanism="none")
    moves = False
    layers = False

    def wrap(self, argv: Sequence[str | Path], view: View, folder: Path) -> Command:  # noqa: ARG002
        words = tuple(argv)
        if view.limits is not None:
            each = [f"{name}={limit}" for name, limit in kernel_limits(view.limits).items()]
            words = (sys.executable, "-I", "-S", LIMITER, *each, "--", *argv)
        return Command(argv=words, env=view.environ, cwd=view.cwd, umask=view.umask)


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """Return the paths that exist and lie in none of the others, sorted."""
    there = sorted({path for path in paths if path.exists()})
    return [path for path in there if not any(parent in there for parent in path.parents)]


def _limits(limits: Limits | None) -> dict[str, object]:
    """Return what the launcher is told of limits; nothing for none."""
    if limits is None:
        return {}
    import resource

    rlimits = kernel_limits(limits)
    told: dict[str, object] = {}
    if limits.memory is not None:
        told["memory"] = limits.memory
    if limits.disk is not None:
        size = rlimits["RLIMIT_FSIZE"]
        # An entry takes memory of the kernel even if there is nothing in it.
        told["shared_pages"] = size // ENTRY
        told["tmpfs"] = f",size={size},nr_inodes={size // ENTRY}"
    if limits.processes is not None:
        # What we start ourselves is in the namespace, too.
        told["processes"] = limits.processes + SPARE
        # Counted for each user namespace since Linux 5.14, and not at all for the machine's root.
        rlimits["RLIMIT_NPROC"] = limits.processes + SPARE
    told["resources"] = [(getattr(resource, name), limit) for name, limit in rlimits.items()]
    return told


def _shown(readable: Sequence[Path], hidden: Sequence[Path]) -> list[str]:
    """Return what may be read and lies in a hidden folder."""
    inside = [path for path in readable if any(folder in path.parents for folder in hidden)]
    return [str(path) for path in _outermost(inside)]


def _binds(places: Mapping[Path, Path], readable: Sequence[Path]) -> list[tuple[str, str, bool]]:
    """Return what is mounted where, and whether it may be written; the outer before the inner."""
    own = [Path(folder) for folder in (*SYSTEM, *MERGED) if not Path(folder).is_symlink()]
    configuration = [Path("/etc", name) for name in CONFIGURATION]
    fixed = [(str(path), str(path), False) for path in _outermost([*own, *configuration, *readable])]
    devices = [(f"/dev/{name}", f"/dev/{name}", False) for name in DEVICES]
    own_places = [(str(outside), str(inside), True) for inside, outside in sorted(places.items())]
    return [*fixed, *devices, *own_places]


class _Namespaces:
    """Linux namespaces, made by an ordinary user."""

    isolation = Isolation(network="none", filesystem="hidden", mechanism="user-namespaces")
    moves = True

    def __init__(self, *, layers: bool) -> None:
        self.layers = layers

    def wrap(self, argv: Sequence[str | Path], view: View, folder: Path) -> Command:
        for name in ("root", "store"):
            (folder / name).mkdir()
        who = view.appearance
        spec = {
            "binds": _binds(view.places, who.readable),
            # Where the C library looks: os.cpu_count() does not care which processors may be used.
            "covers": [(ONLINE, ",".join(map(str, who.cpus)) + "\n")] if who.cpus else [],
            "cpus": list(who.cpus),
            "cwd": str(view.cwd),
            "environ": dict(view.environ),
            "empty": ["/dev/shm", "/run", "/tmp", "/var/tmp"],  # noqa: S108 - the command's own, not the machine's
            "files": [
                ("/etc/group", f"{who.user}:x:{who.gid}:\n"),
                ("/etc/hostname", f"{who.host}\n"),
                ("/etc/hosts", f"127.0.0.1 localhost {who.host}\n::1 localhost\n"),
                ("/etc/passwd", f"{who.user}:x:{who.uid}:{who.gid}::{who.home}:/bin/sh\n"),
            ],
            "gid": who.gid,
            "hidden": [str(folder) for folder in _outermost(who.hidden)],
            "host": who.host,
            "layers": [(str(lower), str(inside)) for inside, lower in sorted(view.layers.items())],
            "limits": _limits(view.limits),
            "links": [
                *((folder, str(Path(folder).readlink())) for folder in MERGED if Path(folder).is_symlink()),
                ("/dev/fd", "/proc/self/fd"),
                ("/dev/stdin", "/proc/self/fd/0"),
                ("/dev/stdout", "/proc/self/fd/1"),
                ("/dev/stderr", "/proc/self/fd/2"),
            ],
            "shown": _shown(who.readable, who.hidden),
            "planted": [(str(path), text) for path, text in sorted(view.planted.items())],
            "root": str(folder / "root"),
            "store": str(folder / "store"),
            "uid": who.uid,
            "umask": view.umask,
        }
        # A file, as everybody can read the words of a command.
        (folder / "spec").write_bytes(marshal.dumps(spec))
        # The launcher itself gets no variable: LD_PRELOAD would have it run code before it can isolate it.
        command = [sys.executable, "-I", "-S", LAUNCHER, folder / "spec", *argv]
        written = tuple(folder / "store" / str(number) / "upper" for number in range(len(view.layers)))
        return Command(argv=tuple(command), env={}, cwd=Path("/"), contained=True, written=written)


def _works(sandbox: Sandbox) -> bool:
    """Tell whether a sandbox works; one with layers, also on a folder of the cache that is deleted and made anew."""
    with temporary_folder() as folder, _trial(sandbox) as lower:
        view = View(cwd=Path("/"), layers={Path("/layer"): lower} if lower is not None else {})
        test = f"rmdir {TRIAL} && mkdir {TRIAL} && touch {TRIAL}/file" if lower is not None else "true"
        command = sandbox.wrap(["/bin/sh", "-c", test], view, folder)
        return run(command.argv, env=command.env, cwd=command.cwd, timeout=30).ok


TRIAL = "/layer/folder"


@contextmanager
def _trial(sandbox: Sandbox) -> Iterator[Path | None]:
    """Make a folder with a folder in it, where the environments lie; None for a sandbox without layers."""
    if not sandbox.layers:
        yield None
        return
    with temporary_folder(make_cache()) as lower:
        (lower / "folder").mkdir()
        yield lower


@once
def choose_sandbox() -> Sandbox:
    """Return the strongest sandbox that works here, found out by running ``true`` in it."""
    if sys.platform == "linux":
        for sandbox in (_Namespaces(layers=True), _Namespaces(layers=False)):
            if _works(sandbox):
                return sandbox
    return _Open()
