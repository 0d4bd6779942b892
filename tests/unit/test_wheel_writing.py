"""The archive's writer: what was read is written again to the bit, and every number stands where the format says."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.errors import Flaw
from samewheel.wheel import CentralHeader, LocalHeader
from samewheel.wheel.archive import read_archive
from samewheel.wheel.source import Source
from samewheel.wheel.writing import central_bytes, end_bytes, local_bytes, write_archive
from tests.hostile_wheels import CASES, CONTROLS, Control
from tests.unit.wheels import Entry, end64_of, end_of, packed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.wheel import Member

LOCAL = LocalHeader(
    extract_version=20,
    flags=0x0800,
    method=8,
    time=0x1234,
    date=0x5678,
    crc=0x9ABCDEF0,
    compressed_size=7,
    size=11,
    name="é.py".encode(),
    extra=b"\1\2\1\0x",
)
CENTRAL = CentralHeader(
    create_version=45,
    create_system=3,
    extract_version=20,
    flags=0x0800,
    method=8,
    time=0x1234,
    date=0x5678,
    crc=0x9ABCDEF0,
    compressed_size=7,
    size=11,
    disk=0,
    internal_attributes=1,
    external_attributes=0o100755 << 16,
    offset=0xABCDEF,
    name="é.py".encode(),
    extra=b"\1\2\1\0x",
    comment=b"hi",
)


class Pipe(io.BytesIO):
    """A file that can only be written to, so that sizes follow the streams."""

    def tell(self) -> int:
        """Refuse, as zipfile asks for this to find out."""
        raise io.UnsupportedOperation


def written_again(content: bytes) -> bytes:
    """Return what the writer makes of what the reader found."""
    source = Source(io.BytesIO(content))

    def stream(member: Member) -> Iterator[bytes]:
        yield from source.pieces(member.start, member.compressed_size)

    return b"".join(write_archive(read_archive(source), stream))


infos = st.fixed_dictionaries(
    {},
    optional={
        "date_time": st.sampled_from([(1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58), (2020, 2, 2, 2, 2, 3)]),
        "create_system": st.sampled_from([0, 3, 19]),
        "create_version": st.integers(20, 63),
        "external_attr": st.sampled_from([0, 0o100644 << 16, 0o100755 << 16, 0o755 << 16, 0x20]),
        "internal_attr": st.integers(0, 1),
        "comment": st.binary(max_size=5),
        "extra": st.sampled_from([b"", b"\1\2\2\0hi", b"\1\2\0\0\2\2\1\0x"]),
        "compress_type": st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    },
)
Described = dict[str, tuple[bytes, dict[str, object], bool]]

members = st.dictionaries(
    st.from_regex(r"[a-m][a-m_é+ -]{0,6}[a-m]", fullmatch=True),
    st.tuples(st.binary(max_size=40) | st.just(b"x" * 9000), infos, st.booleans()),
    max_size=5,
)


@given(
    files=members,
    folder=st.booleans(),
    streamed=st.booleans(),
    level=st.sampled_from([0, 1, 6, 9]),
    comment=st.binary(max_size=9).filter(lambda text: b"PK" not in text),
)
def test_what_zipfile_writes_is_written_again(
    *,
    files: dict[str, tuple[bytes, dict[str, object], bool]],
    folder: bool,
    streamed: bool,
    level: int,
    comment: bytes,
) -> None:
    """Streamed or not, with sizes of 64 bits or not, whatever its fields say: nothing is lost on the way."""
    file = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w", compresslevel=level) as archive:
        archive.comment = comment
        if folder:
            archive.mkdir("demo")
        for name, (content, info, wide) in files.items():
            made = zipfile.ZipInfo(f"demo/{name}")
            # A stored member whose sizes follow it is refused by the reader: nobody knows where it ends.
            for field, value in (info | ({"compress_type": zipfile.ZIP_DEFLATED} if streamed else {})).items():
                setattr(made, field, value)
            with archive.open(made, "w", force_zip64=wide) as member:
                member.write(content)
    assert written_again(file.getvalue()) == file.getvalue()


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_unusual_wheel_is_written_again(control: Control) -> None:
    """Order, descriptors, 64 bits, extra fields and comments come from many tools, and each is kept as it was."""
    made = control.make()
    assert written_again(made) == made


def test_hostile_wheel_that_can_be_read_is_written_again() -> None:
    """What is wrong with a wheel's texts does not matter to its archive."""
    wrong, right = [], 0
    for case in (case for case in CASES if not case.large):
        made = case.make()
        try:
            again = written_again(made)
        except Flaw:
            continue
        right += 1
        wrong += [case.name] if again != made else []
    assert not wrong
    assert right > 50


