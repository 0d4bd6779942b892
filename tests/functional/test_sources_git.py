"""A git repository as source: what the clone has, and what it must not have."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from samewheel import sources
from samewheel._types import SourceKind
from samewheel.errors import SamewheelError, UsageError
from tests.functional.git_projects import (
    COMMIT_TIME,
    GIT,
    commit,
    contents,
    copy_for_build,
    files_in,
    git,
    make_repository,
    snapshot,
    write,
)

SECRET = "s3cr3t-t0ken"  # noqa: S105 - it is one, for this test

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may give files away")


pytestmark = pytest.mark.usefixtures("plain_git")


def sign(repository: Path) -> None:
    """Put a signature, if not a valid one, on a commit, so that whoever shows it has it checked."""
    text = git(repository, "cat-file", "commit", "HEAD")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n xxxx\n -----END PGP SIGNATURE-----\n\n"
    write(repository.parent, {"signed": text.replace("\n\n", f"\n{signature}", 1) + "\n"})
    signed = git(repository, "hash-object", "-t", "commit", "-w", repository.parent / "signed")
    git(repository, "update-ref", "HEAD", signed)


def leak(folder: Path, *needles: str) -> list[str]:
    """Return what in a ``.git`` has one of the texts, by plain search in every file."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(needle.encode() in path.read_bytes() for needle in needles)
    ]


def test_folder_that_looks_like_a_repository_is_not_taken_for_one(repository: Path) -> None:
    """A repository can bring one along, in a clone, too, with settings of its own that name programs."""
    for path in ("HEAD", "config", "objects/keep", "refs/keep"):
        (repository / "part" / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / "part" / path).write_text("")
    (repository / "part" / "HEAD").write_text("ref: refs/heads/main\n")
    (repository / "part" / "config").write_text("[core]\n\tbare = true\n")
    (repository / "part" / "pyproject.toml").write_text("[project]\n")
    commit(repository)
    with pytest.raises(SamewheelError, match="cannot use bare repository"):
        sources.inspect(repository / "part")


def test_repository_is_described(repository: Path) -> None:
    """The buildinfo tells a third party which commit to fetch."""
    head = commit(repository)
    source = sources.inspect(repository)
    assert source == sources.Source(
        kind=SourceKind.GIT,
        path=repository,
        root=repository.resolve(),
        commit=head,
        describe=f"v1.0-1-g{head[:12]}",
        time=COMMIT_TIME,
    )


def test_without_tag_there_is_no_description(tmp_path: Path) -> None:
    """A project without tags is nothing unusual."""
    assert sources.inspect(make_repository(tmp_path / "untagged", tag="")).describe is None


def test_remote_is_named_without_credentials(repository: Path) -> None:
    """Whoever rebuilds wants to know from where, and nobody wants the token."""
    git(repository, "remote", "add", "origin", f"https://user:{SECRET}@example.org/owner/demo.git")
    assert sources.inspect(repository).uri == "https://example.org/owner/demo.git"


