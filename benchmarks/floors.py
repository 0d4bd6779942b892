"""What goals of speed leave for samewheel: the same peers against what nobody could leave out.

    python benchmarks/floors.py            # every row; or name some: bare-click inflate-pandas

`bare-*`: two bare calls of a project's backend side by side, in an environment that is there, with no frontend, no
sandbox and no variation; against two of `python -m build --wheel`, or one run of reprotest. `inflate-*`: starting
Python and inflating each distinct stream of two wheels once; against diffoscope. `imports-check`: starting Python and
importing the libraries that read a command line, a policy and a signature; against `samewheel --version`.

Where such a ratio is above a goal, no program that does these things in Python can reach the goal.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from commands import Comparison, print_ratios, seconds
from diffing import LIMIT, diffoscope, pair
from paired import PACKAGES, SAMEWHEEL, locked, reprotest_of, twice

if TYPE_CHECKING:
    from collections.abc import Callable

CALL = "import sys; import {module} as backend; backend.build_wheel(sys.argv[1])"

LIBRARIES = """
import gc
gc.disable()
import click, msgspec, cryptography.hazmat.primitives.serialization, packaging.utils
"""
"""Imports of what `samewheel check` uses of others, without looking for garbage meanwhile, as it does."""


def two_bare(source: Path, folder: Path) -> list[str]:
    """Return a command that calls a locked project's backend twice at a time, each in a copy of the source."""
    python = folder / "env" / "bin" / "python"
    seconds(["uv", "venv", "--quiet", "--python", sys.executable, "env"], folder)
    install = ["uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    seconds([*install, "--require-hashes", "-r", str(source / "constraints.txt")], folder)
    backend = tomllib.loads((source / "pyproject.toml").read_text())["build-system"]["build-backend"]
    call = shlex.join([str(python), "-c", CALL.format(module=backend)])
    copies = [folder / "first", folder / "second"]
    for copy in copies:
        shutil.copytree(source, copy)
    one, other = (f"cd {shlex.quote(str(copy))} && {call} {shlex.quote(str(copy))}" for copy in copies)
    return ["sh", "-c", f"({other}) & {one} && wait $!"]


def bare(project: str, folder: Path) -> Comparison:
    """Two bare calls of the backend against two of `python -m build --wheel`."""
    source = locked(project, PACKAGES[project], folder)
    return Comparison(ours=two_bare(source, folder), theirs=twice(), folder=source, pairs=5)


def bare_reprotest(project: str, folder: Path) -> Comparison:
    """The same against reprotest."""
    theirs = reprotest_of(folder)
    source = locked(project, PACKAGES[project], folder)
    return Comparison(ours=two_bare(source, folder), theirs=theirs, folder=source, pairs=5)


def inflating(project: str, folder: Path) -> Comparison:
    """Inflating against diffoscope, which is as it comes."""
    wheels = pair(project, "py", folder)
    return Comparison(
        ours=[sys.executable, str(Path(__file__).with_name("inflating.py")), *wheels],
        theirs=[diffoscope(folder), "--text", "report.txt", *wheels],
        folder=folder,
        pairs=3,
        exits=(0, 1),
        limit=LIMIT,
    )


def importing(folder: Path) -> Comparison:
    """Importing against `samewheel --version`."""
    return Comparison(
        ours=[sys.executable, "-c", LIBRARIES], theirs=[*SAMEWHEEL, "--version"], folder=folder, pairs=41
    )


ROWS: dict[str, Callable[[Path], Comparison]] = {
    **{f"bare-{project}": partial(bare, project) for project in PACKAGES},
    "bare-click-reprotest": partial(bare_reprotest, "click"),
    **{f"inflate-{project}": partial(inflating, project) for project in ("pandas", "jaxlib")},
    "imports-check": importing,
}


def main(names: list[str]) -> None:
    """Print the named rows, or all."""
    print_ratios(ROWS, names, first="floor", ours="alone s", digits=3)


if __name__ == "__main__":
    main(sys.argv[1:])
