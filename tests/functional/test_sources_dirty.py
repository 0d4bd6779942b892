"""A git working copy that is not as its commit: refused, or laid over the clone."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from samewheel import sources
from samewheel.errors import ExitCode, InvalidProjectError, SamewheelError, UsageError
from samewheel.preparing import open_project
from tests.functional.git_projects import commit, files_in, git, make_repository, snapshot, write

pytestmark = pytest.mark.usefixtures("plain_git")


def test_changes_are_refused_by_name(repository: Path, tmp_path: Path) -> None:
    """A release must not have what only this machine has; the error says what and what to do."""
    write(repository, {"pyproject.toml": "changed", "src/new.py": ""})
    source = sources.inspect(repository)
    assert source.dirty == ("pyproject.toml", "src/new.py")
    with pytest.raises(UsageError) as refusal:
        sources.take(source, tmp_path / "copy")
    assert "pyproject.toml, src/new.py" in refusal.value.what
    assert "--allow-dirty" in refusal.value.hint
    assert refusal.value.exit_code == ExitCode.USAGE
    assert not (tmp_path / "copy").exists()


def test_only_some_of_many_changes_are_named(repository: Path, tmp_path: Path) -> None:
    """A thousand names help nobody."""
    write(repository, {f"new{number:02}": "" for number in range(12)})
    with pytest.raises(UsageError, match=r"new08, new09 and 2 more\n") as refusal:
        snapshot(repository, tmp_path / "copy")
    assert "new10" not in str(refusal.value)


def test_names_cannot_write_to_the_terminal(repository: Path, tmp_path: Path) -> None:
    """A file name with an escape sequence is shown escaped."""
    write(repository, {"a\x1b[2Jb": ""})
    with pytest.raises(UsageError) as refusal:
        snapshot(repository, tmp_path / "copy")
    assert "\x1b" not in str(refusal.value)


def test_touched_file_is_not_changed(repository: Path) -> None:
    """Contents count, not times."""
    os.utime(repository / "pyproject.toml", (1, 1))
    assert sources.inspect(repository).dirty == ()


def test_changed_mode_is_a_change(repository: Path) -> None:
    """The executable bit goes into the wheel."""
    (repository / "pyproject.toml").chmod(0o755)
    assert sources.inspect(repository).dirty == ("pyproject.toml",)


def test_change_outside_of_subdirectory_counts(tmp_path: Path) -> None:
    """A build in a monorepo can read its neighbours."""
    root = make_repository(tmp_path / "mono", {"a/pyproject.toml": "", "b/x": ""})
    write(root, {"b/x": "changed"})
    assert sources.inspect(root / "a").dirty == ("b/x",)


def test_what_samewheel_writes_is_no_change(repository: Path, tmp_path: Path) -> None:
    """Else each build would make the next one dirty."""
    write(repository, {"constraints.txt": "", "dist/demo.whl": "", "evidence/demo.json": "", "distribution": ""})
    ours = [repository / name for name in ("constraints.txt", "dist", "evidence")]
    assert sources.inspect(repository, not_source=ours).dirty == ("distribution",)
    taken = snapshot(repository, tmp_path / "copy", allow_dirty=True, not_source=ours)
    assert files_in(taken.root) == [".gitignore", "distribution", "pyproject.toml", "src/demo/__init__.py"]


def test_what_samewheel_writes_may_be_named_through_link(repository: Path, tmp_path: Path) -> None:
    """The user may have come along another path than git, and an output folder may be a link."""
    (tmp_path / "link").symlink_to(repository)
    (tmp_path / "elsewhere").mkdir()
    (repository / "dist").symlink_to(tmp_path / "elsewhere")
    write(repository, {"constraints.txt": ""})
    ours = [tmp_path / "link" / name for name in ("constraints.txt", "dist")]
    assert sources.inspect(tmp_path / "link", not_source=ours).dirty == ()


def test_project_itself_is_always_source(repository: Path) -> None:
    """With the project as output folder, nothing would ever count as changed."""
    write(repository, {"new": ""})
    assert sources.inspect(repository, not_source=[repository, repository.parent]).dirty == ("new",)


def test_user_decides_what_git_ignores(repository: Path, tmp_path: Path) -> None:
    """Files of an editor are commonly ignored in the user's own settings."""
    write(tmp_path / "home", {".config/git/ignore": "*.swp\n"})
    write(repository, {"a.swp": ""})
    assert sources.inspect(repository).dirty == ()