def test_members_lie_as_they_lay() -> None:
    """The directory may list them in another order than they lie in, and both orders count."""
    entries = [Entry(name=name, contents=name * 3) for name in (b"a.py", b"b.py", b"c.py")]
    made = packed(entries, listed=[2, 0, 1])
    assert written_again(made) == made
    assert made != packed(entries)


def test_local_header_is_as_the_format_says() -> None:
    """30 bytes (4.3.7), then name and extra field."""
    expected = (
        b"PK\3\4\x14\0\0\x08\x08\0\x34\x12\x78\x56\xf0\xde\xbc\x9a\7\0\0\0\x0b\0\0\0\5\0\5\0\xc3\xa9.py\1\2\1\0x"
    )
    assert local_bytes(LOCAL) == expected


def test_entry_of_the_directory_is_as_the_format_says() -> None:
    """46 bytes (4.3.12), then name, extra field and comment."""
    expected = (
        b"PK\1\2\x2d\3\x14\0\0\x08\x08\0\x34\x12\x78\x56\xf0\xde\xbc\x9a\7\0\0\0\x0b\0\0\0\5\0\5\0\2\0"
        b"\0\0\1\0\0\0\xed\x81\xef\xcd\xab\0\xc3\xa9.py\1\2\1\0xhi"
    )
    assert central_bytes(CENTRAL) == expected


@pytest.mark.parametrize(("count", "size", "offset"), [(0, 0, 0), (4, 200, 3000), (0xFFFE, 0xFFFFFFFE, 0xFFFFFFFE)])
def test_end_is_plain_where_that_is_enough(count: int, size: int, offset: int) -> None:
    """Some readers know nothing of 64 bits, so nobody should meet them without need."""
    assert end_bytes(count, size, offset) == end_of(count, size, offset)


@pytest.mark.parametrize(
    ("numbers", "plain"),
    [
        ((0xFFFF, 200, 3000), (0xFFFF, 200, 3000)),
        ((0x12345, 200, 3000), (0xFFFF, 200, 3000)),
        ((4, 0xFFFFFFFF, 3000), (4, 0xFFFFFFFF, 3000)),
        ((4, 1 << 33, 3000), (4, 0xFFFFFFFF, 3000)),
        ((4, 200, 0xFFFFFFFF), (4, 200, 0xFFFFFFFF)),
        ((4, 200, 5 << 32), (4, 200, 0xFFFFFFFF)),
    ],
)
def test_end_has_64_bits_where_they_are_needed(numbers: tuple[int, int, int], plain: tuple[int, int, int]) -> None:
    """All ones in the plain record mean that the number is in the other, so they cannot stand for themselves."""
    assert end_bytes(*numbers) == end64_of(*numbers) + end_of(*plain)


def test_many_members_are_read_by_others() -> None:
    """70,000 members need the end of 64 bits, and Python's reader finds them by it."""
    names = [b"%05d" % index for index in range(70_000)]
    local = [local_bytes(LOCAL._replace(name=name, extra=b"", size=0, compressed_size=0, crc=0)) for name in names]
    step = len(local[0])
    blank = CENTRAL._replace(extra=b"", comment=b"", size=0, compressed_size=0, crc=0)
    directory = [central_bytes(blank._replace(name=name, offset=index * step)) for index, name in enumerate(names)]
    body, entries = b"".join(local), b"".join(directory)
    made = body + entries + end_bytes(len(names), len(entries), len(body))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == [name.decode() for name in names]
    (absent,) = struct.unpack_from("<H", made, len(made) - 12)
    assert absent == 0xFFFF
