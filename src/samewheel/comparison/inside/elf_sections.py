"""Sections of ELF files, and what is around them: SW401, SW402, SW404 and SW405."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison.inside.elf_strings import news
from samewheel.comparison.inside.raw import bytes_at, differing, outside, said
from samewheel.comparison.inside.values import LARGEST_READ, finding, whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from samewheel.comparison.inside.elf_file import Elf, Section
    from samewheel.comparison.inside.values import Findings

__all__ = [
    "SUMMARIES",
    "build_id",
    "comment",
    "contents",
    "differing_sections",
    "kind_of_file",
    "layout",
    "positions",
    "rest",
]

SUMMARIES = {
    "SW401": "ELF: the build-id, which is a digest of all that was linked",
    "SW402": "ELF: what compilers and linkers say of themselves in .comment",
    "SW404": "ELF: the contents of sections",
    "SW405": "ELF: headers and layout: the kind of file, sections, their sizes, order and places",
}
"""What each code says, in a line."""

BUILD_ID, COMMENT = ".note.gnu.build-id", ".comment"

KIND = (
    "EI_CLASS",
    "EI_DATA",
    "EI_VERSION",
    "EI_OSABI",
    "EI_ABIVERSION",
    "e_type",
    "e_machine",
    "e_version",
    "e_flags",
)
"""Fields of the header that do not follow from what is in the file."""

RANKS = (
    *(".rodata", ".text", ".data", ".tdata", ".init_array", ".fini_array"),
    *("", ".dyn", ".got", ".rel", ".eh_frame", ".debug_", ".symtab", ".strtab", ".gnu.hash", ".shstrtab"),
    ".gnu_debuglink",
)
"""Beginnings of names of sections, from likely causes to what follows from them; the empty one is all others."""

STRINGS = (".rodata", ".dynstr")
"""Beginnings of names of sections with strings that are named."""

LONGEST_COMMENT = 1 << 16
"""Bytes of ``.comment`` that are shown."""

HEADER_BYTES = 16
"""What a build-id has before its digest: three sizes and ``GNU``."""


def _rank(section: Section) -> int:
    """Return how late a section comes among those that differ."""
    named = (rank for rank, start in enumerate(RANKS) if start and section.name.startswith(start))
    return next(named, RANKS.index(""))


def differing_sections(a: Elf, b: Elf) -> list[tuple[Section, Section]]:
    """Return the sections that both have, whose contents differ, likely causes first."""
    of_b = {section.name: section for section in b.sections}
    found = []
    for one in sorted(a.sections, key=_rank):
        other = of_b.get(one.name)
        if other and (one.length != other.length or differing(a.bytes_of(one), b.bytes_of(other))):
            found.append((one, other))
    return found


def comment(a: Elf, b: Elf, pair: tuple[Section, Section]) -> Findings:
    """SW402: all strings of ``.comment``."""
    contents = a.bytes_of(pair[0]), b.bytes_of(pair[1])
    if max(content.size for content in contents) > LONGEST_COMMENT:
        yield from said("SW402", f"section {COMMENT}, ", *contents)
    else:
        values = (whole(content).rstrip(b"\0").replace(b"\0", b", ") for content in contents)
        one, other = values
        yield finding("SW402", f"section {COMMENT}", one, other)


def contents(a: Elf, b: Elf, pairs: Iterable[tuple[Section, Section]]) -> Findings:
    """SW404: for each section the first byte and how many, then strings where it has such."""
    for one, other in pairs:
        of_a, of_b = a.bytes_of(one), b.bytes_of(other)
        yield from said("SW404", f"section {one.name}, ", of_a, of_b)
        if one.name.startswith(STRINGS) and max(of_a.size, of_b.size) <= LARGEST_READ:
            yield from news("SW404", one.name, of_a, of_b)


def kind_of_file(a: Elf, b: Elf) -> Findings:
    """SW405: what the headers say of the file as a whole."""
    for field in KIND:
        if a.header[field] != b.header[field]:
            yield finding("SW405", f"header {field}", f"{a.header[field]:#x}", f"{b.header[field]:#x}")


def layout(a: Elf, b: Elf) -> Findings:
    """SW405: the sections of only one file, and their order."""
    names_a, names_b = ([section.name for section in elf.sections] for elf in (a, b))
    for name in [*names_a, *names_b]:
        if (name in names_a) != (name in names_b):
            yield finding(
                "SW405",
                f"section {name}",
                *("present" if name in names else "(absent)" for names in (names_a, names_b)),
            )
    common_a = [name for name in names_a if name in names_b]
    common_b = [name for name in names_b if name in names_a]
    moved = next((pair for pair in zip(common_a, common_b, strict=True) if pair[0] != pair[1]), None)
    if moved:
        yield finding("SW405", "order of sections", *moved)


def positions(a: Elf, b: Elf) -> Findings:
    """SW405: attributes of sections, and their places if no size explains those."""
    of_b = {section.name: section for section in b.sections}
    pairs = [(one, of_b[one.name]) for one in a.sections if one.name in of_b]
    moved = a.content.size == b.content.size and all(one.length == other.length for one, other in pairs)
    fields = ["kind", "flags", "alignment", "entry_size", *(["address", "offset"] if moved else [])]
    for one, other in pairs:
        if one.size != other.size and not one.length:
            yield finding("SW405", f"section {one.name}, size", f"{one.size} bytes", f"{other.size} bytes")
        for field in fields:
            values = getattr(one, field), getattr(other, field)
            if values[0] != values[1]:
                yield finding("SW405", f"section {one.name}, {field}", *(f"{value:#x}" for value in values))


def rest(a: Elf, b: Elf) -> Findings:
    """SW405: what differs outside of all sections, where the sections are in the same places."""
    places = [[(section.offset, section.length) for section in elf.sections] for elf in (a, b)]
    if a.content.size != b.content.size:
        yield finding("SW405", "size of the file", f"{a.content.size} bytes", f"{b.content.size} bytes")
        return
    if places[0] != places[1]:
        return
    if span := outside(a.content, b.content, places[0]):
        field = f"{_around(a, span.first)}, byte {span.first}, {span.total} bytes outside of sections differ"
        yield finding("SW405", field, bytes_at(a.content, span.first), bytes_at(b.content, span.first))


def _around(elf: Elf, offset: int) -> str:
    """Return which part of a file, that is no section, a byte is in."""
    header = elf.header
    tables = {
        "ELF header": (0, header["e_ehsize"]),
        "program headers": (header["e_phoff"], header["e_phnum"] * header["e_phentsize"]),
        "section headers": (header["e_shoff"], header["e_shnum"] * header["e_shentsize"]),
    }
    return next((name for name, (start, size) in tables.items() if start <= offset < start + size), "padding")


def build_id(a: Elf, b: Elf, pair: tuple[Section, Section], *, alone: bool) -> Findings:
    """SW401: the digests; ``alone`` says that every other byte of the files was found to be the same."""
    of_a, of_b = (whole(elf.bytes_of(section)) for elf, section in zip((a, b), pair, strict=True))
    cut = HEADER_BYTES if of_a[:HEADER_BYTES] == of_b[:HEADER_BYTES] else 0
    field = f"section {BUILD_ID}{', and nothing else' * alone}"
    yield finding("SW401", field, of_a[cut:].hex(), of_b[cut:].hex())
