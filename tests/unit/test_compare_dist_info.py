"""What differs in ``*.dist-info``, SW201 to SW209: each rule by the smallest pair that breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import Verdict, compare
from tests.unit.wheels import (
    FILES,
    INFO,
    INIT,
    METADATA,
    NAME,
    WHEEL,
    check,
    check_following,
    record_of,
    recorded,
    release,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

REQUIRES = METADATA + b"Requires-Dist: a\nRequires-Dist: b\n"
DESCRIBED = METADATA + b"\nFirst.\nSecond.\n"
MIXED = b"Metadata-Version: 2.1\r\nName: demo\nVersion: 1.0\n"
MIXED_ELSEWHERE = b"Metadata-Version: 2.1\nName: demo\r\nVersion: 1.0\n"
TWICE = METADATA + b"Keywords: x\nKeywords: x\n"
LONG = b"Keywords: " + b"x" * 200


@pytest.mark.parametrize(
    ("a", "b", "code", "field", "values"),
    [
        (WHEEL, WHEEL.replace(b"1.27", b"1.28"), "SW201", "Generator", ("hatchling 1.27", "hatchling 1.28")),
        (
            WHEEL,
            WHEEL.replace(b"Generator: hatchling 1.27\n", b""),
            "SW201",
            "Generator",
            ("hatchling 1.27", "absent"),
        ),
        (WHEEL, WHEEL.replace(b"true", b"false"), "SW206", "Root-Is-Purelib", ("true", "false")),
        (WHEEL, WHEEL + b"Tag: py2-none-any\n", "SW206", "Tag", ("absent", "py2-none-any")),
        (WHEEL, WHEEL + b"Build: 1\n", "SW206", "Build", ("absent", "1")),
        (
            WHEEL,
            WHEEL.replace(b"\n", b"\r\n"),
            "SW206",
            "line endings",
            ("0 of CR LF, 4 of LF", "4 of CR LF, 0 of LF"),
        ),
    ],
)
def test_wheel_file_is_told_by_key(
    tmp_path: Path, *, a: bytes, b: bytes, code: str, field: str, values: tuple[str, str]
) -> None:
    """Who made the wheel has a code of its own, as it explains the rest; other keys decide what is installed."""
    check_text(tmp_path, "WHEEL", a, b, code=code, field=field, values=values)


@pytest.mark.parametrize(
    ("a", "b", "field", "values"),
    [
        (METADATA, METADATA + b"Keywords: x\n", "Keywords", ("absent", "x")),
        (REQUIRES, REQUIRES.replace(b": b", b": c"), "Requires-Dist", ("b", "c")),
        (REQUIRES, METADATA + b"Requires-Dist: b\nRequires-Dist: a\n", "order from header 4", ("a", "b")),
        (TWICE, METADATA + b"Keywords: x\n", "Keywords", ("line 5: x", "absent")),
        (METADATA, REQUIRES, "Requires-Dist", ("absent", "line 4: a; line 5: b")),
        (METADATA + b"License: x\n", METADATA + b"LICENSE: y\n", "LICENSE", ("x", "y")),
        (METADATA + b"License: x\n", METADATA + b"license: x\n", "form of line 4", ("License: x", "license: x")),
        (METADATA, METADATA.replace(b"Name: ", b"Name:  "), "form of line 2", ("Name: demo", "Name:  demo")),
        (METADATA, METADATA + b"\n", "form of line 5", ("absent", "")),
        (METADATA, METADATA.replace(b"\n", b"\r\n"), "line endings", ("0 of CR LF, 3 of LF", "3 of CR LF, 0 of LF")),
        (DESCRIBED, DESCRIBED.replace(b"Sec", b"sec"), "line 2 of the description", ("Second.", "second.")),
        (DESCRIBED, DESCRIBED + b"Third.\n", "line 3 of the description", ("", "Third.")),
        (DESCRIBED, DESCRIBED + b"\n", "end of the description", (r"\n", r"\n\n")),
        (
            DESCRIBED,
            DESCRIBED.replace(b".\n", b".\r\n"),
            "line endings of the description",
            ("0 of CR LF, 2 of LF", "2 of CR LF, 0 of LF"),
        ),
        (MIXED, MIXED_ELSEWHERE, "form of line 1", (r"2.1\r", "2.1")),
        (
            METADATA + b"\n" + MIXED,
            METADATA + b"\n" + MIXED_ELSEWHERE,
            "line 1 of the description",
            (r"2.1\r", "2.1"),
        ),
        (DESCRIBED, DESCRIBED.replace(b"First.", b"First.\r"), "line endings of the description", ("LF", "LF")),
        (METADATA + LONG + b"a\n", METADATA + LONG + b"b\n", "Keywords", ("x" * 24 + "a", "x" * 24 + "b")),
        (DESCRIBED + LONG + b"a", DESCRIBED + LONG + b"b", "line 3 of the description", ("xa", "xb")),
    ],
)
def test_metadata_is_told_by_header_or_line(
    tmp_path: Path, *, a: bytes, b: bytes, field: str, values: tuple[str, str]
) -> None:
    """What a reader of METADATA sees differently is said where it stands, also at the end of a long line."""
    check_text(tmp_path, "METADATA", a, b, code="SW202", field=field, values=values)


def check_text(
    tmp_path: Path, file: str, a: bytes, b: bytes, *, code: str, field: str, values: tuple[str, str]
) -> None:
    """Expect one difference of a text, whose values end with these, and its row of RECORD under it."""
    name = f"{INFO}/{file}"
    one, other = (written(tmp_path / side, {**FILES, name: text}) for side, text in (("a", a), ("b", b)))
    found = check(one, other, Verdict.METADATA_DIFFERS, (code, name, field))
    assert found[0].a.endswith(values[0])
    assert found[0].b.endswith(values[1])
    assert found[0].a != found[0].b
    check_following(found[0], f"row of *.dist-info/{file}")


def test_all_headers_that_differ_are_told(tmp_path: Path) -> None:
    """One key hides no other, nor what the description says."""
    text = DESCRIBED.replace(b"2.1", b"2.2").replace(b"First", b"One").replace(b"Name: ", b"Summary: x\nName: ")
    name = f"{INFO}/METADATA"
    fields = ["Metadata-Version", "Summary", "line 1 of the description"]
    check(
        written(tmp_path / "a", {**FILES, name: DESCRIBED}),
        written(tmp_path / "b", {**FILES, name: text}),
        Verdict.METADATA_DIFFERS,
        *(("SW202", name, field) for field in fields),
    )


@pytest.mark.parametrize(
    ("file", "code"), [("entry_points.txt", "SW207"), ("top_level.txt", "SW208"), ("x/METADATA", "SW204")]
)
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_other_file_of_dist_info_is_metadata(tmp_path: Path, *, file: str, code: str, algorithm: str) -> None:
    """A file has its code whether it is changed or only in one wheel; what follows in RECORD is folded under it."""
    name = f"{INFO}/{file}"
    none, a, b = (
        written(tmp_path / side, recorded({**FILES, **files}, algorithm))
        for side, files in (("none", {}), ("a", {name: b"[x]\na = b\n"}), ("b", {name: b"[x]\na = c\n"}))
    )
    found = check(none, a, Verdict.METADATA_DIFFERS, (code, name, "presence"))
    assert (found[0].a, found[0].b) == ("absent", "present")
    check_following(found[0], f"row of *.dist-info/{file}")
    changed = check(a, b, Verdict.METADATA_DIFFERS, (code, name, "lines"))
    assert (changed[0].a, changed[0].b) == ("2: a = b", "2: a = c")
    check_following(changed[0], f"row of *.dist-info/{file}")


def test_licence_is_metadata(tmp_path: Path) -> None:
    """What else is in the folder is looked into as if it were payload, and is none."""
    name = f"{INFO}/licenses/LICENSE"
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {**FILES, name: b"Do not.\n"}),
        Verdict.METADATA_DIFFERS,
        ("SW204", name, "lines"),
    )
    assert (found[0].a, found[0].b) == ("1: Do what you like.", "1: Do not.")


def test_signature_of_record_needs_no_row(tmp_path: Path) -> None:
    """It is made after RECORD, so nothing follows from it."""
    name = f"{INFO}/RECORD.jws"
    files = {**FILES, f"{INFO}/RECORD": record_of(FILES), name: b"{}"}
    found = check(
        written(tmp_path / "a"), written(tmp_path / "b", files), Verdict.METADATA_DIFFERS, ("SW204", name, "presence")
    )
    check_following(found[0])


RECORD = record_of(FILES)
ROWS = RECORD.splitlines(keepends=True)
OTHER_HASH = record_of(FILES, "sha512").splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("record", "field", "values"),
    [
        (b"".join([ROWS[1], ROWS[0], *ROWS[2:]]), "order", (INIT, "demo/run.sh")),
        (RECORD.replace(b"\n", b"\r\n"), "form", (f"{len(RECORD)} bytes", f"{len(RECORD) + 6} bytes")),
        (RECORD + b"\n", "form", (f"{len(RECORD)} bytes", f"{len(RECORD) + 1} bytes")),
        (RECORD.replace(b"demo/run.sh", b'"demo/run.sh"'), "form", ("0 quotes, ", "2 quotes, ")),
        (RECORD.replace(b",54\n", b",\n"), f"row of {INIT}", (",54", ",")),
        (OTHER_HASH + b"".join(ROWS[1:]), f"row of {INIT}", ("sha256=", "sha512=")),
        (RECORD.replace(b"RECORD,,", b"RECORD,,7"), "row of *.dist-info/RECORD", (",", ",7")),
    ],
)
def test_record_of_its_own_accord_is_metadata(
    tmp_path: Path, *, record: bytes, field: str, values: tuple[str, str]
) -> None:
    """A RECORD that differs though no other member does has a code of its own, row by row."""
    name = f"{INFO}/RECORD"
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {**FILES, name: record}),
        Verdict.METADATA_DIFFERS,
        ("SW203", name, field),
    )
    assert values[0] in found[0].a
    assert values[1] in found[0].b
    assert found[0].a != found[0].b


RUN = "demo/run.sh"
CHANGED = {**FILES, RUN: b"#!/bin/dash\n"}
UNCHANGED = (f"{INFO}/METADATA", f"{INFO}/WHEEL", f"{INFO}/licenses/LICENSE", INIT)


@pytest.mark.parametrize(
    ("record", "fields", "follows"),
    [
        (record_of(CHANGED), [], True),
        (record_of(CHANGED, "sha512"), [f"row of {name.replace(INFO, '*.dist-info')}" for name in UNCHANGED], True),
        (record_of(CHANGED).replace(b",12\n", b",\n"), [], True),
        (b"".join(reversed(record_of(CHANGED).splitlines(keepends=True))), ["order"], True),
        (record_of(CHANGED).replace(b"\n", b"\r\n"), ["form"], True),
        (record_of(CHANGED).replace(b",12\n", b",13\n"), [f"row of {RUN}"], False),
        (record_of({**CHANGED, RUN: b"#!/bin/zash\n"}), [f"row of {RUN}"], False),
        (record_of({**CHANGED, INIT: b""}), [f"row of {INIT}"], True),
        (RECORD, [], False),
    ],
)
def test_record_hides_nothing_behind_another_difference(
    tmp_path: Path, *, record: bytes, fields: list[str], follows: bool
) -> None:
    """What follows from the member that differs is folded under it; what does not is said beside it."""
    name = f"{INFO}/RECORD"
    wrong = [] if follows else [("SW205", RUN, "hash in RECORD")]
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {**CHANGED, name: record}),
        Verdict.PAYLOAD_DIFFERS,
        *(("SW203", name, field) for field in fields),
        *wrong,
        ("SW309", RUN, "lines"),
    )
    check_following(found[-1], *([f"row of {RUN}"] if follows else []))
    for one in found[:-1]:
        check_following(one)
    assert [(one.a, one.b) for one in found if one.code == "SW205"] == [("right", "wrong")] * len(wrong)


def test_record_that_is_wrong_on_both_sides_is_told(tmp_path: Path) -> None:
    """Where neither RECORD is right, equal rows say nothing."""
    record = {f"{INFO}/RECORD": record_of({**FILES, RUN: b""})}
    found = check(
        written(tmp_path / "a", {**FILES, **record}),
        written(tmp_path / "b", {**CHANGED, **record}),
        Verdict.PAYLOAD_DIFFERS,
        ("SW205", RUN, "hash in RECORD"),
        ("SW309", RUN, "lines"),
    )
    assert (found[0].a, found[0].b) == ("wrong", "wrong")


def test_record_that_is_wrong_about_a_lone_member_is_told(tmp_path: Path) -> None:
    """It does not follow from the member, which has another hash."""
    more = {**FILES, "demo/new.py": b"1"}
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", {**more, f"{INFO}/RECORD": record_of({**more, "demo/new.py": b"2"})}),
        Verdict.PAYLOAD_DIFFERS,
        ("SW203", f"{INFO}/RECORD", "row of demo/new.py"),
        ("SW205", "demo/new.py", "hash in RECORD"),
        ("SW302", "demo/new.py", "presence"),
    )
    assert (found[1].a, found[1].b) == ("absent", "wrong")


def test_wheels_of_two_versions_are_paired(tmp_path: Path) -> None:
    """Folders are named after the version: what is in them is compared, not told as gone and come."""
    a, b = (
        written(tmp_path / "a", release(version), name=f"demo-{version}-py3-none-any.whl")
        for version in ("1.0", "1.1")
    )
    found = check(
        a,
        b,
        Verdict.PAYLOAD_DIFFERS,
        ("SW202", "*.dist-info/METADATA", "Version"),
        ("SW209", "", "name"),
        ("SW304", "", "name"),
    )
    assert (found[0].a, found[0].b) == ("line 3: 1.0", "line 3: 1.1")
    check_following(found[0], "row of *.dist-info/METADATA")
    assert (found[1].a, found[1].b) == (INFO, "demo-1.1.dist-info")


def test_data_folders_of_two_versions_are_paired(tmp_path: Path) -> None:
    """A script that differs is one difference of contents, under a name that fits both."""
    script = "demo-1.1.data/scripts/demo"
    files = {name: content for name, content in release("1.1").items() if not name.endswith("RECORD")}
    files[script] = b"#!python3\n"
    b = written(tmp_path / "b", recorded(files, info="demo-1.1.dist-info"), name=NAME.replace("1.0", "1.1"))
    found = compare(written(tmp_path / "a", release("1.0")), b).differences
    assert ("*.data/scripts/demo", "lines") in [(one.member, one.field) for one in found]
    assert not [one for one in found if one.field == "presence"]


def test_spelling_of_the_folder_is_metadata(tmp_path: Path) -> None:
    """Names that are one name to installers may still be written in two ways."""
    info = "Demo-1.0.dist-info"
    files = {name.replace(INFO, info): content for name, content in FILES.items()}
    found = check(
        written(tmp_path / "a"),
        written(tmp_path / "b", recorded(files, info=info)),
        Verdict.METADATA_DIFFERS,
        ("SW209", "", "name"),
    )
    assert (found[0].a, found[0].b) == (INFO, info)
