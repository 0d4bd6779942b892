"""What two wheels differ in: each rule by the smallest pair that breaks it, and the laws that hold for all pairs."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samewheel.compare import Comparison, Difference, Verdict, compare, facts
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

INFO = "demo-1.0.dist-info"
NAME = "demo-1.0-py3-none-any.whl"
WHEEL = b"Wheel-Version: 1.0\nGenerator: hatchling 1.27\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
FILES = {
    "demo/__init__.py": b"x = 1\n" * 9,
    "demo/run.sh": b"#!/bin/sh\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    f"{INFO}/WHEEL": WHEEL,
    f"{INFO}/licenses/LICENSE": b"Do what you like.\n",
}
INIT = "demo/__init__.py"

Change = dict[str, Any]


def record_of(files: dict[str, bytes], algorithm: str = "sha256") -> bytes:
    """Return what RECORD says of these members."""
    lines = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},{algorithm}={digest},{len(content)}\n")
    return "".join([*lines, f"{INFO}/RECORD,,\n"]).encode()


def recorded(files: dict[str, bytes], algorithm: str = "sha256") -> dict[str, bytes]:
    """Return the members with the RECORD that they should have."""
    return {**files, f"{INFO}/RECORD": record_of(files, algorithm)}


def written(
    folder: Path,
    files: dict[str, bytes] | None = None,
    *,
    name: str = NAME,
    change: Change | None = None,
    comment: bytes = b"",
    level: int = 9,
) -> Path:
    """Write a wheel; ``change`` sets attributes of the first member's header."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.comment = comment
        for index, (member, content) in enumerate((recorded(FILES) if files is None else files).items()):
            info = zipfile.ZipInfo(member)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            for attribute, value in (change or {}).items() if index == 0 else ():
                setattr(info, attribute, value)
            archive.writestr(info, content, compresslevel=level)
    return folder / name


