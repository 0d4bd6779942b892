"""Which causes are told from files that are installed: texts, compiled modules, archives, and files of one wheel."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING

import pytest

from tests.unit.compiled_modules import MODULES
from tests.unit.recognising import CONSISTENT, SHOWN, UNTOLD, explained, told, told_of
from tests.unit.test_inside_containers import ENTRIES, LATE, packed, zipped
from tests.unit.test_inside_pyc import packed as compiled
from tests.unit.wheels import FILES, INFO, INIT, NAME, WHEEL, Files, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.explaining.values import Certainty

TEXT = "größer\nkleiner\n"
CODE = "def walk():\n    return 1\n"
SO = "demo/_fast.cpython-311-x86_64-linux-gnu.so"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (TEXT.encode(), TEXT.replace("\n", "\r\n").encode(), ("line-endings", SHOWN)),
        (TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), ("text-encoding", CONSISTENT)),
        (TEXT.encode(), TEXT.encode("latin-1"), ("text-encoding", SHOWN)),
        (TEXT.encode(), TEXT.upper().encode("latin-1"), UNTOLD),
        (TEXT.encode(), TEXT.encode() + b"\n\n", ("blank-end", CONSISTENT)),
        (TEXT.encode(), TEXT.upper().encode(), UNTOLD),
    ],
)
def test_texts_are_told_by_their_form(tmp_path: Path, a: bytes, b: bytes, expected: tuple[str, Certainty]) -> None:
    """Line endings and encodings are shown where the text is the same; other words are not told here."""
    found = told_of(tmp_path, {"demo/a.txt": a}, {"demo/a.txt": b})
    assert list(found) == [expected]


def test_lines_in_another_order_have_two_reasons(tmp_path: Path) -> None:
    """A set or a folder may have given them; that one side is sorted is said."""
    paths = [
        written(tmp_path / side, {**FILES, "demo/a.txt": b"x\n" + lines + b"y\n"})
        for side, lines in (("a", b"one\nthree\ntwo\n"), ("b", b"two\none\nthree\n"))
    ]
    found = explained(*paths)
    assert {(one.cause, one.certainty) for one in found} == {
        ("set-order", CONSISTENT),
        ("directory-order", CONSISTENT),
    }
    assert all("sorted in the first, and not in the other" in one.evidence[0] for one in found)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1}', {("json-form", SHOWN)}),
        (b'{"a": 1}', b'{"a":1}\n', {("json-form", SHOWN)}),
        (b'{"a": ["x", "y"]}', b'{"a": ["y", "x"]}', {("set-order", CONSISTENT), ("directory-order", CONSISTENT)}),
        (b'{"a": ["x", "y"]}', b'{"a": ["y", "z"]}', {UNTOLD}),
    ],
)
def test_json_is_told_by_its_values(tmp_path: Path, a: bytes, b: bytes, expected: set[tuple[str, Certainty]]) -> None:
    """The same values in another form are shown to be that; other values are not told here."""
    assert {*told_of(tmp_path, {"demo/a.json": a}, {"demo/a.json": b})} == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (zipped(mtime=7), {("gzip-time", SHOWN): ("SW316",)}),
        (zipped()[:9] + b"\3" + zipped()[10:], {("compressor", CONSISTENT): ("SW316",)}),
        (zipped(level=0), {("compressor", SHOWN): ("SW317",), ("compressor", CONSISTENT): ("SW316",)}),
        (zipped(b"other words\n"), {UNTOLD: ("SW309",)}),
    ],
)
def test_gzip_is_told_by_its_header(
    tmp_path: Path, other: bytes, expected: dict[tuple[str, Certainty], tuple[str, ...]]
) -> None:
    """A time, the headers of a program, another stream of the same contents; what is in it is another matter."""
    assert told_of(tmp_path, {"demo/a.gz": zipped()}, {"demo/a.gz": other}) == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (packed(*ENTRIES, time=LATE), {("nested-archive", CONSISTENT), ("archive-time-zone", CONSISTENT)}),
        (packed(*ENTRIES, time=(2026, 11, 22, 10, 1, 2)), {("nested-archive", SHOWN)}),
        (packed(*ENTRIES, mode=0o100600), {("nested-archive", CONSISTENT)}),
        (packed(*ENTRIES, level=0, system=3), {("compressor", SHOWN)}),
        (packed(*ENTRIES, system=0), {("archive-system", CONSISTENT)}),
        (packed(*ENTRIES, comment=b"hi"), {("archive-system", CONSISTENT)}),
        (packed(*ENTRIES[::-1]), {("entry-order", CONSISTENT)}),
        (packed(*ENTRIES[1:]), {UNTOLD}),
    ],
)
def test_nested_archives_are_told_by_field(
    tmp_path: Path, other: bytes, expected: set[tuple[str, Certainty]]
) -> None:
    """Times, modes, systems and orders, as in the wheel itself; a member less is not told."""
    early = packed(*ENTRIES, time=(2026, 11, 22, 1, 0, 0)) if ("archive-time-zone", CONSISTENT) in expected else None
    found = told_of(tmp_path, {"demo/a.jar": early or packed(*ENTRIES)}, {"demo/a.jar": other})
    assert {*found} == expected


def test_form_of_a_nested_text_explains_the_archive(tmp_path: Path) -> None:
    """That a member of an archive differs follows from what differs in it."""
    one, other = (packed(("a.txt", text)) for text in (b"1\n2\n", b"1\r\n2\r\n"))
    found = told_of(tmp_path, {"demo/a.jar": one}, {"demo/a.jar": other})
    assert found == {("line-endings", SHOWN): ("SW305",), ("line-endings", CONSISTENT): ("SW319",)}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (struct.pack("<3I", 0, 7, 0), {("bytecode-times", SHOWN)}),
        (struct.pack("<3I", 3, 1, 0), {("bytecode-times", CONSISTENT)}),
        (struct.pack("<3I", 0, 0, 7), {("bytecode", CONSISTENT)}),
    ],
)
def test_headers_of_compiled_modules_are_told(
    tmp_path: Path, header: bytes, expected: set[tuple[str, Certainty]]
) -> None:
    """A time is shown; whether there is a time at all depends on how it was compiled."""
    name = "demo/__pycache__/x.cpython-311.pyc"
    assert {*told_of(tmp_path, {name: compiled(CODE)}, {name: compiled(CODE, header=header)})} == expected


def test_magic_number_shows_the_python(tmp_path: Path) -> None:
    """The version of Python is in the header."""
    one, other = (base64.b64decode(MODULES[version]) for version in ("3.12", "3.13"))
    found = told_of(tmp_path, {"demo/x.pyc": one}, {"demo/x.pyc": other})
    assert found["python-version", SHOWN] == ("SW311",)
    assert UNTOLD not in found


@pytest.mark.parametrize(("name", "certainty"), [("/build/two/x.py", SHOWN), ("two/x.py", CONSISTENT)])
def test_folders_in_compiled_modules_are_told(tmp_path: Path, name: str, certainty: Certainty) -> None:
    """An absolute path shows where it was compiled."""
    one, other = compiled(CODE, "/build/one/x.py"), compiled(CODE, name)
    assert told_of(tmp_path, {"demo/x.pyc": one}, {"demo/x.pyc": other}) == {
        ("bytecode-paths", certainty): ("SW312",)
    }


def test_code_follows_from_its_source(tmp_path: Path) -> None:
    """Where the source is the same, the compiler may be another; where it is not, nothing is said of Python."""
    one, other = compiled(CODE), compiled(CODE.replace("1", "2"))
    name = "demo/__pycache__/x.cpython-311.pyc"
    assert told_of(tmp_path / "1", {name: one}, {name: other}) == {("bytecode", CONSISTENT): ("SW313",)}
    sources = [CODE.encode(), CODE.replace("1", "2").encode()]
    found = told_of(tmp_path / "2", {name: one, "demo/x.py": sources[0]}, {name: other, "demo/x.py": sources[1]})
    assert found == {UNTOLD: ("SW310", "SW313")}
    sources[1] = sources[0].replace(b"\n", b"\r\n")
    found = told_of(tmp_path / "3", {name: one, "demo/x.py": sources[0]}, {name: other, "demo/x.py": sources[1]})
    assert found == {("line-endings", SHOWN): ("SW305",), ("line-endings", CONSISTENT): ("SW313",)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("demo/_version.py", ("version-file", CONSISTENT)),
        ("demo/__pycache__/x.cpython-311.pyc", ("stale-files", CONSISTENT)),
        ("demo/.DS_Store", ("stale-files", CONSISTENT)),
        ("demo/x.py.orig", ("stale-files", CONSISTENT)),
        ("build/lib/other.py", ("stale-files", CONSISTENT)),
        ("demo.egg-info/PKG-INFO", ("stale-files", CONSISTENT)),
        ("tests/test_x.py", ("stale-files", CONSISTENT)),
        (SO, ("optional-extension", CONSISTENT)),
        ("demo.libs/libx-1a2b3c4d.so.1", ("repair-tool", CONSISTENT)),
        ("demo/LICENSE", ("licence-files", CONSISTENT)),
        ("demo/other.py", UNTOLD),
        ("demo/tests/test_x.py", UNTOLD),
        ("demo/liberty.txt", UNTOLD),
    ],
)
def test_files_of_one_wheel_are_told_by_name(tmp_path: Path, name: str, expected: tuple[str, Certainty]) -> None:
    """Names that tools give; a file with any other name is left to those who know the source."""
    assert told_of(tmp_path, {}, {name: b"\x7fELF\0"}) == {expected: ("SW302",)}


def test_tests_of_both_wheels_are_not_stray(tmp_path: Path) -> None:
    """A folder of tests that both have is packed on purpose, and a file less in it is not told."""
    base: Files = {**FILES, "tests/test_a.py": b""}
    assert told_of(tmp_path, {}, {"tests/test_b.py": b""}, base=base) == {UNTOLD: ("SW302",)}


def test_copy_of_a_build_is_shown(tmp_path: Path) -> None:
    """What setuptools collected, and packed once more, is the same file."""
    found = told_of(tmp_path, {}, {f"build/lib/{INIT}": FILES[INIT]})
    assert found == {("stale-files", SHOWN): ("SW302",)}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (SO, SO.replace("311", "312"), ("python-version", SHOWN)),
        ("demo-1.0-py3.9-nspkg.pth", "demo-1.0-py3.10-nspkg.pth", ("python-version", SHOWN)),
        ("demo-1.0.data/scripts/demo3.11", "demo-1.0.data/scripts/demo3.12", ("python-version", CONSISTENT)),
        ("demo/__pycache__/x.cpython-311.pyc", "demo/__pycache__/x.cpython-312.pyc", ("bytecode", SHOWN)),
        (SO, SO.replace("x86_64-linux-gnu", "darwin"), UNTOLD),
        ("demo/a3.11", "demo/b3.12", UNTOLD),
    ],
)
def test_names_tell_the_python(tmp_path: Path, a: str, b: str, expected: tuple[str, Certainty]) -> None:
    """Two names that are the same but for the version of Python."""
    assert told_of(tmp_path, {a: b"1"}, {b: b"1"}) == {expected: ("SW302",)}


@pytest.mark.parametrize(
    ("a", "b", "certainty"),
    [
        (b"version = '1.0+g1a2b3c4d5'\n", b"version = '1.0+g9f8e7d6c5'\n", SHOWN),
        (b"__commit_id__ = commit_id = 'g1a2b3c4d5'\n", b"__commit_id__ = commit_id = 'g9f8e7d6c5'\n", SHOWN),
        (b'V = {"full-revisionid": "%s"}\n' % (b"1a" * 20), b'V = {"full-revisionid": "%s"}\n' % (b"9f" * 20), SHOWN),
        (b"NODE = '%s'\n" % (b"1a" * 20), b"NODE = '%s'\n" % (b"9f" * 20), SHOWN),
        (b"BUILD = '%s'\n" % (b"1a" * 20), b"BUILD = '%s'\n" % (b"9f" * 20), CONSISTENT),
        (b"BUILD = '%s'\n" % (b"1a" * 16), b"BUILD = '%s'\n" % (b"9f" * 16), CONSISTENT),
        (b"commit = '1a2b3c4d5e'\n", b"commit = '9f8e7d6c5b'\n", CONSISTENT),
        (b"date = 'monday'\n", b"date = 'tuesday'\n", CONSISTENT),
    ],
)
def test_version_files_are_told(tmp_path: Path, a: bytes, b: bytes, certainty: Certainty) -> None:
    """A commit as tools write it is shown; other digits may be drawn, and other lines are likely of the checkout."""
    found = told_of(tmp_path, {"demo/_version.py": a}, {"demo/_version.py": b})
    assert found == {("version-file", certainty): ("SW310",)}


def test_commits_elsewhere_are_no_version(tmp_path: Path) -> None:
    """The same line in another file is any line."""
    a, b = b"commit = '1a2b3c4d5e'\n", b"commit = '9f8e7d6c5b'\n"
    assert told_of(tmp_path, {"demo/robot.py": a}, {"demo/robot.py": b}) == {UNTOLD: ("SW310",)}


def test_old_namespace_may_be_of_the_backend(tmp_path: Path) -> None:
    """A file for namespaces that only older backends write."""
    old = WHEEL.replace(b"hatchling 1.27", b"bdist_wheel (0.37.1)")
    found = told_of(
        tmp_path,
        {f"{INFO}/WHEEL": old},
        {f"{INFO}/WHEEL": old, "demo-nspkg.pth": b"import sys\n"},
        names=(NAME, NAME),
    )
    assert found == {("backend-version", CONSISTENT): ("SW302",)}
    lines = ({f"{INFO}/WHEEL": old, "demo-nspkg.pth": b"import sys\n" * count} for count in (1, 2))
    assert told_of(tmp_path, *lines) == {("backend-version", CONSISTENT): ("SW309",)}


@pytest.mark.parametrize(
    ("moment", "cause"),
    [
        ((2026, 11, 22, 9, 0, 0), "archive-time-zone"),
        ((2026, 11, 22, 1, 45, 2), "archive-time-zone"),
        ((2026, 11, 22, 1, 0, 2), "archive-times"),
        ((2026, 11, 22, 1, 7, 0), "archive-times"),
        ((2026, 11, 29, 1, 0, 0), "archive-times"),
    ],
)
def test_a_time_zone_is_a_quarter_of_an_hour_away_at_least(
    tmp_path: Path, moment: tuple[int, ...], cause: str
) -> None:
    """Two seconds are the same time in a ZIP file's eyes, or a build that took longer; a week is no zone."""
    a = written(tmp_path / "a", change={"date_time": (2026, 11, 22, 1, 0, 0)})
    b = written(tmp_path / "b", change={"date_time": moment})
    assert told(a, b) == {(cause, CONSISTENT): ("SW101",)}
