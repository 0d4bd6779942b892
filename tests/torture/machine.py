"""A machine of namespaces in which hostile builds may do their worst, even those that nothing isolates.

Whoever is in it sees the files of the real one, but can write to none of them; has no network but a loopback with an
address that looks like another machine's; sees and signals no process from outside; and has neither the caller's home
nor what is in memory. When it ends, all that ran in it ends. It takes ``unshare`` of util-linux, and root or user
namespaces: where those are forbidden, nothing hostile is run at all.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from samewheel._launch import MS_BIND, MS_NOSUID, MS_REC, make_read_only, mount

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]

ELSEWHERE = "192.0.2.1"
"""An address of a network that does not exist (RFC 5737), and that the loopback has here."""

PLAIN_USER = 60606
"""The id of a user whom nobody knows."""

SIOCSIFADDR, SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8916, 0x8914, 0x41
MEMORY = "/dev/shm"  # noqa: S108 - only what is mounted on it is written to
SIZE = "size=3g"
"""What may be written in the machine."""

MINE = (
    *(("--mount", "--uts", "--ipc", "--net", "--pid"),),
    *(("--fork", "--kill-child", "--mount-proc", "--propagation", "private"),),
)


def entering() -> list[str]:
    """Return the words that run a command in such a machine, as its root."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return [shutil.which("unshare") or "unshare", *user, *(word for words in MINE for word in words), "--"]


@cache
def forbidden() -> str:
    """Return why there can be no such machine here; empty if there can."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return "it takes unshare of util-linux"
    done = subprocess.run([*entering(), "true"], capture_output=True, text=True, check=False)
    return f"namespaces are forbidden: {done.stderr.strip()}" if done.returncode else ""


def _link_up() -> None:
    """Have the loopback answer, also at the address that looks like another machine's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for name, address in ((b"lo", "127.0.0.1"), (b"lo:1", ELSEWHERE)):
            family = struct.pack("H2x4s8x", socket.AF_INET, socket.inet_aton(address))
            fcntl.ioctl(any_socket, SIOCSIFADDR, struct.pack("16s16s", name, family))
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", name, IFF_UP_RUNNING))


def _hide_homes(kept: Path) -> None:
    """Put empty folders in the place of homes, and in them only the interpreter and this project."""
    needed = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), ROOT]
    homes = [home for home in {Path.home().resolve(), Path("/root"), Path("/home")} if home.is_dir()]
    # The outer before the inner: what is bound aside is still there when its own place is hidden.
    for number, path in enumerate(needed):
        (kept / str(number)).mkdir(parents=True)
        mount(str(path), str(kept / str(number)), flags=MS_BIND | MS_REC)
    for home in sorted(homes):
        if home.is_dir() and home != Path("/"):
            mount("tmpfs", str(home), "tmpfs", MS_NOSUID, "mode=0755")
    for number, path in enumerate(needed):
        if any(home in path.parents for home in homes):
            path.mkdir(parents=True, exist_ok=True)
            mount(str(kept / str(number)), str(path), flags=MS_BIND | MS_REC)


def has_users() -> bool:
    """Tell whether there are more users here than the one who called; else they are one, whatever its id."""
    return int(Path("/proc/self/uid_map").read_text().split()[2]) > 1


class Identity(TypedDict):
    """Options of :class:`subprocess.Popen`."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def called_by(user: int, command: Sequence[str | Path]) -> tuple[list[str | Path], Identity]:
    """Return the words and the options that have a user run a command, with privileges if it is root.

    Where there is only one user, it goes by the name of root in such a machine, and is to have no privileges of its.
    """
    if has_users():
        return [*command], {"user": user, "group": user, "extra_groups": []}
    # Without that one, who goes by root's name could make no user namespace (user_namespaces(7), Linux 5.12).
    kept = "--bounding-set=-all,+setfcap"
    unprivileged = [shutil.which("setpriv") or "setpriv", kept, "--inh-caps=-all", "--"]
    return [*unprivileged, *command], {"user": None, "group": None, "extra_groups": None}


def settle(folder: Path) -> None:
    """Make what is around us such a machine, after :func:`entering`: only below ``folder`` may be written.

    Raises:
        OSError: the kernel forbids it.
    """
    # What homes have that is needed is kept where a home never is; the folder may be in one.
    mount("tmpfs", MEMORY, "tmpfs", MS_NOSUID, "mode=0755")
    _hide_homes(Path(MEMORY, "kept"))
    folder.mkdir(parents=True, exist_ok=True)
    make_read_only("/")
    mount("tmpfs", str(folder), "tmpfs", 0, f"mode=0755,{SIZE}")
    mount("proc", "/proc", "proc", MS_NOSUID)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID, "newinstance,ptmxmode=0666,mode=0600")
    mount("tmpfs", MEMORY, "tmpfs", MS_NOSUID, f"mode=1777,{SIZE}")
    _link_up()


def soften(path: Path, folder: Path, user: int) -> None:
    """Let a user write to a folder of the machine; what is written goes to ``folder``, and ends with the machine."""
    for name in ("upper", "work"):
        (folder / name).mkdir(parents=True)
    os.chown(folder / "upper", user, user)
    options = f"lowerdir={path},upperdir={folder / 'upper'},workdir={folder / 'work'}"
    mount("overlay", str(path), "overlay", 0, f"{options},userxattr")


def cover(path: str, content: str, folder: Path, owner: int) -> None:
    """Show a file of the machine with other contents, if it has one."""
    if Path(path).exists():
        decoy = folder / Path(path).name
        decoy.write_text(content, "utf-8")
        os.chown(decoy, owner, owner)
        mount(str(decoy), path, flags=MS_BIND)
