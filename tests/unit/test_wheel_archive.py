"""The archive's reader: it reads what honest writers write, and refuses what two readers could read differently."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from samewheel.errors import Flaw
from samewheel.wheel import archive as archive_module
from samewheel.wheel.archive import read_archive
from samewheel.wheel.contents import contents
from samewheel.wheel.source import Source
from tests.unit.wheels import Entry, end64_of, end_of, packed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from samewheel.wheel import Archive

NAME = b"demo/x.py"
CONTENT = b"x = 1\n" * 9
GOOD = packed([Entry(name=NAME, contents=CONTENT), Entry(name=b"demo/y.py", contents=b"y")])
COUNT, SIZE, OFFSET = struct.unpack("<10xH2I2x", GOOD[-22:])

Read = tuple["Archive", list[bytes], list[bytes]]


def read(content: bytes) -> Read:
    """Return all that is read: headers, contents, streams."""
    source = Source(io.BytesIO(content))
    found = read_archive(source)
    streams = [source.at(member.start, member.compressed_size) for member in found.members]
    return found, [b"".join(contents(source, member)) for member in found.members], streams


def refusal(content: bytes) -> Flaw:
    """Return why an archive is refused."""
    with pytest.raises(Flaw) as caught:
        read(content)
    return caught.value


class Pipe:
    """A file that can only be written, as a socket."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.written = b""

    def write(self, content: bytes) -> int:
        """Take what is written."""
        self.written += content
        return len(content)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""


segments = st.from_regex(r"[a-z0-9_é][a-zA-Z0-9_é+ -]{0,6}[a-z0-9_é](\.[a-z]{1,3})?", fullmatch=True).filter(
    lambda name: (
        name.partition(".")[0].rstrip() not in {"con", "prn", "aux", "nul"} and name[:3] not in {"com", "lpt"}
    )
)
texts = st.binary(max_size=50) | st.builds(bytes.__mul__, st.binary(min_size=1, max_size=5), st.integers(0, 40_000))
extras = st.sampled_from([b"", b"\1\2\2\0hi", b"\1\2\0\0\2\2\1\0x"])


@given(
    files=st.dictionaries(segments, texts, max_size=6),
    folder=st.booleans(),
    streamed=st.booleans(),
    data=st.data(),
    comment=st.binary(max_size=9).filter(lambda text: b"PK" not in text),
)
def test_what_zipfile_writes_is_read(
    *, files: dict[str, bytes], folder: bool, streamed: bool, data: st.DataObject, comment: bytes
) -> None:
    """Stored or deflated, streamed or not, sizes of 64 bits, comments, extra fields: nothing honest is refused."""
    assume(len({name.casefold() for name in files}) == len(files))
    members = {"demo/": b""} if folder else {}
    members |= {f"demo/{name}": content for name, content in files.items()}
    pipe, file = Pipe(), io.BytesIO()
    with zipfile.ZipFile(cast("BinaryIO", pipe) if streamed else file, "w") as archive:
        archive.comment = comment
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = data.draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
            if streamed and content:
                # Where a stored member ends, nobody could know who reads as it comes.
                info.compress_type = zipfile.ZIP_DEFLATED
            info.extra, info.comment = data.draw(extras), data.draw(st.sampled_from([b"", b"hi"]))
            with archive.open(info, "w", force_zip64=data.draw(st.booleans())) as member:
                member.write(content)
    found, said, _ = read(pipe.written if streamed else file.getvalue())
    assert {member.name: content for member, content in zip(found.members, said, strict=True)} == members
    assert [member.name for member in found.members] == list(members)
    assert [member.size for member in found.members] == [len(content) for content in members.values()]
    assert found.comment == comment


def odd() -> bytes:
    """Return an archive with all forms: a descriptor, sizes of 64 bits, extra fields, comments, two end records."""
    stream = zlib.compress(CONTENT, wbits=-15)
    zip64 = struct.pack("<2H2Q", 1, 16, len(CONTENT), len(stream))
    entries = [
        Entry(
            name=NAME,
            contents=CONTENT,
            stream=stream,
            both={"method": 8, "flags": 8},
            local={"crc": 0, "size": 0, "compressed_size": 0, "extra": struct.pack("<2H2Q", 1, 16, 0, 0)},
            central={"size": 0xFFFFFFFF, "compressed_size": 0xFFFFFFFF, "extra": zip64, "comment": b"hi"},
            descriptor=b"PK\7\x08" + struct.pack("<I2Q", zlib.crc32(CONTENT), len(stream), len(CONTENT)),
        ),
        Entry(name=b"demo/z.py", contents=CONTENT, stream=stream, both={"method": 8, "extra": b"\1\2\1\0x"}),
    ]
    plain = packed(entries)
    _, _, _, _, count, size, offset, _ = struct.unpack("<4s4H2IH", plain[-22:])
    return plain[:-22] + end64_of(count, size, offset) + end_of(count, size, offset, b"hi")


