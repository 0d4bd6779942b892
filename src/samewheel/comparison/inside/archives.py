"""Static archives, SW318: the headers of their members, and what is in these (``ar`` of GNU and of BSD)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.comparison.inside.raw import differing
from samewheel.comparison.inside.values import Content, finding, printable, read_at
from samewheel.comparison.inside.windows import part

if TYPE_CHECKING:
    from samewheel.comparison.inside.values import Findings, Look

__all__ = ["SUMMARIES", "archive"]

SUMMARIES = {"SW318": "static archive: which members it has, and their dates, owners and modes"}
"""What each code says, in a line."""

MAGIC, HEADER = b"!<arch>\n", 60
"""How an archive begins; bytes of a member's header."""

FIELDS = {"date": slice(16, 28), "uid": slice(28, 34), "gid": slice(34, 40), "mode": slice(40, 48)}
"""Where the fields are in a header."""

LONGEST_NAME = 4096
"""Bytes of a member's name that are read."""

MOST_MEMBERS = 100_000
"""Members that are read."""


class _Member(Value, frozen=True, kw_only=True):
    """A member: its name as it is shown, the text of its header's fields, its contents."""

    name: str
    fields: dict[str, str]
    content: Content


def _members(content: Content) -> list[_Member]:
    """Read the headers.

    Raises:
        ValueError: damaged, or too many members.
    """
    place, names, found = len(MAGIC), b"", list[_Member]()
    while place < content.size:
        header = read_at(content, place, HEADER)
        if header[58:] != b"`\n" or len(found) >= MOST_MEMBERS:
            raise ValueError(f"no header at {place}")
        size = _number(header[48:58])
        inner = part(content, place + HEADER, size)
        if header.startswith(b"// "):
            names = read_at(inner, 0, size)
        found.append(_member(header, inner, names))
        # Members begin at even places.
        place += HEADER + size + size % 2
    return found


def _number(text: bytes) -> int:
    """Return a number; Python would accept more than ``ar`` does."""
    if not text.strip(b" ").isdigit():
        raise ValueError("no number")
    return int(text)


def _member(header: bytes, content: Content, names: bytes) -> _Member:
    """Return a member, with its long name from the table of names, or from the start of its contents."""
    raw = header[:16].rstrip()
    if raw.startswith(b"#1/"):
        length = _number(raw[3:])
        raw = read_at(content, 0, length).rstrip(b"\0")
        content = part(content, length, content.size - length)
    elif raw[:1] == b"/" and raw[1:].isdigit():
        start = int(raw[1:])
        raw = names[start : start + LONGEST_NAME].partition(b"\n")[0]
    if len(raw) > 1 and raw.endswith(b"/") and raw != b"//":
        raw = raw[:-1]
    fields = {field: header[where].decode("latin-1").strip() for field, where in FIELDS.items()}
    return _Member(name=printable(raw), fields=fields, content=content)


def archive(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW318, and what differs in the members, with their names as a prefix."""
    del name
    if read_at(a, 0, 8) != MAGIC or read_at(b, 0, 8) != MAGIC:
        return
    of_a, of_b = _members(a), _members(b)
    names = [[member.name for member in members] for members in (of_a, of_b)]
    if names[0] != names[1]:
        yield from _names(*names)
        return
    for one, other in zip(of_a, of_b, strict=True):
        for field in FIELDS:
            if one.fields[field] != other.fields[field]:
                yield finding("SW318", f"{one.name}: {field}", one.fields[field], other.fields[field])
    for one, other in zip(of_a, of_b, strict=True):
        yield from _contents(one, other, look)


def _names(a: list[str], b: list[str]) -> Findings:
    """SW318: the first members that disagree."""
    field = "order of members" if sorted(a) == sorted(b) else "members"
    first = next((n for n, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), min(len(a), len(b)))
    values = (names[first] if first < len(names) else "the end" for names in (a, b))
    yield finding("SW318", f"{field}, number {first}", *values)


def _contents(a: _Member, b: _Member, look: Look) -> Findings:
    """Yield what differs in a member."""
    if a.content.size != b.content.size or differing(a.content, b.content):
        for one in look(a.name, a.content, b.content):
            yield one._replace(field=f"{a.name}: {one.field}")