def test_relative_path_becomes_absolute(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory may be another one later."""
    monkeypatch.chdir(repository.parent)
    assert sources.inspect(Path("repository")).path == repository


def test_named_link_leads_to_repository(repository: Path, tmp_path: Path) -> None:
    """Users keep links to their projects."""
    (tmp_path / "link").symlink_to(repository)
    source = sources.inspect(tmp_path / "link")
    assert (source.path, source.root) == (tmp_path / "link", repository.resolve())


def test_clone_has_what_the_commit_has(repository: Path, tmp_path: Path) -> None:
    """What git ignores or does not know is not part of the source."""
    write(repository, {"debug.log": "", "src/demo/_generated.py": ""})
    taken = snapshot(repository, tmp_path / "copy")
    assert files_in(taken.root) == [".gitignore", "pyproject.toml", "src/demo/__init__.py"]
    assert taken.newest == COMMIT_TIME
    assert (taken.project, taken.left_out, taken.warnings) == (tmp_path / "copy", (), ())


def test_version_and_file_finders_work_in_clone(repository: Path, tmp_path: Path) -> None:
    """setuptools-scm asks for the version, for changes and for the files, and drops package data without."""
    clone = snapshot(repository, tmp_path / "copy").root
    assert git(clone, "describe", "--tags", "--long") == git(repository, "describe", "--tags", "--long")
    assert git(clone, "ls-files") == git(repository, "ls-files")
    assert git(clone, "status", "--porcelain") == ""
    assert git(clone, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    assert subprocess.run([GIT, "archive", "HEAD"], cwd=clone, check=True, capture_output=True).stdout


def test_clone_has_tags_and_no_other_names(repository: Path, tmp_path: Path) -> None:
    """Branches differ from machine to machine, and some tools let versions depend on them."""
    git(repository, "branch", "feature")
    git(repository, "tag", "--annotate", "v2", "--message", "two")
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    clone = snapshot(repository, tmp_path / "copy").root
    assert git(clone, "for-each-ref", "--format=%(refname)") == "refs/tags/v1.0\nrefs/tags/v2"


def test_clone_has_no_remote_and_no_path_of_the_caller(repository: Path, tmp_path: Path) -> None:
    """Credentials live in URLs of remotes; and a path that a build can read ends up in a wheel some day."""
    git(repository, "remote", "add", "origin", f"https://user:{SECRET}@example.org/demo.git")
    git(repository, "config", "http.extraHeader", f"Authorization: {SECRET}")
    git(repository, "update-ref", "-m", SECRET, "refs/heads/other", "HEAD")
    clone = snapshot(repository, tmp_path / "copy").root
    assert git(clone, "remote") == ""
    assert leak(clone / ".git", SECRET, str(repository), str(tmp_path)) == []
    assert not (clone / ".git" / "logs").exists()
    assert not (clone / ".git" / "hooks").exists()


def test_clone_shares_nothing_with_repository(repository: Path, tmp_path: Path) -> None:
    """A build that overwrites its objects must not hit the user's."""
    git(repository, "repack", "-a", "-d", "--quiet")
    write(repository, {"more": "loose objects"})
    commit(repository)
    clone = snapshot(repository, tmp_path / "copy").root
    assert {path.stat().st_nlink for path in clone.rglob("*") if path.is_file()} == {1}
    assert not (clone / ".git" / "objects" / "info" / "alternates").exists()


def test_borrowed_objects_are_copied(repository: Path, tmp_path: Path) -> None:
    """A clone made with --shared has none of its own, and stops working without its lender."""
    git(tmp_path, "clone", "--quiet", "--shared", repository, "borrower")
    clone = snapshot(tmp_path / "borrower", tmp_path / "copy").root
    shutil.rmtree(repository)
    assert not (clone / ".git" / "objects" / "info" / "alternates").exists()
    assert git(clone, "fsck", "--full") == ""


def test_repository_stays_as_it_was(repository: Path, tmp_path: Path) -> None:
    """Not even the index is written, although every file's time has changed since."""
    write(repository, {"debug.log": "", "new.py": ""})
    os.utime(repository / "pyproject.toml", (1, 1))
    before = contents(repository)
    snapshot(repository, tmp_path / "copy", allow_dirty=True, include=["*.log"])
    sources.ignored_files(sources.inspect(repository))
    assert contents(repository) == before


def test_commit_is_taken_from_detached_head(repository: Path, tmp_path: Path) -> None:
    """CI checks out commits that no branch has."""
    git(repository, "checkout", "--quiet", "--detach")
    write(repository, {"more.py": ""})
    head = commit(repository)
    git(repository, "tag", "--delete", "v1.0")
    taken = snapshot(repository, tmp_path / "copy")
    assert git(taken.root, "rev-parse", "HEAD") == head == taken.source.commit
    assert (taken.root / "more.py").exists()


def test_commit_is_the_one_that_was_inspected(repository: Path, tmp_path: Path) -> None:
    """A commit in between does not slip in under the name of another."""
    source = sources.inspect(repository)
    write(repository, {"more.py": ""})
    commit(repository)
    taken = sources.take(source, tmp_path / "copy")
    assert git(taken.root, "rev-parse", "HEAD") == source.commit
    assert not (taken.root / "more.py").exists()


def test_branch_and_tag_may_have_the_same_name(repository: Path, tmp_path: Path) -> None:
    """Commits are named in full, never by a name that could mean two things."""
    git(repository, "tag", "main")
    write(repository, {"more.py": ""})
    head = commit(repository)
    assert git(snapshot(repository, tmp_path / "copy").root, "rev-parse", "HEAD") == head


def test_project_in_subdirectory_comes_with_whole_repository(tmp_path: Path) -> None:
    """Members of a monorepo read files of their neighbours, and the version from the tags of all."""
    root = make_repository(tmp_path / "mono", {"libs/a/pyproject.toml": "", "libs/b/pyproject.toml": "", "x": ""})
    taken = snapshot(root / "libs" / "a", tmp_path / "copy")
    assert (taken.source.root, taken.source.subdirectory) == (root.resolve(), "libs/a")
    assert taken.project == tmp_path / "copy" / "libs" / "a"
    assert files_in(taken.root) == ["libs/a/pyproject.toml", "libs/b/pyproject.toml", "x"]


def test_worktree_is_a_source(repository: Path, tmp_path: Path) -> None:
    """Its .git is a file, and its HEAD another one than the main working tree's."""
    git(repository, "worktree", "add", "--quiet", "--detach", tmp_path / "worktree")
    write(tmp_path / "worktree", {"more.py": ""})
    head = commit(tmp_path / "worktree")
    clone = snapshot(tmp_path / "worktree", tmp_path / "copy").root
    assert git(clone, "rev-parse", "HEAD") == head
    assert git(clone, "describe", "--tags") == f"v1.0-1-g{head[:7]}"
    assert leak(clone / ".git", str(tmp_path)) == []


def test_shallow_clone_is_taken_with_a_warning(repository: Path, tmp_path: Path) -> None:
    """CI clones one commit, and versions from tags are silently wrong then."""
    git(repository, "tag", "--delete", "v1.0")
    commit(repository)
    git(tmp_path, "clone", "--quiet", "--depth=1", repository.as_uri(), "shallow")
    taken = snapshot(tmp_path / "shallow", tmp_path / "copy")
    assert taken.source.shallow
    assert "fetch --unshallow --tags" in taken.warnings[0]
    assert git(taken.root, "rev-list", "--count", "HEAD") == "1"
    assert leak(taken.root / ".git", str(repository), str(tmp_path)) == []


def test_partial_clone_is_a_source(repository: Path, tmp_path: Path) -> None:
    """History without files is enough, and nothing is fetched for the rest."""
    write(repository, {"pyproject.toml": "changed"})
    commit(repository)
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", repository.as_uri(), "partial")
    repository.rename(tmp_path / "gone")
    clone = snapshot(tmp_path / "partial", tmp_path / "copy").root
    assert git(clone, "describe", "--tags").startswith("v1.0-1-g")
    assert (clone / "pyproject.toml").read_text() == "changed"


def test_sparse_checkout_does_not_make_sparse_copy(repository: Path, tmp_path: Path) -> None:
    """The source is the commit, not the part that the user looks at."""
    git(repository, "sparse-checkout", "set", "--no-cone", "/pyproject.toml")
    assert not (repository / "src").exists()
    assert (snapshot(repository, tmp_path / "copy").root / "src" / "demo" / "__init__.py").exists()


@as_root
def test_repository_of_another_user_is_a_source(repository: Path, tmp_path: Path) -> None:
    """In a container the checkout belongs to somebody else, and git alone refuses to look at it."""
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 65534, 65534)
    write(repository, {"new.py": ""})
    assert sources.inspect(repository).dirty == ("new.py",)
    assert (snapshot(repository, tmp_path / "copy", allow_dirty=True).root / "new.py").exists()


