"""What a built file must pass before anyone sees it: each fault is refused by name, never with a traceback."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from samewheel.errors import BuildFailedError
from samewheel.wheel import check_wheel

INFO = "demo_pkg-1.0.dist-info"
NAME = "demo_pkg-1.0-py3-none-any.whl"
METADATA = b"Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.0\n\nA demo.\n"

Row = tuple[str, ...]


def hashed(content: bytes, algorithm: str = "sha256") -> str:
    """Return a hash as RECORD writes it."""
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).rstrip(b"=")
    return f"{algorithm}={digest.decode()}"


def members(**changes: bytes | None) -> dict[str, bytes]:
    """Return the members of a good wheel but for RECORD; METADATA and WHEEL may be changed, or left out."""
    good: dict[str, bytes | None] = {
        "demo_pkg/__init__.py": b"x = 1\n",
        'demo_pkg/naïve, "odd".txt': b"",
        f"{INFO}/METADATA": METADATA,
        f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    good.update({f"{INFO}/{name}": content for name, content in changes.items()})
    return {name: content for name, content in good.items() if content is not None}


def rows_of(files: dict[str, bytes], info: str = INFO) -> list[Row]:
    """Return RECORD's rows for the members of a wheel."""
    rows: list[Row] = [(name, hashed(content), str(len(content))) for name, content in files.items()]
    return [*rows, (f"{info}/RECORD", "", "")]


def written(folder: Path, files: dict[str, bytes], rows: list[Row] | None = None, name: str = NAME) -> Path:
    """Write a wheel; without rows, RECORD is what it should be."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows_of(files) if rows is None else rows)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
        archive.writestr(f"{INFO}/RECORD", text.getvalue())
    return folder / name


def refusal(path: Path) -> str:
    """Return why a file is refused; the message names the file."""
    with pytest.raises(BuildFailedError) as caught:
        check_wheel(path)
    assert path.name in caught.value.what
    return caught.value.cause


def test_good_wheel_passes(tmp_path: Path) -> None:
    """A check that refuses what is right would stop every build."""
    check_wheel(written(tmp_path, members()))


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512", "blake2b", "sha3_256"])
def test_every_strong_hash_is_understood(algorithm: str, tmp_path: Path) -> None:
    """The specification says SHA-256 or better."""
    files = members()
    rows: list[Row] = [(name, hashed(content, algorithm), "") for name, content in files.items()]
    check_wheel(written(tmp_path, files, [*rows, (f"{INFO}/RECORD", "", "")]))


@pytest.mark.parametrize("value", ["", "md5=x", "sha1=x", "sha224=x", "shake_128=x", "crc32=x", "sha256", "x"])
def test_row_without_a_hash_that_proves_something_is_refused(value: str, tmp_path: Path) -> None:
    """An installer would install whatever is there."""
    rows: list[Row] = [(n, value, s) if n.endswith(".py") else (n, h, s) for n, h, s in rows_of(members())]
    cause = refusal(written(tmp_path, members(), rows))
    assert cause.startswith("demo_pkg/__init__.py")
    assert "hash" in cause


def test_signatures_of_record_need_no_hash(tmp_path: Path) -> None:
    """They are made after RECORD, and sign it."""
    files = members()
    rows = rows_of(files)
    check_wheel(written(tmp_path, files | {f"{INFO}/RECORD.jws": b"{}"}, rows))


def test_wrong_hash_is_refused(tmp_path: Path) -> None:
    """Installers refuse it, and the user would be the first to know."""
    rows = rows_of(members() | {"demo_pkg/__init__.py": b"x = 2\n"})
    assert refusal(written(tmp_path, members(), rows)) == (
        "demo_pkg/__init__.py: it does not have the hash or the size that RECORD says"
    )


def test_member_that_record_does_not_name_is_refused(tmp_path: Path) -> None:
    """It would be installed and never removed."""
    rows = [row for row in rows_of(members()) if not row[0].endswith(".py")]
    assert refusal(written(tmp_path, members(), rows)) == "demo_pkg/__init__.py: it is not in RECORD"


def test_member_that_record_only_names_is_refused(tmp_path: Path) -> None:
    """A file was lost between listing and packing."""
    rows = [*rows_of(members()), ("demo_pkg/lost.py", hashed(b""), "0")]
    assert refusal(written(tmp_path, members(), rows)) == "demo_pkg/lost.py: it is in RECORD, and not in the wheel"


def test_row_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Two hashes for one file: readers differ in which they believe."""
    rows = [("demo_pkg/__init__.py", hashed(b"evil"), "4"), *rows_of(members())]
    assert refusal(written(tmp_path, members(), rows)) == f"{INFO}/RECORD: it has demo_pkg/__init__.py twice"


