"""Which causes are told from METADATA, WHEEL, RECORD and file names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.recognising import CONSISTENT, SHOWN, UNTOLD, explained, told, told_of
from tests.unit.wheels import FILES, INFO, INIT, METADATA, NAME, WHEEL, record_of, release, without, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.explaining.values import Certainty
    from tests.unit.wheels import Files

OLD = WHEEL.replace(b"hatchling 1.27", b"bdist_wheel (0.37.1)")
NEW = WHEEL.replace(b"hatchling 1.27", b"bdist_wheel (0.45.1)")
REQUIRES = METADATA + b"Requires-Dist: robot (<2,>=1)\nRequires-Dist: arm ; extra == 'x'\n"


def of_metadata(
    folder: Path, a: bytes, b: bytes, wheel: bytes = WHEEL
) -> dict[tuple[str, Certainty], tuple[str, ...]]:
    """Return what is told of wheels with these METADATA."""
    one, other = ({f"{INFO}/METADATA": text, f"{INFO}/WHEEL": wheel} for text in (a, b))
    return told_of(folder, one, other)


def test_generator_shows_the_backend(tmp_path: Path) -> None:
    """WHEEL names the program that wrote it, and its version."""
    found = told_of(tmp_path, {}, {f"{INFO}/WHEEL": WHEEL.replace(b"1.27", b"1.28")})
    assert found == {("backend-version", SHOWN): ("SW201",)}


def test_generator_may_be_a_tool_that_repairs(tmp_path: Path) -> None:
    """A Generator that is auditwheel did not build the wheel."""
    found = told_of(tmp_path, {}, {f"{INFO}/WHEEL": WHEEL.replace(b"hatchling 1.27", b"auditwheel 6.1.0")})
    assert found == {("repair-tool", SHOWN): ("SW201",)}


def test_missing_generator_shows_no_version(tmp_path: Path) -> None:
    """Where one wheel names none, another backend is only likely."""
    found = told_of(tmp_path, {}, {f"{INFO}/WHEEL": WHEEL.replace(b"Generator: hatchling 1.27\n", b"")})
    assert found == {("backend-version", CONSISTENT): ("SW201",)}


def test_fields_that_backends_decide_may_follow_from_the_backend(tmp_path: Path) -> None:
    """With another Generator, another Metadata-Version and new Dynamic fields are what one expects."""
    other = METADATA.replace(b"2.1", b"2.4") + b"Dynamic: requires-dist\nLicense-File: LICENSE\n"
    found = told_of(tmp_path, {f"{INFO}/WHEEL": OLD}, {f"{INFO}/METADATA": other, f"{INFO}/WHEEL": NEW})
    assert found == {
        ("backend-version", SHOWN): ("SW201",),
        ("backend-version", CONSISTENT): ("SW202",),
        ("licence-files", CONSISTENT): ("SW202",),
    }


def test_fields_of_the_source_do_not_follow_from_the_backend(tmp_path: Path) -> None:
    """A summary is the source's, whatever the Generator is."""
    found = told_of(
        tmp_path,
        {f"{INFO}/METADATA": METADATA + b"Summary: one\n"},
        {f"{INFO}/METADATA": METADATA + b"Summary: two\n", f"{INFO}/WHEEL": NEW},
    )
    assert found[UNTOLD] == ("SW202",)


def test_same_backend_explains_no_field(tmp_path: Path) -> None:
    """The same release of the same backend writes the same Metadata-Version; wheel's own version proves nothing."""
    other = METADATA.replace(b"2.1", b"2.4")
    assert of_metadata(tmp_path / "1", METADATA, other) == {UNTOLD: ("SW202",)}
    assert of_metadata(tmp_path / "2", METADATA, other, OLD) == {("backend-version", CONSISTENT): ("SW202",)}


