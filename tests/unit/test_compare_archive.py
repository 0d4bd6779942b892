"""What the ZIP file says around the same contents, SW101 to SW108: each rule by the smallest pair that breaks it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from samewheel.comparison import Verdict
from tests.unit.wheels import (
    FILES,
    INFO,
    INIT,
    NAME,
    Change,
    Entry,
    check,
    check_following,
    end64_of,
    end_of,
    entries_of,
    packed,
    put,
    record_of,
    recorded,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

LONG = b"hi" * 17
ZIP64 = struct.pack("<2H2Q", 1, 16, 54, 54)


@pytest.mark.parametrize(
    ("change", "code", "field", "a", "b"),
    [
        ({"date_time": (2024, 2, 29, 23, 59, 58)}, "SW101", "time", "1980-01-01T00:00:00", "2024-02-29T23:59:58"),
        ({"external_attr": 0o100664 << 16}, "SW102", "mode", "100644", "100664"),
        ({"external_attr": 0o644 << 16}, "SW102", "mode", "100644", "000644"),
        ({"compress_type": zipfile.ZIP_STORED}, "SW104", "method", "deflated", "stored"),
        ({"create_system": 0}, "SW105", "create_system", "3", "0"),
        ({"create_version": 63}, "SW106", "create_version", "20", "63"),
        ({"extract_version": 45}, "SW106", "extract_version", "20", "45"),
        ({"internal_attr": 1}, "SW106", "internal_attributes", "0x0000", "0x0001"),
        ({"external_attr": 0o100644 << 16 | 0x20}, "SW106", "dos_attributes", "0x0000", "0x0020"),
        ({"extra": b"\x01\x02\x02\x00hi"}, "SW106", "extra", "", "010202006869"),
        ({"comment": b"hi"}, "SW106", "comment", "", "6869"),
    ],
)
def test_header_of_a_member_is_the_zip_layer(
    tmp_path: Path, *, change: Change, code: str, field: str, a: str, b: str
) -> None:
    """What the archive says around the same bytes is said by its code, with both values."""
    usual, changed = written(tmp_path / "a"), written(tmp_path / "b", change=change)
    found = check(usual, changed, Verdict.SAME_CONTENTS, (code, INIT, field))
    assert (found[0].a, found[0].b) == (a, b)


@pytest.mark.parametrize(
    ("fields", "field", "a", "b"),
    [
        ({"both": {"flags": 2}}, "flags", "0x0000", "0x0002"),
        ({"central": {"comment": b"hi"}}, "comment", "", "6869"),
        ({"central": {"extra": b"\1\2\0\0"}}, "extra", "", "01020000"),
        ({"local": {"time": 1}}, "local time", "0x0021 0x0000", "0x0021 0x0001"),
        ({"local": {"date": 0x22}}, "local time", "0x0021 0x0000", "0x0022 0x0000"),
        ({"local": {"extra": b"\1\2\0\0"}}, "local extra", "", "01020000"),
        ({"local": {"extract_version": 10}}, "local extract_version", "20", "10"),
        ({"local": {"extra": ZIP64}}, "local extra", "", "01001000"),
    ],
)
def test_field_that_only_one_header_has_is_told(
    tmp_path: Path, *, fields: dict[str, Any], field: str, a: str, b: str
) -> None:
    """What stands in a local header only, or in the directory only, cannot hide."""
    usual = put(tmp_path / "a" / NAME, packed(entries_of(FILES)))
    changed = put(tmp_path / "b" / NAME, packed(entries_of(FILES, **fields)))
    found = check(usual, changed, Verdict.SAME_CONTENTS, ("SW106", INIT, field))
    assert (found[0].a, found[0].b) == (a, b)


def test_long_field_is_told_by_its_digest(tmp_path: Path) -> None:
    """A value is short, however long the field is, and two long ones are told apart."""
    a, b = (
        written(tmp_path / side, change={"comment": comment}) for side, comment in (("a", LONG), ("b", LONG + b"!"))
    )
    found = check(a, b, Verdict.SAME_CONTENTS, ("SW106", INIT, "comment"))
    assert {one[:7] for one in (found[0].a, found[0].b)} == {"sha256:"}
    assert {len(one) for one in (found[0].a, found[0].b)} == {71}


STREAM = zlib.compress(FILES[INIT], wbits=-15)
DESCRIPTOR = struct.pack("<4s3I", b"PK\7\x08", zlib.crc32(FILES[INIT]), len(STREAM), len(FILES[INIT]))


def test_what_a_streaming_writer_leaves_is_told(tmp_path: Path) -> None:
    """A descriptor, its flag, and what the local header has not then, are three things that can be seen."""
    streamed = entries_of(
        FILES,
        stream=STREAM,
        both={"method": 8, "flags": 8},
        local={"crc": 0, "size": 0, "compressed_size": 0},
        descriptor=DESCRIPTOR,
    )
    found = check(
        put(tmp_path / "a" / NAME, packed(entries_of(FILES, stream=STREAM, both={"method": 8}))),
        put(tmp_path / "b" / NAME, packed(streamed)),
        Verdict.SAME_CONTENTS,
        ("SW106", INIT, "flags"),
        ("SW106", INIT, "descriptor"),
        ("SW106", INIT, "local crc"),
        ("SW106", INIT, "local size"),
        ("SW106", INIT, "local compressed_size"),
    )
    assert [(one.a, one.b) for one in found] == [
        ("0x0000", "0x0008"),
        ("0 bytes", "16 bytes"),
        *[("present", "0x0")] * 3,
    ]


def test_form_of_a_descriptor_is_told(tmp_path: Path) -> None:
    """With and without its signature, it says the same in other bytes."""
    fields = {"method": 8, "flags": 8}
    a, b = (
        put(tmp_path / side / NAME, packed(entries_of(FILES, stream=STREAM, both=fields, descriptor=said)))
        for side, said in (("a", DESCRIPTOR[4:]), ("b", DESCRIPTOR))
    )
    found = check(a, b, Verdict.SAME_CONTENTS, ("SW106", INIT, "descriptor"))
    assert (found[0].a, found[0].b) == ("12 bytes", "16 bytes")


def test_local_header_may_be_longer_than_the_central_one(tmp_path: Path) -> None:
    """A stream begins where its local header ends: with ZIP64 that is another place, and the same stream."""
    a, b = written(tmp_path / "a"), tmp_path / "b" / NAME
    b.parent.mkdir()
    with zipfile.ZipFile(a) as usual, zipfile.ZipFile(b, "w") as archive:
        for info in usual.infolist():
            content = usual.read(info)
            with archive.open(info, "w", force_zip64=info.filename == INIT) as file:
                file.write(content)
    fields = ["create_version", "extract_version", "local extra", "local size", "local compressed_size"]
    found = check(a, b, Verdict.SAME_CONTENTS, *(("SW106", INIT, field) for field in fields))
    assert [(one.a, one.b) for one in found[-2:]] == [("present", "0xffffffff")] * 2


@pytest.mark.parametrize(
    ("field", "a", "b"),
    [
        (
            "local sizes of 64 bits",
            {"local": {"extra": struct.pack("<2H2Q", 1, 16, 0, 0)}},
            {"local": {"extra": ZIP64}},
        ),
        (
            "sizes of 64 bits",
            {"both": {"size": 0xFFFFFFFF, "extra": struct.pack("<2HQ", 1, 8, 54)}},
            {"both": {"compressed_size": 0xFFFFFFFF, "extra": struct.pack("<2HQ", 1, 8, 54)}},
        ),
    ],
    ids=["unused", "other field"],
)
def test_place_of_sizes_of_64_bits_is_told(
    tmp_path: Path, *, field: str, a: dict[str, Any], b: dict[str, Any]
) -> None:
    """The same sizes may be said in several ways, none of which a reader minds."""
    one, other = (
        put(tmp_path / side / NAME, packed(entries_of(FILES, **fields))) for side, fields in (("a", a), ("b", b))
    )
    found = check(one, other, Verdict.SAME_CONTENTS, ("SW106", INIT, field))
    assert found[0].a != found[0].b


def test_mode_of_a_folder_is_the_zip_layer(tmp_path: Path) -> None:
    """Installers make folders themselves: the bits of an entry for one make nothing executable."""
    files = {"demo/": b"", **FILES}
    a = written(tmp_path / "a", files, change={"external_attr": 0o40755 << 16})
    b = written(tmp_path / "b", files, change={"external_attr": 0o40644 << 16})
    found = check(a, b, Verdict.SAME_CONTENTS, ("SW102", "demo/", "mode"))
    assert (found[0].a, found[0].b) == ("040755", "040644")


def test_order_is_said_once(tmp_path: Path) -> None:
    """A wheel whose members stand in another order has one difference, not one per member."""
    files = recorded(FILES)
    found = check(
        written(tmp_path / "a", files),
        written(tmp_path / "b", dict(reversed(files.items()))),
        Verdict.SAME_CONTENTS,
        ("SW103", "", "order"),
    )
    assert (found[0].a, found[0].b) == (INIT, f"{INFO}/RECORD")
    check_following(found[0])


def test_order_of_record_follows_that_of_the_archive(tmp_path: Path) -> None:
    """A RECORD that is written along with the members has their order: one origin, though two places show it."""
    turned = recorded(dict(reversed(FILES.items())))
    found = check(
        written(tmp_path / "a"), written(tmp_path / "b", turned), Verdict.METADATA_DIFFERS, ("SW103", "", "order")
    )
    check_following(found[0], "order")
    order = found[0].consequences[0]
    assert (order.member, order.a, order.b) == (f"{INFO}/RECORD", INIT, "*.dist-info/licenses/LICENSE")


def test_order_of_record_that_is_its_own_does_not_follow(tmp_path: Path) -> None:
    """Two lists that are both in another order have two origins, if they are not the same order."""
    turned = dict(reversed(FILES.items()))
    record = {f"{INFO}/RECORD": record_of(dict(sorted(FILES.items(), key=lambda item: len(item[1]))))}
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {**turned, **record}),
        Verdict.METADATA_DIFFERS,
        ("SW103", "", "order"),
        ("SW203", f"{INFO}/RECORD", "order"),
    )
    check_following(found[0])


def test_order_is_of_members_that_both_have(tmp_path: Path) -> None:
    """A member too many moves all that follow, and that is no difference of order."""
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {"demo/_new.py": b"", **FILES}),
        Verdict.PAYLOAD_DIFFERS,
        ("SW302", "demo/_new.py", "presence"),
    )
    check_following(found[0], "row of demo/_new.py")


def test_order_in_the_file_may_be_another_than_that_of_the_directory(tmp_path: Path) -> None:
    """What is listed alike may lie elsewhere, which only offsets tell."""
    entries = entries_of(FILES)
    usual = put(tmp_path / "a" / NAME, packed(entries))
    moved = put(tmp_path / "b" / NAME, packed([entries[1], entries[0], *entries[2:]], listed=[1, 0, *range(2, 6)]))
    found = check(usual, moved, Verdict.SAME_CONTENTS, ("SW103", "", "order in the file"))
    assert (found[0].a, found[0].b) == (INIT, "demo/run.sh")


def test_compression_is_told_by_who_made_it(tmp_path: Path) -> None:
    """The same contents in another stream: what made either is said, so that it can be done again."""
    content = b"".join(b"%d," % (number * number) for number in range(4000))
    files = {**FILES, INIT: content}
    a, b = (written(tmp_path / side, files, level=level) for side, level in (("a", 9), ("b", 1)))
    of_init = [one for one in check_streams(a, b) if one[0] == INIT]
    assert of_init == [(INIT, "zlib level 8 to 9", "zlib level 1")]


def check_streams(a: Path, b: Path) -> list[tuple[str, str, str]]:
    """Expect that nothing but streams differs, and return member and values."""
    names = [info.filename for info in zipfile.ZipFile(a).infolist()]
    streams = [(name, streams_of(a, name), streams_of(b, name)) for name in sorted(names)]
    expected = [("SW104", name, "stream") for name, one, other in streams if one != other]
    return [(one.member, one.a, one.b) for one in check(a, b, Verdict.SAME_CONTENTS, *expected)]


def streams_of(path: Path, name: str) -> bytes:
    """Return what a member is in the file."""
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(name)
    start = info.header_offset + 30 + sum(struct.unpack_from("<2H", content, info.header_offset + 26))
    return content[start : start + info.compress_size]


def blocks(content: bytes, *sizes: int) -> bytes:
    """Return a deflate stream of stored blocks of these sizes: as long as any other of so many."""
    stream, at = b"", 0
    for index, size in enumerate(sizes):
        last = index == len(sizes) - 1
        stream += struct.pack("<B2H", last, size, size ^ 0xFFFF) + content[at : at + size]
        at += size
    return stream


def test_streams_of_one_length_are_told_apart(tmp_path: Path) -> None:
    """A difference has two values, also where nobody knows what made the streams."""
    names, content = [f"demo/{number:02}.txt" for number in range(12)], b"0123456789"
    files = recorded({**dict.fromkeys(names, content), **FILES})
    rest = [Entry(name=name.encode(), contents=files[name]) for name in files if name not in names]
    a, b = (
        put(
            tmp_path / side / NAME,
            packed(
                [
                    *(
                        Entry(name=name.encode(), contents=content, stream=stream, both={"method": 8})
                        for name in names
                    ),
                    *rest,
                ]
            ),
        )
        for side, stream in (("a", blocks(content, 3, 7)), ("b", blocks(content, 4, 6)))
    )
    found = check(a, b, Verdict.SAME_CONTENTS, *[("SW104", name, "stream") for name in names])
    assert all(one.a != one.b for one in found)


@pytest.mark.parametrize(("name", "in_it"), [("demo/", INIT), (f"{INFO}/licenses/", f"{INFO}/licenses/LICENSE")])
def test_entry_for_a_folder_that_is_there_anyway_is_the_zip_layer(tmp_path: Path, name: str, in_it: str) -> None:
    """Whether a folder has an entry of its own changes nothing that is installed, if something is in it."""
    assert in_it in FILES
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {name: b"", **FILES}),
        Verdict.SAME_CONTENTS,
        ("SW107", name, "presence"),
    )
    assert (found[0].a, found[0].b) == ("absent", "present")


def test_comment_of_the_archive_is_the_zip_layer(tmp_path: Path) -> None:
    """The archive has a comment of its own, which belongs to no member."""
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", comment=b"hi"),
        Verdict.SAME_CONTENTS,
        ("SW108", "", "comment"),
    )
    assert (found[0].a, found[0].b) == ("", "6869")


def ended(path: Path, version: int, short: tuple[bool, bool, bool] = (True, True, True)) -> Path:
    """Write a wheel with end records of 64 bits; ``short``: which values the plain one has, too."""
    plain = packed(entries_of(FILES))
    *_, count, size, offset, _ = struct.unpack("<4s4H2IH", plain[-22:])
    end = end_of(count if short[0] else 0xFFFF, size if short[1] else 0xFFFFFFFF, offset if short[2] else 0xFFFFFFFF)
    return put(path, plain[:-22] + end64_of(count, size, offset, version) + end)


def test_versions_of_the_end_record_of_64_bits_are_told(tmp_path: Path) -> None:
    """Nobody needs it below 4 GiB; who writes it anyway shows in the bytes, and so here."""
    plain = put(tmp_path / "a" / NAME, packed(entries_of(FILES)))
    b, c = ended(tmp_path / "b" / NAME, 45), ended(tmp_path / "c" / NAME, 20)
    field = "versions of the zip64 end record"
    found = check(plain, b, Verdict.SAME_CONTENTS, ("SW108", "", field))
    assert (found[0].a, found[0].b) == ("", "2d002d00")
    found = check(b, c, Verdict.SAME_CONTENTS, ("SW108", "", field))
    assert (found[0].a, found[0].b) == ("2d002d00", "14001400")


@pytest.mark.parametrize("place", range(3))
def test_what_the_plain_end_record_leaves_to_that_of_64_bits_is_told(tmp_path: Path, place: int) -> None:
    """Count, size and offset may stand in both records, or in one: readers find the same, and the bytes differ."""
    fewer = (place != 0, place != 1, place != 2)
    a, b = ended(tmp_path / "a" / NAME, 45), ended(tmp_path / "b" / NAME, 45, fewer)
    found = check(a, b, Verdict.SAME_CONTENTS, ("SW108", "", "values in the zip64 end record only"))
    assert (found[0].a, found[0].b) == ("", ("count", "size", "offset")[place])