def test_every_fault_is_named(tmp_path: Path) -> None:
    """Mending one after the other costs a build each."""
    rows = [("gone.py", hashed(b""), "0"), *rows_of(members(METADATA=METADATA.replace(b"1.0", b"2.0")))]
    cause = refusal(written(tmp_path, members(), rows))
    assert cause.splitlines() == [
        "gone.py: it is in RECORD, and not in the wheel",
        f"{INFO}/METADATA: it does not have the hash or the size that RECORD says",
    ]


def test_member_without_a_name_is_refused(tmp_path: Path) -> None:
    """No installer could write it anywhere."""
    path = written(tmp_path, members())
    with zipfile.ZipFile(path, "a") as archive, archive.open(zipfile.ZipInfo(""), "w") as member:
        member.write(b"x")
    assert "empty part" in refusal(path)


@pytest.mark.parametrize("name", ["METADATA", "WHEEL"])
def test_missing_file_of_the_dist_info_is_named(name: str, tmp_path: Path) -> None:
    """Without it, no installer knows what the wheel is."""
    assert refusal(written(tmp_path, members(**{name: None}))) == f"{INFO}/{name}: it is missing"


def test_missing_record_is_named(tmp_path: Path) -> None:
    """Nothing could be checked then."""
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members().items():
            archive.writestr(name, content)
    assert refusal(path) == f"{INFO}/RECORD: it is missing"


def test_duplicate_member_is_refused(tmp_path: Path) -> None:
    """One reader sees the first, another the second: two wheels in one file."""
    path = written(tmp_path, members())
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("demo_pkg/__init__.py", b"x = 1\n")
    assert refusal(path) == "demo_pkg/__init__.py: it is in the archive more than once"


def test_two_dist_infos_are_refused(tmp_path: Path) -> None:
    """Installers take either."""
    assert "other-1.0.dist-info" in refusal(written(tmp_path, members() | {"other-1.0.dist-info/METADATA": b""}))


def test_no_dist_info_is_refused(tmp_path: Path) -> None:
    """It is some other archive with a wheel's name."""
    with zipfile.ZipFile(tmp_path / NAME, "w") as archive:
        archive.writestr("demo_pkg/__init__.py", b"")
    assert refusal(tmp_path / NAME) == "there must be one .dist-info folder, and there are: none"


def test_dist_info_of_another_name_is_refused(tmp_path: Path) -> None:
    """Installers refuse such a wheel."""
    files = members(METADATA=METADATA.replace(b"demo-pkg", b"thing"))
    path = written(tmp_path, files, name="thing-1.0-py3-none-any.whl")
    assert refusal(path) == f"{INFO}/METADATA: it says Name: thing, and the wheel or its folder has another name"