@pytest.mark.parametrize(
    "other",
    [
        REQUIRES.replace(b"(<2,>=1)", b"<2,>=1"),
        REQUIRES.replace(b"(<2,>=1)", b"(>=1,<2)"),
        REQUIRES.replace(b"arm ; extra", b"arm; extra"),
        REQUIRES.replace(b"'x'", b'"x"'),
    ],
)
def test_same_requirements_are_a_matter_of_form(tmp_path: Path, other: bytes) -> None:
    """Parentheses, orders, spaces and quotes mean nothing."""
    found = of_metadata(tmp_path, REQUIRES, other)
    assert found[("requirement-format", CONSISTENT)] == ("SW202",)
    assert UNTOLD not in found


@pytest.mark.parametrize(
    "other", [REQUIRES.replace(b"<2", b"<3"), REQUIRES.replace(b"'x'", b"'y'"), REQUIRES + b"Requires-Dist: leg\n"]
)
def test_other_requirements_are_no_matter_of_form(tmp_path: Path, other: bytes) -> None:
    """Another limit, extra or requirement is not a form."""
    assert of_metadata(tmp_path, REQUIRES, other) == {UNTOLD: ("SW202",)}


def test_extras_in_another_order_may_be_a_set(tmp_path: Path) -> None:
    """What stands in brackets comes from a set as often as from a list."""
    found = of_metadata(
        tmp_path, METADATA + b"Requires-Dist: robot[arm,leg]\n", METADATA + b"Requires-Dist: robot[leg,arm]\n"
    )
    assert ("set-order", CONSISTENT) in found


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"Requires-Dist: a\nRequires-Dist: b\n", b"Requires-Dist: b\nRequires-Dist: a\n"),
        (b"Provides-Extra: a\nProvides-Extra: b\n", b"Provides-Extra: b\nProvides-Extra: a\n"),
        (b"Keywords: walk,talk\n", b"Keywords: talk,walk\n"),
    ],
)
def test_values_in_another_order_may_be_a_set(tmp_path: Path, a: bytes, b: bytes) -> None:
    """The same values of one field, in another order."""
    assert of_metadata(tmp_path, METADATA + a, METADATA + b) == {("set-order", CONSISTENT): ("SW202",)}


def test_other_keywords_are_no_order(tmp_path: Path) -> None:
    """A keyword that only one has is none of the order."""
    found = of_metadata(tmp_path, METADATA + b"Keywords: walk\n", METADATA + b"Keywords: walk,talk\n")
    assert found == {UNTOLD: ("SW202",)}


def test_fields_in_another_order_are_no_set(tmp_path: Path) -> None:
    """Fields that change places are a matter of who wrote them."""
    a, b = b"License: X\nKeywords: y\n", b"Keywords: y\nLicense: X\n"
    found = of_metadata(tmp_path / "1", METADATA + a, METADATA + b, OLD)
    assert found == {("backend-version", CONSISTENT): ("SW202",)}
    assert of_metadata(tmp_path / "2", METADATA + a, METADATA + b) == {UNTOLD: ("SW202",)}


def test_blank_lines_at_the_end_are_known(tmp_path: Path) -> None:
    """Old releases of setuptools ended the description with more of them."""
    found = of_metadata(tmp_path, METADATA + b"\nText.\n", METADATA + b"\nText.\n\n\n")
    assert found == {("metadata-blank-lines", CONSISTENT): ("SW202",)}


def test_blank_lines_before_the_description_are_known(tmp_path: Path) -> None:
    """Some old releases left out those with which a text in setup.py begins."""
    found = of_metadata(tmp_path, METADATA + b"\nText.\n", METADATA + b"\n\nText.\n")
    assert found == {("metadata-blank-lines", CONSISTENT): ("SW202",)}


def test_letters_that_were_read_as_others_are_shown(tmp_path: Path) -> None:
    """The one text is the other's UTF-8, read as if it were a code page of Windows; by chance none would be that."""
    right, wrong = (f"\nOne {mark} two.\n".encode() for mark in ("·", "·".encode().decode("cp1252")))
    found = of_metadata(tmp_path / "1", METADATA + right, METADATA + wrong)
    assert found == {("text-encoding", SHOWN): ("SW202",)}
    other = wrong.replace(b"two", b"three")
    assert of_metadata(tmp_path / "2", METADATA + right, METADATA + other) == {UNTOLD: ("SW202",)}