@as_root
def test_filters_of_another_user_do_not_run(repository: Path, tmp_path: Path) -> None:
    """Settings of somebody else's repository name programs that somebody else chose."""
    git(repository, "config", "filter.evil.clean", f"touch {tmp_path / 'ran'}; cat")
    git(repository, "config", "filter.evil.required", "true")
    write(repository, {".gitattributes": "* filter=evil\n"})
    commit(repository)
    (tmp_path / "ran").unlink()
    os.utime(repository / "pyproject.toml", (1, 1))
    for path in (repository, *repository.rglob("*")):
        os.chown(path, 65534, 65534)
    snapshot(repository, tmp_path / "copy")
    assert not (tmp_path / "ran").exists()


def test_programs_in_settings_of_repository_do_not_run(repository: Path, tmp_path: Path) -> None:
    """Whoever prepared the checkout must not run anything outside the sandbox."""
    sign(repository)
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\necho $0 $@ >>{tmp_path / 'ran'}\n")
    evil.chmod(0o755)
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(evil, hooks / hook)
    for name in ("core.fsmonitor", "uploadpack.packObjectsHook", "gpg.program", "core.sshCommand", "core.pager"):
        git(repository, "config", name, str(evil))
    git(repository, "config", "log.showSignature", "true")
    os.utime(repository / "pyproject.toml", (1, 1))
    write(repository, {"new.py": ""})
    snapshot(repository, tmp_path / "copy", allow_dirty=True)
    sources.ignored_files(sources.inspect(repository))
    assert not (tmp_path / "ran").exists()


