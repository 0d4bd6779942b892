"""Submodules come from the user's checkout, at the commits that the repository recorded."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from samewheel import sources
from samewheel.errors import SamewheelError, UsageError
from tests.functional.git_projects import (
    commit,
    contents,
    copy_for_build,
    files_in,
    git,
    make_repository,
    snapshot,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("plain_git")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a submodule that has one itself; where they came from is gone."""
    inner = make_repository(tmp_path / "origin" / "inner", {"inner.c": "", ".gitignore": "*.o\n"})
    outer = make_repository(tmp_path / "origin" / "outer", {"outer.c": ""})
    git(outer, "submodule", "--quiet", "add", inner, "in ner")
    commit(outer)
    top = make_repository(tmp_path / "repository", {"pyproject.toml": ""})
    git(top, "submodule", "--quiet", "add", outer, "vendor/outer")
    git(top, "submodule", "--quiet", "update", "--init", "--recursive")
    commit(top)
    shutil.rmtree(tmp_path / "origin")
    return top


def test_submodules_are_cloned_from_the_working_copy(repository: Path, tmp_path: Path) -> None:
    """Their addresses may need credentials, or be gone."""
    before = contents(repository)
    taken = snapshot(repository, tmp_path / "copy")
    assert files_in(taken.root) == [
        *(".gitmodules", "pyproject.toml", "vendor/outer/.gitmodules"),
        *("vendor/outer/in ner/.gitignore", "vendor/outer/in ner/inner.c", "vendor/outer/outer.c"),
    ]
    assert taken.source.dirty == ()
    assert git(taken.root, "status", "--porcelain") == ""
    assert contents(repository) == before


def test_files_of_submodules_are_listed(repository: Path, tmp_path: Path) -> None:
    """Backends that ask git for the files ask for those of submodules, too."""
    clone = snapshot(repository, tmp_path / "copy").root
    listing = git(clone, "-c", "core.quotePath=false", "ls-files", "--recurse-submodules")
    assert "vendor/outer/in ner/inner.c" in listing.splitlines()


def test_clone_of_submodule_names_no_place(repository: Path, tmp_path: Path) -> None:
    """Each of them is a clone of its own, with neither remote nor link to the user's repository."""
    clone = snapshot(repository, tmp_path / "copy").root
    for place in (clone / "vendor" / "outer", clone / "vendor" / "outer" / "in ner"):
        assert (place / ".git").is_dir()
        assert git(place, "remote") == ""
        leaks = [
            path
            for path in (place / ".git").rglob("*")
            if path.is_file() and str(tmp_path).encode() in path.read_bytes()
        ]
        assert leaks == []


def test_submodule_itself_is_a_source(repository: Path, tmp_path: Path) -> None:
    """Its .git is a file that leads into the outer repository's."""
    taken = snapshot(repository / "vendor" / "outer", tmp_path / "copy")
    assert taken.source.root == (repository / "vendor" / "outer").resolve()
    assert (taken.root / "in ner" / "inner.c").exists()


def test_missing_submodule_is_refused_with_the_command(repository: Path, tmp_path: Path) -> None:
    """A clone without --recursive has empty folders, and C extensions fail to compile with them."""
    git(repository, "submodule", "--quiet", "deinit", "--force", "vendor/outer")
    with pytest.raises(UsageError, match="vendor/outer") as refusal:
        snapshot(repository, tmp_path / "copy")
    assert "submodule update --init --recursive" in refusal.value.hint


def test_change_in_submodule_is_a_change(repository: Path, tmp_path: Path) -> None:
    """It is named by its path from the top, also in a submodule of a submodule."""
    inner = repository / "vendor" / "outer" / "in ner"
    write(inner, {"inner.c": "changed", "new.c": "", "a.o": ""})
    git(inner, "add", "new.c")
    assert sources.inspect(repository).dirty == ("vendor/outer/in ner/inner.c", "vendor/outer/in ner/new.c")
    clone = snapshot(repository, tmp_path / "copy", allow_dirty=True).root
    assert (clone / "vendor" / "outer" / "in ner" / "inner.c").read_text() == "changed"
    assert files_in(clone / "vendor" / "outer" / "in ner") == [".gitignore", "inner.c", "new.c"]
    assert git(clone / "vendor" / "outer" / "in ner", "ls-files") == git(inner, "ls-files")


