"""Sdists whose files say what cannot be, or what nobody may say."""

from __future__ import annotations

from tests.hostile_sdists.tar_bytes import FILES, TOP, folder, sdist
from tests.hostile_sdists.values import NO_SOURCE, Case

__all__ = ["CASES"]

TOML = "pyproject.toml"
START = FILES[TOML]


def _saying(more: bytes) -> bytes:
    return sdist(pyproject_toml=START + more)


CASES: tuple[Case, ...] = (
    Case(
        name="pyproject-is-missing",
        why="There is no setup.py, either: nothing says how to build it.",
        member=TOML,
        code=NO_SOURCE,
        content=lambda _: sdist(without=(TOML,)),
    ),
    Case(
        name="pyproject-is-a-folder",
        why="It is there, and cannot be read.",
        member=TOML,
        content=lambda _: sdist(folder(f"{TOP}/{TOML}"), without=(TOML,)),
    ),
    Case(name="pyproject-is-no-toml", why="Nobody can read it.", member=TOML, content=lambda _: _saying(b"= ]\n")),
    Case(name="pyproject-is-no-text", why="TOML is UTF-8.", member=TOML, content=lambda _: _saying(b"# \xff\xfe\n")),
    Case(
        name="pyproject-of-megabytes",
        why="Reading it takes a hundred times as much memory: 60 MB fill a machine.",
        member=TOML,
        content=lambda _: _saying(b"[x]\n" + b"a.b = 1\n" * (60 << 17)),
        large=True,
    ),
    Case(
        name="pyproject-nested",
        why="A hundred thousand brackets: readers that call themselves run out of stack.",
        member=TOML,
        content=lambda _: _saying(b"x = " + b"[" * 100_000),
    ),
    Case(
        name="pyproject-with-long-number",
        why="Converting it takes time with the square of its length.",
        member=TOML,
        content=lambda _: _saying(b"x = " + b"1" * 900_000),
    ),
    Case(
        name="pyproject-requires-a-number",
        why="It must be a list.",
        member="build-system.requires",
        content=lambda _: sdist(pyproject_toml=START.replace(b"[]", b"7")),
    ),
    Case(
        name="pyproject-names-a-program",
        why="An sdist that chooses its interpreter runs any program of the machine.",
        member="tool.samewheel.python",
        content=lambda _: _saying(b'[tool.samewheel]\npython = "/bin/sh"\n'),
    ),
    Case(
        name="pyproject-leads-out",
        why="Whose pins count would be decided by a file elsewhere.",
        member="tool.samewheel.constraints",
        content=lambda _: _saying(b'[tool.samewheel]\nconstraints = "../../pins.txt"\n'),
    ),
    Case(
        name="pyproject-lifts-limits",
        why="What a build may use up is not for the build to say.",
        member="limits",
        content=lambda _: _saying(b"[tool.samewheel.limits]\nprocesses = 1000000\n"),
    ),
)
"""Sdists with something wrong in their files."""
