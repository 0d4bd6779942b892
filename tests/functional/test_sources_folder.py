"""A plain folder as source: what is copied, what is left out and said, what is refused."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel import sources
from samewheel._types import SourceKind
from samewheel.errors import InvalidProjectError, NoSourceError, SamewheelError
from samewheel.preparing import open_project
from tests.functional.git_projects import contents, files_in, snapshot, write

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = {"pyproject.toml": "", "src/demo/__init__.py": "x = 1\n"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that is in no repository."""
    write(tmp_path / "project", FILES)
    return tmp_path / "project"


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder below which this test runs as a user who may not read everything, also in a container."""
    folder = Path(tempfile.mkdtemp())
    privileged = os.geteuid() == 0
    if privileged:
        folder.chmod(0o777)
        os.seteuid(65534)
    yield folder
    if privileged:
        os.seteuid(0)
    for path in folder.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(folder)


def test_folder_is_described(project: Path) -> None:
    """Without git nothing is known but the place."""
    source = sources.inspect(project)
    assert source == sources.Source(kind=SourceKind.FOLDER, path=project, root=project.resolve())


def test_missing_folder_is_no_source(tmp_path: Path) -> None:
    """The exit code tells scripts."""
    with pytest.raises(NoSourceError, match="nowhere"):
        sources.inspect(tmp_path / "nowhere")


def test_folder_is_copied(project: Path, tmp_path: Path) -> None:
    """With empty folders, executable bits and links; and the original stays as it was."""
    write(project, {"script": "", ".hidden": ""})
    (project / "script").chmod(0o750)
    (project / "link").symlink_to("src/demo")
    (project / "empty").mkdir(mode=0o700)
    before = contents(project)
    taken = snapshot(project, tmp_path / "copy")
    assert files_in(taken.root) == [".hidden", "link", "pyproject.toml", "script", "src/demo/__init__.py"]
    assert (taken.root / "link").readlink() == Path("src/demo")
    modes = {name: (taken.root / name).stat().st_mode & 0o777 for name in ("script", ".hidden", "empty")}
    assert modes == {"script": 0o755, ".hidden": 0o644, "empty": 0o755}
    assert (taken.project, taken.newest, taken.left_out) == (tmp_path / "copy", None, ())
    assert contents(project) == before


def test_leftovers_are_left_out_and_named(project: Path, tmp_path: Path) -> None:
    """A stale build folder gives two identical wheels with a deleted module in them: a false pass."""
    leftovers = {
        *("build/lib/deleted.py", "dist/old.whl", "demo.egg-info/SOURCES.txt", "src/demo.egg-info/SOURCES.txt"),
        *(".venv/pyvenv.cfg", "env/pyvenv.cfg", "src/demo/__pycache__/a.pyc", ".tox/x", ".git/config"),
        *(".mypy_cache/x", ".pytest_cache/x", ".ruff_cache/x", ".nox/x", ".hypothesis/x", ".eggs/x", ".cache/x"),
        "vendored/.git",
    }
    write(project, dict.fromkeys(leftovers, ""))
    taken = snapshot(project, tmp_path / "copy")
    assert files_in(taken.root) == sorted(FILES)
    assert taken.left_out == (
        *(".cache/", ".eggs/", ".git/", ".hypothesis/", ".mypy_cache/", ".nox/", ".pytest_cache/", ".ruff_cache/"),
        *(".tox/", ".venv/", "build/", "demo.egg-info/", "dist/", "env/", "src/demo.egg-info/"),
        *("src/demo/__pycache__/", "vendored/.git"),
    )


def test_link_to_environment_is_left_out(project: Path, tmp_path: Path) -> None:
    """Shared environments are linked, and lead out of the project."""
    write(tmp_path / "shared", {"pyvenv.cfg": ""})
    (project / ".venv").symlink_to(tmp_path / "shared")
    assert snapshot(project, tmp_path / "copy").left_out == (".venv",)


def test_same_names_further_down_are_source(project: Path, tmp_path: Path) -> None:
    """A package may be called build, and a file, too."""
    files = {
        "src/build/__init__.py": "",
        "tests/data/x.egg-info/PKG-INFO": "",
        "tests/dist/x": "",
        "build": "#!/bin/sh",
    }
    write(project, files)
    taken = snapshot(project, tmp_path / "copy")
    assert files_in(taken.root) == sorted({**FILES, **files})
    assert taken.left_out == ()


def test_include_brings_back(project: Path, tmp_path: Path) -> None:
    """Some projects keep a source file where others have leftovers."""
    write(project, {"build/needed.py": "", "build/lib/stale.py": "", "dist/data": ""})
    taken = snapshot(project, tmp_path / "copy", include=["build/*.py", "dist"])
    assert files_in(taken.root) == sorted([*FILES, "build/needed.py", "dist/data"])
    assert taken.left_out == ("build/",)


def test_folder_says_itself_what_is_brought_back(project: Path) -> None:
    """There is no commit that could, and nothing is named, as the folder is all that anybody could name."""
    write(project, {"pyproject.toml": '[tool.samewheel]\ninclude = ["build/*.py"]\n', "build/needed.py": ""})
    with open_project(project, overrides={}) as opened:
        assert (opened.snapshot.root / "build" / "needed.py").exists()
        assert opened.source.included == ()


def test_include_that_matches_nothing_is_named(project: Path, tmp_path: Path) -> None:
    """As in a repository."""
    with pytest.raises(InvalidProjectError, match=r"nothing/\*"):
        snapshot(project, tmp_path / "copy", include=["nothing/*"])


def test_what_samewheel_writes_is_left_out(project: Path, tmp_path: Path) -> None:
    """Else the second build would have another source than the first."""
    write(project, {"constraints.txt": "", "wheels/demo.whl": "", "wheels-of-others": ""})
    ours = [project / "constraints.txt", project / "wheels", project, tmp_path]
    taken = snapshot(project, tmp_path / "copy", not_source=ours)
    assert files_in(taken.root) == sorted([*FILES, "wheels-of-others"])
    assert taken.left_out == ("constraints.txt", "wheels/")


def test_copy_inside_of_source_does_not_contain_itself(project: Path) -> None:
    """The temporary folder may be in the project, and each round would double it."""
    (project / "tmp").mkdir()
    taken = snapshot(project, project / "tmp" / "copy")
    assert files_in(taken.root) == sorted(FILES)
    assert files_in(project) == sorted([*FILES, *(f"tmp/copy/{name}" for name in FILES)])


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_special_file_is_refused_by_name(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Reading it would wait for ever, or never end."""
    monkeypatch.chdir(project / "src")
    if kind == "pipe":
        os.mkfifo("special")
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("special")
    else:
        try:
            os.mknod("special", 0o600 | 0o020000, os.makedev(1, 3))
        except PermissionError:
            pytest.skip("only root may make devices")
    with pytest.raises(InvalidProjectError, match="src/special"):
        snapshot(project, tmp_path / "copy")


