"""Wheels and contents that are nearly right: fields that say something else, and bytes that are changed."""

from __future__ import annotations

import gzip
import json
import marshal
import sysconfig
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.fuzzing.garbling import NUMBERS, headers_in
from tests.hostile_wheels import CASES, CONTROLS
from tests.hostile_wheels.base import FILES, INFO, METADATA, RECORD, WHEEL, record
from tests.hostile_wheels.zip_bytes import (
    NOWHERE,
    Archive,
    End,
    Entry,
    Header,
    Member,
    Zip64End,
    data_descriptor,
    extra_field,
    member_of,
    packed,
    with_entry,
    with_headers,
    zip64_extra,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn

__all__ = ["INSIDES", "MUTANTS", "PAIRS", "SEEDS"]

SEEDS: tuple[Callable[[], bytes], ...] = tuple(value.make for value in (*CASES, *CONTROLS) if not value.large)
"""Make the small wheels of the corpus."""

LARGEST_ELF = 1 << 16
"""Bytes of an extension module that is still changed byte by byte."""

SCRIPT, POINTS = "demo-1.0.data/scripts/tool", f"{INFO}/entry_points.txt"
NAMES = (
    *(
        "demo/x.py",
        "demo/X.py",
        "demo/é.py",
        "demo/e\u0301.py",
        "demo/sub/",
        "demo/sub/y.py",
        "demo",
        "README",
        "a,b",
    ),
    *(SCRIPT, "demo-1.0.data/purelib/demo/x.py", "demo-1.0.data/data/share/x", "*.dist-info/METADATA", "*.data/x"),
    *(POINTS, f"{INFO}/top_level.txt", f"{INFO}/licenses/", f"{INFO}/licenses/LICENSE", f"{INFO}/RECORD.jws"),
    *("**.dist-info/x", f"lib/{INFO}/x", "demo-1.0.dist-infos/x", "demo-1.0/x", "demo-1.0.data/"),
)
CONTENTS = (
    b"",
    b"x = 1\n",
    b"x = 2\n",
    b"\0" * 300,
    b"[console_scripts]\na = demo:main\n",
    b"#!python\n",
    b"\x1f\x8b\x08",
)
TEXTS = {
    METADATA: (
        FILES[METADATA],
        FILES[METADATA] + b"\nmore\n",
        FILES[METADATA].replace(b"Name", b"name"),
        FILES[METADATA].replace(b"\n", b"\r\n"),
        FILES[METADATA].replace(b"Summary: a", b"Summary:  a"),
        FILES[METADATA].replace(b"Summary", b"Keywords: \n one\nSummary"),
    ),
    WHEEL: (
        FILES[WHEEL],
        FILES[WHEEL].replace(b"samewheel-tests", b"x"),
        FILES[WHEEL].replace(b"purelib", b"Purelib").replace(b"true", b"false"),
        FILES[WHEEL] + b"Build: 1\n",
        FILES[WHEEL] + b"\n",
    ),
}
EXTRAS = (
    *(
        b"",
        extra_field(0x5455, b"\1\0\0\0\0"),
        zip64_extra(),
        zip64_extra(0),
        zip64_extra(0, 0),
        zip64_extra(1, 1, 1),
    ),
    *(
        extra_field(0x7075, b"\1\0\0\0\0x"),
        extra_field(0xFFFF, b"", length=9),
        extra_field(1, b"abc"),
        b"\0",
        b"\0" * 4,
    ),
)

numbers16, numbers32 = (st.sampled_from([n for n in NUMBERS if n < 1 << bits]) for bits in (16, 32))
fields_of_headers = st.fixed_dictionaries(
    {},
    optional={
        "flags": st.sampled_from([0, 1, 2, 6, 8, 1 << 11, 8 | 1 << 11, 1 << 5, 1 << 13]),
        "method": st.sampled_from([0, 8, 9, 12]),
        **dict.fromkeys(["needs", "time", "date", "name_length", "extra_length"], numbers16),
        **dict.fromkeys(["crc", "packed_size", "size"], numbers32),
        "extra": st.sampled_from(EXTRAS),
        "name": st.sampled_from([name.encode() for name in NAMES]),
    },
)
fields_of_entries = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["made_by", "disk", "internal", "comment_length"], numbers16),
        "attributes": st.sampled_from([0, 0o100644, 0o100755, 0o755, 0o40755, 0o120777, 0o104755]).map(
            lambda m: m << 16
        ),
        "offset": numbers32,
        "comment": st.sampled_from([b"", b"c", b"PK\5\6" + bytes(18)]),
    },
)
fields_of_ends = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["disk", "directory_disk", "entries_here", "entries", "comment_length"], numbers16),
        **dict.fromkeys(["directory_size", "directory_offset"], numbers32),
        "comment": st.sampled_from([b"", b"c", b"PK\5\6" + bytes(18), b"PK\1\2"]),
    },
)
bits64 = st.sampled_from([*NUMBERS, 1 << 63, (1 << 64) - 1])
ends64 = st.builds(
    Zip64End,
    more=st.sampled_from([b"", b"", b"x" * 8]),
    locator=st.sampled_from([True, True, False]),
    entries=st.none() | numbers16,
    directory_offset=st.none() | bits64,
    locator_offset=st.none() | bits64,
    record_size=st.sampled_from([44, 44, 45, 0]),
)


