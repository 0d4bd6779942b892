"""Differences in ``*.dist-info``, SW201 to SW209; those of RECORD, which mostly follow, are in ``record_rules``."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from samewheel.comparison.facts import dist_info_file
from samewheel.comparison.values import Difference, difference
from samewheel.wheel import read_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.facts import Pairing, Shared
    from samewheel.wheel import Headers

__all__ = ["SUMMARIES", "folder_name", "metadata", "other", "recorded", "wheel"]

SUMMARIES = {
    "SW201": "WHEEL: the Generator",
    "SW202": "METADATA: fields, their order, the description",
    "SW204": "*.dist-info: another file, or one that only one wheel has",
    "SW205": "RECORD: right about a file in one wheel and wrong in the other, or wrong in both",
    "SW206": "WHEEL: anything but the Generator",
    "SW207": "entry_points.txt: anything in it, or that only one wheel has it",
    "SW208": "top_level.txt: anything in it, or that only one wheel has it",
    "SW209": "*.dist-info: the name of the folder",
}
"""What each code says, in a line."""

OWN_RULES = frozenset({"METADATA", "RECORD", "WHEEL"})

CODES = {"entry_points.txt": "SW207", "top_level.txt": "SW208"}
"""Files that decide what a wheel does once it is installed."""

LONGEST_LINE = 120
"""Characters of a line that are shown."""

CONTEXT = 24
"""Characters that are kept before the place where two long lines part."""


class Said(NamedTuple):
    """What differs between two files of headers."""

    field: str
    a: str
    b: str


def wheel(pairing: Pairing) -> Iterator[Difference]:
    """SW201: the Generator in WHEEL; SW206: anything else in it."""
    for shared in _differing(pairing, "WHEEL"):
        for one in _of_headers(shared, pairing):
            yield difference("SW201" if one[0] == "Generator" else "SW206", *one, member=shared.name)


def metadata(pairing: Pairing) -> Iterator[Difference]:
    """SW202: METADATA, field by field."""
    for shared in _differing(pairing, "METADATA"):
        for one in _of_headers(shared, pairing):
            yield difference("SW202", *one, member=shared.name)


def other(pairing: Pairing) -> Iterator[Difference]:
    """SW204: another file of ``*.dist-info``, or one that only one wheel has; SW207 and SW208 for two of them."""
    for shared in pairing.both:
        below = dist_info_file(shared.place)
        if below is not None and below not in OWN_RULES and not shared.same:
            for found in shared.findings:
                yield difference(CODES.get(below, "SW204"), found.field, found.a, found.b, member=shared.name)
    for alone, _, values in pairing.alone:
        below = dist_info_file(alone.place)
        if below is not None and not alone.member.is_folder:
            yield difference(CODES.get(below, "SW204"), "presence", *values, member=alone.member.name)


def recorded(pairing: Pairing) -> Iterator[Difference]:
    """SW205: a file about which only one wheel's RECORD is right, or neither's."""
    for shared in pairing.both:
        if shared.recorded != (True, True):
            yield difference("SW205", "hash in RECORD", *map(_rightness, shared.recorded), member=shared.name)
    for alone, _, values in pairing.alone:
        if not alone.recorded:
            said = (value.replace("present", "wrong") for value in values)
            yield difference("SW205", "hash in RECORD", *said, member=alone.member.name)


def folder_name(pairing: Pairing) -> Iterator[Difference]:
    """SW209: the name of the ``*.dist-info`` folder."""
    if pairing.a.dist_info != pairing.b.dist_info:
        yield difference("SW209", "name", pairing.a.dist_info, pairing.b.dist_info)


def _rightness(right: bool) -> str:  # noqa: FBT001 - mapped over values
    return "right" if right else "wrong"


def _differing(pairing: Pairing, file: str) -> Iterator[Shared]:
    """Yield this file of ``*.dist-info``, if its contents differ."""
    return (shared for shared in pairing.both if not shared.same and dist_info_file(shared.place) == file)


def _of_headers(shared: Shared, pairing: Pairing) -> Iterator[Said]:
    """Yield field and values of what differs between two files of headers; at least one, as their bytes differ."""
    file = shared.place.rpartition("/")[2]
    texts = pairing.a.texts[file], pairing.b.texts[file]
    a, b = (read_headers(text, shared.name) for text in texts)
    found = [*_fields(a, b), *_order(a, b), *_body(a, b)]
    yield from found or [_formatting(*texts)]


def _fields(a: Headers, b: Headers) -> Iterator[Said]:
    """Yield the headers whose values differ; of those that are there several times, the values that only one has."""
    of_a, of_b = _by_key(a), _by_key(b)
    for key in sorted(of_a.keys() | of_b.keys()):
        (name_of_a, values_of_a), (name_of_b, values_of_b) = of_a.get(key, ("", [])), of_b.get(key, ("", []))
        name = min(filter(None, (name_of_a, name_of_b)))
        if sorted(value for value, _ in values_of_a) != sorted(value for value, _ in values_of_b):
            listed = _listed(values_of_a, values_of_b), _listed(values_of_b, values_of_a)
            if max(map(len, listed)) > 1:
                joined = ("; ".join(f"line {line}: {_cut(value)}" for value, line in own) for own in listed)
                yield Said(name, *(text or "absent" for text in joined))
            else:
                lines = [f"line {own[0][1]}: " if own else "absent" for own in listed]
                values = _cut_both(*(own[0][0] if own else "" for own in listed))
                yield Said(name, *(line + value for line, value in zip(lines, values, strict=True)))


def _by_key(headers: Headers) -> dict[str, tuple[str, list[tuple[str, int]]]]:
    """Return headers by lower-case name: the name as it is written first, values with lines."""
    found: dict[str, tuple[str, list[tuple[str, int]]]] = {}
    for field in headers.fields:
        found.setdefault(field.key.lower(), (field.key, []))[1].append((field.value, field.line))
    return found


def _listed(values: list[tuple[str, int]], others: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return what of some values others have not, with lines."""
    left = Counter(value for value, _ in others)
    own = []
    for value, line in values:
        if left[value]:
            left[value] -= 1
        else:
            own.append((value, line))
    return own


