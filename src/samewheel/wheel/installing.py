"""What an installer makes of a wheel beyond copying: data folders, and scripts from entry points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.errors import Flaw
from samewheel.wheel.names import check_names
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

SECTION = re.compile(r"\[[\w:-]+(?:[. :-][\w:-]+)*\]")
"""A section's name; some readers take all brackets off, or blanks, or a comment behind it, and others do not."""

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
    yield from _library_flaws(wheel, own)


def _library_flaws(wheel: Wheel, own: str) -> Iterator[Flaw]:
    """Yield what goes over, or into, another file where libraries are: installers have the parts in any order."""
    prefixes = tuple(f"{own}/{scheme}/" for scheme in sorted(LIBRARIES))
    moved = {name: name.split("/", 2)[2] for name in wheel.members if name.startswith(prefixes)}
    if not moved:
        # Their own names were checked when the archive was read.
        return
    stays = [name for name in wheel.members if not name.startswith(f"{own}/")]
    origins = dict(zip(stays, stays, strict=True)) | {target: name for name, target in moved.items()}
    try:
        check_names([*stays, *(target for target in moved.values() if target and not target.endswith("/"))])
    except Flaw as flaw:
        yield Flaw(origins[flaw.member], "it is installed over another member, or is taken for one")


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
    section, entry_depth = "", None
    seen: set[tuple[str, str]] = set()
    for indented in lines:
        line = indented.strip(" \t\r")
        if not line or line[0] in "#;":
            continue
        depth = len(indented) - len(indented.lstrip(" \t"))
        if line[0] == "[":
            section, key, entry_depth = line, "", None
            reason = "" if SECTION.fullmatch(line) else f"not all readers know {line[:64]!r} by one name"
        else:
            key, _, value = (part.strip() for part in line.partition("="))
            reason = _wrong(section, key, value)
            if entry_depth is not None and depth > entry_depth:
                reason = f"{line[:64]!r} is indented: some readers take it for more of the entry before it"
            entry_depth = depth
        if reason:
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
