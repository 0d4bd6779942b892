"""Members that share bytes or a name, and bytes between them that only some readers see."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.hostile_wheels.base import EVIL, FILES, METADATA, MODULE, RECORD, archive, changed, followed
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import (
    STORED,
    Archive,
    Entry,
    Header,
    Member,
    deflated,
    entry_bytes,
    header_of,
    local_header,
    member_of,
    packed,
    with_entry,
    with_headers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CASES"]

TEXT = FILES[MODULE]


def _twice(name: str, content: bytes, *, first: bool = False) -> bytes:
    """Return the wheel with one member more of a name that it has; RECORD is right for the other."""
    whole, more = archive(), member_of(name, content)
    return packed(replace(whole, members=(more, *whole.members) if first else (*whole.members, more)))


def _two_rows(name: str) -> bytes:
    """Return the wheel whose directory has one row more, of this name, for the module's own local header."""
    whole = archive({name: TEXT} if name != MODULE else None)
    row = Entry(header=replace(header_of(MODULE, TEXT), name=name.encode()), offset=0)
    others = tuple(m for m in whole.members if name == MODULE or (m.entry and m.entry.header.name != name.encode()))
    return packed(replace(whole, members=(*others, Member(local=None, entry=row))))


def _layers(kernel: bytes, count: int) -> Iterator[tuple[Header, bytes, bytes]]:
    """Yield header, content and bytes in the file of members, the last first; each quotes all those after it.

    A stored deflate block holds the next member's local header, and that member's own stream follows. See David
    Fifield, "A better zip bomb", 2019.
    """
    content, data = kernel, deflated(kernel)
    for number in reversed(range(count)):
        header = replace(header_of(f"demo/{number:03}.bin", content), packed_size=len(data))
        own = local_header(header)
        yield header, content, own + data
        content, data = own + content, struct.pack("<BHH", 0, len(own), len(own) ^ 0xFFFF) + own + data


def _overlapping_quotes(kernel: bytes, count: int) -> bytes:
    """Return the wheel with so many members that all unpack the same kernel, which is there once."""
    layers = list(_layers(kernel, count))
    *_, (_, _, body) = layers
    rows = tuple(
        Member(local=None, entry=Entry(header=header, offset=len(body) - len(own))) for header, _, own in layers[::-1]
    )
    whole = archive({header.name.decode(): content for header, content, _ in layers})
    others = tuple(m for m in whole.members if m.entry and not m.entry.header.name.endswith(b".bin"))
    return packed(Archive(before=body, members=(*rows, *others)))


def _nested() -> bytes:
    """Return the wheel with a stored member whose content is another member, which the directory has, too."""
    inner = member_of("demo/inner.py", EVIL)
    assert inner.local is not None
    content = local_header(inner.local) + inner.data
    outer = member_of("demo/outer.bin", content, STORED)
    whole = archive({"demo/outer.bin": content, "demo/inner.py": EVIL})
    others = tuple(m for m in whole.members if m.entry and m.entry.header.name.startswith(b"demo-"))
    module = member_of(MODULE, TEXT)
    assert outer.local is not None
    row = with_entry(replace(inner, local=None, data=b""), offset=len(local_header(outer.local)))
    return packed(replace(whole, members=(outer, module, *others, row)))


def _by_one_byte() -> bytes:
    """Return the wheel with a stored member whose last byte is the first of the next local header."""
    content = b"# P"
    whole = archive({"demo/pea.txt": content})
    return packed(changed(lambda _: _cut(content), "demo/pea.txt", of=whole))


def _cut(content: bytes) -> Member:
    """Return a stored member whose last byte is left to what follows."""
    return replace(member_of("demo/pea.txt", content, STORED), data=content[:-1])


def _into_the_directory() -> bytes:
    """Return the wheel whose last member is stored and ends within the central directory."""
    whole = archive()
    own = whole.members[-1]
    assert own.entry is not None
    first = entry_bytes(whole.members[0].entry or own.entry, 0)
    content = zlib.decompress(own.data, -zlib.MAX_WBITS) + first[:4]
    last = replace(member_of(RECORD, content, STORED), data=content[:-4])
    return packed(replace(whole, members=(*whole.members[:-1], last)))


def _inside_the_directory() -> bytes:
    """Return the wheel with a member which lies in the comment of another's row of the directory."""
    name = "demo/inside.py"
    whole = archive({name: EVIL})
    inside = member_of(name, EVIL)
    assert inside.local is not None
    others = tuple(m for m in whole.members if m.entry and m.entry.header.name != name.encode())
    comment = local_header(inside.local) + inside.data
    last = with_entry(others[-1], comment=comment)
    start = sum(len(_bytes_of(m)) for m in others)
    rows = sum(len(entry_bytes(m.entry, 0)) for m in (*others[:-1], last) if m.entry)
    row = with_entry(replace(inside, local=None, data=b""), offset=start + rows - len(comment))
    return packed(replace(whole, members=(*others[:-1], last, row)))


def _bytes_of(member: Member) -> bytes:
    """Return what lies in the file for an ordinary member."""
    return (local_header(member.local) if member.local else b"") + member.data


def _offset(offset: int) -> bytes:
    """Return the wheel whose directory says that the module lies at an offset."""
    return packed(changed(lambda m: with_entry(m, offset=offset)))


