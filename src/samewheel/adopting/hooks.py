"""The entry for pre-commit: text put into its configuration, of which all else stays as it is to the byte."""

from __future__ import annotations

import re
import shlex
from itertools import accumulate
from typing import TYPE_CHECKING

from samewheel._text import quoted
from samewheel.adopting.settings import constraints_file
from samewheel.adopting.values import Change, Outcome, Part, left_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.adopting.values import There

__all__ = ["CONFIG", "entry", "pre_commit", "with_entry"]

CONFIG = ".pre-commit-config.yaml"

_MARGIN = re.compile(r"(?:[\w-]+|'[^'\n]*'|\"[^\"\n]*\")\s*:(?=\s|$)|- |-$|#|\s|$")
"""What lines of a mapping in block style begin with: a key, an item of a list, a comment, indentation."""

_NOTHING = re.compile(r"(?:[ \t]*(?:#.*)?\r?\n|---[ \t]*\r?\n)*")
_NO_REPOS = re.compile(r"^repos:[ \t]*(?:\[[ \t]*\])?[ \t]*(#.*)?$")
_REPOS = re.compile(r"repos:[ \t]*(?:\[[ \t]*\])?[ \t]*(?:#.*)?$")
_ITEM = re.compile(r"( *)- +\w")
_WORDS = re.compile(r"[\w^(][\w ./()|\\^$-]*[\w)$]")
"""What YAML reads as it stands."""


def _command(there: There) -> str:
    folder = there.below.rstrip("/")
    # What begins with a hyphen would be an option.
    place = f"./{folder}" if folder.startswith("-") else folder
    return f"samewheel lock --check {shlex.quote(place)}".removesuffix(" ''")


def _scalar(text: str) -> str:
    """Return a text as YAML."""
    return text if _WORDS.fullmatch(text) else quoted(text)


def _files(there: There) -> str:
    """Return a pattern of the files that say what a build requires: uv has settings in folders above, too."""
    folders = ["", *accumulate(f"{name}/" for name in there.below.split("/") if name)]
    settings = r"(pyproject|uv)\.toml"
    if there.below:
        settings = f"({'|'.join(map(re.escape, folders))}){settings}"
    own = rf"{{}}(setup\.(py|cfg)|{re.escape(constraints_file(there))})".format(re.escape(there.below))
    return f"^({settings}|{own})$"


def entry(there: There) -> tuple[str, ...]:
    """Return the lines of our entry, from the dash of its list on."""
    return (
        "- repo: local",
        "  hooks:",
        "    - id: samewheel-lock-check",
        "      name: build constraints are what the project asks for",
        f"      entry: {_scalar(_command(there))}",
        "      language: system",
        f"      files: {_scalar(_files(there))}",
        "      pass_filenames: false",
    )


def _start(lines: Sequence[str]) -> int | None:
    """Return the index of the line ``repos:``; None unless the margin tells what belongs to which key."""
    first = next((index for index, line in enumerate(lines) if line.strip() and line[0] != "#"), 0)
    rest = lines[first + 1 :] if lines and lines[first].strip() == "---" else lines
    starts = [index for index, line in enumerate(lines) if _REPOS.match(line)]
    is_plain = all(_MARGIN.match(line) for line in rest) and not re.search(r"\t|[|>]\S*\+", "\n".join(lines))
    return starts[0] if len(starts) == 1 and is_plain else None


def _end(lines: Sequence[str], start: int) -> int:
    """Return the index after the last line of the list below the line at ``start``."""
    end = start + 1
    for index, line in enumerate(lines[start + 1 :], start + 1):
        if line.strip() and line[0] not in " -#":
            break
        # Comments at the margin may be about what follows.
        if line.strip() and line[0] != "#":
            end = index + 1
    return end


def with_entry(text: str, new: Sequence[str]) -> str | None:
    """Return a configuration with an entry at the end of ``repos``, in its own indentation.

    Args:
        text: the file, with the line ends that it has.
        new: the lines of the entry, from its dash on.

    Returns:
        None if the file is written in a way that only a YAML parser could tell where it belongs.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = text if text.endswith("\n") or not text else text + newline
    if _NOTHING.fullmatch(whole):
        return whole + "".join(line + newline for line in ("repos:", *(f"  {line}" for line in new)))
    lines = whole.split(newline)[:-1]
    start = _start(lines)
    if start is None or any(set(line) & set("\r\n") for line in lines):
        return None
    end = _end(lines, start)
    first = next((line for line in lines[start + 1 : end] if line.strip() and line.lstrip()[0] != "#"), None)
    if first is None and (empty := _NO_REPOS.match(lines[start])):
        # The one line that does not stay: there is no other way to put something into an empty list.
        head = f"repos:  {empty[1]}" if empty[1] else "repos:"
        return "".join(
            line + newline for line in (*lines[:start], head, *(f"  {line}" for line in new), *lines[start + 1 :])
        )
    item = _ITEM.match(first or "")
    if item is None:
        return None
    return "".join(line + newline for line in (*lines[:end], *(item[1] + line for line in new), *lines[end:]))


def pre_commit(there: There, *, asked: bool = False) -> Outcome:
    """Have pre-commit check the pins whenever a file changes that says what a build requires.

    Args:
        there: what is there.
        asked: whether this part was asked for by its name: then a configuration is made where there is none.
    """
    new = entry(there)
    before = there.files.get(CONFIG)
    if before is None and not asked:
        reason = f"the repository has no {CONFIG}"
        return left_out(Part.PRE_COMMIT, reason, f"If you use pre-commit: samewheel init --only {Part.PRE_COMMIT}")
    if before is None:
        text = "".join(f"{line}\n" for line in ("repos:", *(f"  {line}" for line in new)))
        change = Change(path=CONFIG, before=None, after=text.encode(), why="it is missing")
        return Outcome(part=Part.PRE_COMMIT, changes=(change,))
    text = before.decode("utf-8", "replace")
    if re.search(rf"^\s*(- )?entry: {re.escape(_scalar(_command(there)))}\s*$", text, re.MULTILINE):
        return Outcome(part=Part.PRE_COMMIT)
    if not there.below and re.search(r"^\s*(- )?id: samewheel-lock-check\s*$", text, re.MULTILINE):
        return Outcome(part=Part.PRE_COMMIT)
    after = with_entry(text, new) if text.encode() == before else None
    if after is None:
        pasted = "\n".join(f"  {line}" for line in new)
        reason = f"{CONFIG} is written in a way that cannot be added to safely"
        return left_out(Part.PRE_COMMIT, reason, f"Add to its repos:\n{pasted}")
    change = Change(path=CONFIG, before=before, after=after.encode(), why="it does not check the pins")
    return Outcome(part=Part.PRE_COMMIT, changes=(change,))
