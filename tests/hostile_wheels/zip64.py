"""Numbers of 64 bits that contradict those of 32, or stand where some readers do not look.

APPNOTE.TXT, 4.3.14, 4.3.15 and 4.5.3.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.hostile_wheels.base import FILES, MODULE, archive, changed, wheel
from tests.hostile_wheels.ends import two_directories
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import (
    NOWHERE,
    End,
    Member,
    Zip64End,
    deflated,
    end_record,
    packed,
    with_entry,
    with_headers,
    zip64_extra,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CASES", "escaped"]

TEXT = FILES[MODULE]
SIZE, PACKED = len(TEXT), len(deflated(TEXT))


def escaped(zip64: Zip64End | None) -> End:
    """Return an end record all of whose numbers stand in the zip64 end record."""
    return End(zip64=zip64, entries=0xFFFF, entries_here=0xFFFF, directory_size=NOWHERE, directory_offset=NOWHERE)


def _two_contents(*, located: bool = False) -> bytes:
    """Return a file whose end record points at one directory, and its zip64 end record at another.

    With ``located``, both are zip64 end records: the locator points at the one, the other lies right before it.
    """
    body, good_rows, evil_rows = two_directories()
    start, count = len(body), len(archive().members)
    if located:
        first = end_record(End(zip64=Zip64End(locator=False)), count, len(good_rows), start)[:56]
        place, evil_start = start + len(good_rows), start + len(good_rows) + len(first)
        end = escaped(Zip64End(locator_offset=place))
        return body + good_rows + first + evil_rows + end_record(end, count, len(evil_rows), evil_start)
    end = End(directory_size=len(good_rows), directory_offset=start, zip64=Zip64End())
    return body + good_rows + evil_rows + end_record(end, count, len(evil_rows), start + len(good_rows))


def _end(zip64: Zip64End | None) -> bytes:
    """Return the wheel with a zip64 end record, and an end record that refers to it."""
    return wheel(end=escaped(zip64))


def _ends_twice() -> bytes:
    """Return the wheel with two zip64 end records and locators, of which the first counts no members."""
    body, good_rows, _ = two_directories()
    whole, count = archive(), len(archive().members)
    start = len(packed(whole)) - len(good_rows) - 22
    first = end_record(End(zip64=Zip64End(entries=0, entries_here=0)), count, len(good_rows), start)[:76]
    place = start + len(good_rows) + len(first)
    assert body
    return packed(replace(whole, before_end=first, end=escaped(Zip64End(locator_offset=place))))


def _both(**fields: Any) -> Callable[[Member], Member]:  # noqa: ANN401 - fields of Header, whose types differ
    """Return what changes both headers alike."""
    return lambda m: with_headers(m, **{"needs": 45, **fields})


def _local(**fields: Any) -> Callable[[Member], Member]:  # noqa: ANN401 - as above
    """Return what changes only the local header."""
    return lambda m: replace(m, local=m.local and replace(m.local, **{"needs": 45, **fields}))


def _offset_elsewhere(member: Member) -> Member:
    """Return the member whose offset stands in the directory's extra field, and is one byte off."""
    assert member.entry is not None
    header = replace(member.entry.header, needs=45, extra=zip64_extra(1))
    return replace(with_entry(member, header=header, offset=NOWHERE))


LARGE = {"size": NOWHERE, "packed_size": NOWHERE}

