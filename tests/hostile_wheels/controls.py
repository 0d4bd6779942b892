"""Wheels that are valid though unusual: whoever refuses one of them is too strict."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from tests.hostile_wheels.base import (
    FILES,
    INFO,
    METADATA,
    MODULE,
    RECORD,
    archive,
    changed,
    record,
    wheel,
    with_record,
)
from tests.hostile_wheels.headers import streamed
from tests.hostile_wheels.values import Content, Control
from tests.hostile_wheels.zip64 import escaped
from tests.hostile_wheels.zip_bytes import (
    NOWHERE,
    STORED,
    End,
    Entry,
    Header,
    Member,
    Zip64End,
    data_descriptor,
    extra_field,
    header_of,
    packed,
    with_entry,
    with_headers,
    zip64_extra,
)

__all__ = ["CONTROLS"]

TEXT = FILES[MODULE]
FOLDER = 0o40755 << 16 | 0x10
SPACES = 5 << 20

Change = Callable[[Member], Member]


def _each(change: Change, more: dict[str, bytes | None] | None = None) -> bytes:
    """Return the wheel with every member changed."""
    whole = archive(more)
    return packed(replace(whole, members=tuple(change(member) for member in whole.members)))


def _written(change: Callable[[zipfile.ZipInfo], object], *, seekable: bool = True, zip64: bool = False) -> bytes:
    """Return the wheel as zipfile writes it."""
    target = io.BytesIO() if seekable else _Pipe()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in {**FILES, RECORD: record(FILES)}.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            change(info)
            with file.open(info, "w", force_zip64=zip64) as member:
                member.write(content)
    return target.getvalue()


class _Pipe(io.BytesIO):
    """A file that can only be written to, from its start to its end."""

    def seekable(self) -> bool:
        """Tell that it cannot go back."""
        return False

    def seek(self, *_: int) -> int:
        """Refuse to."""
        raise io.UnsupportedOperation

    def tell(self) -> int:
        """Refuse to, as zipfile asks for this to find out."""
        raise io.UnsupportedOperation


def _deflate(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_DEFLATED


def _times(member: Member) -> Member:
    """Return the member with Info-ZIP's times: three in the local header, one of them in the directory."""
    assert member.local is not None
    assert member.entry is not None
    local = extra_field(0x5455, b"\x07" + struct.pack("<3L", 1_700_000_000, 1_700_000_001, 1_700_000_002))
    central = extra_field(0x5455, b"\x07" + struct.pack("<L", 1_700_000_000))
    owner = extra_field(0x7875, b"\x01\x04" + struct.pack("<L", 1000) + b"\x04" + struct.pack("<L", 1000))
    header = replace(member.entry.header, extra=central + owner)
    return replace(
        member, local=replace(member.local, extra=local + owner), entry=replace(member.entry, header=header)
    )


def _stored(member: Member) -> Member:
    """Return the member without compression."""
    assert member.entry is not None
    content = zlib.decompress(member.data, -zlib.MAX_WBITS)
    header = header_of(member.entry.header.name.decode(), content, STORED)
    return Member(local=header, entry=replace(member.entry, header=header), data=content)


def _zip64_in_both(member: Member) -> Member:
    """Return the member with its sizes in zip64 fields of both headers, and the directory's offset, too."""
    assert member.local is not None
    said = (member.local.size, member.local.packed_size)
    local = replace(member.local, needs=45, size=NOWHERE, packed_size=NOWHERE, extra=zip64_extra(*said))
    central = replace(local, extra=zip64_extra(*said, 0))
    return replace(member, local=local, entry=Entry(header=central, offset=NOWHERE))


def _zip64_streamed(member: Member) -> Member:
    """Return the member streamed with sizes of 64 bits, as its local header's zip64 field announces."""
    made = streamed(member, lambda header: data_descriptor(header, wide=True))
    assert made.local is not None
    local = replace(made.local, needs=45, size=NOWHERE, packed_size=NOWHERE, extra=zip64_extra(0, 0))
    entry = made.entry and replace(made.entry, header=replace(made.entry.header, needs=45))
    return replace(made, local=local, entry=entry)


def _unknown_field(member: Member) -> Member:
    """Return the member with a field of a kind that nobody has registered."""
    return with_headers(member, extra=extra_field(0xCAFE, b"anything"))


