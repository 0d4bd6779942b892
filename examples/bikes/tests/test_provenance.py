"""The record says which code ran: the commit, whether the tree was dirty, and the wheel whose files ran."""

from __future__ import annotations

import importlib.metadata
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from bikes import provenance
from bikes.errors import BikesError
from bikes.files import sha256

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "bikes/__init__.py"
RECORD = "bikes-1.dist-info/RECORD"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with one commit."""
    (tmp_path / "code.py").write_text("x = 1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-qm", "one")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def test_clean_tree_is_recorded_as_clean(repository: Path) -> None:
    """With its commit."""
    code = provenance.code(repository)
    assert (code.dirty, code.changed) == (False, ())
    assert len(str(code.commit)) == 40


def test_dirty_tree_is_recorded_as_dirty(repository: Path) -> None:
    """A changed file and a new one both count, by name."""
    (repository / "code.py").write_text("x = 2\n")
    (repository / "new.py").write_text("")
    code = provenance.code(repository)
    assert (code.dirty, code.changed) == (True, ("code.py", "new.py"))


def test_folder_without_git_has_no_commit(tmp_path: Path) -> None:
    """None is not clean."""
    code = provenance.code(tmp_path)
    assert (code.commit, code.dirty) == (None, None)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project whose lock names a wheel that is installed."""
    wheel = tmp_path / "dist" / "bikes-1-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MODULE, "x = 1\n")
        archive.writestr("bikes-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: bikes\nVersion: 1\n")
        archive.writestr(RECORD, f"{MODULE},,\nbikes-1.dist-info/METADATA,,\n{RECORD},,\n")
        archive.extractall(tmp_path / "site")
    line = f"./dist/{wheel.name} --hash=sha256:{sha256(wheel.read_bytes())}\n"
    (tmp_path / provenance.LOCK).write_text(f"--require-hashes\n{line}")
    found = importlib.metadata.PathDistribution(tmp_path / "site" / "bikes-1.dist-info")
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: found)
    return tmp_path


def test_wheel_that_runs_is_recorded(installed: Path) -> None:
    """By name and by the hash of the lock."""
    wheel = provenance.running_wheel(installed)
    assert wheel is not None
    assert wheel.name == "bikes-1-py3-none-any.whl"


def test_installed_file_that_was_edited_is_refused(installed: Path) -> None:
    """Else the record would name a wheel that did not run."""
    (installed / "site" / MODULE).write_text("x = 2\n")
    with pytest.raises(BikesError, match=r"bikes/__init__\.py is installed otherwise(.|\n)*just env --anew"):
        provenance.running_wheel(installed)


def test_other_wheel_of_that_name_is_refused(installed: Path) -> None:
    """The name is not what counts."""
    with (installed / "dist" / "bikes-1-py3-none-any.whl").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(BikesError, match="is not the wheel of requirements"):
        provenance.running_wheel(installed)


def test_tree_is_no_wheel(tmp_path: Path) -> None:
    """Tests run from the tree: so the record names none."""
    assert provenance.running_wheel(tmp_path) is None
