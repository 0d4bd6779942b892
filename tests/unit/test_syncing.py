"""What is reported as written survives a power cut: files are synced before they get their names, folders after."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import closing
from pathlib import Path

import pytest

from samewheel._files import put_folder, write_atomic
from samewheel.attesting.keyfiles import make_key_files
from samewheel.audit.schema import connect, create
from samewheel.errors import SamewheelError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what was synced")

FULL = 2
"""Of ``PRAGMA synchronous``: SQLite syncs each commit."""


@pytest.fixture
def events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is synced and named from now on, in order; names that were made up are dots."""
    happened: list[str] = []
    fsync, replace, link = os.fsync, os.replace, os.link

    def shown(path: object) -> str:
        parts = Path(str(path)).relative_to(tmp_path).parts
        return "/".join("..." if part.startswith(".") else part for part in parts) or "top"

    def synced(handle: int) -> None:
        happened.append(f"sync {shown(Path(f'/proc/self/fd/{handle}').readlink())}")
        fsync(handle)

    def named(one: object, other: object) -> None:
        replace(str(one), str(other))
        happened.append(f"name {shown(other)}")

    def linked(one: object, other: object) -> None:
        happened.append(f"name {shown(other)}")
        link(str(one), str(other))

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", named)
    monkeypatch.setattr(os, "link", linked)
    return happened


def failing_at(monkeypatch: pytest.MonkeyPatch, number: int, *, folders: bool) -> None:
    """Have the disk say that it lost files, or folders, when it is asked to keep them."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().is_dir() == folders:
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)


def test_file_is_synced_before_it_is_named_and_its_folder_after(tmp_path: Path, events: list[str]) -> None:
    """Else a power cut leaves an empty file, or none, of which success was said."""
    (tmp_path / "dist").mkdir()
    write_atomic(tmp_path / "dist" / "file", b"content")
    assert events == ["sync dist/...", "name dist/file", "sync dist"]


def test_folders_that_were_made_for_a_file_are_synced_too(tmp_path: Path, events: list[str]) -> None:
    """A folder that was made is a name in the one above it."""
    write_atomic(tmp_path / "a" / "b" / "file", b"content")
    assert events == ["sync a/b/...", "name a/b/file", "sync a/b", "sync a", "sync top"]


def test_all_files_of_a_folder_are_synced_before_it_is_named(tmp_path: Path, events: list[str]) -> None:
    """A site is many files, each of which can be lost."""

    def fill(folder: Path) -> None:
        (folder / "packages").mkdir()
        for name in ("index.html", "packages/six.html"):
            (folder / name).write_bytes(b"page")

    put_folder(tmp_path / "site", fill)
    files = ["sync .../index.html", "sync .../packages/six.html"]
    assert events == [*files, "sync ...", "sync .../packages", "name site", "sync top"]


def test_keys_are_synced_with_their_folder(tmp_path: Path, events: list[str]) -> None:
    """A key that is lost after its public half was handed out is missed."""
    make_key_files(tmp_path / "release")
    assert events == ["sync release", "sync release.pub", "sync top"]


def test_store_has_its_name_on_the_disk_before_it_is_used(tmp_path: Path, events: list[str]) -> None:
    """What SQLite syncs in a file that has no name is lost with it."""
    create(tmp_path / "audit.sqlite3")
    assert events == ["name audit.sqlite3", "sync top"]


def test_each_commit_to_a_store_is_synced(tmp_path: Path) -> None:
    """SQLite can leave that out, and then a power cut takes results back."""
    create(tmp_path / "audit.sqlite3")
    with closing(connect(tmp_path / "audit.sqlite3", writing=True)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_file_that_cannot_be_synced_is_not_named(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems find out only then that there is no room: a network's, or one that allocates late."""
    (tmp_path / "file").write_bytes(b"old")
    failing_at(monkeypatch, number, folders=False)
    with pytest.raises(SamewheelError, match=r"cannot write .*file") as caught:
        write_atomic(tmp_path / "file", b"new")
    assert os.strerror(number) in caught.value.cause
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_page_that_cannot_be_synced_costs_the_new_site_only(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site that was there is as good as before."""
    put_folder(tmp_path / "site", lambda folder: (folder / "index.html").write_bytes(b"old"))
    failing_at(monkeypatch, number, folders=False)
    with pytest.raises(SamewheelError, match=r"cannot write .*site"):
        put_folder(tmp_path / "site", lambda folder: (folder / "index.html").write_bytes(b"new"))
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site" / "index.html").read_bytes() == b"old"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_disk_that_loses_the_name_is_an_error(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Success would be a promise that the disk has not made."""
    failing_at(monkeypatch, number, folders=True)
    with pytest.raises(SamewheelError, match="may be lost"):
        write_atomic(tmp_path / "file", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_file_system_that_cannot_sync_folders_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some say so by an error, and there is nothing that anybody could do."""
    failing_at(monkeypatch, errno.EINVAL, folders=True)
    write_atomic(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"


def test_folder_that_was_made_for_nothing_goes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure leaves nothing, also of what was made on the way."""
    failing_at(monkeypatch, errno.ENOSPC, folders=False)
    for write in (
        lambda: write_atomic(tmp_path / "a" / "b" / "file", b"new"),
        lambda: put_folder(tmp_path / "a" / "site", lambda folder: (folder / "page").write_bytes(b"new")),
        lambda: make_key_files(tmp_path / "keys" / "release"),
    ):
        with pytest.raises(SamewheelError, match="cannot write"):
            write()
    assert list(tmp_path.iterdir()) == []
