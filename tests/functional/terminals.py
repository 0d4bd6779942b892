"""Commands on a terminal of their own, as wide as a test wants it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.functional.builds import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["on_terminal"]


def on_terminal(
    *arguments: str | Path,
    columns: int = 80,
    stderr: bool = False,
    typed: str = "",
    program: tuple[str, ...] = ("-m", "samewheel"),
    **env: str,
) -> tuple[int, str]:
    """Return a command's exit code, and what it writes to a terminal: results, with ``stderr`` also the rest.

    What is ``typed`` waits there from the beginning, and the terminal shows it, too.
    """
    pty = pytest.importorskip("pty", reason="only POSIX has terminals of this kind")
    termios = pytest.importorskip("termios")
    # They would count more than the terminal itself.
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    termios.tcsetwinsize(theirs, (24, columns))
    with subprocess.Popen(
        [sys.executable, *program, *map(str, arguments)],
        env={**environment, "TERM": "xterm-256color", **env},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs if stderr else subprocess.DEVNULL,
    ) as process:
        os.close(theirs)
        content = b""
        while select.select([ours], [], [], PATIENCE)[0]:
            try:
                more = os.read(ours, 1 << 16)
            except OSError:  # the other end was closed
                break
            if not more:
                break
            content += more
        os.close(ours)
    return process.returncode, content.decode().replace("\r\n", "\n")
