"""What an ELF file says to linkers: SW406, libraries and search paths, and SW407, symbols."""

from __future__ import annotations

import struct
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from samewheel.comparison.inside.elf_file import string_at
from samewheel.comparison.inside.values import finding, whole

if TYPE_CHECKING:
    from samewheel.comparison.inside.elf_file import Elf, Section
    from samewheel.comparison.inside.values import Findings

__all__ = ["SUMMARIES", "dynamic", "symbols"]

SUMMARIES = {
    "SW406": "ELF: libraries that are needed, the own name, search paths for libraries",
    "SW407": "ELF: symbols that only one file has, or their order",
}
"""What each code says, in a line."""

TAGS = {1: "NEEDED", 14: "SONAME", 15: "RPATH", 29: "RUNPATH"}
"""The tags of ``.dynamic`` whose values are strings."""

LARGEST_DYNAMIC = 1 << 16
"""Bytes of ``.dynamic`` that are read."""

TABLES = (".dynsym", ".symtab")

MOST_SYMBOLS = 5
"""Symbols of each kind of news of a table that are named, before the others are counted."""

KINDS = {0: "", 1: "data ", 2: "function ", 3: "section ", 4: "file ", 6: "thread-local "}
"""Types of symbols, as words before the name."""


def _strings(elf: Elf, section: Section) -> bytes:
    """Return the string table that a section refers to."""
    if section.link >= len(elf.sections):
        raise ValueError("no such section")
    return whole(elf.bytes_of(elf.sections[section.link]))


def _tags(elf: Elf) -> dict[str, list[str]]:
    """Return the strings of ``.dynamic`` by tag, in their order."""
    found: dict[str, list[str]] = {name: [] for name in TAGS.values()}
    section = elf.section(".dynamic")
    if section is None:
        return found
    if section.length > LARGEST_DYNAMIC:
        raise ValueError("too many tags")
    form = struct.Struct(f"{elf.order}{'2Q' if elf.is_64 else '2I'}")
    strings = _strings(elf, section)
    for tag, value in form.iter_unpack(whole(elf.bytes_of(section))):
        if tag == 0:
            break
        if tag in TAGS:
            found[TAGS[tag]].append(string_at(strings, value))
    return found


def dynamic(a: Elf, b: Elf) -> Findings:
    """SW406: the strings of a tag, joined by commas."""
    tags_a, tags_b = _tags(a), _tags(b)
    for name in TAGS.values():
        if tags_a[name] != tags_b[name]:
            values = (", ".join(tags[name]) or "(absent)" for tags in (tags_a, tags_b))
            yield finding("SW406", f"section .dynamic, {name}", *values)


def _symbols(elf: Elf, table: str) -> list[str]:
    """Return the names of the symbols of a table, with their types, in their order."""
    section = elf.section(table)
    if section is None or not section.length:
        return []
    form = struct.Struct(f"{elf.order}{'IB11xQ' if elf.is_64 else 'I4xIB3x'}")
    strings = _strings(elf, section)
    named = [(row[0], row[1] if elf.is_64 else row[2]) for row in form.iter_unpack(whole(elf.bytes_of(section)))]
    return [f"{KINDS.get(info & 15, f'type {info & 15} ')}{string_at(strings, place)}" for place, info in named]


def symbols(a: Elf, b: Elf) -> Findings:
    """SW407: for each table, the symbols of only one file, or the first two that disagree."""
    for table in TABLES:
        of_a, of_b = _symbols(a, table), _symbols(b, table)
        # The table itself is a section: that only one file has it, is said there.
        if of_a != of_b and of_a and of_b:
            yield from _table(f"symbols of {table}", of_a, of_b)


def _table(field: str, a: list[str], b: list[str]) -> Findings:
    count_a, count_b = Counter(a), Counter(b)
    if count_a == count_b:
        first = next(pair for pair in zip(a, b, strict=True) if pair[0] != pair[1])
        yield finding("SW407", f"order of {field}", *first)
        return
    for one, other, values in ((count_a, count_b, ("{}", "(absent)")), (count_b, count_a, ("(absent)", "{}"))):
        news = one - other
        for name in islice(news, MOST_SYMBOLS):
            yield finding("SW407", field, *(value.format(name) for value in values))
        if len(news) > MOST_SYMBOLS:
            shown = (value.format(f"{len(news) - MOST_SYMBOLS} more") for value in values)
            yield finding("SW407", field, *shown)
