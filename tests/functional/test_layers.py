"""Source and environment shown in layers: to a build they are copies, whatever it does to them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from samewheel._files import copy_listed, tree_digest
from samewheel._temporary import temporary_folder
from samewheel.building import build
from samewheel.errors import BuildFailedError
from samewheel.locking import lock
from samewheel.machine import memory_folder
from samewheel.sandbox import choose_sandbox
from samewheel.verifying import verify
from tests.functional.builds import make_project, members, written

if TYPE_CHECKING:
    from pathlib import Path

layered = pytest.mark.skipif(not choose_sandbox().layers, reason="this machine has no layers for ordinary users")

RUDE = """
import shutil
pathlib.Path("data.txt").write_text("changed")
shutil.rmtree("package")
pathlib.Path("package").mkdir()
pathlib.Path("package/new.txt").write_text("new")
for path in (pathlib.Path(sys.prefix, "pyvenv.cfg"), *pathlib.Path(sys.prefix).rglob("*.pth")):
    path.write_text(path.read_text() + "# changed")
files["sample.txt"] = pathlib.Path("data.txt").read_text() + "".join(os.listdir("package"))
"""
"""A build that changes, deletes and makes again whatever it finds."""


def rude_project(folder: Path, body: str = RUDE) -> Path:
    """Make a project with a file and a folder for its build to spoil."""
    project = make_project(folder, body)
    (project / "package").mkdir()
    (project / "package" / "old.txt").touch()
    (project / "data.txt").touch()
    return project


def test_build_may_change_everything_and_changes_nothing_of_ours(tmp_path: Path) -> None:
    """The source belongs to the user, the environment to all builds: what one build does to them ends with it."""
    project = rude_project(tmp_path / "project")
    before = tree_digest(project)
    first, second = (build(project, out_dir=tmp_path / name, evidence_dir=tmp_path / name) for name in ("a", "b"))
    assert members(first.wheel)["sample.txt"] == b"changednew.txt"
    assert first.wheel.read_bytes() == second.wheel.read_bytes()
    assert tree_digest(project) == before


@pytest.mark.parametrize("command", ["build", "verify"])
def test_build_that_renames_a_folder_of_the_source_succeeds(command: str, tmp_path: Path) -> None:
    """A lower layer's folders cannot be renamed, and in no ordinary folder would such a build fail."""
    project = rude_project(tmp_path / "project", 'os.rename("package", "renamed")\nfiles["sample.txt"] = "x"')
    if command == "build":
        assert members(build(project).wheel)["sample.txt"] == b"x"
    else:
        assert verify(project).verification.verdict.exit_code == 0


@pytest.mark.parametrize("command", ["lock", "build", "verify"])
def test_hook_that_renames_a_folder_of_the_source_succeeds(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asking a backend what it requires runs its code as well as building does."""
    # Else the answer may be known from another run.
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", str(tmp_path / "cache"))
    project = rude_project(tmp_path / "project", 'files["sample.txt"] = "x"')
    with (project / "backend.py").open("a", encoding="utf-8") as file:
        file.write(
            "\n\ndef get_requires_for_build_wheel(config_settings=None):\n"
            '    os.rename("package", "renamed")\n'
            '    return [] if os.listdir("renamed") == ["old.txt"] else ["missing"]\n'
        )
    if command == "lock":
        assert lock(project, force=True).constraints.pins == ()
    elif command == "build":
        assert members(build(project).wheel)["sample.txt"] == b"x"
    else:
        assert verify(project, names=["user"]).verification.verdict.exit_code == 0


def test_build_that_would_do_without_a_rename_does_not_have_to(tmp_path: Path) -> None:
    """One that catches the error would make another wheel than anywhere else, and nobody would know."""
    body = """
try:
    os.rename("package", "renamed")
    files["sample.txt"] = "renamed"
except OSError:
    files["sample.txt"] = "kept"
"""
    assert members(build(rude_project(tmp_path / "project", body)).wheel)["sample.txt"] == b"renamed"


def test_build_that_fails_for_its_own_reasons_is_not_repeated(tmp_path: Path) -> None:
    """Ten minutes of compiling must not fail twice."""
    body = 'print("one", "try"); raise RuntimeError("no")'
    with pytest.raises(BuildFailedError) as caught:
        build(rude_project(tmp_path / "project", body))
    assert str(caught.value).count("one try") == 1
    assert written(tmp_path / "project" / "dist") == []


@pytest.mark.skipif(memory_folder() is None, reason="no file system in memory (/dev/shm)")
@pytest.mark.parametrize("turned", [False, True])
def test_copy_in_memory_lists_every_folder_as_it_is_or_the_other_way_round(tmp_path: Path, *, turned: bool) -> None:
    """Not only the top: setuptools and others walk to the bottom. And who asks for no other order gets none."""
    source = tmp_path / "source"
    for name in ("b", "a/z", "a/y", "c/deep/1", "c/deep/2", "c/deep/3"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    (source / "link").symlink_to("a/z")
    (source / "a").chmod(0o750)
    with temporary_folder(memory_folder()) as memory:
        copy_listed(source, memory / "copy", turned=turned)
        for folder in (".", "a", "c", "c/deep"):
            listed = os.listdir(source / folder)  # noqa: PTH208 - the order is the point
            assert os.listdir(memory / "copy" / folder) == (listed[::-1] if turned else listed)  # noqa: PTH208
        assert tree_digest(memory / "copy") == tree_digest(source)
        assert (memory / "copy" / "a").stat().st_mode == (source / "a").stat().st_mode


@layered
def test_layers_end_with_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a build wrote over a layer is gone from the disk afterwards, unwritable folders included."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    body = 'pathlib.Path("package/sub").mkdir(mode=0o700)\nos.chmod("package/sub", 0)\nfiles["sample.txt"] = "x"'
    build(rude_project(tmp_path / "project", body))
    assert list(temporary.iterdir()) == []