def test_settings_of_repository_do_not_hide_changes(repository: Path) -> None:
    """``git status`` can be told to be silent on new files."""
    git(repository, "config", "status.showUntrackedFiles", "no")
    write(repository, {"new": ""})
    assert sources.inspect(repository).dirty == ("new",)


def test_working_copy_is_laid_over(repository: Path, tmp_path: Path) -> None:
    """With --allow-dirty, the copy has what is on the disk, whether added to git or not."""
    write(repository, {"old.py": "", "staged-away.py": "", "renamed.py": "same content", "kept/x": ""})
    commit(repository)
    write(repository, {"pyproject.toml": "changed", "added.py": "", "new/script": "", "debug.log": "ignored"})
    (repository / "new" / "script").chmod(0o755)
    (repository / "new" / "link").symlink_to("script")
    git(repository, "add", "added.py")
    (repository / "old.py").unlink()
    (repository / "kept" / "x").unlink()
    git(repository, "rm", "--quiet", "staged-away.py")
    git(repository, "mv", "renamed.py", "moved.py")
    taken = snapshot(repository, tmp_path / "copy", allow_dirty=True)
    assert files_in(taken.root) == [
        *(".gitignore", "added.py", "moved.py", "new/link", "new/script", "pyproject.toml", "src/demo/__init__.py")
    ]
    assert (taken.root / "pyproject.toml").read_text() == "changed"
    assert (taken.root / "new" / "link").readlink() == Path("script")
    assert (taken.root / "new" / "script").stat().st_mode & 0o777 == 0o755
    assert not (taken.root / "kept").exists()
    assert "moved.py" in taken.source.dirty
    assert len(taken.source.dirty) == 9
    assert f"not committed: {', '.join(taken.source.dirty)}" in taken.warnings[0]


def test_backends_see_what_is_added(repository: Path, tmp_path: Path) -> None:
    """setuptools-scm packages the files that git lists, and the user's git lists what was added."""
    write(repository, {"added.txt": "", "ignored.log": "", "new.txt": ""})
    git(repository, "add", "--force", "added.txt", "ignored.log")
    git(repository, "rm", "--quiet", "src/demo/__init__.py")
    clone = snapshot(repository, tmp_path / "copy", allow_dirty=True).root
    assert git(clone, "ls-files") == git(repository, "ls-files")
    assert git(clone, "status", "--porcelain") == git(repository, "status", "--porcelain")


def test_clean_and_laid_over_copies_are_the_same(repository: Path, tmp_path: Path) -> None:
    """Without changes, --allow-dirty allows nothing."""
    clean = snapshot(repository, tmp_path / "clean")
    assert snapshot(repository, tmp_path / "dirty", allow_dirty=True).digest == clean.digest


def test_committing_does_not_change_the_digest(repository: Path, tmp_path: Path) -> None:
    """What was built from a working copy is found again when it is committed."""
    write(repository, {"pyproject.toml": "changed", "new.py": ""})
    dirty = snapshot(repository, tmp_path / "dirty", allow_dirty=True)
    commit(repository)
    assert snapshot(repository, tmp_path / "clean").digest == dirty.digest


def test_files_and_folders_may_change_places(tmp_path: Path) -> None:
    """A module becomes a package, a folder becomes a link."""
    root = make_repository(tmp_path / "repository", {"a": "", "b/x": "", "c/x": "", "d": "", "e/x": ""})
    (root / "a").unlink()
    (root / "b" / "x").unlink()
    (root / "b").rmdir()
    (root / "c" / "x").unlink()
    (root / "c").rmdir()
    (root / "d").unlink()
    write(root, {"a/x": "", "b": ""})
    (root / "c").symlink_to("e")
    (root / "d").symlink_to("e")
    taken = snapshot(root, tmp_path / "copy", allow_dirty=True)
    assert files_in(taken.root) == ["a/x", "b", "c", "d", "e/x"]
    assert (taken.root / "c").is_symlink()


def test_file_that_git_forgot_but_is_new_again_is_kept(repository: Path, tmp_path: Path) -> None:
    """After ``git rm --cached`` git calls a file both deleted and untracked."""
    git(repository, "rm", "--cached", "--quiet", "pyproject.toml")
    taken = snapshot(repository, tmp_path / "copy", allow_dirty=True)
    assert (taken.root / "pyproject.toml").exists()