@pytest.mark.parametrize("content", [GOOD, odd(), end_of(0, 0, 0)], ids=["plain", "odd", "empty"])
def test_truncated_archive_is_refused(content: bytes) -> None:
    """A full disk or a broken download leaves one; no length of it may pass."""
    read(content)
    for length in range(len(content)):
        assert refusal(content[:length]).reason


@pytest.mark.parametrize("content", [GOOD, odd()], ids=["plain", "odd"])
@pytest.mark.parametrize("flip", [*(1 << bit for bit in range(8)), 0xFF])
def test_no_byte_is_ignored(content: bytes, flip: int) -> None:
    """Whichever byte is another, something else is read, or nothing; and never anything but a flaw is raised."""
    usual = read(content)
    for index, byte in enumerate(content):
        try:
            assert read(content[:index] + bytes([byte ^ flip]) + content[index + 1 :]) != usual
        except Flaw as flaw:
            assert flaw.reason  # noqa: PT017 - one of two ends that are both right


@settings(max_examples=300)
@given(places=st.lists(st.tuples(st.integers(0), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5))
def test_damage_is_never_more_than_a_flaw(places: Sequence[tuple[int, bytes]]) -> None:
    """Sizes and offsets of 64 bits may say anything."""
    content = bytearray(odd())
    for place, value in places:
        at = place % len(content)
        content[at : at + len(value)] = value
    try:
        read(bytes(content))
    except Flaw as flaw:
        assert flaw.reason  # noqa: PT017 - one of two ends that are both right


def one(**fields: Any) -> bytes:  # noqa: ANN401 - fields of many types
    """Return an archive of one member that is written as told."""
    return packed([Entry(**{"name": NAME, "contents": CONTENT, **fields})])


def ended(end: bytes) -> bytes:
    """Return a good archive with another end."""
    return GOOD[:-22] + end


TWO = (Entry(name=NAME, contents=CONTENT), Entry(name=b"demo/y.py", contents=b"y"))
NEEDED = struct.pack("<2HQ", 1, 8, len(CONTENT))
BIG = 1 << 63

ENDS = {
    "nothing": (b"", "no end record"),
    "appended": (GOOD + b"x", "something is appended"),
    "second end in the comment": (ended(end_of(COUNT, SIZE, OFFSET, end_of(0, 0, 0) + b"x")), "second one"),
    "comment cut off": (ended(end_of(COUNT, SIZE, OFFSET, b"hi")[:-1]), "cut off"),
    "disk": (ended(struct.pack("<4s4H2IH", b"PK\5\6", 1, 0, 2, 2, SIZE, OFFSET, 0)), "several disks"),
    "first disk": (ended(struct.pack("<4s4H2IH", b"PK\5\6", 0, 1, 2, 2, SIZE, OFFSET, 0)), "several disks"),
    "count on disk": (ended(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 2, SIZE, OFFSET, 0)), "several disks"),
    "prepended": (b"#!python\n" + GOOD, "does not end where its end records begin"),
    "directory shorter": (ended(end_of(COUNT, SIZE - 1, OFFSET + 1)), "no entry at 0"),
    "gap before the end": (ended(b"x" + end_of(COUNT, SIZE, OFFSET)), "does not end where"),
    "count of 64 bits": (ended(end64_of(COUNT + 1, SIZE, OFFSET) + end_of(COUNT, SIZE, OFFSET)), "two end records"),
    "offset of 64 bits": (ended(end64_of(COUNT, SIZE, OFFSET) + end_of(COUNT, SIZE, OFFSET + 1)), "two end records"),
    "locator elsewhere": (ended(b"x" + end64_of(COUNT, SIZE, OFFSET) + end_of(COUNT, SIZE, OFFSET)), "right before"),
    "end record of 64 bits": (
        ended(end64_of(COUNT, SIZE, OFFSET).replace(b"PK\6\6", b"PK\6\5") + end_of(COUNT, SIZE, OFFSET)),
        "64 bits is malformed",
    ),
    "more members": (
        one(central={"comment": bytes(99)})[:-22] + end_of(2, 46 + 9 + 99, 30 + 9 + 54),
        "no entry at 154",
    ),
    "fewer members": (ended(end_of(COUNT - 1, SIZE, OFFSET)), "bytes after the 1 entries"),
    "too many members": (ended(end64_of(1 << 40, SIZE, OFFSET) + end_of(0xFFFF, SIZE, OFFSET)), "of at most"),
    "members without room": (ended(end_of(COUNT + 1, SIZE, OFFSET)), "bytes of directory"),
    "long entry": (packed([Entry(name=NAME)]).replace(b"\x09\0\0\0\0\0\0", b"\x09\0\xff\0\0\0\0"), "longer than"),
    "bomb of many": (
        packed(
            [
                Entry(
                    name=b"demo/%d" % number,
                    contents=bytes(20 << 20),
                    stream=zlib.compress(bytes(20 << 20), wbits=-15),
                    both={"method": 8},
                )
                for number in range(2)
            ]
        ),
        "a decompression bomb",
    ),
}