@pytest.mark.parametrize("unreadable", ["src/secret", "src"])
def test_unreadable_file_or_folder_is_named(nobody: Path, unreadable: str) -> None:
    """Half a copy is never taken for the source."""
    write(nobody / "project", {"pyproject.toml": "", "src/secret": ""})
    (nobody / "project" / unreadable).chmod(0)
    with pytest.raises(SamewheelError, match=f"{unreadable}\n.*Permission denied"):
        snapshot(nobody / "project", nobody / "copy")


def test_digest_does_not_depend_on_times_and_order(project: Path, tmp_path: Path) -> None:
    """The same files are the same source."""
    first = snapshot(project, tmp_path / "first").digest
    write(tmp_path / "other", dict(reversed(FILES.items())))
    os.utime(tmp_path / "other" / "pyproject.toml", (1, 1))
    (tmp_path / "other" / "pyproject.toml").chmod(0o600)
    assert snapshot(tmp_path / "other", tmp_path / "second").digest == first


def test_digest_is_that_of_the_repository(project: Path, tmp_path: Path) -> None:
    """Whether git delivered the files or not, they are the same."""
    from tests.functional.git_projects import make_repository

    repository = make_repository(tmp_path / "repository", FILES)
    clone, copy = snapshot(repository, tmp_path / "clone"), snapshot(project, tmp_path / "copy")
    assert (clone.source.kind, copy.source.kind) == (SourceKind.GIT, SourceKind.FOLDER)
    assert clone.digest == copy.digest


@pytest.mark.parametrize(
    "links",
    [
        {"link": "/etc/passwd"},
        {"link": "../outside"},
        {"src/link": "../../outside"},
        {"link": "src/../../outside"},
        {"link": "../project/pyproject.toml"},
        {"hop": "src", "link": "hop/../../outside"},
        {"hop": "src/..", "link": "hop/.."},
        {"hop": "next", "next": "src/demo", "link": "hop/../../../outside"},
    ],
)
def test_link_that_leaves_is_refused_with_its_target(project: Path, tmp_path: Path, links: dict[str, str]) -> None:
    """Absolute or not, directly or through other links, and also if it comes back."""
    for name, target in links.items():
        (project / name).symlink_to(target)
    name, target = links.popitem()
    with pytest.raises(InvalidProjectError) as refusal:
        snapshot(project, tmp_path / "copy")
    assert f"{name} points to {target}" in refusal.value.what


@pytest.mark.parametrize("target", ["missing", "x/../link", "../a/b", "hop/../a", ".", "./", "hop/b/.."])
def test_link_that_stays_is_kept(project: Path, tmp_path: Path, target: str) -> None:
    """Also if it leads nowhere or in circles: tests have such files."""
    write(project, {"a/b/c": ""})
    (project / "a" / "hop").symlink_to("../a")
    (project / "a" / "link").symlink_to(target)
    taken = snapshot(project, tmp_path / "copy")
    assert (taken.root / "a" / "link").readlink() == Path(target)


def test_times_are_settled(project: Path, tmp_path: Path) -> None:
    """Of files, folders and links alike, and of what a link points to only once."""
    write(tmp_path, {"outside": ""})
    (project / "link").symlink_to("pyproject.toml")
    (project / "dangling").symlink_to("nowhere")
    root = snapshot(project, tmp_path / "copy").root
    sources.settle(root, 1_234_567_890)
    times = {path.lstat().st_mtime for path in (root, *root.rglob("*"))}
    assert times == {1_234_567_890}