def codes(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Return what was found: code, member, field."""
    return [(found.code, found.member, found.field) for found in comparison.differences]


def mirrored(comparison: Comparison) -> Comparison:
    """Return what the comparison would be the other way round."""
    swapped = [msgspec.structs.replace(found, a=found.b, b=found.a) for found in comparison.differences]
    return Comparison(verdict=comparison.verdict, differences=tuple(sorted(swapped)))


def check(a: Path, b: Path, verdict: Verdict, *expected: tuple[str, str, str]) -> tuple[Difference, ...]:
    """Compare both ways, expect exactly these differences, and return them."""
    there = compare(a, b)
    assert codes(there) == list(expected)
    assert there.verdict == verdict
    assert compare(b, a) == mirrored(there)
    assert msgspec.json.decode(msgspec.json.encode(there), type=Comparison) == there
    return there.differences


@pytest.mark.parametrize(
    ("change", "code", "field", "a", "b"),
    [
        ({"date_time": (2024, 2, 29, 23, 59, 58)}, "SW101", "time", "1980-01-01T00:00:00", "2024-02-29T23:59:58"),
        ({"external_attr": 0o100664 << 16}, "SW102", "mode", "100644", "100664"),
        ({"external_attr": 0o644 << 16}, "SW102", "mode", "100644", "000644"),
        ({"compress_type": zipfile.ZIP_STORED}, "SW104", "method", "deflated", "stored"),
        ({"create_system": 0}, "SW105", "create_system", "3", "0"),
        ({"extra": b"\x01\x02\x02\x00hi"}, "SW106", "extra", "", "010202006869"),
        ({"comment": b"hi" * 17}, "SW106", "comment", "", f"sha256:{hashlib.sha256(b'hi' * 17).hexdigest()}"),
        ({"create_version": 63}, "SW106", "create_version", "20", "63"),
        ({"extract_version": 45}, "SW106", "extract_version", "20", "45"),
        ({"internal_attr": 1}, "SW106", "internal_attributes", "0x0000", "0x0001"),
        ({"external_attr": 0o100644 << 16 | 0x20}, "SW106", "dos_attributes", "0x0000", "0x0020"),
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
    ("mode", "shown"), [(0o100755, "100755"), (0o120644, "120644"), (0o755, "000755"), (0o100645, "100645")]
)
def test_executable_bit_and_link_are_payload(tmp_path: Path, mode: int, shown: str) -> None:
    """What an installer makes of a mode is part of what is installed."""
    changed = written(tmp_path / "b", change={"external_attr": mode << 16})
    found = check(written(tmp_path / "a"), changed, Verdict.PAYLOAD_DIFFERS, ("SW303", INIT, "mode"))
    assert (found[0].a, found[0].b) == ("100644", shown)


def test_type_bits_of_an_executable_are_payload(tmp_path: Path) -> None:
    """Pip sets no executable bit without the type of a regular file, other installers do."""
    a = written(tmp_path / "a", change={"external_attr": 0o100755 << 16})
    b = written(tmp_path / "b", change={"external_attr": 0o755 << 16})
    check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW303", INIT, "mode"))


def test_mode_of_a_folder_is_the_zip_layer(tmp_path: Path) -> None:
    """Installers make folders themselves: an entry for one is neither executable nor a link."""
    files = {"demo/": b"", **recorded(FILES)}
    a = written(tmp_path / "a", files, change={"external_attr": 0o40755 << 16})
    b = written(tmp_path / "b", files, change={"external_attr": 0o40644 << 16})
    check(a, b, Verdict.SAME_CONTENTS, ("SW102", "demo/", "mode"))


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


def test_order_is_of_members_that_both_have(tmp_path: Path) -> None:
    """A member too many moves all that follow, and that is no difference of order."""
    more = recorded({"demo/_new.py": b"", **FILES})
    check(
        written(tmp_path / "a"),
        written(tmp_path / "b", more),
        Verdict.PAYLOAD_DIFFERS,
        ("SW302", "demo/_new.py", "presence"),
    )


def test_compression_level_is_the_zip_layer(tmp_path: Path) -> None:
    """The same contents in another stream are told by the streams' digests."""
    found = check(
        written(tmp_path / "a", {INIT: b"abcabcabd" * 99}),
        written(tmp_path / "b", {INIT: b"abcabcabd" * 99}, level=0),
        Verdict.SAME_CONTENTS,
        ("SW104", INIT, "stream"),
    )
    assert len(found[0].a) == len(found[0].b) == 64


def test_comment_of_the_archive_is_the_zip_layer(tmp_path: Path) -> None:
    """The archive has a comment of its own, which belongs to no member."""
    check(
        written(tmp_path / "a"),
        written(tmp_path / "b", comment=b"hi"),
        Verdict.SAME_CONTENTS,
        ("SW106", "", "comment"),
    )


@pytest.mark.parametrize(
    "change", [lambda content: b"#!python\n" + content, lambda content: content[:10] + b"\1" + content[11:]]
)
def test_bytes_that_no_rule_explains_are_told(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    """What stands before the archive, or in a local header only, cannot hide."""
    a, b = written(tmp_path / "a"), written(tmp_path / "b")
    b.write_bytes(change(a.read_bytes()))
    found = check(a, b, Verdict.SAME_CONTENTS, ("SW107", "", "file"))
    assert found[0].b == hashlib.sha256(b.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("file", "content", "code", "field"),
    [
        ("WHEEL", WHEEL.replace(b"1.27", b"1.28.0"), "SW201", "Generator"),
        ("WHEEL", WHEEL.replace(b"1.27", b"1.28").replace(b"true", b"false"), "SW204", "contents"),
        ("WHEEL", WHEEL.replace(b"Generator: hatchling 1.27\n", b""), "SW204", "contents"),
        ("WHEEL", None, "SW204", "presence"),
        ("METADATA", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nKeywords: x\n", "SW202", "contents"),
        ("METADATA", None, "SW202", "presence"),
        ("licenses/LICENSE", b"Do not.\n", "SW204", "contents"),
        ("entry_points.txt", b"[console_scripts]\ndemo = demo:x\n", "SW204", "presence"),
        ("sub/METADATA", b"", "SW204", "presence"),
    ],
)
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_dist_info_is_metadata(
    tmp_path: Path, *, file: str, content: bytes | None, code: str, field: str, algorithm: str
) -> None:
    """A file of dist-info has its code, and what follows from it in RECORD is not said again."""
    files = {name: value for name, value in {**FILES, f"{INFO}/{file}": content}.items() if value is not None}
    check(
        written(tmp_path / "a", recorded(FILES, algorithm)),
        written(tmp_path / "b", recorded(files, algorithm)),
        Verdict.METADATA_DIFFERS,
        (code, f"{INFO}/{file}", field),
    )


def test_text_too_long_to_keep_explains_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not looked into is not said to be only the Generator, nor to follow from anything."""
    monkeypatch.setattr(facts, "LONGEST_TEXT", 16)
    files = {**FILES, f"{INFO}/WHEEL": WHEEL.replace(b"1.27", b"1.28")}
    check(
        written(tmp_path / "a"),
        written(tmp_path / "b", recorded(files)),
        Verdict.METADATA_DIFFERS,
        ("SW203", f"{INFO}/RECORD", "contents"),
        ("SW204", f"{INFO}/WHEEL", "contents"),
    )


def test_generator_is_shown(tmp_path: Path) -> None:
    """Who made the wheel is readable without opening it."""
    files = {**FILES, f"{INFO}/WHEEL": WHEEL.replace(b"hatchling 1.27", b"flit 3.12")}
    found = compare(written(tmp_path / "a"), written(tmp_path / "b", recorded(files))).differences
    assert [(one.a, one.b) for one in found] == [("hatchling 1.27", "flit 3.12")]


RECORD = record_of(FILES)
CHANGED = {**FILES, INIT: b"x = 2\n"}


@pytest.mark.parametrize(
    "record",
    [
        b"".join(sorted(RECORD.splitlines(keepends=True), reverse=True)),
        RECORD.replace(b"\n", b"\r\n"),
        RECORD.replace(b"sha256=", b"sha256=x", 1),
        RECORD + b"ghost.py,,\n",
        record_of(FILES, "sha512"),
        b"\xff",
        b"",
        None,
    ],
)
def test_record_of_its_own_accord_is_metadata(tmp_path: Path, record: bytes | None) -> None:
    """A RECORD that differs though no other member does has a code of its own."""
    files = {**FILES, f"{INFO}/RECORD": record} if record is not None else FILES
    field = "presence" if record is None else "contents"
    check(
        written(tmp_path / "a"),
        written(tmp_path / "b", files),
        Verdict.METADATA_DIFFERS,
        ("SW203", f"{INFO}/RECORD", field),
    )


@pytest.mark.parametrize(
    "record",
    [
        record_of({**CHANGED, INIT: b"x = 3\n"}),
        record_of({**CHANGED, "demo/run.sh": b"#!/bin/zz\n"}),
        b"".join(sorted(record_of(CHANGED).splitlines(keepends=True), reverse=True)),
        record_of(CHANGED, "sha512"),
        record_of({INIT: CHANGED[INIT]}, "sha512").partition(b"\n")[0]
        + b"\n"
        + record_of(CHANGED).partition(b"\n")[2],
        record_of(CHANGED).replace(b",6\n", b",7\n"),
        record_of(CHANGED).replace(b",6\n", b",\n"),
        record_of(CHANGED).replace(b",6\n", b",6,\n"),
    ],
)
def test_record_hides_nothing_behind_another_difference(tmp_path: Path, record: bytes) -> None:
    """What does not follow from the member that differs is said beside it."""
    check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {**CHANGED, f"{INFO}/RECORD": record}),
        Verdict.PAYLOAD_DIFFERS,
        ("SW203", f"{INFO}/RECORD", "contents"),
        ("SW301", INIT, "contents"),
    )


def test_contents_are_payload(tmp_path: Path) -> None:
    """Contents that differ are told by their digests, and RECORD only follows."""
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", recorded(CHANGED)),
        Verdict.PAYLOAD_DIFFERS,
        ("SW301", INIT, "contents"),
    )
    assert found[0].b == hashlib.sha256(CHANGED[INIT]).hexdigest()


def test_member_of_one_wheel_is_payload(tmp_path: Path) -> None:
    """A member that one wheel lacks is named, and RECORD only follows."""
    fewer = {name: content for name, content in FILES.items() if name != "demo/run.sh"}
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", recorded(fewer)),
        Verdict.PAYLOAD_DIFFERS,
        ("SW302", "demo/run.sh", "presence"),
    )
    assert (found[0].a, found[0].b) == ("present", "absent")


def test_file_name_is_payload(tmp_path: Path) -> None:
    """Installers believe a wheel's name: it is listed beside what differs inside, and explains none of it."""
    a = written(tmp_path / "a")
    b = written(tmp_path / "b", name="demo-1.0-py2.py3-none-any.whl", change={"create_system": 0})
    check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW105", INIT, "create_system"), ("SW304", "", "name"))
    b.write_bytes(b"#!python\n" + a.read_bytes())
    check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW107", "", "file"), ("SW304", "", "name"))


def test_equal_files_are_identical_unread(tmp_path: Path) -> None:
    """The digest decides: no archive is needed to say that two files are the same."""
    a, b = tmp_path / "a" / "same.whl", tmp_path / "b" / "same.whl"
    for path in (a, b):
        path.parent.mkdir()
        path.write_bytes(b"no archive")
    assert compare(a, b) == Comparison(verdict=Verdict.IDENTICAL, differences=())


def test_equal_bytes_under_two_names_are_not_identical(tmp_path: Path) -> None:
    """The name says which platforms and which version: an installer that goes by it gets something else."""
    a = written(tmp_path / "a")
    b = Path(shutil.copy(a, a.with_name(f"other-{a.name}")))
    found = compare(a, b)
    assert (found.verdict, [one.code for one in found.differences]) == (Verdict.PAYLOAD_DIFFERS, ["SW304"])


def test_members_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """A second member of a name cannot hide behind the first."""
    a, b = written(tmp_path / "a"), written(tmp_path / "b")
    with zipfile.ZipFile(b, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(INIT, b"import evil\n")
    check(a, b, Verdict.PAYLOAD_DIFFERS, ("SW302", INIT, "presence"))


def damaged(content: bytes) -> Iterable[bytes]:
    """Yield an archive with each byte changed, in its lowest bit and in all."""
    for index, byte in enumerate(content):
        for flip in (0x01, 0xFF):
            yield content[:index] + bytes([byte ^ flip]) + content[index + 1 :]


def test_no_byte_of_the_file_changes_unseen(tmp_path: Path) -> None:
    """Whichever byte is another, there is a difference or a refusal, and never a traceback."""
    a = written(
        tmp_path / "a", {INIT: b"x = 1\n", f"{INFO}/RECORD": b""}, comment=b"hi", change={"extra": b"\1\2\1\0x"}
    )
    b, seen = tmp_path / "b" / NAME, set()
    b.parent.mkdir()
    for content in damaged(a.read_bytes()):
        b.write_bytes(content)
        try:
            found = compare(a, b)
        except SamewheelError as error:
            assert str(b) in str(error)  # noqa: PT017 - one of two ends that are both right
            continue
        assert found.differences
        assert found.verdict not in {Verdict.IDENTICAL, Verdict.IDENTICAL_AFTER_REPLAY}
        assert compare(b, a) == mirrored(found)
        seen |= {one.code for one in found.differences}
    assert seen >= {"SW101", "SW102", "SW105", "SW106", "SW107", "SW303"}


def test_name_is_read_to_its_end(tmp_path: Path) -> None:
    """Names that differ after a NUL are two names, though zipfile shows them as one."""
    a, b = written(tmp_path / "a", {"demo/x.py_a": b""}), written(tmp_path / "b", {"demo/x.py_b": b""})
    for path in (a, b):
        path.write_bytes(path.read_bytes().replace(b".py_", b".py\0"))
    missing = [("SW302", f"demo/x.py\0{end}", "presence") for end in "ab"]
    check(a, b, Verdict.PAYLOAD_DIFFERS, *missing)


def test_local_header_may_be_longer_than_the_central_one(tmp_path: Path) -> None:
    """A stream begins where its local header ends: with ZIP64 that is another place, and the same stream."""
    a, b = written(tmp_path / "a", {INIT: b"x = 1\n"}), written(tmp_path / "b", {})
    with zipfile.ZipFile(a) as usual:
        info = usual.getinfo(INIT)
    with zipfile.ZipFile(b, "w") as archive, archive.open(info, "w", force_zip64=True) as file:
        file.write(b"x = 1\n")
    versions = [("SW106", INIT, "create_version"), ("SW106", INIT, "extract_version")]
    check(a, b, Verdict.SAME_CONTENTS, *versions)


def test_file_called_like_dist_info_is_payload(tmp_path: Path) -> None:
    """Only what is in the folder is metadata."""
    a, b = ({"x.dist-info": content} for content in (b"1", b"2"))
    check(
        written(tmp_path / "a", a),
        written(tmp_path / "b", b),
        Verdict.PAYLOAD_DIFFERS,
        ("SW301", "x.dist-info", "contents"),
    )


def test_stream_that_ends_early_is_refused(tmp_path: Path) -> None:
    """A header that promises more bytes than there are is damage, though the checksum is right."""
    a, b = written(tmp_path / "a", {INIT: b"x = 1\n"}), written(tmp_path / "b", {INIT: b"x = 1\n"})
    content = bytearray(b.read_bytes())
    content[content.index(b"PK\1\2") + 24] += 1
    b.write_bytes(content)
    with pytest.raises(SamewheelError, match="has 6 bytes, and its header says 7"):
        compare(a, b)


@pytest.mark.parametrize("content", [None, b"", b"no archive"])
def test_unreadable_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    """What cannot be compared is refused by name, on either side."""
    good, bad = written(tmp_path / "a"), tmp_path / "bad.whl"
    if content is not None:
        bad.write_bytes(content)
    for pair in ((good, bad), (bad, good)):
        with pytest.raises(SamewheelError, match=r"bad\.whl"):
            compare(*pair)


def test_large_member_is_never_in_memory(tmp_path: Path) -> None:
    """Members are read in chunks: a model of some gigabytes needs no gigabytes."""
    size = 1 << 25
    a, b = written(tmp_path / "a", {INIT: b"\0" * size}), written(tmp_path / "b", {INIT: b"\0" * size + b"\1"})
    tracemalloc.start()
    try:
        compare(a, b)
        assert tracemalloc.get_traced_memory()[1] < size // 4
    finally:
        tracemalloc.stop()


names = st.sampled_from([INIT, "demo/b.py", "demo/naïve.txt", f"{INFO}/METADATA", f"{INFO}/WHEEL", f"{INFO}/x.txt"])
contents = st.sampled_from([b"", b"x = 1\n", WHEEL, WHEEL.replace(b"1.27", b"2")])
wheels = st.builds(recorded, st.dictionaries(names, contents))
changes = st.fixed_dictionaries(
    {},
    optional={
        "date_time": st.sampled_from([(1980, 1, 1, 0, 0, 0), (2020, 2, 2, 2, 2, 2)]),
        "external_attr": st.sampled_from([0, 0o100644 << 16, 0o100755 << 16, 0o120777 << 16]),
        "create_system": st.sampled_from([0, 3]),
    },
)


@settings(deadline=None)
@given(a=wheels, b=wheels, change=changes)
def test_comparison_is_symmetric_and_complete(a: dict[str, bytes], b: dict[str, bytes], change: Change) -> None:
    """The other way round only the values change places; equal files and only they have no difference."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = written(Path(folder, "a"), a), written(Path(folder, "b"), b, change=change)
        there = compare(first, second)
        assert compare(second, first) == mirrored(there)
        assert compare(first, first) == Comparison(verdict=Verdict.IDENTICAL, differences=())
        same = first.read_bytes() == second.read_bytes()
        assert (not there.differences) == same == (there.verdict == Verdict.IDENTICAL)


@settings(deadline=None)
@given(data=st.data(), a=wheels, b=wheels)
def test_order_of_members_does_not_order_differences(
    data: st.DataObject, a: dict[str, bytes], b: dict[str, bytes]
) -> None:
    """The differences of members come sorted, in whatever order the archives have them."""
    shuffled = dict(data.draw(st.permutations(list(a.items()))))
    with tempfile.TemporaryDirectory() as folder:
        other = written(Path(folder, "b"), b)
        straight = compare(written(Path(folder, "a"), a), other).differences
        mixed = compare(written(Path(folder, "c"), shuffled), other).differences
    assert list(mixed) == sorted(mixed)
    of_members = [[one for one in found if one.member] for found in (straight, mixed)]
    assert of_members[0] == of_members[1]


def test_hash_seed_does_not_show(tmp_path: Path) -> None:
    """The same two wheels give the same bytes of JSON in every process."""
    many = {f"demo/{index}.py": b"" for index in range(40)}
    a, b = (
        written(tmp_path / "a", change={"create_system": 0}),
        written(tmp_path / "b", recorded({**many, **CHANGED})),
    )
    script = (
        "import msgspec, pathlib, sys; from samewheel.compare import compare;"
        "sys.stdout.buffer.write(msgspec.json.encode(compare(*map(pathlib.Path, sys.argv[1:]))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script, str(a), str(b)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert outputs == {msgspec.json.encode(compare(a, b))}
