"""What an installer makes of a wheel beyond copying: data folders, and scripts from entry points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.errors import Flaw
from samewheel.wheel.reading import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.wheel.reading import Wheel

__all__ = ["data_flaws", "entry_point_flaws"]

SCHEMES = frozenset({"data", "headers", "platlib", "purelib", "scripts"})
"""Folders of ``*.data``: where installers put what is in them (sysconfig's keys)."""

LIBRARIES = frozenset({"platlib", "purelib"})
"""Those that go where the rest of the wheel goes."""

ENTRY_POINTS = "entry_points.txt"

SCRIPTS = frozenset({"[console_scripts]", "[gui_scripts]"})
"""Sections whose entries become files, named like the entry."""

FUNCTION = re.compile(r"[\w.]+(?:\s*:\s*[\w.]+)?\s*(?:\[[\w\s,.-]*\])?", re.UNICODE)
"""What an entry stands for: a module, an object in it, extras."""


def data_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield which members of data folders belong to another project, go nowhere, or over another member."""
    own = wheel.dist_info.removesuffix(".dist-info") + ".data"
    for name in wheel.members:
        folder, *below = name.split("/")
        if not folder.lower().endswith(".data") or not below or name.endswith("/"):
            continue
        if folder != own:
            yield Flaw(name, f"its folder is not {own}: installers leave it where it is, or do not")
        elif len(below) == 1 or below[0] not in SCHEMES:
            yield Flaw(name, f"{own} has only {', '.join(sorted(SCHEMES))}")
        elif below[0] in LIBRARIES and "/".join(below[1:]) in wheel.members:
            yield Flaw(name, "it is installed over another member")


def entry_point_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield what is wrong with the entry points: a name twice, a script that is a path, code for a function."""
    name = f"{wheel.dist_info}/{ENTRY_POINTS}"
    if name not in wheel.members:
        return
    try:
        lines = text_of(wheel, ENTRY_POINTS).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        yield Flaw(name, f"it is not UTF-8: {error}")
        return
    section = ""
    seen: set[tuple[str, str]] = set()
    for line in filter(None, (line.strip(" \t\r") for line in lines)):
        key = line.partition("=")[0].strip()
        if line[0] in "#;":
            continue
        if line[0] == "[":
            section, key = line, ""
        elif reason := _wrong(section, key, line.partition("=")[2].strip()):
            yield Flaw(name, reason)
        if (section, key) in seen:
            yield Flaw(name, f"it has {key or section} twice")
        seen.add((section, key))


def _wrong(section: str, key: str, value: str) -> str:
    """Return what is wrong with an entry, or nothing."""
    if not section:
        return f"{key!r} is in no section"
    if section in SCRIPTS and ("/" in key or "\\" in key or key in {"", ".", ".."}):
        return f"{key!r} is no name of a script"
    if not FUNCTION.fullmatch(value):
        return f"{key!r} stands for {value[:64]!r}, which is neither a module nor a function"
    return ""
