"""The corpus of hostile wheels itself: that each is what it says, so that a refusal means something."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from samewheel.wheel import check_wheel
from tests.conftest import ROOT
from tests.hostile_wheels import CASES, CONTROLS, FILE_NAME, Case, Control
from tests.hostile_wheels.base import EVIL, FILES, RECORD, digest, record, wheel

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = ROOT / "scripts" / "hostile_wheels.py"
PAGE = ROOT / "docs" / "lookup" / "hostile-wheels.md"

SMALL = [case for case in CASES if not case.large]
LARGE = [case for case in CASES if case.large]

each_control = pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
each_large = pytest.mark.parametrize("case", LARGE, ids=lambda case: case.name)
each_small = pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)


def test_names_are_unique_and_sorted() -> None:
    """A name is a folder's name and a row of a table."""
    for values in (CASES, CONTROLS):
        names = [value.name for value in values]
        assert names == sorted(set(names))
    assert not {case.name for case in CASES} & {control.name for control in CONTROLS}


def test_names_are_kebab_case() -> None:
    """Every file system takes them."""
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value.name) for value in (*CASES, *CONTROLS))


def test_corpus_is_large() -> None:
    """A module that is not joined to the others would take its cases with it."""
    assert len(CASES) > 250
    assert len(CONTROLS) > 40
    assert {case.layer for case in CASES} == {"archive", "names", "dist-info"}


def test_reasons_are_one_sentence() -> None:
    """They stand in the cells of a table."""
    assert all(re.fullmatch(r"[A-Za-z0-9][^|\n]*\.", value.why) for value in (*CASES, *CONTROLS))


@each_small
def test_case_is_not_the_base(case: Case) -> None:
    """A case in which nothing is wrong would have to be accepted."""
    assert (case.file_name, case.make()) != (FILE_NAME, wheel())


def test_cases_differ_from_each_other() -> None:
    """Two names for one wheel would count it twice."""
    made = [(case.file_name, case.make()) for case in SMALL]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("value", [*SMALL, *CONTROLS], ids=lambda value: value.name)
def test_wheel_is_made_the_same_twice(value: Control, tmp_path: Path) -> None:
    """What is refused today is refused tomorrow, and a written file is what was made in memory."""
    assert value.make() == value.make() == value.write(tmp_path).read_bytes()


@each_large
def test_large_case_costs_little_disk(case: Case, tmp_path: Path) -> None:
    """What stands for gigabytes is a hole, and what is compressed is small."""
    assert case.write(tmp_path).stat().st_blocks * 512 < 128 << 20


@each_small
def test_guilty_member_stands_in_the_file(case: Case) -> None:
    """A refusal that names it can be looked up: in the archive's own bytes, or in RECORD."""
    made = case.make()
    places = made + (zipfile.ZipFile(io.BytesIO(made)).read(RECORD) if case.name.startswith("record-row") else b"")
    raw = re.sub(rb"\\x(..)", lambda escaped: bytes.fromhex(escaped[1].decode()), case.member.encode())
    absent = case.name.endswith("-missing") or case.name == "record-in-another-folder"
    assert raw in places or case.member.encode() in places or absent


def test_base_is_a_right_zip_file() -> None:
    """Python's own reader finds each file as it is meant, and zipfile's damage check finds nothing."""
    with zipfile.ZipFile(io.BytesIO(wheel())) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {**FILES, RECORD: record(FILES)}


def test_base_is_a_right_wheel(tmp_path: Path) -> None:
    """All that is wrong in a case is what the case changed."""
    path = tmp_path / FILE_NAME
    path.write_bytes(wheel())
    check_wheel(path)


@pytest.mark.parametrize("name", ["plain", "descriptor-without-signature", "zip64-end", "record-quoted"])
def test_control_is_installed_by_pip(name: str, tmp_path: Path) -> None:
    """Pip has checks of its own, and what it installs is what the wheel holds."""
    control = next(control for control in CONTROLS if control.name == name)
    target = tmp_path / "target"
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "-q"]
    command += ["--no-deps", "--no-index", "--no-compile", "--target", str(target), str(control.write(tmp_path))]
    done = subprocess.run(command, env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert {name: (target / name).read_bytes() for name in FILES} == FILES


@each_control
def test_control_is_read_by_zipfile(control: Control) -> None:
    """Python's own reader finds no damage in what must be accepted."""
    with zipfile.ZipFile(io.BytesIO(control.make())) as archive:
        assert archive.testzip() is None
        assert {*FILES, RECORD} <= set(archive.namelist())


@each_control
def test_control_has_a_right_record(control: Control, tmp_path: Path) -> None:
    """Nothing else is wrong either."""
    check_wheel(control.write(tmp_path))


def test_two_readers_see_two_contents() -> None:
    """The sharpest cases: zipfile reads another module from them than the one that RECORD has."""
    fooled = {"directory-twice", "zip64-end-disagrees", "end-twice", "comment-hides-archive", "prepended-archive"}
    contents = {}
    for case in SMALL:
        if case.name in fooled:
            with zipfile.ZipFile(io.BytesIO(case.make())) as archive:
                contents[case.name] = archive.read("demo/__init__.py").startswith(b"print")
    assert contents == dict.fromkeys(fooled, True) | {"prepended-archive": False}


def test_no_wheel_is_made_at_import() -> None:
    """A test that is only collected must not cost what a bomb costs: no member's checksum is needed for that."""
    code = "import zlib; zlib.crc32 = None; import tests.hostile_wheels"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_hash_of_a_row_is_the_one_of_the_format() -> None:
    """URL-safe base64 without padding, as the format's own example has it."""
    assert digest(b"") == "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"


def test_script_writes_the_corpus(tmp_path: Path) -> None:
    """Whoever tests another reader gets each wheel in a folder of its own."""
    command = [sys.executable, str(SCRIPT), "--output", str(tmp_path / "made"), "crc-wrong", "plain"]
    subprocess.run(command, check=True)
    written = {path.parent.name: path.read_bytes() for path in sorted((tmp_path / "made").glob("*/*.whl"))}
    values = {value.name: value for value in (*CASES, *CONTROLS)}
    assert written == {name: values[name].make() for name in ("crc-wrong", "plain")}


def test_script_knows_the_other_module() -> None:
    """Its table says who installs it; the script must be readable without the corpus."""
    assert EVIL.decode().rstrip() in SCRIPT.read_text("utf-8")


def test_page_of_docs_has_a_row_for_each() -> None:
    """The table was made from this corpus and not from an older one."""
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted((value.name, value.why) for value in (*CASES, *CONTROLS))
