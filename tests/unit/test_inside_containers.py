"""What is said of compressed files, static archives, and executables of Windows and macOS that differ."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samewheel.comparison.inside import gzipped
from samewheel.comparison.inside import zipped as zip_rule

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
    # Not by importing pip: setuptools, where it is installed, warns of that if distutils was imported before.
    return bytearray(Path(str(distribution("pip").locate_file("pip/_vendor/distlib/t64.exe"))).read_bytes())


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


Entry = tuple[str, bytes]
ENTRIES: tuple[Entry, ...] = (("a.txt", b"1\n2\n"), ("b/c.py", b"def f():\n    return 1\n"), ("d.bin", bytes(99)))
EARLY, LATE = (1980, 1, 1, 0, 0, 0), (2026, 11, 22, 0, 0, 0)


def packed(
    *entries: Entry,
    time: tuple[int, int, int, int, int, int] = EARLY,
    mode: int = 0o100644,
    method: int = zipfile.ZIP_DEFLATED,
    level: int = 6,
    system: int = 3,
    extra: bytes = b"",
    comment: bytes = b"",
) -> bytes:
    """Return an archive, the same everywhere but for its streams."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = comment
        for name, data in entries:
            info = zipfile.ZipInfo(name, time)
            own = 0o40755 if name.endswith("/") else mode
            info.external_attr, info.create_system, info.extra = own << 16, system, extra
            archive.writestr(info, data, method, level)
    return target.getvalue()