def test_settings_of_the_user_do_not_change_the_copy(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line ends, attributes, templates and hooks of one developer are not those of the next."""
    expected = snapshot(repository, tmp_path / "first").digest
    home = tmp_path / "home"
    write(home, {"template/hooks/post-checkout": "#!/bin/sh\ntouch ran\n", "attributes": "* eol=crlf\n"})
    (home / "template" / "hooks" / "post-checkout").chmod(0o755)
    settings = ("core.autocrlf=true", f"core.attributesFile={home}/attributes", f"init.templateDir={home}/template")
    for setting in settings:
        git(home, "config", "--global", *setting.split("="), home=home)
    assert (home / ".gitconfig").exists()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    taken = snapshot(repository, tmp_path / "second", allow_dirty=True)
    assert taken.digest == expected
    assert not (taken.root / ".git" / "hooks").exists()


def test_digest_is_the_same_for_every_clone(repository: Path, tmp_path: Path) -> None:
    """Where, when and under which umask a clone was made does not count."""
    first = snapshot(repository, tmp_path / "first")
    git(tmp_path, "clone", "--quiet", repository, "other")
    before = os.umask(0o077)
    try:
        second = snapshot(tmp_path / "other", tmp_path / "second")
    finally:
        os.umask(before)
    assert first.digest == second.digest


def test_digest_depends_on_executable_bit(repository: Path, tmp_path: Path) -> None:
    """The bit is part of what is built."""
    first = snapshot(repository, tmp_path / "first")
    (repository / "pyproject.toml").chmod(0o755)
    commit(repository)
    second = snapshot(repository, tmp_path / "second")
    assert first.digest != second.digest
    assert (second.root / "pyproject.toml").stat().st_mode & 0o777 == 0o755


def test_modes_do_not_depend_on_umask(repository: Path, tmp_path: Path) -> None:
    """Wheels keep the modes of their files."""
    before = os.umask(0o077)
    try:
        root = snapshot(repository, tmp_path / "copy").root
    finally:
        os.umask(before)
    modes = {path.lstat().st_mode & 0o777 for path in (root, root / "src", root / "src" / "demo")}
    assert modes == {0o755}
    assert (root / "pyproject.toml").stat().st_mode & 0o777 == 0o644


def test_any_file_name_is_copied(tmp_path: Path) -> None:
    """Names are bytes: spaces, line ends and what is no UTF-8 included."""
    names = [" a b ", "line\nend", 'tab\tquote"', "-dash", "*", os.fsdecode(b"caf\xe9"), "größe"]
    root = make_repository(tmp_path / "odd\nroot ", dict.fromkeys(names, "x"))
    taken = snapshot(root, tmp_path / "copy")
    assert files_in(taken.root) == sorted(names)
    write(root, dict.fromkeys(names, "changed"))
    assert sorted(sources.inspect(root).dirty) == sorted(names)
    laid_over = snapshot(root, tmp_path / "dirty", allow_dirty=True).root
    assert {(laid_over / name).read_text() for name in names} == {"changed"}


def test_link_inside_repository_is_kept(tmp_path: Path) -> None:
    """Monorepos share a licence or readme by links."""
    root = make_repository(tmp_path / "mono", {"LICENSE": "", "lib/pyproject.toml": ""})
    (root / "lib" / "LICENSE").symlink_to("../LICENSE")
    commit(root)
    taken = snapshot(root / "lib", tmp_path / "copy")
    assert (taken.project / "LICENSE").readlink() == Path("../LICENSE")


def test_copy_of_a_copy_is_clean_for_git(repository: Path, tmp_path: Path) -> None:
    """Some setup.py ask git diff-index, which believes the index and not the files."""
    taken = snapshot(repository, tmp_path / "copy")
    assert git(taken.root, "diff-index", "HEAD") == ""
    again = copy_for_build(taken, tmp_path / "again", time=1_000_000_000)
    assert git(again, "diff-index", "HEAD") == ""
    assert (again / "src").stat().st_mtime == 1_000_000_000


def test_missing_git_is_named(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copying the folder instead would silently give other versions."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SamewheelError, match="git is not on PATH"):
        sources.inspect(repository)


def test_git_is_not_needed_without_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no repository need not install git."""
    monkeypatch.setenv("PATH", str(tmp_path))
    write(tmp_path / "plain", {"pyproject.toml": ""})
    assert snapshot(tmp_path / "plain", tmp_path / "copy").source.kind is SourceKind.FOLDER


def test_broken_repository_is_an_error(repository: Path, tmp_path: Path) -> None:
    """A worktree without its repository, as containers get them, would lose its version as a plain folder."""
    git(repository, "worktree", "add", "--quiet", tmp_path / "worktree")
    shutil.rmtree(repository)
    with pytest.raises(SamewheelError, match="does not accept the repository"):
        sources.inspect(tmp_path / "worktree")


def test_missing_objects_are_an_error(repository: Path, tmp_path: Path) -> None:
    """Half a copy is never taken for the source."""
    source = sources.inspect(repository)
    blob = git(repository, "rev-parse", "HEAD:pyproject.toml")
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(SamewheelError, match="is incomplete, or holds objects") as refusal:
        sources.take(source, tmp_path / "copy")
    assert str(source.commit) in refusal.value.cause
    assert refusal.value.hint == f"Ask git itself: git -C {repository} fsck"


def test_folder_without_commit_is_plain(tmp_path: Path) -> None:
    """After git init there is nothing to clone yet."""
    write(tmp_path / "new", {"pyproject.toml": ""})
    git(tmp_path / "new", "init", "--quiet")
    git(tmp_path / "new", "add", "--all")
    taken = snapshot(tmp_path / "new", tmp_path / "copy")
    assert taken.source.kind is SourceKind.FOLDER
    assert taken.left_out == (".git/",)


@pytest.mark.parametrize("ignored", [True, False])
def test_folder_that_outer_repository_does_not_track_is_plain(
    repository: Path, tmp_path: Path, *, ignored: bool
) -> None:
    """People keep their home folder in git, and unpack projects below it."""
    write(repository, {"inner/pyproject.toml": "", ".gitignore": "inner\n" if ignored else ""})
    taken = snapshot(repository / "inner", tmp_path / "copy")
    assert taken.source.kind is SourceKind.FOLDER
    assert files_in(taken.root) == ["pyproject.toml"]


def test_ignored_files_are_relative_to_project(tmp_path: Path) -> None:
    """They are compared with the members of a wheel."""
    root = make_repository(tmp_path / "mono", {"lib/a.py": "", ".gitignore": "*.bin\n"})
    write(root, {"lib/data/x.bin": "", "lib/y.bin": "", "z.bin": "", "lib/new": ""})
    assert sources.ignored_files(sources.inspect(root / "lib")) == ("data/x.bin", "y.bin")


def test_plain_folder_ignores_no_files(tmp_path: Path) -> None:
    """Without git nobody says what to ignore."""
    write(tmp_path / "plain", {"a.py": ""})
    assert sources.ignored_files(sources.inspect(tmp_path / "plain")) == ()


# Repositories that lie elsewhere


def borrowing(private: Path, folder: Path, way: str) -> Path:
    """Make a folder, as an archive may be unpacked to, which leads to a repository that does not know of it."""
    write(folder, {"pyproject.toml": ""})
    history = private / ".git"
    own = folder / ".git"
    if way == "file":
        own.write_text(f"gitdir: {os.path.relpath(history, folder)}\n", "utf-8")
    elif way == "link":
        own.symlink_to(history)
    else:
        git(folder, "init", "--quiet")
        shutil.copy(history / "index", own / "index")
        if way == "commondir":
            (own / "commondir").write_text(f"{os.path.relpath(history, own)}\n", "utf-8")
        elif way == "config":
            (own / "gitdir").write_text(f"{own}\n", "utf-8")
            (own / "commondir").write_text(f"{history}\n", "utf-8")
            git(folder, "config", "--file", own / "config", "core.worktree", folder)
        else:
            shutil.rmtree(own / "objects")
            (own / "objects").symlink_to(history / "objects")
            name = git(private, "symbolic-ref", "HEAD") if way == "a reference" else "refs"
            shutil.rmtree(own / "refs") if way == "references" else None
            (own / name).symlink_to(history / name)
            (own / "HEAD").write_bytes((history / "HEAD").read_bytes())
    return folder


@pytest.mark.parametrize("way", ["file", "link", "commondir", "config", "references", "a reference"])
def test_repository_that_does_not_name_the_folder_is_not_its_own(way: str, repository: Path, tmp_path: Path) -> None:
    """An archive needs no program and no setting for it, and somebody's private history would be built in."""
    folder = borrowing(repository, tmp_path / "unpacked", way)
    head = git(repository, "rev-parse", "HEAD")
    assert git(folder, "rev-parse", "HEAD") == head
    with pytest.raises(UsageError, match=r"does not name|are links out of"):
        sources.inspect(folder)


def test_repository_elsewhere_that_names_its_folder_is_a_source(repository: Path, tmp_path: Path) -> None:
    """Some keep it on another disk (--separate-git-dir); the message says how to go on."""
    other = tmp_path / "its folder"
    git(repository, "clone", "--quiet", "--separate-git-dir", tmp_path / "history", ".", other)
    with pytest.raises(UsageError, match="does not name") as caught:
        sources.inspect(other)
    subprocess.run(shlex.split(caught.value.hint.partition(": ")[2]), check=True)
    taken = snapshot(other, tmp_path / "copy")
    assert taken.source.commit == git(repository, "rev-parse", "HEAD")


def test_folder_whose_repository_calls_another_one_its_working_tree_is_refused(repository: Path) -> None:
    """Unpacked inside of a private repository, its settings would have that one taken for what it is a part of."""
    folder = repository / "downloads" / "unpacked"
    write(folder, {"pyproject.toml": ""})
    git(folder, "init", "--quiet")
    git(folder, "config", "core.worktree", "../../..")
    git(folder, "add", "pyproject.toml")
    git(folder, "commit", "--quiet", "--message", "x")
    assert git(folder, "rev-parse", "--show-toplevel") == str(repository)
    with pytest.raises(UsageError, match="says that its working tree is") as caught:
        sources.inspect(folder)
    assert str(folder) in caught.value.what


def test_folder_outside_of_its_working_tree_is_refused(tmp_path: Path) -> None:
    """Nothing would be known of what is to be built."""
    write(tmp_path / "project", {"pyproject.toml": ""})
    (tmp_path / "elsewhere").mkdir()
    git(tmp_path / "project", "init", "--quiet")
    commit(tmp_path / "project")
    git(tmp_path / "project", "config", "core.worktree", tmp_path / "elsewhere")
    with pytest.raises(SamewheelError) as caught:
        sources.inspect(tmp_path / "project")
    assert str(tmp_path / "project") in caught.value.what


def test_worktree_that_was_moved_is_refused_and_the_hint_repairs_it(repository: Path, tmp_path: Path) -> None:
    """Git works in it all the same; what is said to do must not harm the main working tree."""
    git(repository, "worktree", "add", "--quiet", "--detach", tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after words")
    with pytest.raises(UsageError, match="does not name") as caught:
        sources.inspect(tmp_path / "after words")
    subprocess.run(shlex.split(caught.value.hint.partition(": ")[2]), check=True)
    head = git(repository, "rev-parse", "HEAD")
    assert snapshot(tmp_path / "after words", tmp_path / "copy").source.commit == head
    assert snapshot(repository, tmp_path / "other").source.dirty == ()


def test_link_to_a_repository_with_a_tree_of_its_own_is_cloned_instead(repository: Path, tmp_path: Path) -> None:
    """A setting in it would have it take the wrong folder for its working tree."""
    folder = borrowing(repository, tmp_path / "unpacked", "link")
    with pytest.raises(UsageError, match="does not name") as caught:
        sources.inspect(folder)
    assert caught.value.hint == f"Build a clone of it: git clone {folder}"


def test_repository_may_lie_in_another_folder_of_its_tree(repository: Path, tmp_path: Path) -> None:
    """Whatever the .git says that is a file: nothing outside is reached."""
    (repository / ".git").rename(repository / ".history")
    (repository / ".git").write_text("gitdir: ./.history\n", "utf-8")
    (repository / ".history" / "info").mkdir(exist_ok=True)
    (repository / ".history" / "info" / "exclude").write_text(".history/\n", "utf-8")
    assert snapshot(repository, tmp_path / "copy").source.commit == git(repository, "rev-parse", "HEAD")
