"""Archives that are cut, or whose end records lie, so that readers find other directories or none."""

from __future__ import annotations

from dataclasses import replace

from tests.hostile_wheels.base import EVIL, MODULE, archive, wheel
from tests.hostile_wheels.values import Case
from tests.hostile_wheels.zip_bytes import (
    Archive,
    End,
    directory_of,
    end_record,
    packed,
)

__all__ = ["CASES", "other", "two_directories"]

STUB = b'#!/bin/sh\nexec python3 "$0"\n'


def other() -> Archive:
    """Return the archive that one reader shall see where another sees the valid wheel: right but for its module."""
    return archive({MODULE: EVIL})


def _cut_at(mark: bytes, more: int) -> bytes:
    """Return the start of the wheel, up to so many bytes after the last place of a signature."""
    whole = wheel()
    return whole[: whole.rindex(mark) + more]


def two_directories() -> tuple[bytes, bytes, bytes]:
    """Return the members of the wheel and of the other, and the directory of each; all offsets are right."""
    good, good_rows = directory_of(archive().members, 0)
    evil, evil_rows = directory_of(other().members, len(good))
    return good + evil, good_rows, evil_rows


def _directory_twice() -> bytes:
    """Return a file whose end record says an offset, of one directory, and a size that points at another.

    Those who count back from the end take the difference for what was put in front, and add it to each offset.
    """
    body, good_rows, _ = two_directories()
    shift = len(good_rows)
    evil_start = len(directory_of(archive().members, 0)[0])
    _, evil_rows = directory_of(other().members, evil_start - shift)
    end = end_record(End(), len(archive().members), len(good_rows), len(body))
    return body + good_rows + evil_rows + end


def _comment_hides(*, counted: bool) -> bytes:
    """Return the wheel with the other archive as its comment; ``counted``: with offsets from the file's start."""
    hidden = packed(other())
    shown = wheel(end=End(comment_length=len(hidden)))
    return packed(replace(other(), before=shown)) if counted else shown + hidden


def _end_twice() -> bytes:
    """Return the wheel with another archive's directory and end after its own."""
    body, good_rows, evil_rows = two_directories()
    count = len(archive().members)
    first = end_record(End(), count, len(good_rows), len(body))
    start = len(body + good_rows + first)
    return body + good_rows + first + evil_rows + end_record(End(), count, len(evil_rows), start)


def _end(**fields: int) -> bytes:
    """Return the wheel with fields of its end record changed."""
    return wheel(end=replace(End(), **fields))  # type: ignore[arg-type]  # only fields that are numbers


def _size_and_offset() -> tuple[int, int]:
    """Return size and offset of the wheel's directory."""
    body, rows = directory_of(archive().members, 0)
    return len(rows), len(body)


