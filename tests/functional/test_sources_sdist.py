"""An sdist as source: unpacked if it is safe and whole, else refused with the member's name."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from samewheel import sources
from samewheel._types import SourceKind
from samewheel.errors import InvalidProjectError, SamewheelError, UsageError
from samewheel.sources import _members
from tests.functional.git_projects import files_in, snapshot

TIME = 1_600_000_000

MODES = {".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


def member(name: str, content: bytes = b"", **attributes: object) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member of a tar; a name that ends with a slash is a folder."""
    info = tarfile.TarInfo(name.rstrip("/"))
    info.size, info.mtime, info.mode = len(content), TIME, 0o644
    if name.endswith("/"):
        info.type, info.mode = tarfile.DIRTYPE, 0o755
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info, content


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    """Return a link as a member of a tar."""
    return member(name, type=kind, linkname=target)


SOUND = (
    member("demo-1/"),
    member("demo-1/pyproject.toml", b"[project]"),
    member("demo-1/src/script", b"#!", mode=0o775, mtime=TIME + 5),
    link("demo-1/src/link", "../pyproject.toml"),
)


def write_tar(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    """Write an archive with the members as they are."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return path


def write_zip(path: Path, files: dict[str, bytes], *, attributes: int = 0o100644 << 16) -> Path:
    """Write a ZIP archive; all files get the attributes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo("x", (2020, 9, 13, 12, 26, 40))
            info.filename = name
            info.external_attr, info.create_system = attributes, 3
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize("suffix", sorted(MODES))
def test_tar_is_unpacked(tmp_path: Path, suffix: str) -> None:
    """Whatever it is compressed with; links that stay inside are kept (PEP 721)."""
    path = write_tar(tmp_path / f"demo-1{suffix}", *SOUND, mode=MODES[suffix])
    taken = snapshot(path, tmp_path / "copy")
    assert taken.root == taken.project == tmp_path / "copy" / "demo-1"
    assert files_in(taken.root) == ["pyproject.toml", "src/link", "src/script"]
    assert (taken.root / "src" / "link").readlink() == Path("../pyproject.toml")
    modes = [(taken.root / name).stat().st_mode & 0o777 for name in (".", "pyproject.toml", "src", "src/script")]
    assert modes == [0o755, 0o644, 0o755, 0o755]
    assert taken.newest == TIME + 5


def test_sdist_is_described(tmp_path: Path) -> None:
    """The place is all there is to know before it is opened."""
    path = write_tar(tmp_path / "demo-1.tar.gz", *SOUND)
    source = sources.inspect(path)
    assert source == sources.Source(kind=SourceKind.SDIST, path=path, root=path.resolve())


def test_sdist_may_be_a_link(tmp_path: Path) -> None:
    """Caches keep files under names that say nothing."""
    write_tar(tmp_path / "blob", *SOUND)
    (tmp_path / "demo-1.tar.gz").symlink_to("blob")
    assert files_in(snapshot(tmp_path / "demo-1.tar.gz", tmp_path / "copy").root)


def test_zip_is_unpacked(tmp_path: Path) -> None:
    """Old sdists are ZIP archives; their times are read as UTC on every machine."""
    path = write_zip(tmp_path / "demo-1.zip", {"demo-1/": b"", "demo-1/setup.py": b"x"}, attributes=0o100755 << 16)
    taken = snapshot(path, tmp_path / "copy")
    assert files_in(taken.root) == ["setup.py"]
    assert (taken.root / "setup.py").stat().st_mode & 0o777 == 0o755
    assert taken.newest == TIME


def test_archives_of_same_files_have_same_digest(tmp_path: Path) -> None:
    """Order and packing do not count."""
    first = write_tar(tmp_path / "a.tar.gz", *SOUND)
    second = write_tar(tmp_path / "b.tar.xz", *reversed(SOUND), mode="w:xz")
    assert snapshot(first, tmp_path / "a").digest == snapshot(second, tmp_path / "b").digest


def test_digest_covers_what_is_called_like_git(tmp_path: Path) -> None:
    """In an sdist, ``.git`` is content like any other, and a backend may read it."""
    one, two = (member("demo-1/.git/config", content) for content in (b"a", b"b"))
    first = snapshot(write_tar(tmp_path / "a.tar.gz", one), tmp_path / "a")
    second = snapshot(write_tar(tmp_path / "b.tar.gz", two), tmp_path / "b")
    assert first.digest != second.digest


def test_leading_dot_is_accepted(tmp_path: Path) -> None:
    """``tar c ./demo-1`` writes names so."""
    path = write_tar(tmp_path / "demo-1.tar.gz", member("./"), member("./demo-1/"), member("./demo-1/x"))
    assert snapshot(path, tmp_path / "copy").root == tmp_path / "copy" / "demo-1"


def test_absurd_times_are_no_matter(tmp_path: Path) -> None:
    """Times are set for all sources alike, and never those of the archive."""
    path = write_tar(tmp_path / "demo-1.tar.gz", member("demo-1/x", mtime=10**30), member("demo-1/y", mtime=-5))
    assert snapshot(path, tmp_path / "copy").newest is None


@pytest.mark.parametrize("name", ["demo.whl", "demo.tar", "setup.py"])
def test_other_files_are_wrong_usage(tmp_path: Path, name: str) -> None:
    """A wheel is not what wheels are built from."""
    (tmp_path / name).touch()
    with pytest.raises(UsageError, match=name):
        sources.inspect(tmp_path / name)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (member("../evil"), "../evil"),
        (member("demo-1/../../evil"), "demo-1/../../evil"),
        (member("demo-1/../demo-1/x"), "demo-1/../demo-1/x"),
        (member("/demo-1/evil"), "/demo-1/evil"),
        (member("other-1/x"), "other-1/x"),
        (member("PKG-INFO"), "PKG-INFO"),
        (link("demo-1/l", "/etc/passwd"), "demo-1/l"),
        (link("demo-1/l", "../../evil"), "demo-1/l"),
        (link("demo-1/l", "../outside"), "points to ../outside"),
        (link("demo-1/h", "demo-1/missing", tarfile.LNKTYPE), "demo-1/h"),
        (link("demo-1/h", "/etc/passwd", tarfile.LNKTYPE), "demo-1/h"),
        (member("demo-1/pipe", type=tarfile.FIFOTYPE), "demo-1/pipe"),
        (member("demo-1/dev", type=tarfile.CHRTYPE), "demo-1/dev"),
        (member("demo-1/bell\a", type=tarfile.FIFOTYPE), r"demo-1/bell\x07"),
    ],
)
def test_unsafe_member_is_refused_by_name(tmp_path: Path, bad: tuple[tarfile.TarInfo, bytes], named: str) -> None:
    """Nothing is written outside, and the message says what was wrong."""
    path = write_tar(tmp_path / "demo-1.tar.gz", *SOUND, bad)
    (tmp_path / "work").mkdir()
    with pytest.raises(InvalidProjectError) as refusal:
        snapshot(path, tmp_path / "work" / "copy")
    assert named in refusal.value.what
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["copy"]
    assert {path.name for path in (tmp_path / "work" / "copy").iterdir()} <= {"demo-1"}