def test_ignoring_settings_do_not_hide_changes_of_submodules(repository: Path) -> None:
    """``ignore = all`` in .gitmodules is for the eyes of people who work on something else."""
    git(repository, "config", "--file", ".gitmodules", "submodule.vendor/outer.ignore", "all")
    commit(repository)
    write(repository / "vendor" / "outer", {"outer.c": "changed"})
    commit(repository / "vendor" / "outer")
    assert sources.inspect(repository).dirty == ("vendor/outer",)


def test_submodule_at_other_commit_is_a_change(repository: Path, tmp_path: Path) -> None:
    """Refused, or taken as it lies there."""
    write(repository / "vendor" / "outer", {"outer.c": "changed"})
    head = commit(repository / "vendor" / "outer")
    with pytest.raises(UsageError, match="vendor/outer"):
        snapshot(repository, tmp_path / "refused")
    write(repository / "vendor" / "outer" / "in ner", {"ignored.o": "", "inner.c": "changed"})
    commit(repository / "vendor" / "outer" / "in ner")
    clone = snapshot(repository, tmp_path / "copy", allow_dirty=True).root
    assert "vendor/outer/in ner/ignored.o" not in files_in(clone)
    assert git(clone / "vendor" / "outer", "rev-parse", "HEAD") == head
    assert (clone / "vendor" / "outer" / "outer.c").read_text() == "changed"


def test_removed_submodule_is_removed(repository: Path, tmp_path: Path) -> None:
    """Staged but not committed."""
    git(repository, "rm", "--quiet", "--force", "vendor/outer")
    clone = snapshot(repository, tmp_path / "copy", allow_dirty=True).root
    assert not (clone / "vendor").exists()


def test_added_submodule_is_added(repository: Path, tmp_path: Path) -> None:
    """Staged but not committed."""
    other = make_repository(tmp_path / "other", {"other.c": ""})
    git(repository, "submodule", "--quiet", "add", other, "other")
    clone = snapshot(repository, tmp_path / "copy", allow_dirty=True).root
    assert (clone / "other" / "other.c").exists()
    assert (clone / "other" / ".git").is_dir()
    assert "other/other.c" in git(clone, "ls-files", "--recurse-submodules")


def test_recorded_commit_that_is_not_there_is_an_error(repository: Path, tmp_path: Path) -> None:
    """Somebody pulled the outer repository and not its submodules: refused as a change, never built with another."""
    git(repository, "update-index", "--cacheinfo", f"160000,{'1' * 40},vendor/outer")
    git(repository, "commit", "--quiet", "--message", "moved")
    with pytest.raises(SamewheelError, match="vendor/outer"):
        snapshot(repository, tmp_path / "copy")


def test_copy_of_a_copy_is_clean_for_git(repository: Path, tmp_path: Path) -> None:
    """In the submodules as at the top, which looks into them and is asked last."""
    again = copy_for_build(snapshot(repository, tmp_path / "copy"), tmp_path / "again", time=1_000_000_000)
    for place in ("vendor/outer/in ner", "vendor/outer", "."):
        assert git(again / place, "diff-index", "HEAD") == ""


def test_digest_covers_submodules(repository: Path, tmp_path: Path) -> None:
    """Their files are source like the others, and only their .git is not."""
    first = snapshot(repository, tmp_path / "first")
    write(repository / "vendor" / "outer", {"outer.c": "changed"})
    commit(repository / "vendor" / "outer")
    commit(repository)
    second = snapshot(repository, tmp_path / "second")
    assert first.digest != second.digest
    assert snapshot(repository, tmp_path / "third").digest == second.digest


def test_submodule_with_settings_of_its_working_tree_is_a_source(repository: Path, tmp_path: Path) -> None:
    """``git sparse-checkout`` keeps core.worktree in another file."""
    git(repository / "vendor" / "outer", "sparse-checkout", "init")
    git(repository / "vendor" / "outer", "sparse-checkout", "disable")
    modules = repository / ".git" / "modules" / "vendor" / "outer"
    assert "worktree" in (modules / "config.worktree").read_text("utf-8")
    assert snapshot(repository, tmp_path / "copy").source.dirty == ()
    assert snapshot(repository / "vendor" / "outer", tmp_path / "inner").source.dirty == ()
