"""What can be pasted: lines that begin by naming the file that they belong to, so that their kind can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["BACKENDS", "CODE", "COMMANDS", "HOOKS", "at_hand", "in_order", "pasted", "place", "where"]

BACKENDS = (
    "",
    "setuptools",
    "hatchling",
    "flit",
    "poetry",
    "pdm",
    "uv_build",
    "scikit-build-core",
    "meson-python",
)
"""Those that a cure can be for, in the order in which people are told; an empty name is any of them."""

COMMANDS = "shell"
"""Stands for a shell, where a file's name would stand."""

CODE = "python"
"""Stands for the code that runs during a build, in whichever file a backend has it."""

HOOKS = {
    "setuptools": "setup.py",
    "hatchling": "hatch_build.py",
    "flit": "the module that flit imports",
    "poetry": "build.py",
    "pdm": "pdm_build.py",
    "scikit-build-core": "the script that CMakeLists.txt runs",
    "meson-python": "the script that meson.build runs",
}
"""Where that is, by backend, if the project does not say otherwise; uv_build runs none."""


def pasted(file: str, *lines: str) -> str:
    """Return lines to paste.

    Args:
        file: where they belong: a file's name, ``shell``, or ``python`` for code that runs during a build.
        lines: as they stand there.
    """
    return "\n".join((f"# {file}", *lines))


def place(text: str) -> tuple[str, str]:
    """Return where pasted lines belong, and the lines alone."""
    first, _, rest = text.partition("\n")
    return first.removeprefix("# "), rest


def at_hand(text: str, backend: str) -> str:
    """Return pasted lines, which say where a backend has the code that runs during a build."""
    file, lines = place(text)
    return pasted(HOOKS[backend], lines) if file == CODE and backend in HOOKS else text


def in_order(lines: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the backend, the file and the lines of each thing that can be pasted."""
    for backend in sorted(lines, key=BACKENDS.index):
        yield (backend, *place(lines[backend]))


def where(file: str, backend: str) -> str:
    """Return in words where something is pasted."""
    files = ", ".join(name for name in HOOKS.values() if name.endswith(".py"))
    there = {COMMANDS: "in a shell", CODE: f"in the code that the build runs ({files})"}.get(file, f"in {file}")
    return f"{there}, for {backend}" if backend else there
