"""Differences in ``*.dist-info``, SW201 to SW204."""

from __future__ import annotations

import base64
import csv
from typing import TYPE_CHECKING

from samewheel.compare.facts import inside_dist_info
from samewheel.compare.values import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.compare.facts import Facts, Member, Pairing

__all__ = ["generator", "metadata", "other", "record"]


def generator(pairing: Pairing) -> Iterator[Difference]:
    """SW201: nothing in WHEEL differs but the Generator."""
    for a, b in _differing(pairing, "WHEEL"):
        if values := _generators(a, b):
            yield difference("SW201", "Generator", *values, member=a.name)


def metadata(pairing: Pairing) -> Iterator[Difference]:
    """SW202: METADATA differs, or only one wheel has it."""
    for a, b in _differing(pairing, "METADATA"):
        yield difference("SW202", "contents", a.sha256, b.sha256, member=a.name)
    yield from _presence(pairing, "SW202", frozenset({"METADATA"}))


def record(pairing: Pairing) -> Iterator[Difference]:
    """SW203: RECORD differs by more than what follows from members that differ, or only one wheel has it."""
    for a, b in _differing(pairing, "RECORD"):
        if not _is_explained(pairing, a, b):
            yield difference("SW203", "contents", a.sha256, b.sha256, member=a.name)
    yield from _presence(pairing, "SW203", frozenset({"RECORD"}))


def other(pairing: Pairing) -> Iterator[Difference]:
    """SW204: anything else in ``*.dist-info`` differs, or only one wheel has it."""
    for a, b in pairing.both:
        below = inside_dist_info(a.name)
        if below in {None, "METADATA", "RECORD"} or a.sha256 == b.sha256:
            continue
        if below != "WHEEL" or not _generators(a, b):
            yield difference("SW204", "contents", a.sha256, b.sha256, member=a.name)
    names = {inside_dist_info(member.name) for member in (*pairing.only_a, *pairing.only_b)}
    yield from _presence(pairing, "SW204", frozenset(names) - {None, "METADATA", "RECORD"})


def _differing(pairing: Pairing, file: str) -> Iterator[tuple[Member, Member]]:
    """Yield the members that are this file of ``*.dist-info``, where their contents differ."""
    for a, b in pairing.both:
        if inside_dist_info(a.name) == file and a.sha256 != b.sha256:
            yield a, b


def _presence(pairing: Pairing, code: str, files: frozenset[str | None]) -> Iterator[Difference]:
    """Yield a difference for each of these files of ``*.dist-info`` that only one wheel has."""
    for members, values in ((pairing.only_a, ("present", "absent")), (pairing.only_b, ("absent", "present"))):
        for member in members:
            if inside_dist_info(member.name) in files:
                yield difference(code, "presence", *values, member=member.name)


def _generators(a: Member, b: Member) -> tuple[str, str] | None:
    """Return the Generators of two WHEEL files that differ, or None if anything else in them does."""
    if a.text is None or b.text is None:
        return None
    rest_of_a, generator_of_a = _without_generator(a.text)
    rest_of_b, generator_of_b = _without_generator(b.text)
    return (generator_of_a, generator_of_b) if rest_of_a == rest_of_b else None


def _without_generator(text: bytes) -> tuple[list[bytes], str]:
    """Return the lines of a WHEEL file with the Generator's value cut out, and that value."""
    rest, values = [], []
    for line in text.splitlines(keepends=True):
        key, colon, value = line.partition(b":")
        if key.lower() == b"generator":
            content = value.strip()
            values.append(content.decode(errors="backslashreplace"))
            rest.append(key + colon + value.replace(content, b"", 1))
        else:
            rest.append(line)
    return rest, ", ".join(values)


def _is_explained(pairing: Pairing, a: Member, b: Member) -> bool:
    """Return whether two RECORDs say the same, but for the rows of members that differ."""
    if a.text is None or b.text is None:
        return False
    changed = frozenset(one.name for one, another in pairing.both if one.sha256 != another.sha256)
    alone = frozenset(member.name for member in (*pairing.only_a, *pairing.only_b))
    try:
        rows_of_a = _unexplained(pairing.a, a.text, changed, alone)
        rows_of_b = _unexplained(pairing.b, b.text, changed, alone)
    except (UnicodeDecodeError, csv.Error):
        return False
    return rows_of_a == rows_of_b


def _unexplained(facts: Facts, text: bytes, changed: frozenset[str], alone: frozenset[str]) -> list[bytes]:
    """Return the lines of a RECORD, less what is right about members that differ between the wheels."""
    members = {member.name: member for member in facts.members}
    lines = []
    for line in text.splitlines(keepends=True):
        row = next(csv.reader([line.decode()]), [])
        path = row[0] if row else ""
        member = members.get(path)
        general = _generalized(line, row, member) if member else None
        # A row that is wrong about its member follows from nothing: it stays as it is.
        if general is None or (path not in changed and path not in alone):
            lines.append(line)
        elif path in changed:
            lines.append(general)
    return lines


def _generalized(line: bytes, row: list[str], member: Member) -> bytes | None:
    """Return a line of RECORD without its digest and size, or None if they are not the member's."""
    if len(row) != 3:  # noqa: PLR2004 - path, hash and size
        return None
    _, recorded, size = row
    algorithm, _, digest = recorded.partition("=")
    right = base64.urlsafe_b64encode(bytes.fromhex(member.sha256)).rstrip(b"=").decode()
    # Of other algorithms than the usual one nothing is known here; the same algorithm must do.
    if not digest or (algorithm == "sha256" and digest != right) or size not in {"", str(member.size)}:
        return None
    head, _, tail = line.rpartition(recorded.encode())
    return head + algorithm.encode() + (tail.replace(size.encode(), b"size", 1) if size else tail)