def test_file_that_git_forgot_and_ignores_is_gone(repository: Path, tmp_path: Path) -> None:
    """Taken out of git and ignored since, it will not be in the next commit."""
    write(repository, {"secret.key": ""})
    commit(repository)
    git(repository, "rm", "--cached", "--quiet", "secret.key")
    write(repository, {".gitignore": "*.key\n"})
    assert not (snapshot(repository, tmp_path / "copy", allow_dirty=True).root / "secret.key").exists()


def test_conflict_is_copied_as_it_lies_there(repository: Path, tmp_path: Path) -> None:
    """In the middle of a merge, the working copy is what it is."""
    git(repository, "checkout", "--quiet", "-b", "other")
    write(repository, {"pyproject.toml": "theirs"})
    commit(repository)
    git(repository, "checkout", "--quiet", "main")
    write(repository, {"pyproject.toml": "ours"})
    commit(repository)
    git(repository, "merge", "other", check=False)
    taken = snapshot(repository, tmp_path / "copy", allow_dirty=True)
    assert "<<<<<<<" in (taken.root / "pyproject.toml").read_text()


def test_untracked_repository_is_copied_without_git(repository: Path, tmp_path: Path) -> None:
    """A checkout inside the checkout is files like others, but its .git belongs to nobody's source."""
    make_repository(repository / "vendored")
    taken = snapshot(repository, tmp_path / "copy", allow_dirty=True)
    assert (taken.root / "vendored" / "pyproject.toml").exists()
    assert not (taken.root / "vendored" / ".git").exists()