@pytest.mark.parametrize(("content", "reason"), ENDS.values(), ids=ENDS)
def test_archive_that_is_ambiguous_as_a_whole_is_refused(content: bytes, reason: str) -> None:
    """Readers look for the end in several ways: there must be one that all find."""
    flaw = refusal(content)
    assert reason in flaw.reason
    assert not flaw.member


MEMBERS = {
    "before the first": (
        b"x" + packed([Entry(name=NAME, central={"offset": 1})])[:-22] + end_of(1, 46 + len(NAME), 31 + len(NAME)),
        "something is before it",
    ),
    "local name": (one(local={"name": b"demo/z.py"}), "local header names it 'demo/z.py'"),
    "local flags": (one(local={"flags": 2}), "other flags"),
    "local method": (one(local={"method": 8}), "another method"),
    "local crc": (one(local={"crc": 1}), "another CRC"),
    "local size": (one(local={"size": 1}), "other sizes"),
    "zeros without a descriptor": (one(local={"crc": 0, "size": 0, "compressed_size": 0}), "other sizes"),
    "no local header": (GOOD.replace(b"PK\3\4", b"PK\3\5", 1), "no local header at 0"),
    "stored in fewer bytes": (one(stream=b"x"), "stored in 1 bytes"),
    "overlap": (packed([TWO[0], Entry(name=b"demo/y.py", central={"offset": 39})]), "demo/y.py begins at 39"),
    "same place": (
        packed([TWO[0], Entry(name=b"demo/y.py", central={"offset": 0})]),
        "it lies where another member lies",
    ),
    "beyond the directory": (
        one(central={"offset": 0}, both={"compressed_size": 999, "size": 999}),
        "ends at 1038, and the central directory begins",
    ),
    "stored and streamed": (
        one(
            both={"flags": 8},
            local={"crc": 0, "size": 0, "compressed_size": 0},
            descriptor=struct.pack("<3I", zlib.crc32(CONTENT), len(CONTENT), len(CONTENT)),
        ),
        "who streams it cannot know where it ends",
    ),
    "descriptor of 64 bits": (
        one(both={"flags": 8}, descriptor=struct.pack("<I2Q", zlib.crc32(CONTENT), len(CONTENT), len(CONTENT))),
        "no data descriptor",
    ),
    "hidden": (one(central={"external_attributes": 0o100644 << 16 | 2}), "no plain file, or hidden"),
    "nothing but work": (one(contents=b"", stream=b"\0\0\0\xff\xff" * 999 + b"\3\0", both={"method": 8}), "but work"),
    "gap": (one(descriptor=b"x"), "1 bytes follow it that belong to no member"),
    "no descriptor": (one(both={"flags": 8}), "no data descriptor"),
    "descriptor of something": (one(both={"flags": 8}, descriptor=bytes(12)), "do not say the same"),
    "unsigned descriptor": (one(both={"flags": 8}, descriptor=bytes(16)), "no data descriptor"),
    "descriptor too long": (one(both={"flags": 8}, descriptor=bytes(40)), "no data descriptor"),
    "encrypted": (one(both={"flags": 1}), "encrypted"),
    "strong encryption": (one(both={"flags": 1 << 6}), "encrypted"),
    "masked": (one(both={"flags": 1 << 13}), "encrypted"),
    "patch": (one(both={"flags": 1 << 5}), "patched"),
    "bzip2": (one(both={"method": 12}), "compressed by bzip2"),
    "unknown method": (one(both={"method": 77}), "compressed by method 77"),
    "new version": (one(both={"extract_version": 64}), "version 64"),
    "disk": (one(central={"disk": 1}), "on disk 1"),
    "link": (one(central={"external_attributes": 0o120777 << 16}), "symbolic link"),
    "device": (one(central={"external_attributes": 0o060644 << 16}), "0o60000"),
    "folder by mode": (one(central={"external_attributes": 0o040755 << 16}), "is a folder"),
    "set-user": (one(central={"external_attributes": 0o104755 << 16}), "set-user"),
    "set-group": (one(central={"external_attributes": 0o102755 << 16}), "set-group"),
    "sticky": (one(central={"external_attributes": 0o101755 << 16}), "sticky"),
    "half an extra field": (one(both={"extra": b"\1\2\3"}), "end within one"),
    "long extra field": (one(both={"extra": b"\1\2\3\0x"}), "end within one"),
    "extra field twice": (one(both={"extra": b"\1\2\0\0\1\2\0\0"}), "0x0201 twice"),
    "unicode name": (one(both={"extra": b"\x75\x70\0\0"}), "another name, in Unicode"),
    "size without 64 bits": (one(both={"size": 0xFFFFFFFF}), "there is none"),
    "64 bits without need": (one(central={"extra": NEEDED}), "other values than those that are missing"),
    "64 bits that contradict": (
        one(local={"extra": struct.pack("<2H2Q", 1, 16, 1, 1)}),
        "sizes of 32 and of 64 bits are not the same",
    ),
    "another offset": (
        one(central={"offset": 0xFFFFFFFF, "extra": struct.pack("<2HQ", 1, 8, BIG)}),
        "within the central directory or behind",
    ),
    "bomb": (
        one(contents=bytes(33 << 20), stream=zlib.compress(bytes(33 << 20), wbits=-15), both={"method": 8}),
        "bomb",
    ),
    "stream too short": (one(stream=zlib.compress(CONTENT, wbits=-15)[:-1], both={"method": 8}), "does not end"),
    "stream too long": (one(stream=zlib.compress(CONTENT, wbits=-15) + b"x", both={"method": 8}), "ends before"),
    "no stream": (one(stream=b"\xff", both={"method": 8}), "is damaged"),
    "more contents": (one(stream=zlib.compress(CONTENT + b"x", wbits=-15), both={"method": 8}), "more than the 54"),
    "fewer contents": (one(stream=zlib.compress(CONTENT[1:], wbits=-15), both={"method": 8}), "53 bytes"),
    "other contents": (one(both={"crc": 1}), "its CRC is"),
}


