"""The recipes ``package*`` for ``just``: a file of ours, and one line in the project's own justfile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.adopting.owning import kept_up, template
from samewheel.adopting.values import Change, Outcome, Part, left_out

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.adopting.values import There

__all__ = ["FILE", "imports_of", "is_justfile", "names_of", "recipes"]

FILE = "package.just"

LINE = f"import '{FILE}'"

NEW = f"""# `just` lists the recipes.
{{settings}}
{LINE}

[private]
default:
    @just --list
"""
"""A justfile where there was none."""

FALLBACK = """
# What is no recipe of this project is looked for in the justfile above.
set fallback
"""

_NAME = r"[A-Za-z_][\w-]*"
# A recipe's first colon is not that of an assignment, which is followed by "=".
_RECIPE = re.compile(
    rf"^@?({_NAME})(?:[ \t][^:\n]*)?:(?!=)|^alias[ \t]+({_NAME})[ \t]*:=|^mod\??[ \t]+({_NAME})", re.MULTILINE
)
_IMPORT = re.compile(r"""^import\??[ \t]+(?:'([^'\n]+)'|"([^"\n]+)")""", re.MULTILINE)
_LOADED = re.compile(
    rf"""^(?:import|mod)\??[ \t]+(?:{_NAME}[ \t]+)?['"](?:\./)?{re.escape(FILE)}['"]""", re.MULTILINE
)


def is_justfile(name: str) -> bool:
    """Tell whether ``just`` takes a file of this name for a justfile."""
    return name.lower() in {"justfile", ".justfile"}


def imports_of(text: str) -> tuple[str, ...]:
    """Return the files that a justfile imports, as they are written."""
    return tuple(one or other for one, other in _IMPORT.findall(text))


def names_of(text: str) -> frozenset[str]:
    """Return the names of a justfile's own recipes, aliases and modules."""
    return frozenset(name for found in _RECIPE.findall(text) for name in found if name)


def _clashes(there: There) -> Mapping[str, str]:
    """Return our names that the project's own recipes have, each with the file where it stands."""
    wanted = names_of(template(FILE))
    found: dict[str, str] = {}
    for path, content in sorted(there.files.items()):
        name = path.removeprefix(there.below)
        if name != FILE and (is_justfile(name) or name.endswith(".just")):
            found |= dict.fromkeys(wanted & names_of(content.decode("utf-8", "replace")), name)
    return dict(sorted(found.items()))


def _with_line(before: bytes) -> bytes:
    """Return a justfile with our line at its end, where it changes neither the default recipe nor any other."""
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    whole = before if before.endswith(b"\n") or not before else before + newline
    return whole + newline + LINE.encode() + newline


def recipes(there: There) -> Outcome:
    """Write our recipes, and have the justfile import them; one is made where there is none."""
    justfiles = [name for path in sorted(there.files) if is_justfile(name := path.removeprefix(there.below))]
    if len(justfiles) > 1:
        reason = f"there are several justfiles, which just refuses: {', '.join(justfiles)}"
        return left_out(Part.JUST, reason, "Keep one of them.")
    name = justfiles[0] if justfiles else "justfile"
    before = there.content(name)
    loaded = before is not None and _LOADED.search(before.decode("utf-8", "replace")) is not None
    if not loaded and (clashes := _clashes(there)):
        said = ", ".join(f"{recipe} ({place})" for recipe, place in clashes.items())
        hint = f"Rename them, or add the line: mod samewheel '{FILE}' (then: just samewheel package)"
        return left_out(Part.JUST, f"there are recipes of the same names: {said}", hint)
    own = kept_up(Part.JUST, there.below + FILE, there.content(FILE), template(FILE))
    if own.reason or loaded:
        return own
    if before is None:
        after = NEW.format(settings=FALLBACK if there.has_justfile_above else "").encode()
        change = Change(path=there.below + name, before=None, after=after, why="it is missing")
    else:
        change = Change(
            path=there.below + name, before=before, after=_with_line(before), why=f"it does not import {FILE}"
        )
    return Outcome(part=Part.JUST, changes=(*own.changes, change))