def test_socket_among_new_files_is_no_source(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git does not see sockets and pipes, so neither are they missed."""
    monkeypatch.chdir(repository)
    os.mkfifo(repository / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert snapshot(repository, tmp_path / "copy").source.dirty == ()


def test_pipe_in_place_of_file_is_refused(repository: Path, tmp_path: Path) -> None:
    """Reading it would wait for ever."""
    write(repository, {"vendored/x": ""})
    git(repository / "vendored", "init", "--quiet")
    write(repository / "vendored", {"x": ""})
    os.mkfifo(repository / "vendored" / "pipe")
    with pytest.raises(InvalidProjectError, match="vendored/pipe"):
        snapshot(repository, tmp_path / "copy", allow_dirty=True)


def test_link_out_of_repository_is_refused(repository: Path, tmp_path: Path) -> None:
    """Laid over, as committed, links must stay inside."""
    (repository / "link").symlink_to(tmp_path)
    with pytest.raises(InvalidProjectError, match="link"):
        snapshot(repository, tmp_path / "copy", allow_dirty=True)


def test_included_files_are_copied(repository: Path, tmp_path: Path) -> None:
    """A generated module may belong to the source, and still not to git."""
    write(
        repository,
        {"src/demo/_generated.py": "x", "src/demo/data/a.log": "", "src/demo/data/.b.log": "", "c.log": ""},
    )
    taken = snapshot(repository, tmp_path / "copy", include=["src/**/_generated.py", "src/demo/data/*"])
    assert files_in(taken.root) == [
        *(".gitignore", "pyproject.toml", "src/demo/__init__.py", "src/demo/_generated.py"),
        *("src/demo/data/.b.log", "src/demo/data/a.log"),
    ]
    assert taken.digest != snapshot(repository, tmp_path / "without").digest


def test_included_files_are_named(tmp_path: Path) -> None:
    """No commit has them, and who reads only its name must not believe that it says all; from the top, as changes."""
    root = make_repository(tmp_path / "mono", {"lib/pyproject.toml": "", ".gitignore": "*.log\n"})
    write(root, {"lib/b/b.log": "", "lib/a.log": "", "lib/new.txt": "", "c.log": ""})
    taken = snapshot(root / "lib", tmp_path / "copy", allow_dirty=True, include=["b", "*"])
    assert taken.source.included == ("lib/a.log", "lib/b/b.log")
    assert taken.source.dirty == ("lib/new.txt",)
    assert snapshot(root / "lib", tmp_path / "without", allow_dirty=True).source.included == ()


def test_included_files_do_not_make_the_clone_dirty(repository: Path, tmp_path: Path) -> None:
    """Ignored by the user's settings, they are untracked where those are not known, and change the version."""
    write(tmp_path / "home", {".config/git/ignore": "*.bin\n"})
    write(repository, {"a b[1].bin": "", "src/x.bin": ""})
    taken = snapshot(repository, tmp_path / "copy", include=["*.bin", "src/x.bin"])
    assert (taken.root / "a b[1].bin").exists()
    assert git(taken.root, "status", "--porcelain") == ""


def test_include_is_relative_to_project(tmp_path: Path) -> None:
    """In a monorepo, each project has its own."""
    root = make_repository(tmp_path / "mono", {"lib/pyproject.toml": "", ".gitignore": "*.log\n"})
    write(root, {"lib/a.log": "", "b.log": ""})
    taken = snapshot(root / "lib", tmp_path / "copy", include=["*.log"])
    assert files_in(taken.root) == [".gitignore", "lib/a.log", "lib/pyproject.toml"]


def test_include_never_replaces_what_is_committed(repository: Path, tmp_path: Path) -> None:
    """Else a pattern would be a way around the refusal of changes."""
    git(repository, "update-index", "--assume-unchanged", "pyproject.toml")
    write(repository, {"pyproject.toml": "hidden change"})
    taken = snapshot(repository, tmp_path / "copy", include=["*.toml"])
    assert "hidden" not in (taken.root / "pyproject.toml").read_text()


@pytest.mark.parametrize("pattern", ["*.nothing", "", "missing/", ".git/config", ".git/**"])
def test_include_that_matches_nothing_is_named(repository: Path, tmp_path: Path, pattern: str) -> None:
    """The generator did not run, and the wheel would lack its file."""
    with pytest.raises(InvalidProjectError) as refusal:
        snapshot(repository, tmp_path / "copy", include=["*.toml", pattern])
    assert repr(pattern) in refusal.value.what


@pytest.mark.parametrize("pattern", ["../*", "/etc/passwd", "src/../../x", "out/*", "out/**/*"])
def test_include_stays_inside_project(repository: Path, tmp_path: Path, pattern: str) -> None:
    """Neither by name nor through a link."""
    write(tmp_path, {"x": "", "outside/secret": ""})
    (repository / "out").symlink_to(tmp_path / "outside")
    write(repository, {".gitignore": "out\n"})
    commit(repository)
    with pytest.raises(InvalidProjectError, match=r"include"):
        snapshot(repository, tmp_path / "copy", include=[pattern])


def test_included_folder_in_place_of_link_is_refused(repository: Path, tmp_path: Path) -> None:
    """Copying through a link of the clone would write to wherever that leads."""
    (repository / "data").symlink_to("src")
    commit(repository)
    (repository / "data").unlink()
    write(repository, {"data/x.log": ""})
    git(repository, "update-index", "--assume-unchanged", "data")
    with pytest.raises(SamewheelError, match=r"x\.log"):
        snapshot(repository, tmp_path / "copy", include=["data/x.log"])


INCLUDING = '[project]\nname = "demo"\n\n[tool.samewheel]\ninclude = ["{}"]\n'
"""A project that counts some ignored file as source."""


def included(path: Path, *, allow_dirty: bool = False) -> tuple[str, ...]:
    """Return the ignored files that a build of a project would get, by what its settings say."""
    with open_project(path, overrides={}, allow_dirty=allow_dirty) as opened:
        assert all((opened.snapshot.root / name).exists() for name in opened.source.included)
        return opened.source.included


def test_commit_says_which_ignored_files_are_source(repository: Path) -> None:
    """Settings that git was told to pass over would bring in files without a trace: only its own count."""
    write(repository, {"pyproject.toml": INCLUDING.format("meant.log"), "meant.log": "", "smuggled.log": ""})
    commit(repository)
    git(repository, "update-index", "--assume-unchanged", "pyproject.toml")
    write(repository, {"pyproject.toml": INCLUDING.format("smuggled.log")})
    assert included(repository) == ("meant.log",)


def test_changed_settings_count_where_changes_do(repository: Path) -> None:
    """With --allow-dirty the working copy's settings are the copy's, and are named as a change."""
    write(repository, {"pyproject.toml": INCLUDING.format("new.log"), "new.log": ""})
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        included(repository)
    assert included(repository, allow_dirty=True) == ("new.log",)
