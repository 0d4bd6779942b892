"""Differences of the archive layer, SW101 to SW108: what the ZIP file says around the same contents."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from samewheel.comparison.values import Difference, difference, shown
from samewheel.wheel.headers import ZIP64, extra_fields
from samewheel.wheel.values import IN_ZIP64

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.comparison.facts import Facts, Pairing, Shared
    from samewheel.wheel import CentralHeader, LocalHeader, Member

__all__ = [
    "SUMMARIES",
    "compression",
    "create_system",
    "end_records",
    "folders",
    "header_fields",
    "mode",
    "nature",
    "order",
    "time",
]

SUMMARIES = {
    "SW101": "ZIP: the times of members",
    "SW102": "ZIP: the modes of members, but for what makes a file executable",
    "SW103": "ZIP: the order of members",
    "SW104": "ZIP: the compression method, or the stream that it made of the same contents",
    "SW105": "ZIP: the system that a member was packed on",
    "SW106": "ZIP: flags, extra fields, versions, attributes, comments, and what only local headers have",
    "SW107": "ZIP: entries for folders that are there without them, too",
    "SW108": "ZIP: the archive's comment, and the form of its end",
}
"""What each code says, in a line."""

METHODS = {0: "stored", 8: "deflated"}
"""Compression methods by number."""

ZIP64_END = 56 + 20
"""Bytes of the end record of 64 bits (4.3.14), and of what tells where it is (4.3.15)."""

PLAIN_END = struct.Struct("<4s4H2I")
"""The end record that follows them, up to the size of its comment (4.3.16)."""


def nature(member: Member) -> str:
    """Return what installers make of a member's mode: a plain file, an executable one, a folder."""
    if member.is_folder:
        return "folder"
    if not member.central.mode & 0o111:
        return "plain"
    # pip and installer look for a regular file before they set the bit, others do not.
    return "executable" if member.is_executable else "executable of no regular type"


def time(pairing: Pairing) -> Iterator[Difference]:
    """SW101: the times of members."""
    for shared in pairing.both:
        a, b = shared.a.central, shared.b.central
        if (a.date, a.time) != (b.date, b.time):
            yield difference("SW101", "time", a.moment, b.moment, member=shared.name)


def mode(pairing: Pairing) -> Iterator[Difference]:
    """SW102: the modes of members, but for what makes a file executable."""
    for shared in pairing.both:
        a, b = shared.a.central.mode, shared.b.central.mode
        if a != b and nature(shared.a) == nature(shared.b):
            yield difference("SW102", "mode", f"{a:06o}", f"{b:06o}", member=shared.name)


def order(pairing: Pairing) -> Iterator[Difference]:
    """SW103: the order of those members that both have; the values are the first two that disagree."""
    names_of_a = {shared.a.name: shared.name for shared in pairing.both}
    names_of_b = {shared.b.name: shared.name for shared in pairing.both}
    moved = _moved(
        [names_of_a[member.name] for member in pairing.a.archive.members if member.name in names_of_a],
        [names_of_b[member.name] for member in pairing.b.archive.members if member.name in names_of_b],
    )
    if moved:
        yield difference("SW103", "order", *moved)
        return
    # Only here can it be seen: what the directory lists in one order may lie in the file in another.
    a, b = (
        [names[member.name] for member in _as_they_lie(facts) if member.name in names]
        for facts, names in ((pairing.a, names_of_a), (pairing.b, names_of_b))
    )
    if moved := _moved(a, b):
        yield difference("SW103", "order in the file", *moved)


def compression(pairing: Pairing) -> Iterator[Difference]:
    """SW104: the compression method, or what it made of the same contents."""
    for shared in pairing.both:
        methods = (shared.a.central.method, shared.b.central.method)
        if methods[0] != methods[1]:
            yield difference("SW104", "method", METHODS[methods[0]], METHODS[methods[1]], member=shared.name)
        elif any(shared.streams):
            yield difference("SW104", "stream", *shared.streams, member=shared.name)


def create_system(pairing: Pairing) -> Iterator[Difference]:
    """SW105: the system that the archive says it was made on."""
    for shared in pairing.both:
        a, b = shared.a.central.create_system, shared.b.central.create_system
        if a != b:
            yield difference("SW105", "create_system", str(a), str(b), member=shared.name)


def header_fields(pairing: Pairing) -> Iterator[Difference]:
    """SW106: flags, extra fields, versions, other attributes, comments, and what only the local header has."""
    for shared in pairing.both:
        if _raw_fields(shared.a) != _raw_fields(shared.b):
            fields_of_b = _header_fields(shared.b)
            for field, value in _header_fields(shared.a).items():
                if value != fields_of_b[field]:
                    yield difference("SW106", field, value, fields_of_b[field], member=shared.name)
        if not (_repeats(shared.a) and _repeats(shared.b)):
            yield from _local_fields(shared)


def folders(pairing: Pairing) -> Iterator[Difference]:
    """SW107: a directory entry in only one wheel, where other members are in that folder anyway."""
    for alone, facts, values in pairing.alone:
        if is_implied(alone.member, facts):
            yield difference("SW107", "presence", *values, member=alone.member.name)