OF_MEMBERS: tuple[tuple[str, str, Callable[[Member], Member]], ...] = (
    ("extra-missing", "The sizes stand in a field that is not there: 4 GB to some readers.", _both(**LARGE)),
    (
        "extra-short",
        "Of two sizes one is there: readers take zero, the next bytes, or 4 GB for the other.",
        _both(**LARGE, extra=zip64_extra(SIZE)),
    ),
    (
        "extra-twice",
        "Two fields, two pairs of sizes: one reader takes the first, another the last.",
        _both(**LARGE, extra=zip64_extra(SIZE, PACKED) + zip64_extra(5, 5)),
    ),
    (
        "extra-not-needed",
        "Sizes in both places, and not the same: each reader believes one of the two.",
        _both(extra=zip64_extra(5, 5)),
    ),
    (
        "extra-too-long",
        "More numbers than were announced: a place to hide, or an offset to some readers.",
        _both(**LARGE, extra=zip64_extra(SIZE, PACKED, 9, 9, 9)),
    ),
    (
        "extra-local-differs",
        "Streaming readers take other sizes than those of the directory.",
        _local(**LARGE, extra=zip64_extra(5, 5)),
    ),
    (
        "size-negative",
        "The size has its highest bit set: below zero to readers that count with signs.",
        _both(**LARGE, extra=zip64_extra((1 << 64) - 1, PACKED)),
    ),
    ("offset-elsewhere", "The offset of 64 bits points into a header.", _offset_elsewhere),
)
"""Case, why, what is changed of the module."""


def _made(change: Callable[[Member], Member]) -> bytes:
    """Return the wheel with its module changed."""
    return packed(changed(change))


CASES: tuple[Case, ...] = (
    *(
        Case(name=f"zip64-{name}", why=why, layer="archive", member=MODULE, content=partial(_made, change))
        for name, why, change in OF_MEMBERS
    ),
    *(
        Case(name=f"zip64-{name}", why=why, layer="archive", content=content)
        for name, why, content in (
            (
                "end-disagrees",
                "The end record points at one directory, the zip64 one at another: each reader believes one.",
                _two_contents,
            ),
            (
                "locator-elsewhere",
                "One record where the locator points, another right before it: each reader believes one of the two.",
                lambda: _two_contents(located=True),
            ),
            (
                "end-twice",
                "Two records, each with its locator: readers that search forward see no members.",
                _ends_twice,
            ),
            (
                "locator-beyond-file",
                "Readers that map the file into memory read what is not theirs.",
                lambda: _end(Zip64End(locator_offset=1 << 40)),
            ),
            (
                "locator-missing",
                "The numbers stand in a record that nothing points at.",
                lambda: _end(Zip64End(locator=False)),
            ),
            ("end-missing", "The numbers stand in a record that is not there.", lambda: _end(None)),
            (
                "end-size-too-large",
                "The record says that it is longer than the file: readers skip past its end.",
                lambda: _end(Zip64End(record_size=1 << 33)),
            ),
            (
                "end-size-too-small",
                "The record says that it is shorter than its fields.",
                lambda: _end(Zip64End(record_size=10)),
            ),
            (
                "end-with-more",
                "Bytes after the record's fields, which nothing checks: a place to hide.",
                lambda: _end(Zip64End(record_size=64, more=b"anything may be here")),
            ),
            (
                "disks-many",
                "The locator says that there are two disks; there is one file.",
                lambda: _end(Zip64End(disks=2)),
            ),
            (
                "end-on-another-disk",
                "The locator says that the record is on another disk; there is one file.",
                lambda: _end(Zip64End(locator_disk=1)),
            ),
            (
                "disk-not-first",
                "The record says that the file is the second of a set.",
                lambda: _end(Zip64End(disk=1)),
            ),
            (
                "entries-too-few",
                "Readers that count stop before RECORD; those that go by size do not.",
                lambda: _end(Zip64End(entries=3, entries_here=3)),
            ),
            (
                "entries-of-gigabytes",
                "Readers that make room for so many rows have no memory left.",
                lambda: _end(Zip64End(entries=1 << 40, entries_here=1 << 40)),
            ),
            (
                "directory-offset-negative",
                "An offset below zero to readers that count with signs.",
                lambda: _end(Zip64End(directory_offset=(1 << 64) - 8)),
            ),
        )
    ),
)
"""Archives that must be refused for their zip64 records."""
