"""What of a machine a command sees in a sandbox: the same at every level that hides anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.limits import kernel_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from samewheel.limits import Limits
    from samewheel.sandbox.values import Appearance

__all__ = [
    "DEVICES",
    "EMPTY",
    "LAUNCHER",
    "ONLINE",
    "binds",
    "files",
    "launcher_limits",
    "links",
    "memory_size",
    "outermost",
    "processors",
    "shown",
]

LAUNCHER = Path(__file__).parents[1] / "_launch.py"

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

EMPTY = ("/dev/shm", "/run", "/tmp", "/var/tmp")  # noqa: S108 - the command's own, not the machine's
"""Folders that the command finds empty, and may write to."""


def outermost(paths: Sequence[Path]) -> list[Path]:
    """Return the paths that exist and lie in none of the others, sorted."""
    there = sorted({path for path in paths if path.exists()})
    return [path for path in there if not any(parent in there for parent in path.parents)]


def shown(readable: Sequence[Path], hidden: Sequence[Path]) -> list[str]:
    """Return what may be read and lies in a hidden folder."""
    inside = [path for path in readable if any(folder in path.parents for folder in hidden)]
    return [str(path) for path in outermost(inside)]


def binds(places: Mapping[Path, Path], readable: Sequence[Path]) -> list[tuple[str, str, bool]]:
    """Return what is mounted where, and whether it may be written; the outer before the inner."""
    own = [Path(folder) for folder in (*SYSTEM, *MERGED) if not Path(folder).is_symlink()]
    configuration = [Path("/etc", name) for name in CONFIGURATION]
    fixed = [(str(path), str(path), False) for path in outermost([*own, *configuration, *readable])]
    devices = [(f"/dev/{name}", f"/dev/{name}", False) for name in DEVICES]
    own_places = [(str(outside), str(inside), True) for inside, outside in sorted(places.items())]
    return [*fixed, *devices, *own_places]


def links() -> list[tuple[str, str]]:
    """Return the symbolic links at the root and in /dev, and where they lead."""
    return [
        *((folder, str(Path(folder).readlink())) for folder in MERGED if Path(folder).is_symlink()),
        ("/dev/fd", "/proc/self/fd"),
        ("/dev/stdin", "/proc/self/fd/0"),
        ("/dev/stdout", "/proc/self/fd/1"),
        ("/dev/stderr", "/proc/self/fd/2"),
    ]


def files(who: Appearance) -> list[tuple[str, str]]:
    """Return the files of /etc that name the user and the host, and what is in them."""
    return [
        ("/etc/group", f"{who.user}:x:{who.gid}:\n"),
        ("/etc/hostname", f"{who.host}\n"),
        ("/etc/hosts", f"127.0.0.1 localhost {who.host}\n::1 localhost\n"),
        ("/etc/passwd", f"{who.user}:x:{who.uid}:{who.gid}::{who.home}:/bin/sh\n"),
    ]


def processors(who: Appearance) -> list[tuple[str, str]]:
    """Return the file that names the processors, where the C library looks: it does not care which may be used."""
    return [(ONLINE, ",".join(map(str, who.cpus)) + "\n")] if who.cpus else []


def memory_size(limits: Limits | None) -> int | None:
    """Return the bytes that each file system in memory may hold; None: no limit."""
    return kernel_limits(limits).get("RLIMIT_FSIZE") if limits is not None else None


def launcher_limits(limits: Limits | None) -> dict[str, object]:
    """Return what the launcher is told of limits; nothing for none."""
    if limits is None:
        return {}
    import resource

    rlimits = kernel_limits(limits)
    told: dict[str, object] = {}
    if limits.memory is not None:
        told["memory"] = limits.memory
    if size := memory_size(limits):
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