class Pipe(io.BytesIO):
    """A file that is written from its start to its end only, so that sizes come after the streams."""

    def seekable(self) -> bool:
        """Say no."""
        return False

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Refuse."""
        raise io.UnsupportedOperation(offset, whence)

    def tell(self) -> int:
        """Refuse."""
        raise io.UnsupportedOperation


def streamed(*entries: Entry) -> bytes:
    """Return an archive with descriptors after its streams."""
    target = Pipe()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name, EARLY)
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 6)
    return target.getvalue()


def digest(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["x.zip", "x.jar", "x.whl", "x.egg", "x"])
def test_contents_of_nested_archives_are_looked_into(name: str) -> None:
    """The name does not matter: a member that differs is named with its digests, then what is different in it."""
    other = (("a.txt", b"1\n3\n"), *ENTRIES[1:])
    found = look(name, packed(*ENTRIES), packed(*other))
    assert places(found) == [("SW319", "member a.txt"), ("SW309", "member a.txt: lines")]
    assert {found[0].a, found[0].b} == {digest(b"1\n2\n"), digest(b"1\n3\n")}
    assert (found[1].a, found[1].b) == ("2: 2", "2: 3")


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        (packed(*ENTRIES[:2]), ["member d.bin"]),
        (packed(*ENTRIES[:2], ("e", b"")), ["member d.bin", "member e"]),
        (packed(*ENTRIES, ("g/", b"")), ["member g/"]),
        (packed(), ["member a.txt", "member b/c.py", "member d.bin"]),
    ],
)
def test_members_of_one_archive_only_are_named(other: bytes, fields: list[str]) -> None:
    """What is missing is told as that, and nothing else is."""
    found = look("x.zip", packed(*ENTRIES), other)
    assert places(found) == [("SW319", field) for field in fields]
    in_first = [one.field.removeprefix("member ") in dict(ENTRIES) for one in found]
    assert [(one.a, one.b) for one in found] == [
        ("present", "absent") if first else ("absent", "present") for first in in_first
    ]


@pytest.mark.parametrize(
    ("other", "fields"),
    [
        (packed(*ENTRIES, time=LATE), ["time of 3 members, such as a.txt"]),
        (packed(*ENTRIES, mode=0o100600), ["mode of 3 members, such as a.txt"]),
        (packed(*ENTRIES, system=0), ["system of 3 members, such as a.txt"]),
        (packed(*ENTRIES, method=0), ["method of 3 members, such as a.txt"]),
        (packed(*ENTRIES, extra=b"\x99\x99\0\0"), ["other headers of 3 members, such as a.txt"]),
        (streamed(*ENTRIES), ["other headers of 3 members, such as a.txt"]),
        (packed(*ENTRIES[::-1]), ["order"]),
        (packed(*ENTRIES, comment=b"x"), ["comment"]),
        (packed(*ENTRIES, level=0), ["stream of 3 members, such as a.txt"]),
        (
            packed(*ENTRIES[::-1], time=LATE, mode=0o100600),
            ["time of 3 members, such as a.txt", "mode of 3 members, such as a.txt", "order"],
        ),
    ],
)
def test_headers_of_nested_archives_are_told_by_kind(other: bytes, fields: list[str]) -> None:
    """A build that packs the time of day into a JAR changes each member: that is one finding, and not hundreds."""
    assert places(look("x.jar", packed(*ENTRIES), other)) == [("SW320", field) for field in fields]


def test_order_in_the_file_is_told() -> None:
    """What the directory lists in one order may lie in the file in another: the bytes differ, so that is said."""
    target = io.BytesIO(packed(*ENTRIES))
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = b"x"
        archive.filelist.reverse()
    found = look("x.zip", target.getvalue(), packed(*ENTRIES[::-1], comment=b"x"))
    assert places(found) == [("SW320", "order in the file")]


def test_headers_come_before_contents() -> None:
    """A few kinds of headers come first: thousands of members that differ would leave no room for them."""
    many = [(f"{n}.txt", b"1") for n in range(30)]
    found = look("x.zip", packed(*many), packed(*((name, b"2") for name, _ in many), time=LATE))
    assert found[0].field == "time of 30 members, such as 0.txt"
    assert found[-1].field == "and 41 more"


def damaged() -> dict[str, bytes]:
    """Return archives that the strict reader refuses, or whose members are damaged."""
    good = packed(*ENTRIES, time=LATE)
    data = good.index(b"b/c.py") + len(b"b/c.py")
    return {
        "cut": good[:-1],
        "appended": good + b"x",
        "prepended": b"PK" + good,
        "another name in the local header": good.replace(b"a.txt", b"z.txt", 1),
        "another CRC": good.replace(b"PK\1\2", b"PK\1\3", 1),
        "a stream that is none": good[:data] + b"\xff" + good[data + 1 :],
        "a path out of the folder": packed(("../a", b"")),
        "twice the same": packed(*ENTRIES, ("A.TXT", b"")),
        "only the first header": good[:40],
    }


@pytest.mark.parametrize("case", sorted(damaged()))
def test_what_readers_could_read_differently_is_bytes(case: str) -> None:
    """Nothing is said of the members of an archive that other readers could find other members in."""
    assert {one.code for one in look("x.zip", packed(*ENTRIES), damaged()[case])} == {"SW301"}


def test_stream_that_both_have_damaged_is_not_said_to_be_sound() -> None:
    """The same stream with another CRC is damaged in one of them: other times are not the only difference."""
    good, later = packed(*ENTRIES, method=0), packed(*ENTRIES, method=0, time=LATE)
    crc = struct.pack("<I", zipfile.ZipFile(io.BytesIO(good)).infolist()[0].CRC)
    assert {one.code for one in look("x.zip", good, later)} == {"SW320"}
    assert {one.code for one in look("x.zip", good, later.replace(crc, b"\1\2\3\4"))} == {"SW301"}


def test_nested_archives_are_opened_up_to_a_depth() -> None:
    """The depth is one for all containers: what is deeper is compared as bytes, so nothing can go on for ever."""
    a, b = b"1\n2\n", b"1\n3\n"
    two = look("x.zip", packed(("y.gz", zipped(a))), packed(("y.gz", zipped(b))))
    assert places(two)[1:] == [("SW309", "member y.gz: gunzip: lines")]
    three = look(
        "x.zip",
        packed(("y.zip", packed(("z.zip", packed(("t", a)))))),
        packed(("y.zip", packed(("z.zip", packed(("t", b)))))),
    )
    assert [one.code for one in three[:2]] == ["SW319", "SW319"]
    assert {one.code for one in three[2:]} == {"SW301"}
    assert all(one.field.startswith("member y.zip: member z.zip: byte ") for one in three[2:])


def test_what_is_large_in_a_nested_archive_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large members are compared by their digests, and an archive that unpacks to too much as the bytes it is."""
    monkeypatch.setattr(zip_rule, "LARGEST_READ", 1 << 10)
    a, b = (packed(("a", bytes([n]) * (1 << 11)), *ENTRIES) for n in (0, 1))
    assert places(look("x.zip", a, b)) == [("SW319", "member a")]
    monkeypatch.setattr(zip_rule, "LARGEST_INNER", 1 << 10)
    assert {one.code for one in look("x.zip", a, b)} == {"SW301"}


@settings(max_examples=100)
@given(
    both=st.tuples(
        *[
            st.builds(
                lambda found, options: packed(*found.items(), **options),
                st.dictionaries(
                    st.sampled_from(["a.py", "b.json", "c/d.gz", "\u00e9", "x" * 200]), st.binary(max_size=9)
                ),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "time": st.sampled_from([EARLY, LATE]),
                        "mode": st.sampled_from([0o100644, 0o40755]),
                        "method": st.sampled_from([0, 8]),
                        "comment": st.binary(max_size=2),
                    },
                ),
            )
        ]
        * 2
    ),
    cut=st.one_of(st.none(), st.integers(0, 60)),
    flip=st.one_of(st.none(), st.integers(0, 400)),
)
def test_any_two_archives_have_an_answer(both: tuple[bytes, bytes], cut: int | None, flip: int | None) -> None:
    """Whole or damaged, the findings are the same from both sides, and can be shown on any terminal."""
    a, other = both[0], bytearray(both[1])
    if flip is not None and flip < len(other):
        other[flip] ^= 0x41
    b = bytes(other[:cut])
    if a != b:
        look("x.zip", a, b)
