"""The headers of an ELF file, read strictly into values (gABI, chapters 4 and 5)."""

from __future__ import annotations

import struct
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from samewheel._types import Value
from samewheel.comparison.inside.values import read_at
from samewheel.comparison.inside.windows import part

if TYPE_CHECKING:
    from samewheel.comparison.inside.values import Content

__all__ = ["MAGIC", "Elf", "Section", "read_elf", "string_at"]

MAGIC = b"\x7fELF"

MOST_SECTIONS = 5000
"""Sections of a file; an object with a section for each function has more, and is compared as bytes."""

LONGEST_NAMES = 1 << 20
"""Bytes of the names of sections."""

LONGEST_STRING = 4096
"""Bytes of a name that are read."""

HEADER_FIELDS = (
    *("e_type", "e_machine", "e_version", "e_entry", "e_phoff", "e_shoff", "e_flags"),
    *("e_ehsize", "e_phentsize", "e_phnum", "e_shentsize", "e_shnum", "e_shstrndx"),
)
"""The fields after the identification, in their order."""

IDENT = {"EI_CLASS": 4, "EI_DATA": 5, "EI_VERSION": 6, "EI_OSABI": 7, "EI_ABIVERSION": 8}
"""Where the bytes of the identification are."""

SHT_NOBITS = 8
"""The type of a section that takes no place in the file."""


class Section(NamedTuple):
    """A section header; the first field is the name."""

    name: str
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int

    @property
    def length(self) -> int:
        """Bytes in the file."""
        return 0 if self.kind == SHT_NOBITS else self.size


class Elf(Value, frozen=True, kw_only=True):
    """The headers, and the contents that they are of."""

    content: Content
    header: dict[str, int]
    sections: tuple[Section, ...]
    """The names are unique: a second section of one name has a number."""
    order: str
    """The byte order, as struct has it."""
    is_64: bool

    def section(self, name: str) -> Section | None:
        """Return the section of a name."""
        return next((section for section in self.sections if section.name == name), None)

    def bytes_of(self, section: Section) -> Content:
        """Return what is in a section.

        Raises:
            ValueError: the file ends before it does.
        """
        return part(self.content, section.offset if section.length else 0, section.length)


def string_at(strings: bytes, offset: int) -> str:
    """Return the string that begins at a place of a string table."""
    return strings[offset : offset + LONGEST_STRING].partition(b"\0")[0].decode("utf-8", "surrogateescape")


def read_elf(content: Content) -> Elf:
    """Read the headers.

    Raises:
        ValueError: it is no ELF file, damaged, or has too many sections.
    """
    ident = read_at(content, 0, 16)
    classes, orders = {1: False, 2: True}, {1: "<", 2: ">"}
    if not ident.startswith(MAGIC) or ident[4] not in classes or ident[5] not in orders:
        raise ValueError("no ELF file")
    is_64, order = classes[ident[4]], orders[ident[5]]
    form = struct.Struct(f"{order}2HI{'3Q' if is_64 else '3I'}I6H")
    fields = form.unpack(read_at(content, 16, form.size))
    header = {name: ident[place] for name, place in IDENT.items()} | dict(zip(HEADER_FIELDS, fields, strict=True))
    sections = _sections(content, header, order=order, is_64=is_64)
    return Elf(content=content, header=header, sections=sections, order=order, is_64=is_64)


def _sections(content: Content, header: dict[str, int], *, order: str, is_64: bool) -> tuple[Section, ...]:
    """Read the section headers."""
    count, size, names_at = header["e_shnum"], header["e_shentsize"], header["e_shstrndx"]
    form = struct.Struct(f"{order}2I4Q2I2Q" if is_64 else f"{order}10I")
    if not count:
        return ()
    if count > MOST_SECTIONS or size != form.size or names_at >= count:
        raise ValueError("too many sections, or none that can be read")
    rows = list(form.iter_unpack(read_at(content, header["e_shoff"], count * size)))
    _, kind, _, _, offset, length, *_ = rows[names_at]
    if kind == SHT_NOBITS or length > LONGEST_NAMES:
        raise ValueError("no names of sections")
    names = read_at(content, offset, length)
    # What reads these names after us looks for the end of each.
    if not names.endswith(b"\0") or any(row[0] >= length for row in rows):
        raise ValueError("damaged names of sections")
    return _named(names, rows)


def _named(names: bytes, rows: list[tuple[int, ...]]) -> tuple[Section, ...]:
    """Return sections with names that tell them apart."""
    seen: Counter[str] = Counter()
    found = []
    for name_at, *numbers in rows:
        name = string_at(names, name_at)
        seen[name] += 1
        found.append(Section(f"{name} ({seen[name]})" if seen[name] > 1 else name, *numbers))
    return tuple(found)