def _hidden(member: Member) -> Member:
    return replace(member, entry=None)


def _gap(before: bytes) -> bytes:
    """Return the wheel with bytes before its METADATA."""
    return packed(changed(lambda m: replace(m, before=before), METADATA))


def _end_of_members() -> int:
    return sum(len(_bytes_of(member)) for member in archive().members)


CASES: tuple[Case, ...] = tuple(
    Case(name=name, why=why, layer="archive", member=member, content=content)
    for name, member, why, content in (
        (
            "duplicate-equal",
            MODULE,
            "Equal today: whoever changes one of the two later is seen by half of the readers.",
            lambda: _twice(MODULE, TEXT),
        ),
        (
            "duplicate-different-last",
            MODULE,
            "Readers that take the last member of a name install another module than was reviewed.",
            lambda: _twice(MODULE, EVIL),
        ),
        (
            "duplicate-different-first",
            MODULE,
            "Readers that take the first member of a name install another module than was reviewed.",
            lambda: _twice(MODULE, EVIL, first=True),
        ),
        (
            "duplicate-metadata",
            METADATA,
            "A resolver reads one METADATA, the installer another: with other dependencies.",
            lambda: _twice(METADATA, FILES[METADATA].replace(b"Summary", b"Requires-Dist: evil\nSummary")),
        ),
        (
            "duplicate-record",
            RECORD,
            "One RECORD is checked and the other installed.",
            lambda: _twice(RECORD, b""),
        ),
        (
            "overlap-same-row-twice",
            MODULE,
            "Two rows of the directory, one member: it is unpacked as often as there are rows.",
            lambda: _two_rows(MODULE),
        ),
        (
            "overlap-two-names",
            "demo/twin.py",
            "Two names for one local header: streaming readers see only one of the two files.",
            lambda: _two_rows("demo/twin.py"),
        ),
        (
            "overlap-quoted",
            "demo/000.bin",
            "Each member quotes the headers of all others: a small file that unpacks to gigabytes.",
            lambda: _overlapping_quotes(bytes(2_000), 20),
        ),
        (
            "overlap-nested",
            "demo/inner.py",
            "A member within another's data: it is part of a file to streaming readers.",
            _nested,
        ),
        (
            "overlap-by-one-byte",
            "demo/pea.txt",
            "The last byte of one is the first of the next: streaming readers lose their place.",
            _by_one_byte,
        ),
        (
            "overlap-into-directory",
            RECORD,
            "The data goes on into the directory, which thereby is both.",
            _into_the_directory,
        ),
        (
            "overlap-inside-directory",
            "demo/inside.py",
            "A member in a comment of the directory: streaming readers never come there.",
            _inside_the_directory,
        ),
        (
            "offset-of-nothing",
            MODULE,
            "No local header lies where the directory says; lenient readers search for one.",
            lambda: _offset(7),
        ),
        (
            "offset-of-another",
            MODULE,
            "The directory calls METADATA's bytes the module.",
            lambda: _offset(len(_bytes_of(member_of(MODULE, TEXT)))),
        ),
        (
            "offset-beyond-file",
            MODULE,
            "Readers that map the file into memory read what is not theirs.",
            lambda: _offset(0x7FFFFFFF),
        ),
        (
            "offset-of-directory",
            MODULE,
            "The local header is a row of the directory.",
            lambda: _offset(_end_of_members()),
        ),
        (
            "gap-with-member",
            "",
            "A module that only streaming readers see lies between two members.",
            lambda: _gap(_bytes_of(member_of("demo/hidden.py", EVIL))),
        ),
        (
            "gap-with-twin",
            "",
            "Another module of the same name, which only streaming readers see, lies between two members.",
            lambda: _gap(_bytes_of(member_of(MODULE, EVIL))),
        ),
        ("gap-of-rubbish", "", "Bytes that no hash covers: a place to hide.", lambda: _gap(b"anything may be here")),
        ("gap-of-zeros", "", "Streaming readers stop there and miss the rest.", lambda: _gap(bytes(64))),
        (
            "gap-before-directory",
            "",
            "A module that only streaming readers see lies after the last member.",
            lambda: packed(followed([_hidden(member_of("demo/hidden.py", EVIL))])),
        ),
        (
            "member-only-in-directory",
            "demo/ghost.py",
            "The directory's row points at the module's header, by another name and size.",
            lambda: packed(
                followed(
                    [Member(local=None, entry=Entry(header=header_of("demo/ghost.py", EVIL), offset=0))],
                    archive(),
                )
            ),
        ),
        (
            "entry-on-another-disk",
            MODULE,
            "The member lies on the second disk of a set; there is one file.",
            lambda: packed(changed(lambda m: with_entry(m, disk=1))),
        ),
        (
            "name-length-too-large",
            "",
            "The name goes on into the data; what follows is read in the wrong place.",
            lambda: packed(changed(lambda m: with_headers(m, name_length=500))),
        ),
        (
            "comment-length-of-entry-too-large",
            "",
            "The row's comment swallows the rows after it.",
            lambda: packed(changed(lambda m: with_entry(m, comment_length=5_000))),
        ),
    )
)
"""Archives that must be refused for where their members lie."""