def _flushed(member: Member) -> Member:
    """Return the member with a flush after each byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = (packer.compress(bytes([byte])) + packer.flush(zlib.Z_SYNC_FLUSH) for byte in TEXT)
    data = b"".join(parts) + packer.flush()
    return replace(with_headers(member, packed_size=len(data)), data=data)


def _with_folders() -> bytes:
    """Return the wheel with an entry for each folder, before what is in it."""
    whole = archive()
    folders = (Header(name=name, method=STORED, needs=10) for name in (b"demo/", f"{INFO}/".encode()))
    entries = (Member(local=header, entry=Entry(header=header, attributes=FOLDER)) for header in folders)
    first, second = entries
    module, *others = whole.members
    return packed(replace(whole, members=(first, module, second, *others)))


def _backwards() -> bytes:
    whole = archive()
    return packed(replace(whole, members=whole.members[::-1]))


def _directory_backwards() -> bytes:
    """Return the wheel whose directory lists the members in another order than they lie in."""
    plain = archive()
    rows, offset = [], 0
    for member in plain.members:
        assert member.local is not None
        rows.append(replace(with_entry(member, offset=offset), local=None, data=b""))
        offset += 30 + len(member.local.name) + len(member.data)
    hidden = tuple(replace(member, entry=None) for member in plain.members)
    return packed(replace(plain, members=(*hidden, *reversed(rows))))


def _hashed_by(algorithm: str) -> bytes:
    return packed(with_record(record(FILES, algorithm=algorithm)))


def _record(change: Callable[[bytes], bytes]) -> bytes:
    return packed(with_record(change(record(FILES))))


def _all_quoted(rows: bytes) -> bytes:
    """Return the rows with every field in quotes, as CSV allows."""
    lines = (",".join(f'"{field}"' for field in line.split(",")) for line in rows.decode().splitlines())
    return "".join(f"{line}\n" for line in lines).encode()


def _spacious() -> bytes:
    """Return the wheel with 5 MB of spaces, which compress a thousand to one."""
    return wheel({"demo/spaces.txt": b" " * SPACES})


def _attributes(made_by: int, attributes: int) -> bytes:
    return _each(lambda m: with_entry(m, made_by=made_by << 8 | 20, attributes=attributes))


ROWS: tuple[tuple[str, str, Content], ...] = (
    ("plain", "The wheel that every case starts from.", wheel),
    (
        "descriptor-with-signature",
        "Who writes to a pipe knows the sizes afterwards.",
        lambda: _each(lambda m: streamed(m, data_descriptor)),
    ),
    (
        "descriptor-without-signature",
        "The signature of a descriptor is a habit, which the standard leaves open (4.3.9.3).",
        lambda: _each(lambda m: streamed(m, lambda header: data_descriptor(header, signature=False))),
    ),
    (
        "descriptor-by-zipfile",
        "What Python's zipfile writes to a pipe.",
        lambda: _written(_deflate, seekable=False),
    ),
    (
        "descriptor-wide",
        "Sizes of 64 bits in the descriptor, as the local header's zip64 field announces.",
        lambda: _each(_zip64_streamed),
    ),
    (
        "zip64-by-zipfile",
        "What Python's zipfile writes with force_zip64.",
        lambda: _written(_deflate, zip64=True),
    ),
    (
        "zip64-of-a-member",
        "Sizes and offset of 64 bits though 32 would do.",
        lambda: packed(changed(_zip64_in_both)),
    ),
    (
        "zip64-end",
        "End records of 64 bits though 16 and 32 would do.",
        lambda: wheel(end=escaped(Zip64End())),
    ),
    (
        "zip64-end-beside-numbers",
        "A zip64 end record that says the same as the end record.",
        lambda: wheel(end=End(zip64=Zip64End())),
    ),
    (
        "extra-times",
        "Info-ZIP writes more times into the local header than into the directory.",
        lambda: _each(_times),
    ),
    ("extra-unknown", "A field that nobody knows is to be skipped.", lambda: _each(_unknown_field)),
    ("folders", "Entries for folders, as setuptools' and other tools' wheels had them.", _with_folders),
    ("stored", "No member is compressed.", lambda: _each(_stored)),
    ("stored-and-deflated", "Some are, and some are not.", lambda: packed(changed(_stored))),
    ("stored-by-zipfile", "What Python's zipfile writes when nothing is said.", lambda: _written(lambda _: None)),
    ("empty-member", "Many an __init__.py is empty.", lambda: wheel({MODULE: b""})),
    (
        "empty-member-stored",
        "The same without compression.",
        lambda: packed(changed(_stored, of=archive({MODULE: b""}))),
    ),
    (
        "names-in-utf8",
        "Names beyond ASCII, with the flag that says so.",
        lambda: wheel({"demo/gr\u00f6\u00dfe \u65e5\u672c.txt": b"x"}),
    ),
    (
        "name-decomposed",
        "A name in NFD alone, as macOS writes it, collides with nothing.",
        lambda: wheel({"demo/cafe\u0301.txt": b"x"}),
    ),
    (
        "names-with-marks",
        "Comma, quote, space, plus and leading dot are fine in names.",
        lambda: wheel(dict.fromkeys(("demo/a,b.txt", "demo/c d+e.txt", "demo/.hidden", "demo/f#g%h.txt"), b"x")),
    ),
    ("name-of-255-bytes", "As long as a name may be.", lambda: wheel({f"demo/{'a' * 251}.txt": b"x"})),
    (
        "names-nearly-reserved",
        "Windows reserves none of these.",
        lambda: wheel(dict.fromkeys(("demo/console.py", "demo/nullable.py", "demo/com10.txt"), b"x")),
    ),
    (
        "names-nearly-out",
        "Dots that are part of a name lead nowhere.",
        lambda: wheel(dict.fromkeys(("demo/..a", "demo/a..b", "demo/...c"), b"x")),
    ),
    ("comment", "A comment of the archive.", lambda: wheel(end=End(comment=b"made by hand"))),
    (
        "comment-of-member",
        "A comment of a member.",
        lambda: packed(changed(lambda m: with_entry(m, comment=b"by hand"))),
    ),
    (
        "signed",
        "RECORD.jws and RECORD.p7s have no rows: they are made after RECORD.",
        lambda: packed(with_record(record(FILES), {f"{RECORD}.jws": b"{}", f"{RECORD}.p7s": b"x"})),
    ),
    (
        "signed-and-listed",
        "RECORD.jws with a row that has no hash.",
        lambda: packed(with_record(f"{RECORD}.jws,,\n".encode() + record(FILES), {f"{RECORD}.jws": b"{}"})),
    ),
    *(
        (f"record-{algorithm.replace('_', '-')}", "SHA-256 or better.", partial(_hashed_by, algorithm))
        for algorithm in ("sha384", "sha512", "sha3_256", "blake2b", "blake2s")
    ),
    ("record-quoted", "CSV allows quotes where none are needed.", lambda: _record(_all_quoted)),
    (
        "record-crlf",
        "Rows end as the csv module ends them.",
        lambda: _record(lambda rows: rows.replace(b"\n", b"\r\n")),
    ),
    ("record-without-last-newline", "The last row ends with the file.", lambda: _record(bytes.rstrip)),
    (
        "record-unsorted",
        "Rows in another order than the members.",
        lambda: _record(lambda rows: b"".join(rows.splitlines(keepends=True)[::-1])),
    ),
    (
        "metadata-crlf",
        "Headers end as e-mail ends them.",
        lambda: wheel({METADATA: FILES[METADATA].replace(b"\n", b"\r\n")}),
    ),
    (
        "metadata-folded",
        "A description in a folded header, as of old.",
        lambda: wheel(
            {METADATA: FILES[METADATA].replace(b"a sample\n", b"a sample\nDescription: two\n        lines\n")}
        ),
    ),
    (
        "metadata-in-utf8",
        "Letters beyond ASCII.",
        lambda: wheel({METADATA: FILES[METADATA].replace(b"a sample\n", "größer\n".encode())}),
    ),
    (
        "metadata-name-spelt-otherwise",
        "Names are compared in their normal form (PEP 503).",
        lambda: wheel({METADATA: FILES[METADATA].replace(b"demo", b"DEMO")}),
    ),
    (
        "metadata-body-like-headers",
        "After the blank line everything is text.",
        lambda: wheel({METADATA: FILES[METADATA] + b"Name: other\nVersion: 9.0\n"}),
    ),
    ("made-on-windows", "Creator FAT, no Unix modes.", lambda: _attributes(0, 0x20)),
    ("made-on-ntfs", "Creator NTFS, no Unix modes.", lambda: _attributes(10, 0x20)),
    ("made-on-macos", "Creator Darwin, Unix modes.", lambda: _attributes(19, 0o100644 << 16)),
    (
        "modes-without-kind",
        "zipfile's writestr gave permissions and no kind of file.",
        lambda: _attributes(3, 0o644 << 16),
    ),
    ("modes-executable", "A program.", lambda: _attributes(3, 0o100755 << 16)),
    ("modes-none", "No mode at all.", lambda: _attributes(3, 0)),
    ("backwards", "RECORD first, the module last.", _backwards),
    (
        "directory-in-another-order",
        "The directory need not be in the order of the members.",
        _directory_backwards,
    ),
    (
        "data-folders",
        "Files for the other schemes.",
        lambda: wheel(
            {
                f"demo-1.0.data/{scheme}/{scheme}.txt": b"x"
                for scheme in ("data", "headers", "platlib", "purelib", "scripts")
            }
        ),
    ),
    (
        "licences",
        "Files in folders of the .dist-info.",
        lambda: wheel({f"{INFO}/licenses/LICENSE": b"x", f"{INFO}/sboms/demo.json": b"{}"}),
    ),
    ("spaces", "5 MB of spaces: tables and test data compress as well as that.", _spacious),
    ("deflate-of-many-blocks", "A compressor may flush whenever it likes.", lambda: packed(changed(_flushed))),
)
"""Name, why, what makes it."""

CONTROLS: tuple[Control, ...] = tuple(Control(name=name, why=why, content=content) for name, why, content in ROWS)
"""Wheels that must be accepted."""
