"""Bubblewrap: a program of the system's that may isolate where an ordinary user may not.

Ubuntu's AppArmor takes from user namespaces the rights that a sandbox needs, except from programs that it knows, and
bubblewrap is one of them; some systems without user namespaces have it run as root (set-user-ID). It makes the same
namespaces and shows the same files as our own launcher. What it cannot do: show folders in layers, count the entries
of file systems in memory, and set what a process namespace has of the kernel's settings.
"""

from __future__ import annotations

import marshal
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.buildinfo import Isolation
from samewheel.sandbox.seeing import (
    DEVICES,
    EMPTY,
    LAUNCHER,
    binds,
    files,
    launcher_limits,
    links,
    memory_size,
    outermost,
    processors,
    shown,
)
from samewheel.sandbox.values import Command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from samewheel.sandbox.values import Appearance, View

__all__ = ["Bubblewrap", "find_bubblewrap"]

FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin", "/run/wrappers/bin", "/run/current-system/sw/bin")
"""Where systems keep it; the last two are NixOS's. Not what PATH says: a project may have a say in that."""

NAMESPACES = ("user", "ipc", "pid", "net", "uts")

Words = list[str]
"""Options of bubblewrap's, in the order in which they take effect."""


def find_bubblewrap() -> Path | None:
    """Return the system's bubblewrap; None if there is none."""
    candidates = (Path(folder, "bwrap") for folder in FOLDERS)
    return next((path for path in candidates if path.is_file() and os.access(path, os.X_OK)), None)


def _interpreter() -> tuple[Path, ...]:
    """Return what the launcher needs inside: the interpreter, without what is installed for it."""
    prefix = Path(sys.base_prefix).resolve()
    return tuple(prefix / part for part in ("bin", "lib", "lib64"))


def _at(path: str, *words: str) -> Words:
    """Return options that make something at a path; bubblewrap alone would close the folders above it to others."""
    above = [str(folder) for folder in reversed(Path(path).parents[:-1])]
    return [*(word for folder in above for word in ("--dir", folder)), *words]


def _memory(path: str, mode: str, size: int | None) -> Words:
    """Mount a file system in memory of at most ``size`` bytes; None: of half the machine's memory."""
    return _at(path, "--perms", mode, *(["--size", str(size)] if size is not None else []), "--tmpfs", path)


def _write(folder: Path, contents: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Write files into a folder, and return where each lies, and which one it is to be inside."""
    written = list[tuple[str, str]]()
    for path, content in contents:
        file = folder / path.strip("/").replace("/", "-")
        file.write_text(content, "utf-8")
        # Not as the caller's umask would have it: a build can see it.
        file.chmod(0o644)
        written.append((str(file), path))
    return written


def _plant(view: View) -> None:
    """Write the planted files where their places really are."""
    for path, text in sorted(view.planted.items()):
        inside = max((place for place in view.places if place in path.parents), key=lambda place: len(place.parts))
        (view.places[inside] / path.relative_to(inside)).write_text(text, "utf-8")


class Bubblewrap:
    """Linux namespaces, made by bubblewrap 0.8 or newer."""

    isolation = Isolation(network="none", filesystem="hidden", mechanism="bubblewrap")
    moves = True
    layers = False

    def __init__(self, program: Path, *, privileged: bool = False) -> None:
        """Choose how to call it.

        Args:
            program: bubblewrap itself.
            privileged: that it runs as root (set-user-ID), and then limits no file system in memory and does not
                forbid namespaces inside: folders on the disk, which are watched, take the place of the former.
        """
        self.program = program
        self.privileged = privileged

    def wrap(self, argv: Sequence[str | Path], view: View, folder: Path) -> Command:
        """As :meth:`samewheel.sandbox.Sandbox.wrap`."""
        empty = self._empty(folder)
        (folder / "words").write_bytes(b"\0".join(map(os.fsencode, self._words(view, folder, empty))) + b"\0")
        _plant(view)
        limits = launcher_limits(view.limits)
        inside = {
            "cpus": list(view.appearance.cpus),
            "cwd": str(view.cwd),
            "environ": dict(view.environ),
            "limits": limits,
            "umask": view.umask,
            "way": "inside",
        }
        outside = {
            "devices": [f"/dev/{name}" for name in DEVICES],
            "inside": str(folder / "inside"),
            "limits": limits,
            "program": str(self.program),
            "python": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
            "way": "bubblewrap",
            "words": str(folder / "words"),
        }
        # Files, as everybody can read the words of a command.
        for name, spec in (("inside", inside), ("outside", outside)):
            (folder / name).write_bytes(marshal.dumps(spec))
        # Neither the launcher nor bubblewrap gets a variable: LD_PRELOAD would have them run code too early.
        command = (sys.executable, "-I", "-S", LAUNCHER, folder / "outside", *argv)
        return Command(argv=command, env={}, cwd=Path("/"), contained=True, written=tuple(empty.values()))

    def _empty(self, folder: Path) -> dict[str, Path]:
        """Make folders on the disk in place of file systems in memory; return them by what they are inside."""
        made = {path: folder / f"empty-{number}" for number, path in enumerate(EMPTY if self.privileged else ())}
        for path in made.values():
            path.mkdir()
            path.chmod(0o1777)
        return made

    def _words(self, view: View, folder: Path, empty: Mapping[str, Path]) -> Words:
        """Return the options that make up a view."""
        who = view.appearance
        size = memory_size(view.limits)
        readable = (*who.readable, *_interpreter())
        root = [] if self.privileged else _memory("/", "0755", size)
        closed = ["--remount-ro", "/"] if self.privileged else []
        alone = ["--disable-userns"] if view.limits is not None and not self.privileged else []
        return [
            *(f"--unshare-{name}" for name in NAMESPACES),
            *("--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL", *alone),
            *("--uid", str(who.uid), "--gid", str(who.gid), "--hostname", who.host),
            *root,
            *(word for path, target in links() for word in _at(path, "--symlink", target, path)),
            *self._empty_words(empty, size),
            *self._bind_words(view.places, readable),
            *self._hide_words(readable, who),
            *self._file_words(_write(folder, [*files(who), *processors(who)])),
            # bubblewrap covers what the caller could write to if it is root; this is for all the rest.
            *("--proc", "/proc", "--remount-ro", "/proc"),
            *closed,
        ]

    def _empty_words(self, empty: Mapping[str, Path], size: int | None) -> Words:
        if self.privileged:
            return [word for path, outside in empty.items() for word in _at(path, "--bind", str(outside), path)]
        return [word for path in EMPTY for word in _memory(path, "1777", size)]

    def _bind_words(self, places: Mapping[Path, Path], readable: Sequence[Path]) -> Words:
        devices = {f"/dev/{name}" for name in DEVICES}
        words = Words()
        for outside, inside, writable in binds(places, readable):
            # "--ro-bind" would make a device unusable; its file is guarded by the launcher, where that is needed.
            way = "--dev-bind" if inside in devices else "--bind" if writable else "--ro-bind"
            words += _at(inside, way, outside, inside)
        return words

    def _file_words(self, written: Iterable[tuple[str, str]]) -> Words:
        return [word for outside, inside in written for word in _at(inside, "--ro-bind", outside, inside)]

    def _hide_words(self, readable: Sequence[Path], who: Appearance) -> Words:
        hidden = [str(folder) for folder in outermost(who.hidden)]
        return [
            *(word for path in hidden for word in ("--perms", "0755", "--tmpfs", path)),
            *(word for path in shown(readable, who.hidden) for word in _at(path, "--ro-bind", path, path)),
            *(word for path in hidden for word in ("--remount-ro", path)),
        ]