SIZES = st.sampled_from(["zeros", "zeros", "nowhere", "known"])
"""What the local header of a streamed member says of sizes."""


def _rarely(strategy: st.SearchStrategy[Any], otherwise: object) -> st.SearchStrategy[Any]:
    """Return a strategy for what is mostly left as it is: a wheel with many faults is refused for the first."""
    return st.integers(0, 7).flatmap(lambda n: strategy if n == 7 else st.just(otherwise))


def _streamed(member: Member, *, signature: bool, wide: bool, sizes: str) -> Member:
    """Return a member as who cannot seek writes it."""
    assert member.entry is not None
    own = member.entry.header
    header = replace(own, flags=own.flags | 8, extra=zip64_extra(0, 0) if wide else b"")
    said = {"zeros": 0, "nowhere": NOWHERE if wide else 0}.get(sizes)
    local = header if said is None else replace(header, crc=0, packed_size=said, size=said)
    descriptor = data_descriptor(own, signature=signature, wide=wide)
    return replace(member, local=local, entry=Entry(header=replace(header, extra=b"")), descriptor=descriptor)


@st.composite
def right_files(draw: DrawFn) -> dict[str, bytes]:
    """Draw the files of a wheel, with a RECORD that is right, or nearly so."""
    files = {**FILES, **{name: draw(st.sampled_from(texts)) for name, texts in TEXTS.items()}}
    files |= draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CONTENTS), max_size=4))
    files = {name: b"" if name.endswith("/") else content for name, content in files.items()}
    said = {name: draw(_rarely(st.sampled_from(CONTENTS), content)) for name, content in files.items()}
    text = record(said, algorithm=draw(st.sampled_from(["sha256", "sha256", "sha512", "md5"])))
    lines = text.splitlines(keepends=True)
    text = b"".join(draw(_rarely(st.permutations(lines), lines)))
    files[RECORD] = draw(_rarely(st.just(text.replace(b"\n", b"\r\n")), text))
    return {name: files[name] for name in draw(_rarely(st.permutations(sorted(files)), list(files)))}


@st.composite
def right_members(draw: DrawFn) -> tuple[Member, ...]:
    """Draw the members of a wheel, in the ways in which right headers can be written."""
    members = []
    for name, content in draw(right_files()).items():
        folder = name.endswith("/")
        member = member_of(name, content, 0 if folder else draw(st.sampled_from([0, 8, 8])))
        if draw(_rarely(st.just(value=True), otherwise=False)):
            member = _streamed(member, signature=draw(st.booleans()), wide=draw(st.booleans()), sizes=draw(SIZES))
        mode = 0o40755 if folder else draw(_rarely(st.sampled_from([0o100755, 0o755, 0, 0o100600]), 0o100644))
        member = with_entry(member, attributes=mode << 16)
        members.append(with_headers(member, **draw(_rarely(st.just({"date": 0x5821, "time": 0x6000}), {}))))
    return tuple(members)


@st.composite
def right_wheels(draw: DrawFn) -> bytes:
    """Draw a wheel that may well be accepted."""
    return packed(Archive(members=draw(right_members()), end=End(comment=draw(_rarely(st.just(b"c"), b"")))))


def _changed(draw: DrawFn, member: Member) -> Member:
    """Draw what is wrong with a member: in one header, in both, around it, or it is in one place only."""
    own: Header | None = member.local
    assert own is not None
    assert member.entry is not None
    fields: dict[str, Any] = draw(fields_of_headers)
    changes: tuple[Callable[[], Member], ...] = (
        lambda: with_headers(member, **fields),
        lambda: replace(member, local=replace(own, **fields)),
        lambda: with_entry(member, header=replace(own, **fields)),
        lambda: with_entry(member, **draw(fields_of_entries)),
        lambda: replace(member, before=draw(st.sampled_from([b"\0", b"PK\3\4", b"PK\7\x08" + bytes(12)]))),
        lambda: replace(member, descriptor=draw(st.sampled_from([b"", bytes(12), data_descriptor(own)]))),
        lambda: replace(member, data=member.data + draw(st.sampled_from([b"\0", b"\3\0", b"PK\5\6"]))),
        lambda: replace(member, local=None, data=b"", descriptor=b""),
        lambda: replace(member, entry=None),
    )
    return draw(st.sampled_from(changes))()


