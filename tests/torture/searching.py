"""Searching all that was written or printed for values that nobody may learn, in each usual spelling and wrapping."""

from __future__ import annotations

import base64
import gzip
import io
import os
import sqlite3
import tarfile
import zipfile
import zlib
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

DEEPEST = 4
"""Archives in archives that are looked into."""

ALIGNMENTS = 3
"""Ways in which base64 spells the same bytes, by how many stand before them."""


class Found(NamedTuple):
    """A value where none may be."""

    place: str
    form: str
    """How it was spelled."""
    context: str


def _base64(word: bytes) -> Iterator[bytes]:
    """Yield what of base64 the word alone decides, wherever it stands in what was encoded."""
    for before in range(ALIGNMENTS):
        encoded = base64.b64encode(b"\0" * before + word)
        # The first characters hold bits of what stands before, the last ones of what stands behind.
        start = (before * 8 + 5) // 6
        yield encoded[start : (before + len(word)) * 8 // 6]


def forms(word: str) -> dict[str, tuple[bytes, ...]]:
    """Return how a word may be spelled; one of letters and digits is the same in JSON, in HTML and in most URLs."""
    raw = word.encode()
    wide = [word.encode(encoding) for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")]
    percent = "".join(f"%{byte:02x}" for byte in raw)
    found = {
        "as it is": [raw, raw.upper(), raw[::-1]],
        "UTF-16 or UTF-32": wide,
        "base64": [*_base64(raw), *_base64(wide[0])],
        "base32": [base64.b32encode(raw)[: len(raw) * 8 // 5]],
        "hex": [raw.hex().encode(), raw.hex().upper().encode()],
        "percent": [percent.encode(), percent.upper().encode()],
        "escapes": ["".join(f"\\x{byte:02x}" for byte in raw).encode(), "".join(f"\\u{b:04x}" for b in raw).encode()],
        "numbers": [", ".join(map(str, raw)).encode(), ",".join(map(str, raw)).encode()],
    }
    return {name: tuple(dict.fromkeys(spelled)) for name, spelled in found.items()}


def spelled(content: bytes, needles: Mapping[str, Collection[bytes]], place: str) -> Iterator[Found]:
    """Yield each form in which a content has one of the words."""
    for form, words in needles.items():
        for word in words:
            if (at := content.find(word)) >= 0:
                yield Found(place, form, repr(content[max(0, at - 60) : at + len(word) + 40]))
                break


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what is packed in a content: a ZIP file, a tarball, a compressed file, a git object, a database."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from ((info.filename, archive.read(info)) for info in archive.infolist())
            yield "comment", archive.comment
    elif content.startswith(b"\x1f\x8b"):
        yield "gzip", gzip.decompress(content)
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for info in archive:
                file = archive.extractfile(info) if info.isfile() else None
                yield info.name, file.read() if file is not None else info.linkname.encode()
    elif content[:1] == b"\x78":
        yield "zlib", zlib.decompress(content)
    elif content.startswith(b"SQLite format 3\0"):
        # Else a long text could be in two pages, with the end of one between.
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            yield "sqlite", "\n".join(database.iterdump()).encode()


def layers(content: bytes, depth: int = DEEPEST) -> Iterator[tuple[str, bytes]]:
    """Yield a content, and all that is packed in it, with names; what only looks like an archive is none."""
    yield "", content
    if not depth:
        return
    with suppress(OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile, sqlite3.Error):
        for name, member in _members(content):
            for inner, text in layers(member, depth - 1):
                yield f"!{name}{inner}", name.encode() + b"\0" + text


def search(
    folder: Path, needles: Mapping[str, Collection[bytes]], *, planted: Collection[Path] = ()
) -> tuple[int, list[Found]]:
    """Return how many files and members below a folder were searched, names included, and what was found.

    Args:
        folder: where to look.
        needles: what for, by how it is spelled.
        planted: files and folders that hold values because they were put there.
    """
    number, found = 0, list[Found]()
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if folder.__class__(top, name) not in planted)
        for name in sorted([*names, *folders]):
            path = folder.__class__(top, name)
            if path in planted:
                continue
            place = str(path.relative_to(folder))
            found += spelled(os.fsencode(name), needles, f"the name {place}")
            if path.is_symlink():
                found += spelled(os.fsencode(path.readlink()), needles, f"the link {place}")
            elif path.is_file():
                for inner, content in layers(path.read_bytes()):
                    number += 1
                    found += spelled(content, needles, place + inner)
    return number, found
