"""The lines of a requirements file as pip joins them, and the hashes in a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Entry", "entries", "split_hashes"]

_COMMENT = re.compile(r"(?:^|\s)#(.*)$")
_HASH = re.compile(r"(?:^|\s)--hash[= ]\s*(\S+)")


class Entry(msgspec.Struct, kw_only=True):
    """A line of the file with its continuation lines, and the comments beside and below it."""

    line: int
    text: str
    comments: list[str]


def entries(text: str) -> Iterator[Entry]:
    """Join continuation lines as pip does: a comment among them ends the joining."""
    entry: Entry | None = None
    parts: list[str] = []
    joining = False
    for number, raw in enumerate(text.splitlines(), 1):
        found = _COMMENT.search(raw)
        body = (raw[: found.start()] if found else raw).strip()
        more = body.endswith("\\")
        body = body.removesuffix("\\").strip()
        if body and joining and entry is not None:
            parts.append(body)
        elif body:
            if entry is not None:
                entry.text = " ".join(parts)
                yield entry
            entry, parts = Entry(line=number, text="", comments=[]), [body]
        if found and entry is not None:
            entry.comments.append(found[1])
        joining = more
    if entry is not None:
        entry.text = " ".join(parts)
        yield entry


def split_hashes(text: str) -> tuple[str, list[str], str]:
    """Return what a line says before its ``--hash`` options, their values, and what else stands among them."""
    head, *_ = _HASH.split(text, maxsplit=1)
    return head.strip(), _HASH.findall(text), _HASH.sub("", text.removeprefix(head)).strip()