def end_records(pairing: Pairing) -> Iterator[Difference]:
    """SW108: the archive's comment, and the form of what ends it."""
    a, b = pairing.a.archive, pairing.b.archive
    if a.comment != b.comment:
        yield difference("SW108", "comment", shown(a.comment), shown(b.comment))
    forms = [shown(archive.end[12:16]) if archive.end.startswith(b"PK\x06\x06") else "" for archive in (a, b)]
    if forms[0] != forms[1]:
        yield difference("SW108", "versions of the zip64 end record", *forms)
    only = [_only_in_zip64(archive.end) for archive in (a, b)]
    if only[0] != only[1]:
        yield difference("SW108", "values in the zip64 end record only", *only)


def is_implied(member: Member, facts: Facts) -> bool:
    """Tell whether a member is a folder that would be there without its entry: nobody installs anything else."""
    return member.name in facts.full_folders


def _moved(a: list[str], b: list[str]) -> tuple[str, str] | None:
    """Return the first two names that stand at one place of two lists, and are not the same."""
    return next(((left, right) for left, right in zip(a, b, strict=True) if left != right), None)


def _only_in_zip64(end: bytes) -> str:
    """Return which values the plain end record leaves to the one of 64 bits, if that is there."""
    if not end.startswith(b"PK\x06\x06"):
        return ""
    *_, count, size, offset = PLAIN_END.unpack_from(end, ZIP64_END)
    absent = {"count": count == 0xFFFF, "size": size == IN_ZIP64, "offset": offset == IN_ZIP64}  # noqa: PLR2004 - 4.4.1.4
    return ", ".join(name for name, is_absent in absent.items() if is_absent)


def _as_they_lie(facts: Facts) -> list[Member]:
    return sorted(facts.archive.members, key=lambda member: member.start)


def _raw_fields(member: Member) -> tuple[object, ...]:
    """Return all that :func:`_header_fields` puts into words, which takes ten times as long."""
    header = member.central
    sizes = (header.size == IN_ZIP64, header.compressed_size == IN_ZIP64, header.offset == IN_ZIP64)
    versions = header.create_version, header.extract_version
    attributes = header.external_attributes & 0xFFFF, header.internal_attributes
    return (header.flags, header.extra, sizes, header.comment, versions, attributes, len(member.descriptor))


def _repeats(member: Member) -> bool:
    """Tell whether the local header only says again what the central directory says, without extra fields."""
    local, central = member.local, member.central
    return local[:8] == central[2:10] and not local.extra and not central.extra


def _header_fields(member: Member) -> Mapping[str, str]:
    header = member.central
    return {
        "flags": f"{header.flags:#06x}",
        "extra": _extra(header.extra),
        "sizes of 64 bits": ", ".join(
            name for name in ("size", "compressed_size", "offset") if getattr(header, name) == IN_ZIP64
        ),
        "comment": shown(header.comment),
        "create_version": str(header.create_version),
        "extract_version": str(header.extract_version),
        "dos_attributes": f"{header.external_attributes & 0xFFFF:#06x}",
        "internal_attributes": f"{header.internal_attributes:#06x}",
        "descriptor": f"{len(member.descriptor)} bytes",
    }


def _local_fields(shared: Shared) -> Iterator[Difference]:
    """Yield what local headers have else than one another, and else than the central directory has."""
    of_a, of_b = (_own_fields(member) for member in (shared.a, shared.b))
    for field, (value_of_a, expected_of_a) in of_a.items():
        value_of_b, expected_of_b = of_b[field]
        if value_of_a != value_of_b and (value_of_a, value_of_b) != (expected_of_a, expected_of_b):
            yield difference("SW106", f"local {field}", value_of_a, value_of_b, member=shared.name)


def _own_fields(member: Member) -> dict[str, tuple[str, str]]:
    """Return what may be different in a local header, with what the central directory has for it."""
    local, central = member.local, member.central
    return {
        "time": (_stamp(local), _stamp(central)),
        "extra": (_extra(local.extra), _extra(central.extra)),
        "sizes of 64 bits": (_zeros(local.extra), ""),
        "extract_version": (str(local.extract_version), str(central.extract_version)),
        "crc": _presence(local.crc, central.crc),
        "size": _presence(local.size, central.size),
        "compressed_size": _presence(local.compressed_size, central.compressed_size),
    }


def _presence(local: int, central: int) -> tuple[str, str]:
    """Return whether the local header has what the central directory has: its value is another matter."""
    return ("present" if local == central else f"{local:#x}"), "present"


def _stamp(header: CentralHeader | LocalHeader) -> str:
    return f"{header.date:#06x} {header.time:#06x}"


def _extra(extra: bytes) -> str:
    """Return extra fields but for the values of 64 bits, which follow from sizes and offsets."""
    return shown(
        b"".join(
            struct.pack("<HH", number, len(content)) + (b"" if number == ZIP64 else content)
            for number, content in extra_fields("", extra).items()
        )
    )


def _zeros(extra: bytes) -> str:
    """Return whether sizes of 64 bits are zeros: a writer that did not know them may leave those, and need not."""
    content = extra_fields("", extra).get(ZIP64, b"")
    return "0" if content and not any(content) else ""
