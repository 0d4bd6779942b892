"""What is said of compressed files, static archives, and executables of Windows and macOS that differ."""

from __future__ import annotations

import gzip
import io
import struct
from importlib.resources import files

import pytest

from samewheel.compare.inside import gzipped

from .insides import look, places

TEXT = b"The robot walks.\n" * 50


def zipped(data: bytes = TEXT, *, mtime: int = 0, name: str = "", level: int = 9) -> bytes:
    """Return data as gzip writes it."""
    target = io.BytesIO()
    with gzip.GzipFile(name, "wb", level, target, mtime) as file:
        file.write(data)
    return target.getvalue()


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        (zipped(mtime=7), ["header mtime"]),
        (zipped(name="robot.txt"), ["header flags", "header name"]),
        (zipped()[:9] + b"\3" + zipped()[10:], ["header operating system"]),
    ],
)
def test_gzip_header_is_told_by_field(other: bytes, fields: list[str]) -> None:
    """The time, the name and the system are fields of the header, and no contents."""
    assert places(look("x.gz", zipped(), other)) == [("SW316", field) for field in fields]


def test_other_stream_of_the_same_contents_is_said() -> None:
    """Another level of compression changes the stream, and nothing that comes out of it."""
    found = look("x.gz", zipped(level=9), zipped(level=0))
    assert [one.code for one in found] == ["SW316", "SW317"]


def test_contents_of_gzip_are_looked_into() -> None:
    """What is in the file is told as if it were a member of its own."""
    found = look("x.json.gz", zipped(b'{"a": 1}'), zipped(b'{"a": 2}', mtime=7))
    assert places(found) == [("SW316", "header mtime"), ("SW315", "gunzip: key a")]


@pytest.mark.parametrize(
    "other",
    [
        zipped()[:-1],
        zipped()[:-8] + bytes(8),
        zipped() + b"x",
        zipped()[:12],
        zipped() + zipped(),
        b"\x1f\x8b\x08\xff",
    ],
)
def test_damaged_gzip_is_bytes(other: bytes) -> None:
    """A file that is cut, has another checksum, or more after it, is never said to have the same contents."""
    assert {one.code for one in look("x.gz", zipped(), other)} == {"SW301"}


def test_bomb_is_not_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are large when they are taken out are compared without holding that; larger ones, as they are."""
    monkeypatch.setattr(gzipped, "LARGEST_READ", 1 << 16)
    monkeypatch.setattr(gzipped, "LARGEST_INNER", 1 << 21)
    large, larger = b"\0" * (1 << 20), b"\0" * (1 << 22)
    assert {one.code for one in look("x.gz", zipped(large), zipped(large + b"\1"))} == {"SW301"}
    assert {one.code for one in look("x.gz", zipped(large), zipped(large, mtime=1))} == {"SW316"}
    assert {one.code for one in look("x.gz", zipped(larger), zipped(larger, mtime=1))} == {"SW301"}


def archived(*members: tuple[bytes, bytes], date: bytes = b"0", mode: bytes = b"100644") -> bytes:
    """Return a static archive."""
    found = b"!<arch>\n"
    for name, data in members:
        found += b"%-16s%-12s%-6s%-6s%-8s%-10d`\n" % (name, date, b"0", b"0", mode, len(data))
        found += data + b"\n" * (len(data) % 2)
    return found


TWO = ((b"one.o/", b"1\n2\n"), (b"two.o/", b"a\0c"))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (archived(*TWO, date=b"1700000000"), [("SW318", "one.o: date"), ("SW318", "two.o: date")]),
        (archived(*TWO, mode=b"100600"), [("SW318", "one.o: mode"), ("SW318", "two.o: mode")]),
        (archived(*TWO[::-1]), [("SW318", "order of members, number 0")]),
        (archived(TWO[0]), [("SW318", "members, number 1")]),
        (archived((b"one.o/", b"1\n3\n"), TWO[1]), [("SW309", "one.o: lines")]),
        (archived(*TWO)[:-1], [("SW301", "byte 135"), ("SW301", "size")]),
        (archived(*TWO).replace(b"`\n", b"xx"), [("SW301", "byte 66 (line 2), 4 of 136 differ")]),
    ],
)
def test_static_archive_is_told_by_member(other: bytes, expected: list[tuple[str, str]]) -> None:
    """Headers and contents of members are told apart; what is damaged is bytes."""
    assert places(look("x.a", archived(*TWO), other)) == expected


def launcher() -> bytearray:
    """Return a real executable of Windows, as pip carries it."""
    return bytearray(files("pip").joinpath("_vendor", "distlib", "t64.exe").read_bytes())


def test_time_of_windows_executable_is_said() -> None:
    """A linker's time stamp is that, and nothing else."""
    data, other = launcher(), launcher()
    (header,) = struct.unpack_from("<I", data, 0x3C)
    other[header + 8] ^= 1
    assert places(look("x.exe", bytes(data), bytes(other))) == [("SW408", "TimeDateStamp")]


def test_identifier_of_windows_debug_information_is_said() -> None:
    """The GUID of a build is found by the debug directory."""
    data, other = launcher(), launcher()
    place = data.find(b"RSDS")
    if place < 0:
        pytest.skip("pip's launcher has no debug information")
    other[place + 4] ^= 1
    assert places(look("x.exe", bytes(data), bytes(other))) == [("SW408", "GUID and age of debug entry 0")]


def test_code_beside_the_time_is_said() -> None:
    """A time stamp explains no other byte."""
    data, other = launcher(), launcher()
    (header,) = struct.unpack_from("<I", data, 0x3C)
    other[header + 8] ^= 1
    other[0x1000] ^= 1
    found = look("x.exe", bytes(data), bytes(other))
    assert [one.code for one in found] == ["SW408", "SW301"]
    assert found[1].field.startswith("elsewhere: byte 4096, 1 of ")


def mach_o(uuid: bytes = bytes(16), code: bytes = b"code", *, size: int = 24) -> bytes:
    """Return the least file of macOS that has an identifier."""
    return struct.pack("<8I", 0xFEEDFACF, 0, 0, 6, 1, 24, 0, 0) + struct.pack("<2I", 0x1B, size) + uuid + code


def test_identifier_of_macos_is_said() -> None:
    """LC_UUID alone is said to be that; code beside it is said too."""
    assert places(look("x.so", mach_o(), mach_o(b"\1" * 16))) == [("SW409", "LC_UUID")]
    assert [one.code for one in look("x.so", mach_o(), mach_o(b"\1" * 16, b"mode"))] == ["SW409", "SW301"]
    assert {one.code for one in look("x.so", mach_o(), mach_o(b"\1" * 16, size=0))} == {"SW301"}