def test_line_endings_are_shown(tmp_path: Path) -> None:
    """CR LF in one of two texts that say the same, in headers or in the description."""
    text = METADATA + b"\nOne.\nTwo.\n"
    assert of_metadata(tmp_path / "1", text, text.replace(b"\n", b"\r\n")) == {("line-endings", SHOWN): ("SW202",)}
    windows = METADATA + b"\nOne.\r\nTwo.\r\n"
    assert of_metadata(tmp_path / "2", text, windows) == {("line-endings", SHOWN): ("SW202",)}


def test_other_description_is_not_told(tmp_path: Path) -> None:
    """Words that differ are neither endings nor empty lines."""
    assert of_metadata(tmp_path, METADATA + b"\nOne.\n", METADATA + b"\r\nTwo.\r\n") == {UNTOLD: ("SW202",)}


@pytest.mark.parametrize(
    ("a", "b", "cause", "certainty"),
    [
        ("1.0+g1a2b3c4", "1.0+g9f8e7d6", "version-file", SHOWN),
        ("1.0.dev3+g1a2b3c4.d20260101", "1.0.dev3+g1a2b3c4", "version-file", SHOWN),
        ("1.0+3.g1a2b3c4", "1.0+3.g1a2b3c4.dirty", "version-file", SHOWN),
        ("1.0+1a2b3c4", "1.0+9f8e7d6", "version-file", CONSISTENT),
        ("1.0+1234567", "1.0+7654321", "version-file", CONSISTENT),
        ("1.0.dev3", "1.0.dev4", "version-file", CONSISTENT),
        ("0.0.0", "1.2", "version-file", CONSISTENT),
        ("1.0", "1.0.0", "backend-version", CONSISTENT),
        ("1.0", "1.1", "other-source", CONSISTENT),
        ("1.0+cpu", "1.0+cuda", *UNTOLD),
    ],
)
def test_versions_are_told_by_their_parts(tmp_path: Path, a: str, b: str, cause: str, certainty: Certainty) -> None:
    """A commit or date in a version is shown; releases that are others are another source."""
    paths = [
        written(tmp_path / side, release(version), name=f"demo-{version}-py3-none-any.whl")
        for side, version in zip("ab", (a, b), strict=True)
    ]
    assert told(*paths) == {(cause, certainty): ("SW202", "SW209", "SW304")}


def test_licences_that_moved_are_shown(tmp_path: Path) -> None:
    """The same licence at its old and at its new place."""
    text = FILES[f"{INFO}/licenses/LICENSE"]
    base = without(FILES, f"{INFO}/licenses/LICENSE")
    found = told_of(tmp_path, {f"{INFO}/LICENSE": text}, {f"{INFO}/licenses/LICENSE": text}, base=base)
    assert found == {("licence-files", SHOWN): ("SW204",)}


def test_another_licence_did_not_move(tmp_path: Path) -> None:
    """Another text at another place may be found otherwise, and is not shown to be."""
    base = without(FILES, f"{INFO}/licenses/LICENSE")
    found = told_of(tmp_path, {f"{INFO}/LICENSE": b"One.\n"}, {f"{INFO}/licenses/LICENSE": b"Two.\n"}, base=base)
    assert found == {("licence-files", CONSISTENT): ("SW204",)}


SBOM = f"{INFO}/sboms/auditwheel.cdx.json"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (b'{"components": [{"name": "b"}, {"name": "a"}]}', ("sbom-order", SHOWN)),
        (b'{"components":[{"name":"a"},{"name":"b"}]}', ("json-form", SHOWN)),
        (b'{"components": [{"name": "b"}, {"name": "c"}]}', UNTOLD),
    ],
)
def test_sbom_is_told_by_its_entries(tmp_path: Path, other: bytes, expected: tuple[str, Certainty]) -> None:
    """The same entries in another order, the same text in another form, or other entries."""
    found = told_of(tmp_path, {SBOM: b'{"components": [{"name": "a"}, {"name": "b"}]}'}, {SBOM: other})
    assert found == {expected: ("SW204",)}


