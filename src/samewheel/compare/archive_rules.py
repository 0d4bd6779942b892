"""Differences of the archive layer, SW101 to SW106: what the ZIP file says around the same contents."""

from __future__ import annotations

import stat
import zipfile
from typing import TYPE_CHECKING

from samewheel.compare.values import Difference, difference, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.compare.facts import Member, Pairing

__all__ = ["compression", "create_system", "header_fields", "mode", "nature", "order", "time"]

METHODS = {
    zipfile.ZIP_STORED: "stored",
    zipfile.ZIP_DEFLATED: "deflated",
    zipfile.ZIP_BZIP2: "bzip2",
    zipfile.ZIP_LZMA: "lzma",
}
"""Compression methods by number."""


def nature(member: Member) -> str:
    """Return what installers make of a member's mode: a plain file, an executable one, a link, a folder."""
    if stat.S_ISLNK(member.mode):
        return "link"
    if member.name.endswith("/"):
        return "folder"
    if not member.mode & 0o111:
        return "plain"
    # pip and installer look for a regular file before they set the bit, others do not.
    return "executable" if stat.S_ISREG(member.mode) else "executable of no regular type"


def time(pairing: Pairing) -> Iterator[Difference]:
    """SW101: the times of members."""
    for a, b in pairing.both:
        if a.date_time != b.date_time:
            yield difference("SW101", "time", _iso(a.date_time), _iso(b.date_time), member=a.name)


def mode(pairing: Pairing) -> Iterator[Difference]:
    """SW102: the modes of members, but for what makes a file executable or a link."""
    for a, b in pairing.both:
        if a.mode != b.mode and nature(a) == nature(b):
            yield difference("SW102", "mode", f"{a.mode:06o}", f"{b.mode:06o}", member=a.name)


def order(pairing: Pairing) -> Iterator[Difference]:
    """SW103: the order of those members that both have; the values are the first two that disagree."""
    common = {(a.name, a.nth) for a, _ in pairing.both}
    of_a, of_b = (
        [member.name for member in facts.members if (member.name, member.nth) in common]
        for facts in (pairing.a, pairing.b)
    )
    moved = next(((a, b) for a, b in zip(of_a, of_b, strict=True) if a != b), None)
    if moved:
        yield difference("SW103", "order", *moved)


def compression(pairing: Pairing) -> Iterator[Difference]:
    """SW104: the compression method, or what it made of the same contents."""
    for a, b in pairing.both:
        if a.compress_type != b.compress_type:
            methods = (METHODS.get(m.compress_type, str(m.compress_type)) for m in (a, b))
            yield difference("SW104", "method", *methods, member=a.name)
        elif a.sha256 == b.sha256 and a.stream_sha256 != b.stream_sha256:
            yield difference("SW104", "stream", a.stream_sha256, b.stream_sha256, member=a.name)


def create_system(pairing: Pairing) -> Iterator[Difference]:
    """SW105: the system that the archive says it was made on."""
    for a, b in pairing.both:
        if a.create_system != b.create_system:
            yield difference("SW105", "create_system", str(a.create_system), str(b.create_system), member=a.name)


def header_fields(pairing: Pairing) -> Iterator[Difference]:
    """SW106: flags, extra fields, versions, other attributes, and comments."""
    if pairing.a.comment != pairing.b.comment:
        yield difference("SW106", "comment", shown(pairing.a.comment), shown(pairing.b.comment))
    for a, b in pairing.both:
        fields_of_b = _header_fields(b)
        for field, value in _header_fields(a).items():
            if value != fields_of_b[field]:
                yield difference("SW106", field, value, fields_of_b[field], member=a.name)


def _iso(moment: tuple[int, int, int, int, int, int]) -> str:
    """Return a time as ISO 8601 writes it, also one that no calendar has: a header may say month 0."""
    year, month, day, hour, minute, second = moment
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def _header_fields(member: Member) -> dict[str, str]:
    return {
        "flags": f"{member.flags:#06x}",
        "extra": shown(member.extra),
        "comment": shown(member.comment),
        "create_version": str(member.create_version),
        "extract_version": str(member.extract_version),
        "dos_attributes": f"{member.dos_attributes:#06x}",
        "internal_attributes": f"{member.internal_attributes:#06x}",
    }
