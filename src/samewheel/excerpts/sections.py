"""The sections of two ELF files, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison.inside.elf_file import MAGIC, read_elf
from samewheel.comparison.inside.raw import differing
from samewheel.comparison.inside.values import read_at
from samewheel.excerpts.values import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.inside.elf_file import Elf
    from samewheel.comparison.inside.values import Content

__all__ = ["sections"]


def _row(a: Elf, b: Elf, name: str) -> Section:
    one, other = a.section(name), b.section(name)
    if one is None or other is None:
        return Section(name=name, a=one.length if one else None, b=other.length if other else None)
    span = differing(a.bytes_of(one), b.bytes_of(other))
    return Section(
        name=name,
        a=one.length,
        b=other.length,
        differing=span.total if span else 0,
        first=span.first if span else None,
    )


def _names(a: Elf, b: Elf) -> Iterator[str]:
    """Yield the names of all sections: in the first file's order, then those that only the second has."""
    # The first header of every file is empty, and belongs to no section.
    yield from dict.fromkeys(section.name for elf in (a, b) for section in elf.sections if section.name)


def sections(a: Content, b: Content) -> tuple[Section, ...]:
    """Return the sections of both files; none if either is no ELF file, or a damaged one."""
    try:
        if not all(read_at(content, 0, len(MAGIC)) == MAGIC for content in (a, b)):
            return ()
        one, other = read_elf(a), read_elf(b)
        return tuple(_row(one, other, name) for name in _names(one, other))
    except ValueError:
        return ()
