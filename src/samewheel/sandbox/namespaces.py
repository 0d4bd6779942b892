"""Linux namespaces, made by an ordinary user without any program's help."""

from __future__ import annotations

import marshal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.buildinfo import Isolation
from samewheel.sandbox.seeing import (
    EMPTY,
    LAUNCHER,
    binds,
    files,
    launcher_limits,
    links,
    outermost,
    processors,
    shown,
)
from samewheel.sandbox.values import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.sandbox.values import View

__all__ = ["Namespaces"]


class Namespaces:
    """Linux namespaces, made by an ordinary user."""

    isolation = Isolation(network="none", filesystem="hidden", mechanism="user-namespaces")
    moves = True

    def __init__(self, *, layers: bool) -> None:
        """Choose whether to show folders in layers, which not every kernel lets an ordinary user do."""
        self.layers = layers

    def wrap(self, argv: Sequence[str | Path], view: View, folder: Path) -> Command:
        """As :meth:`samewheel.sandbox.Sandbox.wrap`."""
        for name in ("root", "store"):
            (folder / name).mkdir()
        who = view.appearance
        spec = {
            "binds": binds(view.places, who.readable),
            "covers": processors(who),
            "cpus": list(who.cpus),
            "cwd": str(view.cwd),
            "environ": dict(view.environ),
            "empty": list(EMPTY),
            "files": files(who),
            "gid": who.gid,
            "hidden": [str(folder) for folder in outermost(who.hidden)],
            "host": who.host,
            "layers": [(str(lower), str(inside)) for inside, lower in sorted(view.layers.items())],
            "limits": launcher_limits(view.limits),
            "links": links(),
            "shown": shown(who.readable, who.hidden),
            "planted": [(str(path), text) for path, text in sorted(view.planted.items())],
            "root": str(folder / "root"),
            "store": str(folder / "store"),
            "uid": who.uid,
            "umask": view.umask,
            "way": "namespaces",
        }
        # A file, as everybody can read the words of a command.
        (folder / "spec").write_bytes(marshal.dumps(spec))
        # The launcher itself gets no variable: LD_PRELOAD would have it run code before it can isolate it.
        command = [sys.executable, "-I", "-S", LAUNCHER, folder / "spec", *argv]
        written = tuple(folder / "store" / str(number) / "upper" for number in range(len(view.layers)))
        return Command(argv=tuple(command), env={}, cwd=Path("/"), contained=True, written=written)