@pytest.mark.parametrize(("content", "reason"), MEMBERS.values(), ids=MEMBERS)
def test_member_that_readers_take_differently_is_refused(content: bytes, reason: str) -> None:
    """The reason names the member, and what is wrong with it."""
    flaw = refusal(content)
    assert flaw.member in {"demo/x.py", "demo/y.py"}
    assert reason in flaw.reason


def test_folder_has_no_contents() -> None:
    """Some readers would write them, others make a folder."""
    assert "is a folder, and has contents" in refusal(packed([Entry(name=b"demo/", contents=b"x")])).reason


@pytest.mark.parametrize("name", ["naïve.py".encode(), b"\xff.py"])
def test_name_that_readers_decode_differently_is_refused(name: bytes) -> None:
    """Without the flag, it is in whatever code page a reader thinks of; with it, it must be UTF-8."""
    assert "does not say that it is UTF-8" in refusal(packed([Entry(name=name)])).reason
    flagged = packed([Entry(name=name, both={"flags": 1 << 11})])
    if name[0] == 0xFF:
        assert "says that it is UTF-8, and it is not" in refusal(flagged).reason
    else:
        assert read(flagged)[0].members[0].name == "naïve.py"


@pytest.mark.parametrize("offset", [BIG - 1, BIG, 2 * BIG - 1])
def test_offset_that_no_file_has_is_refused(offset: int) -> None:
    """A first member that claims to fill the file up to there makes it look right until it is read."""
    size = offset - 30 - len(NAME) - 20
    zip64 = struct.pack("<2H2Q", 1, 16, size, size)
    long = {"size": 0xFFFFFFFF, "compressed_size": 0xFFFFFFFF, "extra": zip64}
    far = {"offset": 0xFFFFFFFF, "extra": struct.pack("<2HQ", 1, 8, offset)}
    flaw = refusal(packed([Entry(name=NAME, both=long), Entry(name=b"demo/y.py", central=far)]))
    assert flaw.member == "demo/y.py"
    assert "within the central directory or behind it" in flaw.reason


def test_members_may_be_listed_in_another_order() -> None:
    """The directory's order is the archive's; how they lie in the file is another matter."""
    found, said, _ = read(packed(TWO, listed=[1, 0]))
    assert [member.name for member in found.members] == ["demo/y.py", "demo/x.py"]
    assert said == [b"y", CONTENT]


def test_most_members_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is one that can be reached."""
    monkeypatch.setattr(archive_module, "MOST_MEMBERS", 2)
    assert len(read(GOOD)[0].members) == 2
    monkeypatch.setattr(archive_module, "MOST_MEMBERS", 1)
    assert "of at most 1" in refusal(GOOD).reason


def test_empty_archive_is_read() -> None:
    """An archive without members is one; that it is no wheel is said elsewhere."""
    assert read(end_of(0, 0, 0))[0].members == ()