def test_tools_that_repair_leave_their_name(tmp_path: Path) -> None:
    """Delvewheel writes a file of its own run."""
    one, other = (
        {f"{INFO}/DELVEWHEEL": text} for text in (b"Version: 1\nArguments: a\n", b"Version: 1\nArguments: b\n")
    )
    assert told_of(tmp_path, one, other) == {("repair-tool", SHOWN): ("SW204",)}


def test_edited_file_is_shown_by_the_other_wheel(tmp_path: Path) -> None:
    """If both RECORDs give a file the hash of one of them, the other was changed after it was recorded."""
    edited = {**FILES, INIT: b"x = 3\n", f"{INFO}/RECORD": record_of(FILES)}
    found = told(written(tmp_path / "a"), written(tmp_path / "b", edited))
    assert found == {("edited-after", SHOWN): ("SW205", "SW310")}


def test_wrong_record_shows_no_edit(tmp_path: Path) -> None:
    """A RECORD of neither file may be wrong for any reason."""
    wrong = {**FILES, INIT: b"x = 3\n"}
    wrong[f"{INFO}/RECORD"] = record_of({**FILES, INIT: b"x = 4\n"})
    found = told(written(tmp_path / "a"), written(tmp_path / "b", wrong))
    assert found[("edited-after", CONSISTENT)] == ("SW203", "SW205")
    assert found[UNTOLD] == ("SW310",)


@pytest.mark.parametrize(
    ("edits", "wrong"),
    [
        ((b"x = 1\n", b"x = 4\n"), "the second"),
        ((b"x = 4\n", b"x = 1\n"), "the first"),
        ((b"x = 4\n", b"x = 5\n"), "the first and the second"),
    ],
)
def test_row_that_is_wrong_about_a_file_that_is_the_same_is_named(
    tmp_path: Path, edits: tuple[bytes, bytes], wrong: str
) -> None:
    """Two RECORDs say different things of the same bytes: the bytes tell which of them is wrong."""
    files = {**FILES, INIT: b"x = 1\n"}
    one, other = (
        written(tmp_path / side, {**files, f"{INFO}/RECORD": record_of({**files, INIT: edit})})
        for side, edit in zip("ab", edits, strict=True)
    )
    assert told(one, other) == {("edited-after", CONSISTENT): ("SW203",)}
    evidence = [cause.evidence for cause in explained(one, other)]
    assert evidence == [(f"{INIT} is the same in both wheels, and RECORD is wrong about it in {wrong}",)]


def test_row_that_hashes_otherwise_is_not_wrong(tmp_path: Path) -> None:
    """The control: two algorithms say two things of the same bytes, and both are right."""
    found = told(
        *(
            written(tmp_path / side, {**FILES, f"{INFO}/RECORD": record_of(FILES, algorithm)})
            for side, algorithm in (("a", "sha256"), ("b", "sha512"))
        )
    )
    assert set(found) == {("record-order", CONSISTENT)}


def test_rows_in_another_order_are_known(tmp_path: Path) -> None:
    """RECORD in another order, with the archive in the same one."""
    shuffled = {**FILES, f"{INFO}/RECORD": record_of(dict(sorted(FILES.items(), reverse=True)))}
    assert told(written(tmp_path / "a"), written(tmp_path / "b", shuffled)) == {
        ("record-order", CONSISTENT): ("SW203",)
    }


def test_file_that_is_missing_is_no_order(tmp_path: Path) -> None:
    """A row less, as a file is missing, is not RECORD's order."""
    less = without(FILES, "demo/run.sh")
    assert told(written(tmp_path / "a"), written(tmp_path / "b", less)) == {UNTOLD: ("SW302",)}


