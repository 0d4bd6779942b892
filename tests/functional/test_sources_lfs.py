"""Git LFS: the copy has the large files, from the working copy, and only the right ones."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from samewheel import sources
from samewheel.errors import UsageError
from tests.functional.git_projects import commit, git, make_repository, pointer_to, snapshot, write

if TYPE_CHECKING:
    from pathlib import Path

MODEL = b"\0weights\xff" * 1000


pytestmark = pytest.mark.usefixtures("plain_git")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a committed pointer; the working copy has the file, as git without LFS sees it."""
    files = {"model.bin": pointer_to(MODEL), ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"}
    root = make_repository(tmp_path / "repository", files)
    write(root, {"model.bin": MODEL})
    return root


def test_pointer_is_replaced_by_the_file(repository: Path, tmp_path: Path) -> None:
    """A wheel with the pointer in it installs, and then fails to load its model."""
    taken = snapshot(repository, tmp_path / "copy")
    assert (taken.root / "model.bin").read_bytes() == MODEL
    assert taken.source.dirty == ()


def test_replaced_pointer_does_not_make_the_clone_dirty(repository: Path, tmp_path: Path) -> None:
    """The version would otherwise end in the date of the build."""
    clone = snapshot(repository, tmp_path / "copy").root
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "describe", "--tags", "--dirty") == "v1.0"
    assert "model.bin" in git(clone, "ls-files")


def test_filter_of_the_user_changes_nothing(repository: Path, tmp_path: Path) -> None:
    """With LFS set up, git itself sees no change; the copy is the same."""
    home = tmp_path / "home"
    expected = snapshot(repository, tmp_path / "without").digest
    pointer = tmp_path / "pointer"
    pointer.write_text(pointer_to(MODEL))
    git(home, "config", "--global", "filter.lfs.clean", f"cat {pointer}", home=home)
    git(home, "config", "--global", "filter.lfs.required", "true", home=home)
    os.utime(repository / "model.bin", (1, 1))
    taken = snapshot(repository, tmp_path / "with")
    assert (taken.source.dirty, taken.digest) == ((), expected)


def test_missing_file_is_refused_with_the_command(repository: Path, tmp_path: Path) -> None:
    """Without ``git lfs pull`` the working copy has the pointer itself, which is no change for git."""
    write(repository, {"model.bin": pointer_to(MODEL)})
    assert sources.inspect(repository).dirty == ()
    with pytest.raises(UsageError) as refusal:
        snapshot(repository, tmp_path / "copy", allow_dirty=True)
    assert "model.bin" in refusal.value.what
    assert "git lfs pull" in refusal.value.hint


def test_other_content_is_a_change(repository: Path, tmp_path: Path) -> None:
    """A model that was trained again is not the committed one, even if as large."""
    write(repository, {"model.bin": MODEL[::-1]})
    assert sources.inspect(repository).dirty == ("model.bin",)
    with pytest.raises(UsageError, match=r"model\.bin"):
        snapshot(repository, tmp_path / "copy")
    assert (snapshot(repository, tmp_path / "dirty", allow_dirty=True).root / "model.bin").read_bytes() == MODEL[::-1]


def test_deleted_file_is_deleted(repository: Path, tmp_path: Path) -> None:
    """It is not asked for where the user does without it."""
    (repository / "model.bin").unlink()
    assert not (snapshot(repository, tmp_path / "copy", allow_dirty=True).root / "model.bin").exists()


def test_link_to_the_file_is_not_the_file(repository: Path, tmp_path: Path) -> None:
    """It could point anywhere, and is not what was committed."""
    (repository / "model.bin").rename(tmp_path / "model.bin")
    (repository / "model.bin").symlink_to(tmp_path / "model.bin")
    with pytest.raises(UsageError, match=r"model\.bin"):
        snapshot(repository, tmp_path / "copy")


def test_text_that_looks_like_a_pointer_is_kept(repository: Path, tmp_path: Path) -> None:
    """Tests of LFS tools have pointers as data; no attribute says that they stand for something."""
    write(repository, {"tests/pointer.txt": pointer_to(b"nowhere")})
    commit(repository)
    write(repository, {"model.bin": pointer_to(MODEL)})
    commit(repository)
    write(repository, {"model.bin": MODEL})
    taken = snapshot(repository, tmp_path / "copy")
    assert (taken.root / "tests" / "pointer.txt").read_text() == pointer_to(b"nowhere")


def test_pointer_without_attribute_is_replaced_if_the_file_is_there(tmp_path: Path) -> None:
    """The attribute may be in ``.git/info``, which no clone gets."""
    root = make_repository(tmp_path / "repository", {"model.bin": pointer_to(MODEL)})
    write(root, {"model.bin": MODEL})
    assert (snapshot(root, tmp_path / "copy").root / "model.bin").read_bytes() == MODEL


def test_executable_bit_is_that_of_the_commit(repository: Path) -> None:
    """As for any other file."""
    (repository / "model.bin").chmod(0o755)
    assert sources.inspect(repository).dirty == ("model.bin",)


def test_executable_bit_that_git_ignores_is_ignored(tmp_path: Path) -> None:
    """On some file systems every file has it, and git is told so."""
    root = make_repository(tmp_path / "repository", {"model.bin": pointer_to(MODEL)})
    home = tmp_path / "home"
    (tmp_path / "pointer").write_text(pointer_to(MODEL))
    git(home, "config", "--global", "filter.lfs.clean", f"cat {tmp_path / 'pointer'}", home=home)
    write(root, {".gitattributes": "*.bin filter=lfs\n"})
    commit(root)
    git(root, "config", "core.fileMode", "false")
    write(root, {"model.bin": MODEL})
    (root / "model.bin").chmod(0o755)
    taken = snapshot(root, tmp_path / "copy")
    assert (taken.root / "model.bin").read_bytes() == MODEL
    assert (taken.root / "model.bin").stat().st_mode & 0o777 == 0o644


def test_pointers_in_submodules_are_replaced(repository: Path, tmp_path: Path) -> None:
    """Each repository has its own."""
    top = make_repository(tmp_path / "top")
    git(top, "submodule", "--quiet", "add", repository, "sub")
    commit(top)
    write(top / "sub", {"model.bin": MODEL})
    taken = snapshot(top, tmp_path / "copy")
    assert (taken.root / "sub" / "model.bin").read_bytes() == MODEL
    assert git(taken.root, "status", "--porcelain") == ""