@pytest.mark.parametrize(
    ("metadata", "fault"),
    [
        (
            METADATA.replace(b"demo-pkg", b"other"),
            "it says Name: other, and the wheel or its folder has another name",
        ),
        (
            METADATA.replace(b"1.0\n\n", b"1.1\n\n"),
            "it says Version: 1.1, and the wheel or its folder has another version",
        ),
        (
            METADATA.replace(b"1.0\n\n", b"one\n\n"),
            "it says Version: one, and the wheel or its folder has another version",
        ),
        (b"Metadata-Version: 2.1\nVersion: 1.0\n", "it has no Name, and must have one"),
        (b"Metadata-Version: 2.1\nName: demo-pkg\n", "it has no Version, and must have one"),
        (
            b"Metadata-Version: 2.1\nName: demo-pkg\nName: demo-pkg\nVersion: 1.0\n",
            "it has 2 of Name, and must have one",
        ),
    ],
    ids=["name", "version", "no-version", "name-missing", "version-missing", "name-twice"],
)
def test_metadata_that_contradicts_the_file_name_is_refused(metadata: bytes, fault: str, tmp_path: Path) -> None:
    """An index would file it under one name, an installer under another."""
    assert refusal(written(tmp_path, members(METADATA=metadata))) == f"{INFO}/METADATA: {fault}"


@pytest.mark.parametrize("spelling", [b"Demo.Pkg", b"demo_pkg", b"DEMO-PKG"])
def test_other_spelling_of_the_name_passes(spelling: bytes, tmp_path: Path) -> None:
    """Names are compared in their normal form (PEP 503)."""
    check_wheel(written(tmp_path, members(METADATA=METADATA.replace(b"demo-pkg", spelling))))


@pytest.mark.parametrize("name", ["demo.whl", "demo_pkg-1.0.zip", "demo_pkg-one-py3-none-any.whl", "a-1-b-c-d-e.whl"])
def test_bad_file_name_is_refused(name: str, tmp_path: Path) -> None:
    """No index takes it."""
    assert name.removesuffix(".whl") in refusal(written(tmp_path, members(), name=name))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    """A backend may write anything."""
    (tmp_path / NAME).write_bytes(b"not a zip")
    assert refusal(tmp_path / NAME) == "it has no end record: it is cut off, or no archive"


def test_record_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """The format says UTF-8."""
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members() | {f"{INFO}/RECORD": b"\xff,,\n"}).items():
            archive.writestr(name, content)
    assert "utf-8" in refusal(path)


def test_encrypted_member_is_refused(tmp_path: Path) -> None:
    """The archive's flag asks for a password, and Python's answer to that is a RuntimeError."""
    path = written(tmp_path, members())
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    content[content.rindex(b"PK\x03\x04") + 6] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(path)


with tempfile.TemporaryDirectory() as _folder:
    GOOD = written(Path(_folder), members()).read_bytes()


@given(st.integers(0, len(GOOD) - 1))
def test_truncated_file_is_refused(length: int) -> None:
    """A full disk or a killed backend leaves one; no length of it may pass."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(GOOD[:length])
        assert refusal(Path(folder) / NAME)


@example([(GOOD.rindex(b"PK\x05\x06") + 16 + place, value) for place, value in enumerate(b"\xff\xff\xff\x00")])
@example([(GOOD.index(b"PK\x01\x02") + 10, 12), (8, 12)])
@example([(GOOD.index(b"PK\x01\x02") + 10, 14), (8, 14)])
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_damage_never_ends_in_a_traceback(damage: list[tuple[int, int]]) -> None:
    """Damaged bytes may lie where nobody looks; where they matter, the wheel is refused as every other."""
    content = bytearray(GOOD)
    for place, value in damage:
        content[place] = value
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / NAME
        path.write_bytes(content)
        try:
            check_wheel(path)
        except BuildFailedError as error:
            assert error.cause  # noqa: PT017 - both ways are fine
        else:
            with zipfile.ZipFile(path) as archive:
                assert archive.read("demo_pkg/__init__.py") == b"x = 1\n"


def test_tags_without_end_are_refused(tmp_path: Path) -> None:
    """A line of a thousand bytes can stand for millions of tags, which would all be made."""
    many = b"-".join(b".".join([b"a"] * 120) for _ in range(3))
    path = written(tmp_path, members(WHEEL=b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: " + many + b"\n"))
    assert refusal(path) == f"{INFO}/WHEEL: it has a wrong Tag: it stands for more than 1024 tags"
