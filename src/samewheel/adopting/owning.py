"""Whose a file is: its first line says so, and only what is ours is ever changed."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from samewheel.adopting.values import Change, Outcome, left_out

if TYPE_CHECKING:
    from samewheel.adopting.values import Part

__all__ = ["FIRST_LINE", "is_marked", "kept_up", "template"]

MARK = b"# Written by samewheel init"
"""How the first line of each file begins that we keep up to date."""

FIRST_LINE = f"{MARK.decode()}. Remove this line, and the file is yours: it will never be changed again."


def is_marked(content: bytes) -> bool:
    """Tell whether a file's first line says that we keep it up to date."""
    return content.startswith(MARK)


def template(name: str) -> str:
    """Return the text of one of our templates."""
    return files("samewheel.adopting").joinpath("templates", name).read_text("utf-8")


def _plain(content: bytes) -> bytes:
    # git may have checked the file out with the line ends of another system.
    return content.replace(b"\r\n", b"\n")


def kept_up(part: Part, path: str, before: bytes | None, after: str) -> Outcome:
    """Return the outcome for a file that is ours as a whole, or not at all.

    Args:
        part: whose file it is.
        path: from the top.
        before: what is there; None: nothing.
        after: what should be there.
    """
    content = after.encode()
    if before is None:
        return Outcome(part=part, changes=(Change(path=path, before=None, after=content, why="it is missing"),))
    if not is_marked(before):
        return left_out(
            part, f"{path} was not written by samewheel init", f"Rename it, or do without: --without {part}"
        )
    if _plain(before) == content:
        return Outcome(part=part)
    return Outcome(part=part, changes=(Change(path=path, before=before, after=content, why="it is out of date"),))
