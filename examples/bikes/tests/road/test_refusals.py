"""The road with real environments: what was changed is refused, and a difference is told on its level."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import data
import env
import package
from surroundings import LOCK, PROJECT, FailedError, environment, locked_wheel

if TYPE_CHECKING:
    from pathlib import Path

CONF = "confs/training.yaml"


@pytest.fixture(scope="module", autouse=True)
def _parts() -> None:
    """Build the wheel that the lock names, and fetch the data."""
    package.build(PROJECT, "--allow-dirty")
    data.fetched()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of what a training reads, and of the scripts."""
    for folder in ("confs", "data", "dist", "scripts"):
        shutil.copytree(PROJECT / folder, tmp_path / "copy" / folder)
    for name in (LOCK, "constraints.txt"):
        shutil.copy2(PROJECT / name, tmp_path / "copy" / name)
    return tmp_path / "copy"


def test_changed_wheel_of_the_same_name_is_not_installed(project: Path, tmp_path: Path) -> None:
    """It is a valid wheel, and not that of the lock; the control is the wheel itself."""
    environment(tmp_path / "good", tmp_path, project=project)
    wheel, _ = locked_wheel(project)
    with wheel.open("r+b") as file:
        content = file.read()
        assert content[-2:] == b"\0\0", "a ZIP file without a comment ends with the length of none"
        file.seek(-2, 2)
        file.write(b"\1\0!")
    with pytest.raises(FailedError, match="Hash mismatch"):
        environment(tmp_path / "bad", tmp_path, project=project)


def trained(project: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Train with the installed wheel on this copy."""
    python = env.made(".venv", LOCK) / "bin" / "python"
    command = [
        str(python),
        "-I",
        "-m",
        "bikes",
        "--project",
        str(project),
        "--output",
        str(output),
        str(project / CONF),
    ]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_one_changed_row_is_not_trained_on(project: Path, tmp_path: Path) -> None:
    """The manifest refuses it before anything is written; the control is the file itself."""
    assert trained(project, tmp_path / "good").returncode == 0
    path = project / "data" / "Bikeshare.csv"
    rows = path.read_bytes().splitlines(keepends=True)
    rows[8000] = rows[8000].replace(b"0.", b"1.", 1)
    path.write_bytes(b"".join(rows))
    refused = trained(project, tmp_path / "bad")
    assert refused.returncode == 1
    assert "not the data of the manifest" in refused.stderr
    assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize(
    ("old", "new", "level"),
    [("format: skops-canonical", "format: skops", "model-file"), ("\nseed: 42", "\nseed: null", "predictions")],
)
def test_level_of_a_difference_is_told(project: Path, old: str, new: str, level: str) -> None:
    """A file that leaks is not a training that differs: exit code 3 for both, and each by its name."""
    text = (PROJECT / CONF).read_text("utf-8")
    assert old in text
    (project / "confs" / "other.yaml").write_text(text.replace(old, new))
    command = [sys.executable, "scripts/verify_model.py", "confs/other.yaml"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=project)
    assert (done.returncode, done.stdout.partition(":")[0]) == (3, level), done.stderr
