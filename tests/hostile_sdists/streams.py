"""Compressed streams that are cut off, go on, are something else, or unpack to too much."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from typing import TYPE_CHECKING

from tests.hostile_sdists.tar_bytes import END, TOP, base, entry, gz, header, sdist
from tests.hostile_sdists.values import Case, Content

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CASES"]

BLOCK = 1 << 20
SIZE = 300
"""Megabytes."""


def _flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1
    return bytes(changed)


def _bomb(start: bytes, blocks: int, end: bytes) -> Iterator[bytes]:
    """Yield a gzip stream of a start, so many blocks of zeros and an end, without ever having all of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(start)
    zeros = bytes(BLOCK)
    for _ in range(blocks):
        yield packer.compress(zeros)
    yield packer.compress(end) + packer.flush()


def _many(count: int) -> Iterator[bytes]:
    """Yield an sdist with so many empty files more."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    yield packer.compress(base())
    block = header(f"{TOP}/0000000")
    place, blank = len(TOP) + 1, sum(header(f"{TOP}/0000000")[:148]) + sum(block[156:]) + 8 * 32
    for first in range(0, count, 10_000):
        pieces = []
        for number in range(first, first + 10_000):
            name = b"%07d" % number
            total = blank - 7 * 48 + sum(name)
            pieces.append(block[:place] + name + block[place + 7 : 148] + b"%06o\0 " % total + block[156:])
        yield packer.compress(b"".join(pieces))
    yield packer.compress(END) + packer.flush()


EVIL = base(demo_py=b"evil = 1\n")

ROWS: tuple[tuple[str, str, str, Content], ...] = (
    ("empty-file", "", "A download that failed at once.", lambda _: b""),
    ("page-of-an-index", "", "What a server says in place of a file.", lambda _: b"<html>404</html>"),
    ("tar-not-compressed", "", "It is not what its name says.", lambda _: base() + END),
    (
        "tar-compressed-by-xz",
        "",
        "It is not what its name says: readers that guess take it.",
        lambda _: lzma.compress(base() + END),
    ),
    ("archive-of-nothing", "", "Two empty blocks are an archive without members.", lambda _: gz(END)),
    ("truncated", "", "Most of the files would build, too, and give another wheel.", lambda _: sdist()[:-20]),
    ("truncated-by-its-length", "", "Only the last four bytes are missing.", lambda _: sdist()[:-4]),
    ("checksum-wrong", "", "Damage, or a change; tar never looks at it.", lambda _: _flipped(sdist(), -8)),
    ("length-wrong", "", "As before.", lambda _: _flipped(sdist(), -4)),
    ("rubbish-after-stream", "", "A place to hide, which readers pass over.", lambda _: sdist() + b"rubbish"),
    (
        "archive-after-end",
        f"{TOP}/pyproject.toml",
        "Another sdist follows: readers that stop at the end see one, and those that go on the other.",
        lambda _: gz(base() + END + EVIL + END),
    ),
    (
        "stream-after-stream",
        f"{TOP}/pyproject.toml",
        "As before, in a stream of its own: some readers know of one only.",
        lambda _: sdist() + gz(EVIL + END),
    ),
    (
        "bytes-after-end",
        f"{TOP}/pyproject.toml",
        "A place to hide.",
        lambda _: gz(base() + END + b"rubbish"),
    ),
)
"""Name, member, why, what makes it."""

LARGE: tuple[tuple[str, str, str, str, Content], ...] = (
    (
        "bomb-of-one-file",
        f"{TOP}/zeros",
        "300 kB that unpack to 300 MB: a thousand to one, as much as gzip can.",
        ".tar.gz",
        lambda _: _bomb(base() + header(f"{TOP}/zeros", size=SIZE * BLOCK), SIZE, END),
    ),
    (
        "bomb-of-many-files",
        f"{TOP}/",
        "300 files of a megabyte, each harmless by itself.",
        ".tar.gz",
        lambda _: _bomb(base() + b"".join(entry(f"{TOP}/{n}", bytes(BLOCK)) for n in range(SIZE)), 0, END),
    ),
    (
        "bomb-after-end",
        f"{TOP}/pyproject.toml",
        "300 MB of zeros follow the end: readers that go on to the checksum unpack them.",
        ".tar.gz",
        lambda _: _bomb(base() + END, SIZE, b""),
    ),
    (
        "bomb-before-anything",
        "",
        "300 MB of zeros are the end of an archive that has not begun.",
        ".tar.gz",
        lambda _: _bomb(b"", SIZE, b""),
    ),
    (
        "bomb-by-bzip2",
        f"{TOP}/zeros",
        "A few hundred bytes that unpack to 300 MB.",
        ".tar.bz2",
        lambda _: bz2.compress(base() + entry(f"{TOP}/zeros", bytes(SIZE * BLOCK)) + END),
    ),
    (
        "bomb-by-xz",
        f"{TOP}/zeros",
        "As before, by another compressor.",
        ".tar.xz",
        lambda _: lzma.compress(base() + entry(f"{TOP}/zeros", bytes(SIZE * BLOCK)) + END, preset=0),
    ),
    (
        "members-a-million",
        f"{TOP}/",
        "A million empty files fill the table of files, and a list of them the memory.",
        ".tar.gz",
        lambda _: _many(1_000_000),
    ),
    (
        "streams-by-the-thousand",
        "",
        "A hundred thousand streams without content: readers that call themselves for the next run out of stack.",
        ".tar.gz",
        lambda _: gzip.compress(b"", mtime=0) * 100_000,
    ),
)
"""Name, member, why, the ending of its name, what makes it."""

CASES: tuple[Case, ...] = (
    *(Case(name=name, why=why, member=member, content=content) for name, member, why, content in ROWS),
    *(
        Case(name=name, why=why, member=member, content=content, file_name=f"{TOP}{suffix}", large=True)
        for name, member, why, suffix, content in LARGE
    ),
)
"""Sdists that are no right archives, or too much of one."""
