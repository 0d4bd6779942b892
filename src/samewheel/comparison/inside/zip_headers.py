"""What two ZIP archives say around their members, SW320: one finding for each kind of field that differs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from samewheel.comparison.inside.values import finding
from samewheel.wheel.values import STORED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from samewheel.comparison.inside.values import Findings
    from samewheel.wheel import Archive, Member
    from samewheel.wheel.source import Source

__all__ = ["header_findings"]


def _others(member: Member) -> str:
    """Return the fields that nobody looks at, in one line; what follows from sizes and places is left out."""
    central, local = member.central, member.local
    same_time = (local.time, local.date) == (central.time, central.date)
    return ", ".join(
        (
            f"flags {central.flags:#06x}",
            f"versions {central.create_version} {central.extract_version} {local.extract_version}",
            f"attributes {central.external_attributes & 0xFFFF:#06x} {central.internal_attributes:#06x}",
            f"local time {'same' if same_time else f'{local.date:#06x} {local.time:#06x}'}",
            f"sizes before the stream {'yes' if (local.crc, local.size) == (central.crc, central.size) else 'no'}",
            f"descriptor {len(member.descriptor)} bytes",
            f"extra {central.extra.hex()} {local.extra.hex()}",
            f"comment {central.comment.hex()}",
        )
    )


KINDS: dict[str, Callable[[Member], str]] = {
    "time": lambda member: member.central.moment,
    "mode": lambda member: f"{member.central.mode:06o}",
    "system": lambda member: str(member.central.create_system),
    "method": lambda member: "stored" if member.central.method == STORED else "deflated",
    "other headers": _others,
}
"""What each kind of field says of a member."""


def _said(kind: str, found: Sequence[tuple[str, str, str]]) -> Findings:
    """Yield one finding for members, each with two values; those of the first are shown."""
    if found:
        name, *values = found[0]
        several = f" of {len(found)} members, such as" if len(found) > 1 else " of"
        yield finding("SW320", f"{kind}{several} {name}", *values)


def _moved(field: str, a: Sequence[Member], b: Sequence[Member]) -> Findings:
    """Yield the first two names that stand at one place, and are not the same, of those that both have."""
    names = [[member.name for member in members] for members in (a, b)]
    shared = set(names[0]) & set(names[1])
    orders = ([name for name in of if name in shared] for of in names)
    first = next((pair for pair in zip(*orders, strict=True) if pair[0] != pair[1]), None)
    if first:
        yield finding("SW320", field, *first)


def _order(a: Archive, b: Archive) -> Findings:
    """Yield the order; what the directory lists in one order may lie in the file in another."""
    listed = list(_moved("order", a.members, b.members))
    in_file = (sorted(archive.members, key=lambda member: member.start) for archive in (a, b))
    yield from listed or _moved("order in the file", *in_file)


def _stream(source: Source, member: Member) -> str:
    """Return what tells one stream from another with the same contents."""
    digest = hashlib.sha256()
    for piece in source.pieces(member.start, member.compressed_size):
        digest.update(piece)
    return f"{member.compressed_size} bytes, sha256 {digest.hexdigest()}"


def header_findings(
    a: tuple[Source, Archive], b: tuple[Source, Archive], streams: Sequence[tuple[Member, Member]]
) -> Findings:
    """Yield SW320, one finding for each kind: times, modes, systems, methods, streams, all else; order and end.

    Args:
        a: the first archive, and where it is read from.
        b: the second one.
        streams: members that have the same contents, and other streams.
    """
    members = {member.name: member for member in b[1].members}
    pairs = [(one, members[one.name]) for one in sorted(a[1].members, key=lambda m: m.name) if one.name in members]
    for kind, value in KINDS.items():
        values = [(one.name, value(one), value(other)) for one, other in pairs]
        yield from _said(kind, [found for found in values if found[1] != found[2]])
    compressed = [(one, other) for one, other in streams if one.central.method == other.central.method]
    yield from _said("stream", [(one.name, _stream(a[0], one), _stream(b[0], other)) for one, other in compressed])
    yield from _order(a[1], b[1])
    if a[1].comment != b[1].comment:
        yield finding("SW320", "comment", a[1].comment, b[1].comment)
    ends = [f"{len(archive.end) - len(archive.comment)} bytes" for _, archive in (a, b)]
    if ends[0] != ends[1]:
        yield finding("SW320", "end records", *ends)
