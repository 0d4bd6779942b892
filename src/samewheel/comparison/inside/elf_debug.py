"""Debug information of ELF files, SW403: where, from what and by what compile units were made (DWARF 5, 3.1.1)."""

from __future__ import annotations

import io
import re
from itertools import islice
from typing import TYPE_CHECKING

from elftools.elf.elffile import ELFFile

from samewheel.comparison.inside.elf_strings import news
from samewheel.comparison.inside.values import LARGEST_READ, Content, finding
from samewheel.comparison.inside.windows import window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DWARFInfo

    from samewheel.comparison.inside.elf_file import Elf
    from samewheel.comparison.inside.values import Findings

__all__ = ["debug"]

READ = (".debug", ".eh_frame")
"""Beginnings of names of the sections that the library takes into memory."""

ATTRIBUTES = ("DW_AT_comp_dir", "DW_AT_name", "DW_AT_producer")

STRINGS = (".debug_line_str", ".debug_str")

SHF_COMPRESSED = 0x800
"""The flag of a section that is compressed."""

ET_REL = 1
"""The type of an object file."""

MOST_UNITS = 50
"""Compile units that are read."""

MOST_ABBREVIATIONS = 1 << 21
"""Bytes of abbreviations that are read for units, where tables that overlap count more than once."""

LONGEST_RUN = re.compile(rb"[^\0]{65536}")
"""What no sane string is: the library looks for the end of each, 64 bytes at a time."""


def _dwarf(elf: Elf) -> DWARFInfo:
    """Return the debug information, of which the library takes each section into memory.

    Raises:
        ValueError: a section is too large for that.
    """
    file = ELFFile(window(elf.content))
    for section in file.iter_sections():
        is_bounded = section["sh_type"] != "SHT_NOBITS" and section.data_size <= LARGEST_READ
        # Those with a z are decompressed before their size is known.
        if section.name.startswith(".zdebug") or (section.name.startswith(READ) and not is_bounded):
            raise ValueError(f"too much in {section.name}")
    # Relocations are slow, and only object files have them.
    dwarf = file.get_dwarf_info(relocate_dwarf_sections=False, follow_links=False)
    for held in (dwarf.debug_info_sec, dwarf.debug_str_sec, dwarf.debug_line_str_sec):
        if held and LONGEST_RUN.search(_held(held)):
            raise ValueError(f"no strings in {held.name}")
    return dwarf


def _held(section: DebugSectionDescriptor) -> bytes:
    """Return what is in a section, decompressed."""
    section.stream.seek(0)
    return section.stream.read()


def _units(dwarf: DWARFInfo) -> Iterator[dict[str, str]]:
    """Yield the attributes of each unit."""
    size = dwarf.debug_abbrev_sec.size if dwarf.debug_abbrev_sec else 0
    left, seen = MOST_ABBREVIATIONS, set[int]()
    for unit in islice(dwarf.iter_CUs(), MOST_UNITS):
        offset = unit["debug_abbrev_offset"]
        if offset not in seen:
            seen.add(offset)
            left -= size - offset
        if left < 0:
            return
        attributes = unit.get_top_DIE().attributes
        values = {name: attributes[name].value for name in ATTRIBUTES if name in attributes}
        words = {name: value for name, value in values.items() if isinstance(value, bytes)}
        yield {name: word.decode("utf-8", "surrogateescape") for name, word in words.items()}


def _tried(elf: Elf) -> tuple[list[dict[str, str]], dict[str, Content]]:
    """Return the attributes of the units of a file, and its strings by section; nothing if they cannot be read."""
    try:
        dwarf = _dwarf(elf)
        sections = {".debug_line_str": dwarf.debug_line_str_sec, ".debug_str": dwarf.debug_str_sec}
        held = {name: _held(section) for name, section in sections.items() if section}
        strings = {name: Content(size=len(data), file=io.BytesIO(data)) for name, data in held.items()}
        # Object files have their strings where relocations say.
        return ([] if elf.header["e_type"] == ET_REL else list(_units(dwarf))), strings
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - the library raises whatever damaged bytes lead it to; SW404 says what differs
        return [], _plain_strings(elf)


def _plain_strings(elf: Elf) -> dict[str, Content]:
    """Return the sections of strings as they are in the file."""
    found = [section for section in elf.sections if section.name in STRINGS and not section.flags & SHF_COMPRESSED]
    return {section.name: elf.bytes_of(section) for section in found if section.length <= LARGEST_READ}


def debug(a: Elf, b: Elf) -> Findings:
    """SW403: the attributes of units that differ, and strings that only one file has, as far as they can be read."""
    if not any(section.name.startswith(".debug") for section in a.sections):
        return
    (units_a, strings_a), (units_b, strings_b) = _tried(a), _tried(b)
    for number, (one, other) in enumerate(zip(units_a, units_b, strict=False)):
        for name in ATTRIBUTES:
            values = one.get(name, "(absent)"), other.get(name, "(absent)")
            if values[0] != values[1]:
                yield finding("SW403", f"unit {number}, {name}", *values)
    for name in sorted(strings_a.keys() & strings_b.keys()):
        yield from news("SW403", name, strings_a[name], strings_b[name])