@st.composite
def wrong_wheels(draw: DrawFn) -> bytes:
    """Draw a wheel in which a few fields say something else than they should."""
    members = list(draw(right_members()))
    for index in draw(st.lists(st.integers(0, len(members) - 1), max_size=2, unique=True)):
        members[index] = _changed(draw, members[index])
    if draw(_rarely(st.just(value=True), otherwise=False)):
        members.append(draw(st.sampled_from(members)))
    around = {
        place: draw(_rarely(st.sampled_from([b"\0", b"PK\5\6" + bytes(18)]), b""))
        for place in ("before", "before_directory", "directory_more", "before_end", "after")
    }
    end = End(zip64=draw(_rarely(ends64, None)), **draw(_rarely(fields_of_ends, {})))
    return packed(Archive(members=tuple(members), end=end, **around))


@cache
def _made(index: int) -> bytes:
    return SEEDS[index]()


@st.composite
def changed_bytes(draw: DrawFn, files: st.SearchStrategy[bytes]) -> bytes:
    """Draw a file in which some bytes are replaced, put in, left out or repeated."""
    file = draw(files)
    starts = headers_in(file)
    for _ in range(draw(st.integers(1, 4))):
        near = draw(st.sampled_from(starts)) + draw(st.integers(0, 60))
        at = min(draw(st.one_of(st.just(near), st.integers(0, len(file)))), len(file))
        width = draw(st.sampled_from([1, 2, 4, 8]))
        new = draw(st.sampled_from(NUMBERS) | st.integers(0, 255)).to_bytes(8, "little")[:width]
        cut = draw(st.sampled_from([width, width, 0, draw(st.integers(0, 80))]))
        new = draw(st.sampled_from([new, new, b"", file[at : at + cut] * 2]))
        file = file[:at] + new + file[at + cut :]
    return file


seeds = st.integers(0, len(SEEDS) - 1).map(_made)
MUTANTS = st.one_of(wrong_wheels(), changed_bytes(st.one_of(seeds, right_wheels())), right_wheels())
"""Files that readers could find different things in; some are right."""

PAIRS = st.tuples(right_wheels(), st.one_of(right_wheels(), right_wheels(), MUTANTS))
"""Two files that can often be compared."""


@cache
def _elf() -> bytes:
    """Return the smallest extension module of this interpreter, or nothing: not every one has such files."""
    folder = Path(sysconfig.get_path("platstdlib"), "lib-dynload")
    files = sorted(folder.glob("*.so"), key=lambda file: (file.stat().st_size, file.name))
    return next((file.read_bytes() for file in files if file.stat().st_size <= LARGEST_ELF), b"")


@cache
def _originals() -> tuple[tuple[str, bytes], ...]:
    """Return contents that each rule knows."""
    code = compile("def f(x, *, y=(1, 2.5, 'é', b'x', None)):\n    return {x: y for x in range(3)}\n", "x.py", "exec")
    text = "import os\n\ndef f(a):\n    # é\n    return {'b': [a, 1.5]}\n".encode()
    tree = {"a": [1, 2.5, None, {"b": "é"}], "c": True, "d": {}}
    return (
        ("x.py", text),
        ("x.txt", text.replace(b"\n", b"\r\n")),
        ("x.json", json.dumps(tree, indent=1).encode()),
        ("x.gz", gzip.compress(text, mtime=0)),
        ("x.gz", gzip.compress(gzip.compress(text, mtime=0), mtime=1)),
        ("x.pyc", b"\xa7\r\r\n" + bytes(12) + marshal.dumps(code)),
        ("x.zip", packed(Archive(members=tuple(member_of(f"{n}.json", b'{"a": %d}' % n) for n in range(3))))),
        ("x.a", b"!<arch>\n" + b"x.o/            0           0     0     100644  4         `\nabcd"),
        ("x.so", _elf()),
    )


@st.composite
def insides(draw: DrawFn) -> tuple[str, bytes, bytes]:
    """Draw a name, and two contents of a kind that are changed a little."""
    name, content = draw(st.sampled_from(_originals()))
    other = changed_bytes(st.just(content))
    return name, draw(st.one_of(st.just(content), other)), draw(other)


INSIDES = insides()
"""What the rules for members' contents are asked."""