def tagged(*tags: str) -> bytes:
    """Return a WHEEL with these tags."""
    return WHEEL.replace(b"Tag: py3-none-any\n", "".join(f"Tag: {tag}\n" for tag in tags).encode())


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (("py2-none-any", "py3-none-any"), ("py3-none-any", "py2-none-any"), ("tag-order", CONSISTENT)),
        (("cp311-cp311-linux_x86_64",), ("cp312-cp312-linux_x86_64",), ("python-version", SHOWN)),
        (("py39-none-any",), ("py310-none-any",), ("python-version", CONSISTENT)),
        (("cp311-cp311-linux_x86_64",), ("cp311-cp311-manylinux_2_28_x86_64",), ("repair-tool", CONSISTENT)),
        (("cp311-cp311-linux_x86_64",), ("cp311-cp311-win_amd64",), UNTOLD),
        (("py3-none-any",), ("cp311-cp311-linux_x86_64",), ("optional-extension", CONSISTENT)),
        (("py3-none-any",), ("py3-none-linux_x86_64",), UNTOLD),
    ],
)
def test_tags_are_told(
    tmp_path: Path, a: tuple[str, ...], b: tuple[str, ...], expected: tuple[str, Certainty]
) -> None:
    """The same tags in another order, those of another Python, and those of repaired and of compiled wheels."""
    found = told_of(tmp_path, {f"{INFO}/WHEEL": tagged(*a)}, {f"{INFO}/WHEEL": tagged(*b)})
    assert found == {expected: ("SW206",)}


def test_pure_wheel_lacks_an_extension(tmp_path: Path) -> None:
    """Where only one wheel has native code, that is why its tags are others."""
    found = told_of(
        tmp_path,
        {},
        {
            f"{INFO}/WHEEL": tagged("cp311-cp311-linux_x86_64").replace(b"true", b"false"),
            "demo/_fast.cpython-311-x86_64-linux-gnu.so": b"\x7fELF",
        },
        names=(NAME, "demo-1.0-cp311-cp311-linux_x86_64.whl"),
    )
    assert found == {("optional-extension", CONSISTENT): ("SW206", "SW302", "SW304")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("demo-1.0-py3.py2-none-any.whl", ("tag-order", CONSISTENT)),
        ("Demo-1.0-py2.py3-none-any.whl", UNTOLD),
        ("demo-1.0-1-py2.py3-none-any.whl", UNTOLD),
    ],
)
def test_file_names_are_told_by_part(tmp_path: Path, name: str, expected: tuple[str, Certainty]) -> None:
    """The order of tags is known; another backend spells a name otherwise; a build number is a setting."""
    assert told_of(tmp_path, {}, {}, names=("demo-1.0-py2.py3-none-any.whl", name)) == {expected: ("SW304",)}


@pytest.mark.parametrize(
    ("names", "files", "expected"),
    [
        (b"demo\n_fast\n", {}, ("optional-extension", CONSISTENT)),
        (b"demo\n_fast\n", {"_fast.py": b"1"}, UNTOLD),
    ],
)
def test_names_of_modules_that_did_not_compile_are_told(
    tmp_path: Path, names: bytes, files: Files, expected: tuple[str, Certainty]
) -> None:
    """Only an extension that is not there stands in top_level.txt without a file; for others there is one."""
    one, other = ({**files, f"{INFO}/top_level.txt": text} for text in (b"demo\n", names))
    assert told_of(tmp_path, one, other) == {expected: ("SW208",)}


@pytest.mark.parametrize(
    ("other", "expected"), [(b"demo3.11", ("python-version", CONSISTENT)), (b"demo4", UNTOLD), (b"walk3.11", UNTOLD)]
)
def test_commands_are_named_for_one_python(tmp_path: Path, other: bytes, expected: tuple[str, Certainty]) -> None:
    """The same command with the version of another Python at its end; another name is another command."""
    one, two = (
        {f"{INFO}/entry_points.txt": b"[console_scripts]\n" + name + b" = demo:run\n"} for name in (b"demo3.9", other)
    )
    assert told_of(tmp_path, one, two) == {expected: ("SW207",)}


def test_order_of_top_level_names_may_be_a_set(tmp_path: Path) -> None:
    """The same names in another order."""
    one, other = ({f"{INFO}/top_level.txt": text} for text in (b"a\nb\n", b"b\na\n"))
    assert told_of(tmp_path, one, other) == {
        ("set-order", CONSISTENT): ("SW208",),
        ("directory-order", CONSISTENT): ("SW208",),
    }
