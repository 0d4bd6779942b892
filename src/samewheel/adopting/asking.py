"""Asks just itself whether it takes justfiles, in a temporary copy: nothing of them is run, nothing evaluated."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from samewheel._process import run
from samewheel._temporary import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Ask", "asking"]

TIMEOUT = 20.0
"""Seconds; just reads such files within milliseconds."""


class Ask(Protocol):
    """Tells what just says of a justfile."""

    def __call__(self, files: Mapping[str, bytes], justfile: str, /) -> str:
        """Return why just refuses a justfile, given with the files beside it, by their paths; empty: it takes it."""


def _just() -> str | None:
    """Return the program: on PATH, or beside our own interpreter, where the package rust-just puts it."""
    return shutil.which("just") or shutil.which("just", path=os.fspath(Path(sys.executable).parent))


def _answer(program: str, files: Mapping[str, bytes], justfile: str) -> str:
    with temporary_folder() as folder:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        place = folder / justfile
        # What the user may have set for just in general is not about these files.
        env = {name: value for name, value in os.environ.items() if not name.startswith("JUST_")}
        options = ("--summary", "--color", "never")
        done = run(
            [program, *options, "--justfile", place, "--working-directory", place.parent],
            env=env,
            cwd=folder,
            timeout=TIMEOUT,
        )
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return "" if done.ok else (said[0] if said else "it fails").removeprefix("error: ")


def asking() -> Ask | None:
    """Return a way to ask just; None if there is none on this machine."""
    program = _just()
    if program is None:
        return None
    return lambda files, justfile: _answer(program, files, justfile)
