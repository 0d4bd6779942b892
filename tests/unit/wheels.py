"""Makers of wheels for tests: whole ones by zipfile, and odd archives header by header."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from samewheel.comparison import Comparison, Difference, Verdict, compare
from samewheel.wheel import CentralHeader, LocalHeader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Files = dict[str, bytes]
Change = dict[str, Any]

INFO = "demo-1.0.dist-info"
NAME = "demo-1.0-py3-none-any.whl"
INIT = "demo/__init__.py"
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: hatchling 1.27\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
SMALLEST: Files = {f"{INFO}/METADATA": METADATA, f"{INFO}/WHEEL": WHEEL}
FILES: Files = {
    INIT: b"x = 1\n" * 9,
    "demo/run.sh": b"#!/bin/sh\n",
    **SMALLEST,
    f"{INFO}/licenses/LICENSE": b"Do what you like.\n",
}


def hashed(content: bytes, algorithm: str = "sha256") -> str:
    """Return a hash as RECORD writes it."""
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=")
    return f"{algorithm}={digest.decode()}"


def record_of(files: Files, algorithm: str = "sha256", info: str = INFO) -> bytes:
    """Return what RECORD says of these members."""
    text = io.StringIO(newline="")
    rows = [(name, hashed(content, algorithm), len(content)) for name, content in files.items() if name[-1] != "/"]
    csv.writer(text, lineterminator="\n").writerows([*rows, (f"{info}/RECORD", "", "")])
    return text.getvalue().encode()


def recorded(files: Files, algorithm: str = "sha256", info: str = INFO) -> Files:
    """Return the members with the RECORD that they should have."""
    return {**files, f"{info}/RECORD": record_of(files, algorithm, info)}


def without(files: Files, *names: str) -> Files:
    """Return the members but for some."""
    return {name: content for name, content in files.items() if name not in names}


def release(version: str) -> Files:
    """Return the members of one version of a distribution; all else is alike."""
    info = f"demo-{version}.dist-info"
    files = {
        INIT: b"",
        f"demo-{version}.data/scripts/demo": b"#!python\n",
        f"{info}/METADATA": METADATA.replace(b"1.0", version.encode()),
        f"{info}/WHEEL": WHEEL,
    }
    return recorded(files, info=info)


def written(
    folder: Path,
    files: Files | None = None,
    *,
    name: str = NAME,
    change: Change | None = None,
    comment: bytes = b"",
    level: int = 9,
) -> Path:
    """Write a wheel with its RECORD, if that is not there; ``change`` sets attributes of the first header."""
    folder.mkdir(exist_ok=True)
    files = FILES if files is None else files
    if not any(member.endswith(".dist-info/RECORD") for member in files):
        files = recorded(files)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.comment = comment
        for index, (member, content) in enumerate(files.items()):
            info = zipfile.ZipInfo(member)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o40755 << 16 if member.endswith("/") else 0o100644 << 16
            for attribute, value in (change or {}).items() if index == 0 else ():
                setattr(info, attribute, value)
            archive.writestr(info, content, compresslevel=level)
    return folder / name


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A member that is written as told, right or wrong."""

    name: bytes
    contents: bytes = b""
    stream: bytes | None = None
    """What stands in the file; the contents as they are, by default."""
    descriptor: bytes = b""
    """What follows the stream."""
    both: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are else in both headers."""
    local: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are else in the local header."""
    central: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are else in the central directory."""

    @property
    def body(self) -> bytes:
        """Return the stream."""
        return self.contents if self.stream is None else self.stream

    def header(self, offset: int) -> CentralHeader:
        """Return the entry of the central directory."""
        usual = CentralHeader(
            create_version=20,
            create_system=3,
            extract_version=20,
            flags=0,
            method=0,
            time=0,
            date=0x21,
            crc=zlib.crc32(self.contents),
            compressed_size=len(self.body),
            size=len(self.contents),
            disk=0,
            internal_attributes=0,
            external_attributes=(0o40755 if self.name.endswith(b"/") else 0o100644) << 16,
            offset=offset,
            name=self.name,
            extra=b"",
            comment=b"",
        )
        return usual._replace(**self.both)

    def local_header(self) -> bytes:
        """Return the local header."""
        central = self.header(0)._asdict()
        header = LocalHeader(**{key: central[key] for key in LocalHeader._fields})._replace(**self.local)
        sizes = len(header.name), len(header.extra)
        return struct.pack("<4s5H3I2H", b"PK\3\4", *header[:-2], *sizes) + header.name + header.extra

    def central_header(self, offset: int) -> bytes:
        """Return the entry of the central directory, by what is different there."""
        header = self.header(offset)._replace(**self.central)
        *fixed, disk, internal, external, place, name, extra, comment = header
        sizes = len(name), len(extra), len(comment)
        packed = struct.pack("<4s2B5H3I5H2I", b"PK\1\2", *fixed, *sizes, disk, internal, external, place)
        return packed + name + extra + comment


def packed(entries: Sequence[Entry], *, listed: Sequence[int] | None = None, end: bytes | None = None) -> bytes:
    """Return an archive.

    Args:
        entries: the members, in the order in which they lie in the file.
        listed: their order in the central directory.
        end: what ends the file; by default, a right end record.
    """
    file, offsets = b"", []
    for entry in entries:
        offsets.append(len(file))
        file += entry.local_header() + entry.body + entry.descriptor
    order = range(len(entries)) if listed is None else listed
    directory = b"".join(entries[index].central_header(offsets[index]) for index in order)
    return file + directory + (end_of(len(entries), len(directory), len(file)) if end is None else end)


def end_of(count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """Return an end record."""
    return struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment


def end64_of(count: int, size: int, offset: int, version: int = 45) -> bytes:
    """Return the end records of 64 bits, which stand before the plain one."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, version, version, 0, 0, count, count, size, offset)
    return record + struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)


def entries_of(files: Files, **first: Any) -> list[Entry]:  # noqa: ANN401 - fields of many types
    """Return the members of a wheel, stored; ``first`` sets fields of the first entry."""
    entries = [Entry(name=name.encode(), contents=content) for name, content in recorded(files).items()]
    head, *rest = entries
    return [Entry(**{"name": head.name, "contents": head.contents, **first}), *rest]


def put(path: Path, content: bytes) -> Path:
    """Write a file, and the folder that it is in."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def codes(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Return what was found: code, member, field."""
    return [(found.code, found.member, found.field) for found in comparison.differences]


def swapped(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Return differences, and those that follow from them, with their values in each other's place."""
    return tuple(
        msgspec.structs.replace(found, a=found.b, b=found.a, consequences=swapped(found.consequences))
        for found in differences
    )


def mirrored(comparison: Comparison) -> Comparison:
    """Return what the comparison would be the other way round."""
    return msgspec.structs.replace(comparison, differences=swapped(comparison.differences))


def check(a: Path, b: Path, verdict: Verdict, *expected: tuple[str, str, str]) -> tuple[Difference, ...]:
    """Compare both ways, expect exactly these differences beside those that follow, and return them."""
    there = compare(a, b)
    assert codes(there) == list(expected)
    assert there.verdict == verdict
    assert compare(b, a) == mirrored(there)
    assert msgspec.json.decode(msgspec.json.encode(there), type=Comparison) == there
    return there.differences


def check_following(difference: Difference, *expected: str) -> None:
    """Expect that these fields of RECORD follow from a difference, and nothing else."""
    assert [(one.code, one.field) for one in difference.consequences] == [("SW203", field) for field in expected]