CASES: tuple[Case, ...] = tuple(
    Case(name=name, why=why, layer="archive", content=content)
    for name, why, content in (
        ("empty-file", "A download that never began.", lambda: b""),
        (
            "end-alone",
            "An archive without members: nothing is installed, and no reader complains.",
            lambda: packed(Archive(members=())),
        ),
        (
            "truncated-in-end",
            "A download that broke off; lenient readers go on without the rest.",
            lambda: wheel()[:-5],
        ),
        (
            "truncated-before-end",
            "Readers that rebuild the directory from the local headers install it.",
            lambda: _cut_at(b"PK\x05\x06", 0),
        ),
        (
            "truncated-in-directory",
            "Streaming readers have everything and install it.",
            lambda: _cut_at(b"PK\x01\x02", 20),
        ),
        (
            "truncated-in-local-header",
            "Streaming readers install what came before.",
            lambda: _cut_at(b"PK\x03\x04", 10),
        ),
        ("truncated-in-data", "Streaming readers install what came before.", lambda: _cut_at(b"PK\x03\x04", 80)),
        (
            "truncated-at-the-front",
            "The first bytes are lost: all offsets are wrong by as many.",
            lambda: wheel()[9:],
        ),
        (
            "prepended",
            "A program in front of the archive: the file is both, and some readers mend the offsets.",
            lambda: STUB + wheel(),
        ),
        (
            "prepended-counted",
            "A program in front of the archive, whose offsets count it: the file is both.",
            lambda: packed(replace(archive(), before=STUB)),
        ),
        (
            "prepended-archive",
            "Another archive in front: streaming readers see that, others the wheel.",
            lambda: packed(replace(archive(), before=packed(other()))),
        ),
        (
            "appended",
            "Bytes after the end, which no length covers: a place to hide.",
            lambda: wheel() + b"anything may be here",
        ),
        (
            "appended-archive",
            "Another archive follows: readers that search from the end see that.",
            lambda: wheel() + packed(other()),
        ),
        (
            "appended-newline",
            "An upload in text mode; readers that want the end at the end see none.",
            lambda: wheel() + b"\n",
        ),
        (
            "comment-hides-archive",
            "The comment is another archive: readers that search from the end see that.",
            lambda: _comment_hides(counted=True),
        ),
        (
            "comment-hides-archive-relative",
            "As before; only readers that mend offsets can read it.",
            lambda: _comment_hides(counted=False),
        ),
        (
            "comment-hides-end",
            "The comment has an end record: readers that search from the end take that, and find nothing.",
            lambda: wheel(end=End(comment=b"PK\x05\x06" + bytes(18))),
        ),
        (
            "comment-has-signature",
            "The comment has the signature of an end record: some readers stop there.",
            lambda: wheel(end=End(comment=b"see PK\x05\x06 there")),
        ),
        (
            "comment-shorter-than-said",
            "The end is not where the record says: the file is cut or was changed.",
            lambda: wheel(end=End(comment=b"hi", comment_length=50)),
        ),
        (
            "comment-longer-than-said",
            "Bytes after the comment's end: a place to hide.",
            lambda: wheel(end=End(comment=b"anything", comment_length=3)),
        ),
        (
            "end-twice",
            "Two ends, each of a directory: readers that search forward see the one, backward the other.",
            _end_twice,
        ),
        (
            "directory-twice",
            "Size and offset of the directory point at two: each reader believes one of the two.",
            _directory_twice,
        ),
        (
            "directory-size-too-small",
            "Readers that count back from the end start in the middle of a row.",
            lambda: _end(directory_size=_size_and_offset()[0] - 10),
        ),
        (
            "directory-size-too-large",
            "Readers that count back from the end start within the last member.",
            lambda: _end(directory_size=_size_and_offset()[0] + 10),
        ),
        ("directory-size-zero", "Readers that go by the size see no members.", lambda: _end(directory_size=0)),
        (
            "directory-offset-too-small",
            "Readers that go by the offset start within the last member.",
            lambda: _end(directory_offset=_size_and_offset()[1] - 10),
        ),
        (
            "directory-offset-too-large",
            "Readers that go by the offset start in the middle of a row.",
            lambda: _end(directory_offset=_size_and_offset()[1] + 10),
        ),
        (
            "directory-offset-beyond-file",
            "Readers that map the file into memory read what is not theirs.",
            lambda: _end(directory_offset=0x7FFFFFFF),
        ),
        (
            "directory-with-rubbish",
            "Bytes after the last row, which the directory's size covers: a place to hide.",
            lambda: packed(replace(archive(), directory_more=b"anything may be here")),
        ),
        (
            "directory-with-signature",
            "A digital signature that nobody checks: a place to hide.",
            lambda: packed(replace(archive(), directory_more=b"PK\x05\x05\x08\x00evilevil")),
        ),
        (
            "directory-before-gap",
            "Bytes between directory and end: readers that count back from the end start late.",
            lambda: packed(replace(archive(), before_end=b"anything may be here")),
        ),
        (
            "entries-too-few",
            "Readers that count stop before RECORD; those that go by size do not.",
            lambda: _end(entries=3, entries_here=3),
        ),
        (
            "entries-too-many",
            "Readers that count go on past the directory's end.",
            lambda: _end(entries=5, entries_here=5),
        ),
        ("entries-none", "Readers that count see an empty archive.", lambda: _end(entries=0, entries_here=0)),
        ("entries-on-disk-differ", "Two counts: each reader believes one of them.", lambda: _end(entries_here=3)),
        ("entries-total-differs", "Two counts: each reader believes one of them.", lambda: _end(entries=3)),
        ("disk-not-first", "The file says that it is the second of a set.", lambda: _end(disk=1)),
        (
            "directory-on-another-disk",
            "The directory is said to be on another disk; there is one file.",
            lambda: _end(directory_disk=1),
        ),
    )
)
"""Archives that must be refused for their ends."""
