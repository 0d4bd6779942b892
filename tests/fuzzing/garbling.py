"""Documents that are nearly right: bytes, tokens, lines and structures of valid ones, changed at random.

No strategy of hypothesis: a million inputs take minutes this way, and hours that way. A seed gives the same inputs on
every machine.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NUMBERS", "drawing", "garbled", "garbled_archive", "headers_in"]

MOST_CHANGES = 4

TOKENS = (
    *(
        b"",
        b"\0",
        b"\n",
        b"\r",
        b"\r\n",
        b"\t",
        b" ",
        b"\xff",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\x1b[2J",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"[[",
        b"]]",
        b",",
        b":",
        b"=",
        b"==",
        b";",
        b"#",
        b"\\",
        b"'",
        b'"',
        b'"""',
        b"-",
        b"--",
    ),
    *(b"null", b"true", b"false", b"NaN", b"Infinity", b"-0", b"0", b"1e999", b"1.5", b"9" * 30, b"9" * 5000),
    *(b"{}", b"[]", b'""', b"[" * 200, b'{"a":' * 200, b"(" * 200, b"\\ud800", b"\\u0000", b"%00", b"%s", b"{0}"),
    *(
        b"../",
        b"/",
        b"C:\\",
        b"~",
        b"file:///",
        b"https://",
        b"@",
        b"*",
        b"a" * 300,
        b"\xf0\x9f\x90\x8d",
        b"\xe2\x80\xae",
    ),
    *(
        b"sha256:",
        b"sha256=",
        b"md5",
        b"0" * 64,
        b"A" * 64,
        b"-1",
        b"1980-01-01",
        b"9999-12-31T23:59:60Z",
        b"1.0.dev0",
    ),
)
"""What readers of text trip over: ends, brackets, numbers and characters that some understand in another way."""


def drawing(seed: str) -> random.Random:
    """Return what decides, from a seed."""
    return random.Random(seed)  # noqa: S311 - nothing is to be kept secret here


def _cut(draw: random.Random, content: bytes) -> tuple[int, int]:
    """Return a short piece of a document, as two offsets."""
    start = draw.randrange(len(content) + 1)
    return start, min(len(content), start + draw.choice((0, 1, 1, 2, 4, 16, 64)))


def _byte(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _cut(draw, content)
    return content[:start] + draw.randbytes(end - start) + content[end:]


def _token(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _cut(draw, content)
    return content[:start] + draw.choice(TOKENS) + content[end:]


def _spliced(draw: random.Random, content: bytes, seeds: Sequence[bytes]) -> bytes:
    other = draw.choice(seeds)
    start, end = draw.randrange(len(content) + 1), draw.randrange(len(other) + 1)
    return content[:start] + other[end:]


def _repeated(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _cut(draw, content)
    return content[:end] + content[start:end] * draw.choice((1, 2, 40)) + content[end:]


def _lines(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Move, repeat or leave out a line."""
    lines = content.splitlines(keepends=True) or [b""]
    line = lines.pop(draw.randrange(len(lines)))
    for _time in range(draw.choice((0, 1, 2))):
        lines.insert(draw.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _value(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Put something else in the place of what stands between two quotes."""
    parts = content.split(b'"')
    parts[draw.randrange(len(parts))] = draw.choice(TOKENS)
    return b'"'.join(parts)


def _bare(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Put a value of another type in the place of a text."""
    parts = content.split(b'"')
    place = draw.randrange(len(parts))
    return b'"'.join(parts[:place]) + draw.choice(TOKENS) + b'"'.join(parts[place + 2 :])


CHANGES: tuple[Callable[[random.Random, bytes, Sequence[bytes]], bytes], ...] = (
    *(_byte, _token, _spliced, _repeated, _lines, _value, _bare),
)


SIGNATURES = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08")
"""Where the headers of a ZIP file begin, APPNOTE.TXT of PKWARE, 4.3."""
LONGEST_HEADER = 46
NUMBERS = (0, 1, 2, 3, 8, 20, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
"""At the edges of what fields hold."""


def headers_in(content: bytes) -> list[int]:
    """Return where headers of a ZIP file begin, or could, so that fields are found more often than by chance."""
    starts = [0]
    for signature in SIGNATURES:
        place = content.find(signature)
        while place >= 0:
            starts.append(place)
            place = content.find(signature, place + 1)
    return starts


def _field(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Put a number at the edge of what it can be into a header."""
    place = draw.choice(headers_in(content)) + draw.randrange(LONGEST_HEADER)
    size = draw.choice((1, 2, 4))
    number = draw.choice(NUMBERS) & ((1 << 8 * size) - 1)
    return content[:place] + number.to_bytes(size, "little") + content[place + size :]


def _nudged(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Make a number in a header a little more or less."""
    place = draw.choice(headers_in(content)) + draw.randrange(LONGEST_HEADER)
    size = draw.choice((1, 2, 4))
    number = int.from_bytes(content[place : place + size], "little") + draw.choice((-2, -1, 1, 2))
    return content[:place] + (number % (1 << 8 * size)).to_bytes(size, "little") + content[place + size :]


def _moved(draw: random.Random, content: bytes, _: Sequence[bytes]) -> bytes:
    """Put what lies between two headers somewhere else, or leave it out, or have it twice."""
    if not content:
        return content  # another change left nothing
    places = sorted({*headers_in(content), len(content)})
    at = draw.randrange(len(places) - 1)
    piece, rest = content[places[at] : places[at + 1]], content[: places[at]] + content[places[at + 1] :]
    to = draw.choice(headers_in(rest)) if rest else 0
    times = draw.choice((0, 1, 1, 2))
    return rest[:to] + piece * times + rest[to:]


ARCHIVE_CHANGES = (_byte, _field, _field, _field, _nudged, _nudged, _moved, _spliced)


def garbled_archive(draw: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the ZIP files, changed in one to four places, mostly in its headers."""
    content = draw.choice(seeds)
    for _ in range(draw.randint(1, MOST_CHANGES)):
        content = draw.choice(ARCHIVE_CHANGES)(draw, content, seeds)
    return content


def garbled(draw: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the documents, changed in one to four places.

    Args:
        draw: what decides.
        seeds: valid documents.
    """
    content = draw.choice(seeds)
    for _ in range(draw.randint(1, MOST_CHANGES)):
        content = draw.choice(CHANGES)(draw, content, seeds)
    return content
