"""The recipes ``package*`` for ``just``: a file of ours, and one line in the project's own justfile."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from samewheel.adopting.owning import kept_up, template
from samewheel.adopting.values import Change, Outcome, Part, left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.adopting.asking import Ask
    from samewheel.adopting.values import There

__all__ = ["FILE", "imports_of", "is_justfile", "loaded_by", "names_of", "recipes"]

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
_TEXT = r"""'[^'\n]*'|"(?:\\.|[^"\\\n])*"|`[^`\n]*`"""
# A recipe's first colon is not that of an assignment, which is followed by "=", and in no text.
_RECIPE = re.compile(
    rf"^@?({_NAME})(?:[ \t](?:{_TEXT}|[^:\n])*+)?:(?!=)|^alias[ \t]+({_NAME})[ \t]*:=|^mod\??[ \t]+({_NAME})",
    re.MULTILINE,
)
_LONG_TEXT = re.compile(r"^([^\s#][^\n]*?)(?P<quote>\"{3}|'{3}|`{3}).*?(?P=quote)", re.MULTILINE | re.DOTALL)
_MODULE = re.compile(rf"""^mod\??[ \t]+({_NAME})(?:[ \t]+(?:'([^'\n]+)'|"([^"\n]+)"))?""", re.MULTILINE)
_IMPORT = re.compile(r"""^import\??[ \t]+(?:'([^'\n]+)'|"([^"\n]+)")""", re.MULTILINE)
_LOADED = re.compile(
    rf"""^(?:import|mod)\??[ \t]+(?:{_NAME}[ \t]+)?['"](?:\./)?{re.escape(FILE)}['"]""", re.MULTILINE
)


def is_justfile(name: str) -> bool:
    """Tell whether ``just`` takes a file of this name for a justfile."""
    return name.lower() in {"justfile", ".justfile"}


def _plain(text: str) -> str:
    """Return a justfile without what hides its recipes: a mark at its beginning, lines that go on, long texts."""
    joined = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\\\n", " ")
    return _LONG_TEXT.sub(r"\1''", joined)


def imports_of(text: str) -> tuple[str, ...]:
    """Return the files that a justfile imports, as they are written."""
    return tuple(one or other for one, other in _IMPORT.findall(_plain(text)))


def names_of(text: str) -> frozenset[str]:
    """Return the names of a justfile's own recipes, aliases and modules."""
    return frozenset(name for found in _RECIPE.findall(_plain(text)) for name in found if name)


def _inside(file: str, name: str) -> str | None:
    """Return a path as a file writes it, from the top; None if it is not in the repository."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), name))
    return None if path.startswith(("/", "../")) or path == ".." else path


def loaded_by(file: str, content: bytes) -> Iterator[str]:
    """Yield the paths, from the top, that a justfile may load inside of the repository; not all of them exist."""
    text = content.decode("utf-8", "replace")
    names = [*imports_of(text)]
    for name, one, other in _MODULE.findall(_plain(text)):
        base = one or other or name
        names += [base, f"{base}.just", *(f"{base}/{last}" for last in ("mod.just", "justfile", ".justfile"))]
    yield from dict.fromkeys(path for name in names if (path := _inside(file, name)) is not None)


def _imported(there: There, start: str) -> tuple[str, ...]:
    """Return a justfile with all files that it imports, whose recipes are its own."""
    found = [start]
    for file in found:
        for name in imports_of(there.files[file].decode("utf-8", "replace")):
            path = _inside(file, name)
            if path is not None and path in there.files and path not in found:
                found.append(path)
    return tuple(found)


def _clashes(there: There, justfile: str) -> Mapping[str, str]:
    """Return our names that the project's own recipes have, each with the file where it stands."""
    wanted = names_of(template(FILE))
    found: dict[str, str] = {}
    for path in _imported(there, justfile):
        if path != there.below + FILE:
            name = path.removeprefix(there.below)
            found |= dict.fromkeys(wanted & names_of(there.files[path].decode("utf-8", "replace")), name)
    return dict(sorted(found.items()))


def _misfit(there: There, justfile: str, changes: tuple[Change, ...], ask: Ask | None) -> str:
    """Return why ours cannot be beside the project's own recipes; empty: they can.

    Just itself knows, where it is at hand and takes the justfile as it is; else, names are compared.
    """
    if ask is not None and not ask(there.files, justfile):
        said = ask({**there.files, **{change.path: change.after for change in changes}}, justfile)
        return f"just would refuse it: {said}" if said else ""
    clashes = ", ".join(f"{recipe} ({place})" for recipe, place in _clashes(there, justfile).items())
    return f"there are recipes of the same names: {clashes}" if clashes else ""


def _with_line(before: bytes) -> bytes:
    """Return a justfile with our line at its end, where it changes neither the default recipe nor any other."""
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    whole = before if before.endswith(b"\n") or not before else before + newline
    return whole + newline + LINE.encode() + newline


def recipes(there: There, ask: Ask | None = None) -> Outcome:
    """Write our recipes, and have the justfile import them; one is made where there is none.

    Args:
        there: what is there.
        ask: tells what just says of justfiles; None: it is not at hand.
    """
    justfiles = [name for path in sorted(there.files) if is_justfile(name := path.removeprefix(there.below))]
    if len(justfiles) > 1:
        reason = f"there are several justfiles, which just refuses: {', '.join(justfiles)}"
        return left_out(Part.JUST, reason, "Keep one of them.")
    name = justfiles[0] if justfiles else "justfile"
    before = there.content(name)
    loaded = before is not None and _LOADED.search(_plain(before.decode("utf-8", "replace"))) is not None
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
        if misfit := _misfit(there, change.path, (*own.changes, change), ask):
            hint = f"Rename what clashes, or add the line: mod samewheel '{FILE}' (then: just samewheel package)"
            return left_out(Part.JUST, misfit, hint)
    return Outcome(part=Part.JUST, changes=(*own.changes, change))
