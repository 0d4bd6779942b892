"""What a hostile build is let loose on: decoys of all that it could want, and what tells whether it got it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import secrets
import shutil
import socket
import subprocess
import sys
import termios
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.torture.keyrings import add_session_key
from tests.torture.machine import ELSEWHERE, called_by, cover

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {
    "home/.ssh/id_ed25519": "-----BEGIN KEY----- {secret}\n",
    "home/.netrc": "machine index.example login me password {secret}\n",
    "home/.config/tool/token.json": '{{"token": "{secret}"}}\n',
    "home/.bash_history": "export TOKEN={secret}\n",
    "home/other/settings.py": "KEY = '{secret}'\n",
    "home/release.key": "{secret}\n",
    "home/.bashrc": "# theirs\n",
    "home/.cache/uv/archive-v0/kept.py": "# a wheel's\n",
    "cwd/notes.txt": "{secret}\n",
    "outside/file": "\n",
    "readable/kit": "1.0\n",
}
"""Files of the caller's, each with a secret that starts with ``secret-``."""

DECOY = "import os, time; print(flush=True); time.sleep(600)"


class Ears(NamedTuple):
    """Sockets of the machine, which hear what a build sends them."""

    sockets: dict[str, socket.socket]

    def addresses(self) -> dict[str, object]:
        """Return where each listens: a port, or a path or name."""
        names = {name: one.getsockname() for name, one in self.sockets.items()}
        # A name without a file starts with a zero byte, which text in JSON may have.
        return {
            name: where[1] if isinstance(where, tuple) else where.decode() if isinstance(where, bytes) else where
            for name, where in names.items()
        }

    def heard(self, name: str) -> bytes:
        """Return what came; it is all there, as who sent it has ended."""
        one = self.sockets[name]
        try:
            if one.type == socket.SOCK_DGRAM:
                return one.recv(4096)
            connection, _ = one.accept()
            connection.setblocking(False)  # noqa: FBT003 - it takes no name
            with connection:
                return connection.recv(4096)
        except BlockingIOError:
            return b""


@contextmanager
def _listening(folder: Path, mark: str) -> Iterator[Ears]:
    kinds: dict[str, tuple[int, int, tuple[str, int] | str]] = {
        "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
        "far": (socket.AF_INET, socket.SOCK_STREAM, (ELSEWHERE, 0)),
        "udp": (socket.AF_INET, socket.SOCK_DGRAM, (ELSEWHERE, 0)),
        "dns": (socket.AF_INET, socket.SOCK_DGRAM, (ELSEWHERE, 53)),
        "unix": (socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "engine.sock")),
        "agent": (socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "agent.sock")),
        "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{mark}"),
    }
    with ExitStack() as stack:
        sockets = {}
        for name, (family, kind, address) in kinds.items():
            sockets[name] = stack.enter_context(socket.socket(family, kind))
            sockets[name].bind(address)
            if kind == socket.SOCK_STREAM:
                sockets[name].listen()
            sockets[name].setblocking(False)  # noqa: FBT003 - it takes no name
        yield Ears(sockets)


