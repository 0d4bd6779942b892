"""The wheel that is locked or packaged is the one that this build gave, whatever dist/ holds from others."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import lock
import package
from surroundings import LOCK, FailedError, sha256

if TYPE_CHECKING:
    from pathlib import Path

BUILDER = """
import pathlib, sys
if "-o" in sys.argv or "--out-dir" in sys.argv:
    place = pathlib.Path(sys.argv[sys.argv.index("--out-dir") + 1])
else:
    place = pathlib.Path("dist")
place.mkdir(exist_ok=True)
for name in {names!r}:
    (place / name).write_text("new")
"""
OLD, NEW = "bikes-0.1.0-py3-none-any.whl", "bikes-0.2.0-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project whose dist/ has the wheel of another version, which the lock names."""
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / OLD).write_text("old")
    digest = sha256(tmp_path / "dist" / OLD)
    (tmp_path / LOCK).write_text(f"--require-hashes\n./dist/{OLD} --hash=sha256:{digest}\n")
    return tmp_path


def gives(monkeypatch: pytest.MonkeyPatch, folder: Path, *names: str) -> None:
    """Put a builder in samewheel's place that writes these wheels."""
    (folder / "builder.py").write_text(BUILDER.format(names=names))
    monkeypatch.setenv("SAMEWHEEL", f"{sys.executable} {folder / 'builder.py'}")


def test_lock_names_the_wheel_of_the_new_version(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the first that lies in dist/."""
    gives(monkeypatch, project, NEW)
    line = lock.wheel_line(project)
    assert line == f"./dist/{NEW} --hash=sha256:{sha256(project / 'dist' / NEW)}\n"


def test_stale_wheel_is_not_packaged(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the hash of the lock, but this code does not give it; the control is the version of the lock."""
    gives(monkeypatch, project, NEW)
    with pytest.raises(FailedError, match=rf"gives {NEW}, and {LOCK} names {OLD}"):
        package.build(project)
    gives(monkeypatch, project, OLD)
    with pytest.raises(FailedError, match=f"{OLD} is not that of {LOCK}"):
        package.build(project)
    (project / LOCK).write_text(lock.wheel_line(project))
    assert package.build(project) == sha256(project / "dist" / OLD)


@pytest.mark.parametrize("names", [(), (OLD, NEW)])
def test_other_number_of_wheels_than_one_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    """In words; and dist/ stays as it was."""
    gives(monkeypatch, project, *names)
    for build in (lock.wheel_line, package.build):
        with pytest.raises(FailedError, match=f"gave {len(names)} wheels"):
            build(project)
    assert (project / "dist" / OLD).read_text() == "old"