def _order(a: Headers, b: Headers) -> Iterator[Said]:
    """Yield the first two headers that stand at one place, where the same ones are in another order."""
    of_a, of_b = ([(field.key, field.value) for field in headers.fields] for headers in (a, b))
    if of_a != of_b and sorted(of_a) == sorted(of_b):
        left, right = next(
            (one, other)
            for one, other in zip(a.fields, b.fields, strict=True)
            if (one.key, one.value) != (other.key, other.value)
        )
        yield Said(
            f"order from header {a.fields.index(left) + 1}",
            *_cut_both(f"{left.key}: {left.value}", f"{right.key}: {right.value}"),
        )


def _body(a: Headers, b: Headers) -> Iterator[Said]:
    """Yield the first lines of the descriptions that differ."""
    if a.body == b.body:
        return
    lines_of_a, lines_of_b = a.body.split("\n"), b.body.split("\n")
    endings = _endings(a.body), _endings(b.body)
    same_lines = a.body.replace("\r\n", "\n") == b.body.replace("\r\n", "\n")
    if same_lines and endings[0] != endings[1]:
        yield Said("line endings of the description", *endings)
    elif a.body.rstrip() == b.body.rstrip():
        yield Said("end of the description", _end(a.body), _end(b.body))
    else:
        number, left, right = next(
            (number, left, right)
            for number, (left, right) in enumerate(zip_longest(lines_of_a, lines_of_b), 1)
            if left != right
        )
        yield Said(
            f"line {number} of the description",
            *_cut_both(*("absent" if line is None else line for line in (left, right))),
        )


def _formatting(a: bytes, b: bytes) -> Said:
    """Return what differs between two texts that say the same."""
    endings = _endings(a.decode()), _endings(b.decode())
    if endings[0] != endings[1] and a.replace(b"\r\n", b"\n") == b.replace(b"\r\n", b"\n"):
        return Said("line endings", *endings)
    lines_of_a, lines_of_b = a.split(b"\n"), b.split(b"\n")
    number, left, right = next(
        (number, left, right)
        for number, (left, right) in enumerate(zip_longest(lines_of_a, lines_of_b), 1)
        if left != right
    )
    shown = _cut_both(*("absent" if line is None else line.decode() for line in (left, right)))
    return Said(f"form of line {number}", *shown)


def _endings(text: str) -> str:
    windows = text.count("\r\n")
    return f"{windows} of CR LF, {text.count(chr(10)) - windows} of LF"


def _end(text: str) -> str:
    """Return what white space a text ends with, escaped."""
    return ascii(text[len(text.rstrip()) :])[1:-1][:LONGEST_LINE] or "nothing"


def _cut(text: str, start: int = 0) -> str:
    line = _printable(text)[start:]
    return ("…" if start else "") + (line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…")


def _cut_both(a: str, b: str) -> tuple[str, str]:
    """Return two lines in short, from shortly before the place where they part if they are long."""
    a, b = _printable(a), _printable(b)
    start = _parting(a, b) - CONTEXT if max(len(a), len(b)) > LONGEST_LINE else 0
    return _cut(a, max(0, start)), _cut(b, max(0, start))


def _parting(a: str, b: str) -> int:
    """Return how many characters two lines begin with alike."""
    return next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


def _printable(text: str) -> str:
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
