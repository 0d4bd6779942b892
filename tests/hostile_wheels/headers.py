"""Members whose two headers disagree, or whose header lies about the data: sizes, checksums, methods, descriptors."""

from __future__ import annotations

import bz2
import lzma
import struct
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.hostile_wheels.base import EVIL, FILES, MODULE, archive, changed, name_of
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import (
    ENCRYPTED,
    NOWHERE,
    STORED,
    STREAMED,
    UTF8,
    Entry,
    Header,
    Member,
    data_descriptor,
    deflated,
    extra_field,
    header_of,
    local_header,
    member_of,
    packed,
    with_headers,
    zip64_extra,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CASES", "streamed"]

TEXT = FILES[MODULE]
SAFE, PATCHED, STRONG, MASKED, RESERVED = len(TEXT), 1 << 5, 1 << 6, 1 << 13, 1 << 15
BZIP2, LZMA, ZSTANDARD, XZ, IMPLODED, DEFLATE64, AES = 12, 14, 93, 95, 6, 9, 99


def _local(**fields: Any) -> Callable[[Member], Member]:  # noqa: ANN401 - fields of Header, whose types differ
    """Return what changes only the local header."""
    return lambda m: replace(m, local=m.local and replace(m.local, **fields))


def _both(**fields: Any) -> Callable[[Member], Member]:  # noqa: ANN401 - as above
    """Return what changes both headers alike."""
    return lambda m: with_headers(m, **fields)


def _data(data: bytes, **fields: Any) -> Callable[[Member], Member]:  # noqa: ANN401 - as above
    """Return what replaces the data, its size in both headers, and other fields of both."""
    return lambda m: replace(with_headers(m, packed_size=len(data), **fields), data=data)


def streamed(member: Member, descriptor: Callable[[Header], bytes]) -> Member:
    """Return the member as one writes it who cannot seek: sizes and checksum follow the data (4.4.4, bit 3)."""
    assert member.entry is not None
    header = replace(member.entry.header, flags=member.entry.header.flags | STREAMED)
    local = replace(header, crc=0, packed_size=0, size=0)
    return replace(member, local=local, entry=replace(member.entry, header=header), descriptor=descriptor(header))


def _streamed(descriptor: Callable[[Header], bytes]) -> Callable[[Member], Member]:
    return lambda m: streamed(m, descriptor)


def _stored_with_another_inside() -> bytes:
    """Return the wheel whose module is stored and streamed: text, a whole descriptor of it, and a hidden member."""
    shown, hidden = header_of(MODULE, TEXT, STORED), header_of(MODULE, EVIL, STORED)
    content = TEXT + data_descriptor(shown) + local_header(hidden) + EVIL
    return packed(
        changed(
            lambda _: streamed(member_of(MODULE, content, STORED), data_descriptor), of=archive({MODULE: content})
        )
    )


def _stored_with_another_first() -> bytes:
    """Return the wheel with a stored member first whose 64 bits say that it is empty: it holds another module."""
    name, hidden = "demo/a.bin", header_of(MODULE, EVIL, STORED)
    content = data_descriptor(header_of(name, b"", STORED), wide=True) + local_header(hidden) + EVIL
    header = replace(header_of(name, content, STORED), flags=STREAMED)
    local = replace(header, crc=0, packed_size=NOWHERE, size=NOWHERE, extra=zip64_extra(0, 0))
    member = Member(
        local=local, entry=Entry(header=header), data=content, descriptor=data_descriptor(header, wide=True)
    )
    whole = archive({name: content})
    return packed(replace(whole, members=(member, *(other for other in whole.members if name_of(other) != name))))


def _by_lzma(content: bytes) -> bytes:
    """Return the content as method 14 has it: version, the length of the properties, the properties, raw LZMA."""
    properties = struct.pack("<BL", 93, 1 << 16)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
    raw = lzma.compress(content, lzma.FORMAT_RAW, filters=filters)
    return struct.pack("<BBH", 9, 4, len(properties)) + properties + raw


def _by_zstandard(content: bytes) -> bytes:
    """Return one Zstandard frame of one raw block (RFC 8878, 3.1.1)."""
    return b"\x28\xb5\x2f\xfd\x20" + bytes([len(content)]) + (len(content) << 3 | 1).to_bytes(3, "little") + content


MADE: tuple[tuple[str, str, Callable[[Member], Member]], ...] = (
    (
        "local-name-differs",
        "Readers of the directory install the module, those that stream install something else.",
        _local(name=b"demo/__evil__.py"),
    ),
    (
        "local-name-in-another-case",
        "Readers that compare without case miss that there are two names.",
        _local(name=MODULE.upper().encode()),
    ),
    (
        "local-name-leads-out",
        "A check of the directory's names does not see what streaming readers write to.",
        _local(name=b"../__init__.py"),
    ),
    (
        "local-method-differs",
        "One reader unpacks the data, the other takes it as it is.",
        _local(method=STORED),
    ),
    ("local-crc-differs", "Streaming readers refuse what others install.", _local(crc=0)),
    ("local-size-differs", "Readers that trust the local header cut the module.", _local(size=5)),
    (
        "local-packed-size-differs",
        "Streaming readers look for the next member in the middle of this.",
        _local(packed_size=5),
    ),
    ("local-flag-encrypted", "Streaming readers refuse or decrypt what others install.", _local(flags=ENCRYPTED)),
    ("local-flag-utf8-differs", "The name's encoding depends on which header is read.", _local(flags=UTF8)),
    (
        "local-flag-streamed-differs",
        "Streaming readers look for a descriptor that is not there.",
        _local(flags=STREAMED),
    ),
    (
        "local-extra-hides-content",
        "Who skips as many bytes as the directory says reads another module from the local header's extra field.",
        _local(extra=deflated(EVIL)),
    ),
    (
        "extra-runs-over",
        "An extra field that is longer than its place: readers stop, ignore it, or read on in the data.",
        _both(extra=extra_field(0x5455, b"\x01", length=500)),
    ),
    ("crc-wrong", "Damage, or a change by somebody who did not know better.", _both(crc=1)),
    ("size-too-small", "Readers stop at the size or at the stream's end: two modules.", _both(size=5)),
    ("size-too-large", "Readers wait for more, or leave what was in memory at the end.", _both(size=SAFE + 50)),
    ("size-zero", "Some readers make an empty file and look no further.", _both(size=0)),
    ("packed-size-too-small", "The stream goes on in what is no member's.", _both(packed_size=20)),
    ("packed-size-too-large", "The data goes on over the next member.", _both(packed_size=len(deflated(TEXT)) + 40)),
    (
        "deflate-trailing-bytes",
        "After the stream's end, the member's data goes on: a place to hide, which other readers unpack as well.",
        _data(deflated(TEXT) + deflated(EVIL)),
    ),
    (
        "deflate-without-end",
        "The stream's last block never comes: readers wait, refuse, or take what there is.",
        _data(b"\0" + struct.pack("<HH", SAFE, SAFE ^ 0xFFFF) + TEXT),
    ),
    ("deflate-rubbish", "Readers refuse at the first byte, after they made the file.", _data(b"\xff" * 40)),
    (
        "deflate-with-zlib-header",
        "Lenient readers find out by themselves that it is zlib's format; the standard says raw.",
        _data(b"\x78\xda" + deflated(TEXT) + b"\0\0\0\0"),
    ),
    (
        "stored-sizes-differ",
        "A stored member has one size; with two, some readers take the one and some the other.",
        _data(TEXT + EVIL, method=STORED),
    ),
    (
        "descriptor-missing",
        "Streaming readers take the next header for it.",
        _streamed(lambda _: b""),
    ),
    (
        "descriptor-wrong-crc",
        "Readers of the directory never look at it; streaming readers refuse.",
        _streamed(lambda header: data_descriptor(replace(header, crc=1))),
    ),
    (
        "descriptor-wrong-size",
        "Readers of the directory never look at it; streaming readers refuse.",
        _streamed(lambda header: data_descriptor(replace(header, size=5))),
    ),
    (
        "descriptor-twice",
        "With a signature and without, one after the other: where the next member begins is a guess.",
        _streamed(lambda header: data_descriptor(header) + data_descriptor(header, signature=False)),
    ),
    (
        "descriptor-wide-without-zip64",
        "Sizes of 64 bits where 32 were announced: streaming readers lose their place.",
        _streamed(lambda header: data_descriptor(header, wide=True)),
    ),
    (
        "descriptor-without-flag",
        "A descriptor that no header announces is a gap that looks like a header.",
        lambda m: replace(m, descriptor=data_descriptor(m.entry.header) if m.entry else b""),
    ),
    (
        "encrypted",
        "Nobody can read it without a password, and scanners skip it.",
        _data(bytes(12) + deflated(TEXT), flags=ENCRYPTED),
    ),
    (
        "encrypted-strongly",
        "As encrypted, with a flag that few readers know.",
        _data(bytes(12) + deflated(TEXT), flags=ENCRYPTED | STRONG, needs=50),
    ),
    (
        "encrypted-by-aes",
        "As encrypted, in a way that few readers know.",
        _data(
            bytes(28) + deflated(TEXT),
            flags=ENCRYPTED,
            method=AES,
            needs=51,
            extra=extra_field(0x9901, b"\x02\x00AE\x03\x08\x00"),
        ),
    ),
    (
        "headers-masked",
        "The local header says nothing, as the directory is said to be encrypted.",
        _both(flags=MASKED),
    ),
    ("patched-data", "The data is a patch to another file.", _both(flags=PATCHED)),
    ("flag-reserved", "A flag that nobody has defined: what it will change is unknown.", _both(flags=RESERVED)),
    ("version-needed-too-new", "The member says that it needs what no reader has.", _both(needs=250)),
    (
        "method-bzip2",
        "Readers differ in the methods that they know; installers need not know this one.",
        _data(bz2.compress(TEXT), method=BZIP2, needs=46),
    ),
    (
        "method-lzma",
        "As bzip2; and a header may ask for 4 GB of memory.",
        _data(_by_lzma(TEXT), method=LZMA, needs=63),
    ),
    (
        "method-zstandard",
        "As bzip2; only the newest readers know it.",
        _data(_by_zstandard(TEXT), method=ZSTANDARD, needs=63),
    ),
    ("method-xz", "As bzip2; few readers know it.", _data(lzma.compress(TEXT), method=XZ, needs=63)),
    ("method-imploded", "A method of 1989 whose unpacker few have, and fewer have checked.", _both(method=IMPLODED)),
    ("method-deflate64", "Looks like deflate, and unpacks to something else.", _both(method=DEFLATE64, needs=21)),
    ("method-unknown", "No such method exists.", _both(method=77)),
)
"""Case, why, what is changed of the module."""


def _made(change: Callable[[Member], Member]) -> bytes:
    """Return the wheel with its module changed."""
    return packed(changed(change))


def _incomplete() -> bytes:
    """Return the wheel with a stream whose code of distances is incomplete: ISA-L inflates it, zlib does not."""
    content = b"edeaeafedgedddaeddffbdcfgacfde"
    stream = bytes.fromhex("05c1010100300cc230ad7c2df877f0458ca94c2042fbb82e57fc")

    def change(_: Member) -> Member:
        header = replace(header_of("demo/d.txt", content), packed_size=len(stream))
        return Member(local=header, entry=Entry(header=header), data=stream)

    return packed(changed(change, "demo/d.txt", of=archive({"demo/d.txt": content})))


CASES: tuple[Case, ...] = (
    *(
        Case(name=name, why=why, layer="archive", member=MODULE, content=partial(_made, change))
        for name, why, change in MADE
    ),
    Case(
        name="descriptor-of-stored-hides-member",
        why="Only the directory tells where a stored, streamed member ends: other readers find another in it.",
        layer="archive",
        member=MODULE,
        content=_stored_with_another_inside,
    ),
    Case(
        name="deflate-incomplete-distances",
        why="A code that the standard does not allow: some inflate it to the right bytes, installers refuse.",
        layer="archive",
        member="demo/d.txt",
        content=_incomplete,
    ),
    Case(
        name="descriptor-of-stored-empty-in-64-bits",
        why="Its local header says that it is empty, in 64 bits: who streams it goes on with another module inside.",
        layer="archive",
        member="demo/a.bin",
        content=_stored_with_another_first,
    ),
)
"""Members that must be refused for what their headers or their data say."""