@pytest.mark.parametrize("name", ["/demo-1/x", "../demo-1/x", "demo-1", "/"])
@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_unsafe_member_is_refused_if_it_is_alone(tmp_path: Path, suffix: str, name: str) -> None:
    """Without another top folder that it would contradict; the copy's root must never be elsewhere."""
    path = tmp_path / f"demo-1{suffix}"
    write_zip(path, {name: b""}) if suffix == ".zip" else write_tar(path, (member("x")[0].replace(name=name), b""))
    with pytest.raises(InvalidProjectError) as refusal:
        snapshot(path, tmp_path / "copy")
    assert f"has the member {name}" in refusal.value.what


def test_file_is_not_written_through_link(tmp_path: Path) -> None:
    """Two members together are what neither is alone."""
    evil = (link("demo-1/out", "../.."), member("demo-1/out/evil", b"x"))
    path = write_tar(tmp_path / "demo-1.tar.gz", *SOUND, *evil)
    (tmp_path / "work").mkdir()
    with pytest.raises(InvalidProjectError, match="demo-1/out"):
        snapshot(path, tmp_path / "work" / "copy")
    assert not (tmp_path / "work" / "evil").exists()
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("name", ["../evil", "/evil", "demo-1/../../evil", "demo-1\\evil", "demo-1/a\\..\\b", "x"])
def test_unsafe_name_in_zip_is_refused(tmp_path: Path, name: str) -> None:
    """As in a tar; and a backslash means different things on different machines."""
    path = write_zip(tmp_path / "demo-1.zip", {"demo-1/ok": b"", name: b""})
    with pytest.raises(InvalidProjectError) as refusal:
        snapshot(path, tmp_path / "copy")
    assert (name if name.isprintable() else repr(name)) in refusal.value.what
    assert files_in(tmp_path / "copy") == ["demo-1/ok"]


@pytest.mark.parametrize("kind", [0o120777, 0o010644, 0o020644])
def test_link_or_device_in_zip_is_refused(tmp_path: Path, kind: int) -> None:
    """No sdist needs it, and tools disagree on what it would be."""
    path = write_zip(tmp_path / "demo-1.zip", {"demo-1/link": b"/etc/passwd"}, attributes=kind << 16)
    with pytest.raises(InvalidProjectError, match="demo-1/link"):
        snapshot(path, tmp_path / "copy")


