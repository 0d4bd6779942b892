"""What samewheel writes into a project, for git to ignore: committed, it would be dirty with each build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.adopting.values import Change, Outcome, Part

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.adopting.values import There

__all__ = ["IGNORE", "WRITTEN", "holds_others", "ignored"]

IGNORE = ".gitignore"

WRITTEN = ("dist", "evidence")
"""The folders that builds and verifications write to, from the project's folder."""

REPORTS = {".html", ".json", ".sqlite3", ".svg", ".whl", ".gz"}
"""How files are called that belong into them."""


def holds_others(folder: Path) -> bool:
    """Tell whether a folder of such a name is one of the project's own: it has other files in it."""
    return folder.is_dir() and any(entry.suffix not in REPORTS for entry in folder.iterdir())


def _has(content: bytes | None, folder: str, *, here: bool) -> bool:
    """Tell whether a file names a folder; one of a folder above is about ours only without a leading slash."""
    line = rf"^{'/?' if here else ''}(?:\*\*/)?{re.escape(folder)}(?:/|/\*\*?)?[ \t\r]*$".encode()
    return content is not None and re.search(line, content, re.MULTILINE) is not None


def ignored(there: There) -> Outcome:
    """Have git ignore what samewheel writes; lines are added for what no line names yet."""
    before = there.content(IGNORE)
    above = there.files.get(IGNORE)
    named = {name for name in WRITTEN if _has(before, name, here=True) or _has(above, name, here=False)}
    missing = [f"/{name}/" for name in WRITTEN if name not in named | there.own]
    if not there.has_git or not missing:
        return Outcome(part=Part.IGNORE)
    old = before or b""
    newline = b"\r\n" if b"\r\n" in old else b"\n"
    whole = old if old.endswith(b"\n") or not old else old + newline
    after = whole + b"".join(line.encode() + newline for line in missing)
    why = "it is missing" if before is None else f"it does not name {' and '.join(missing)}"
    return Outcome(
        part=Part.IGNORE, changes=(Change(path=there.below + IGNORE, before=before, after=after, why=why),)
    )