class Scene(NamedTuple):
    """One build's surroundings."""

    root: Path
    """Has ``home``, ``cwd``, ``project``, ``cache``, ``outside``, ``readable``, ``kept`` and a folder for TMPDIR."""
    mark: str
    """What a build leaves where it can write; it knows it."""
    secret: str
    """What it cannot know, and finds where it can read."""
    hidden: str
    """The name of the folder for temporary files: what tells that a path of the machine was seen."""
    user: int
    """Whose all that is."""
    ears: Ears
    decoy: subprocess.Popen[bytes]
    """A process of the caller's that has nothing to do with the build."""
    pipe: tuple[int, int]
    terminal: tuple[int, int]
    """Both ends: the terminal's program, and what the caller runs in."""

    def environ(self) -> dict[str, str]:
        """Return the caller's variables."""
        home = self.root / "home"
        return {
            "PATH": f"{home}/bin:{os.environ['PATH']}",
            "HOME": str(home),
            "TOKEN": self.secret,
            "SSH_AUTH_SOCK": f"{self.root}/runtime/agent.sock",
            "XDG_RUNTIME_DIR": f"{self.root}/runtime",
            "SAMEWHEEL_CACHE_DIR": f"{self.root}/cache",
            "TMPDIR": f"{self.root}/{self.hidden}",
            "LANG": "C.UTF-8",
        }

    def told(self) -> dict[str, object]:
        """Return what the build knows: all of the machine but what is secret."""
        shown = {name: f"{self.root}/{name}" for name in ("home", "cwd", "project", "cache", "outside", "readable")}
        return {
            **shown,
            **self.ears.addresses(),
            "mark": self.mark,
            "root": str(self.root),
            "tmp": f"{self.root}/hidden-*",
            "pipe": str(Path(f"/proc/self/fd/{self.pipe[1]}").readlink()),
            "tty": os.ttyname(self.terminal[1]),
        }

    def become_caller(self) -> None:
        """Have a process that is about to run samewheel own the terminal, and a keyring with a secret."""
        fcntl.ioctl(self.terminal[1], termios.TIOCSCTTY, 0)
        add_session_key(self.secret.encode())


def _fill(scene: Scene) -> None:
    for name, text in SECRETS.items():
        path = scene.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(secret=scene.secret), "utf-8")
    for name in ("home/bin", "cache", "kept", scene.hidden):
        (scene.root / name).mkdir()


def own(path: Path, user: int) -> None:
    """Give a folder and all that is in it to a user."""
    for folder, names, files in os.walk(path):
        for name in (".", *names, *files):
            os.chown(f"{folder}/{name}", user, user, follow_symlinks=False)


def plant_setuid(scene: Scene) -> None:
    """Put a program of root's that runs as root, whoever calls it, where builds may be let read."""
    program = Path(shutil.copy(shutil.which("id") or "/usr/bin/id", scene.root / "readable" / "id"))
    os.chown(program, 0, 0)
    program.chmod(0o4755)


@contextmanager
def staged(root: Path, user: int) -> Iterator[Scene]:
    """Make a scene in a folder that does not exist yet; at the end its processes and files are gone."""
    (root / "runtime").mkdir(parents=True)
    mark, secret = f"mark-{secrets.token_hex(8)}", f"secret-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        ears = stack.enter_context(_listening(root / "runtime", mark))
        variables = {"TOKEN": secret, "PATH": os.environ["PATH"]}
        words, identity = called_by(user, [sys.executable, "-I", "-S", "-c", DECOY, f"decoy-{mark}", secret])
        decoy = stack.enter_context(
            subprocess.Popen(words, env=variables, **identity, stdout=subprocess.PIPE, cwd="/")
        )
        stack.callback(decoy.kill)
        if decoy.stdout is not None:
            decoy.stdout.readline()
        ends = (*os.pipe(), *pty.openpty())
        for end in ends:
            stack.callback(os.close, end)
        for end in (ends[0], ends[2]):
            os.set_blocking(end, False)
        for end in (ends[0], ends[1], ends[3]):
            os.chown(end, user, user)
        scene = Scene(root, mark, secret, f"hidden-{secrets.token_hex(8)}", user, ears, decoy, ends[:2], ends[2:])
        _fill(scene)
        stack.callback(shutil.rmtree, root)
        yield scene


def disguise(folder: Path, user: int) -> str:
    """Put decoys in the place of files of the machine, and return the secret in them."""
    secret = f"secret-{secrets.token_hex(8)}"
    cover("/etc/shadow", f"root:{secret}:1::::::\n", folder, user)
    cover("/etc/resolv.conf", f"nameserver {ELSEWHERE}\noptions timeout:1 attempts:1\n", folder, user)
    socket.sethostname(secret)
    return secret


def write_told(scene: Scene) -> None:
    """Write down for the build what it knows."""
    (scene.root / "project" / "scene.json").write_text(json.dumps(scene.told()), "utf-8")