@pytest.mark.parametrize("suffix", [*sorted(MODES), ".zip"])
@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\0" * 2048])
def test_file_that_is_no_archive_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    """Such as the error page of an index that was saved instead."""
    path = tmp_path / f"demo-1{suffix}"
    path.write_bytes(content)
    with pytest.raises(InvalidProjectError, match="demo-1"):
        snapshot(path, tmp_path / "copy")


@pytest.mark.parametrize("suffix", [*sorted(MODES), ".zip"])
def test_truncated_archive_is_refused_wherever_it_ends(tmp_path: Path, suffix: str) -> None:
    """A part of the files would build, too, and give another wheel."""
    whole = tmp_path / f"whole-1{suffix}"
    if suffix == ".zip":
        write_zip(whole, {"demo-1/a": os.urandom(300), "demo-1/b": b"b"})
    else:
        write_tar(whole, member("demo-1/a", os.urandom(300)), member("demo-1/b", b"b"), mode=MODES[suffix])
    content = whole.read_bytes()
    path = tmp_path / f"demo-1{suffix}"
    for size in range(0, len(content), 7):
        path.write_bytes(content[:size])
        with pytest.raises(InvalidProjectError, match="demo-1"):
            snapshot(path, tmp_path / str(size))
    path.write_bytes(content[:-1])
    with pytest.raises(InvalidProjectError, match="demo-1"):
        snapshot(path, tmp_path / "last")


def test_wrong_checksum_is_refused(tmp_path: Path) -> None:
    """Gzip's own comes at the very end, where tarfile does not look."""
    path = write_tar(tmp_path / "demo-1.tar.gz", *SOUND)
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    with pytest.raises(InvalidProjectError, match=r"valid archive|unpacked"):
        snapshot(path, tmp_path / "copy")


@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_empty_archive_is_refused(tmp_path: Path, suffix: str) -> None:
    """There is nothing to build from."""
    path = tmp_path / f"demo-1{suffix}"
    write_zip(path, {}) if suffix == ".zip" else write_tar(path)
    with pytest.raises(InvalidProjectError, match="empty"):
        snapshot(path, tmp_path / "copy")


@pytest.mark.parametrize("limit", ["MAX_MEMBERS", "MAX_SIZE"])
@pytest.mark.parametrize("suffix", [".tar.gz", ".zip"])
def test_too_large_archive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, limit: str
) -> None:
    """A few kilobytes can unpack to a full disk."""
    path = tmp_path / f"demo-1{suffix}"
    files = {f"demo-1/{number}": b"\0" * 100 for number in range(3)}
    write_zip(path, files) if suffix == ".zip" else write_tar(path, *(member(*file) for file in files.items()))
    size = 3 * (100 + (512 if suffix == ".tar.gz" else 0))  # headers of tar archives count, too
    monkeypatch.setattr(_members, limit, {"MAX_MEMBERS": 3, "MAX_SIZE": size}[limit])
    snapshot(path, tmp_path / "fits")
    monkeypatch.setattr(_members, limit, {"MAX_MEMBERS": 2, "MAX_SIZE": size - 1}[limit])
    with pytest.raises(InvalidProjectError, match="too large"):
        snapshot(path, tmp_path / "copy")


def test_size_counts_before_it_is_unpacked(tmp_path: Path) -> None:
    """A header that promises more than the limit is enough to stop."""
    huge, _ = member("demo-1/huge")
    huge.size = _members.MAX_SIZE + 1
    (tmp_path / "demo-1.tar.gz").write_bytes(gzip.compress(huge.tobuf()))
    with pytest.raises(InvalidProjectError, match="too large"):
        snapshot(tmp_path / "demo-1.tar.gz", tmp_path / "copy")


def test_python_without_safe_unpacking_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11.0 to 3.11.3 would write wherever an archive says."""
    path = write_tar(tmp_path / "demo-1.tar.gz", *SOUND)
    monkeypatch.delattr(tarfile, "data_filter")
    with pytest.raises(SamewheelError, match="data_filter") as refusal:
        snapshot(path, tmp_path / "copy")
    assert "3.11.4" in refusal.value.hint


def test_file_in_place_of_folder_is_refused(tmp_path: Path) -> None:
    """The archive contradicts itself."""
    path = write_tar(tmp_path / "demo-1.tar.gz", member("demo-1/a", b"x"), member("demo-1/a/b", b"x"))
    with pytest.raises(InvalidProjectError, match=r"has the member demo-1/a/b\nIt cannot be unpacked"):
        snapshot(path, tmp_path / "copy")
