"""ELF files, SW401 to SW407, in the order in which one thing follows from another.

What a compiler was and was given comes first, then what it made, then sizes and places, and the build-id last: it is
a digest of the others.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from samewheel.comparison.inside import elf_linking, elf_sections
from samewheel.comparison.inside.elf_file import MAGIC, read_elf
from samewheel.comparison.inside.elf_sections import BUILD_ID, COMMENT
from samewheel.comparison.inside.values import read_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from samewheel.comparison.inside.elf_file import Elf, Section
    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "elf"]

SUMMARIES = {
    **elf_linking.SUMMARIES,
    **elf_sections.SUMMARIES,
    "SW403": "ELF: debug information: folders, sources and compilers of units, and strings",
}
"""What each code says, in a line."""

LINKING = (".dynsym", ".symtab", ".strtab", ".dynstr", ".dynamic", ".gnu.version_r")
"""Sections that differ where symbols or libraries do."""

Pairs = dict[str, tuple["Section", "Section"]]


def _causes(a: Elf, b: Elf, pairs: Pairs) -> Findings:
    """Yield what compilers and linkers were, and what they were given."""
    yield from elf_sections.kind_of_file(a, b)
    if COMMENT in pairs:
        yield from elf_sections.comment(a, b, pairs[COMMENT])
    if any(name.startswith(".debug") for name in pairs):
        # The library is imported only where it has something to read.
        from samewheel.comparison.inside.elf_debug import debug

        yield from debug(a, b)
    if any(name in pairs for name in LINKING):
        yield from _if_readable(elf_linking.dynamic, a, b)
        yield from _if_readable(elf_linking.symbols, a, b)


def _if_readable(rule: Callable[[Elf, Elf], Findings], a: Elf, b: Elf) -> Findings:
    """Yield what a rule finds, unless it cannot read a section; that this one differs is said in any case."""
    try:
        found = list(rule(a, b))
    except (ValueError, struct.error):
        return
    yield from found


def elf(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW401 to SW407."""
    del name, look
    if read_at(a, 0, 4) != MAGIC or read_at(b, 0, 4) != MAGIC:
        return
    one, other = read_elf(a), read_elf(b)
    pairs = {pair[0].name: pair for pair in elf_sections.differing_sections(one, other)}
    told = False
    for found in _but_for_the_build_id(one, other, pairs):
        told = True
        yield found
    if BUILD_ID in pairs:
        yield from elf_sections.build_id(one, other, pairs[BUILD_ID], alone=not told)


def _but_for_the_build_id(a: Elf, b: Elf, pairs: Pairs) -> Findings:
    yield from _causes(a, b, pairs)
    apart = {BUILD_ID, COMMENT}
    yield from elf_sections.contents(a, b, (pair for name, pair in pairs.items() if name not in apart))
    yield from elf_sections.layout(a, b)
    yield from elf_sections.positions(a, b)
    yield from elf_sections.rest(a, b)
