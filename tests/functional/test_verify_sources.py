"""What a verification builds: neither what earlier builds left in the folder, nor only what was committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from samewheel.building import build
from samewheel.comparison import Verdict
from samewheel.verifying import available, verify
from tests.functional.builds import OURS, make_project, members
from tests.functional.git_projects import commit, git, isolate, write

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._types import Sha256
    from samewheel.verification import Verification
    from tests.conftest import ProjectCopier, Samewheel

STALE = "build/lib/sample_setuptools/deleted.py"
"""What an earlier build has left of a module that is gone since."""


def wheels(found: Verification) -> set[Sha256]:
    """Return the digests of both wheels."""
    return {one.wheel.sha256 for one in found.builds}


@pytest.fixture
def stale(copied: ProjectCopier) -> Path:
    """A setuptools project without git in which somebody has built before."""
    project = copied("setuptools")
    write(project, {STALE: ""})
    return project


@pytest.fixture
def dirty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git project with a file that is not as committed, and one that was not committed at all."""
    isolate(monkeypatch, tmp_path / "home")
    project = make_project(tmp_path / "project", 'files["sample.py"] = pathlib.Path("value.py").read_text()')
    write(project, {"constraints.txt": OURS, "value.py": "value = 1\n"})
    git(project, "init", "--quiet")
    commit(project)
    write(project, {"value.py": "value = 2\n", "new.txt": ""})
    return project


@pytest.mark.index
def test_stale_build_folder_is_in_neither_wheel(stale: Path, copied: ProjectCopier) -> None:
    """Both would have the deleted module, and agree: identical, and wrong."""
    clean = build(copied("setuptools", "clean"))
    found = verify(stale).verification
    assert not any("deleted" in name for name in members(clean.wheel))
    assert (found.verdict, wheels(found)) == (Verdict.IDENTICAL, {clean.buildinfo.wheel.sha256})


@pytest.mark.index
def test_stale_build_folder_would_be_packaged(stale: Path) -> None:
    """The control: with the folder in the source, setuptools takes the deleted module from it."""
    with (stale / "pyproject.toml").open("a") as file:
        file.write('\n[tool.samewheel]\ninclude = ["build/**"]\n')
    built = build(stale)
    assert "sample_setuptools/deleted.py" in members(built.wheel)
    assert wheels(verify(stale, names=[]).verification) == {built.buildinfo.wheel.sha256}


@pytest.mark.index
def test_stale_build_folder_is_named(stale: Path, samewheel: Samewheel) -> None:
    """Who really has sources there would else look in vain for what the verdict is about."""
    finished = samewheel("verify", stale, "-q", "--vary", "hash_seed")
    assert finished.returncode == 0
    assert "not copied, as not part of the source: build/." in finished.stderr


def test_working_copy_is_verified_and_not_the_commit(dirty: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """Before a commit is the time to find out; the report says what the commit does not have."""
    finished = samewheel("verify", dirty, "-q", "--json")
    report = json.loads(finished.stdout)
    assert (finished.returncode, report["verdict"]) == (0, "identical")
    assert "has changes that are not committed: new.txt, value.py" in finished.stderr
    assert [one["source"]["dirty"] for one in report["builds"]] == [["new.txt", "value.py"]] * 2
    built = build(dirty, out_dir=tmp_path / "dist", allow_dirty=True)
    assert members(built.wheel)["sample.py"] == b"value = 2\n"
    assert {one["wheel"]["sha256"] for one in report["builds"]} == {built.buildinfo.wheel.sha256}


def test_committed_working_copy_gets_no_warning(dirty: Path, samewheel: Samewheel) -> None:
    """The control: a warning that is always there is read by nobody; nor may the report of the last run count."""
    commit(dirty)
    for _ in range(2):
        finished = samewheel("verify", dirty, "-q", "--json", "--no-via-sdist")
        assert (finished.returncode, finished.stderr) == (0, "")
        assert [one["source"]["dirty"] for one in json.loads(finished.stdout)["builds"]] == [[], []]


def test_odd_names_in_the_source_do_not_stop_the_probe(tmp_path: Path) -> None:
    """A link to nothing may be the first file by name, and it is no reason to say nothing at all."""
    project = make_project(tmp_path / "project", "")
    (project / "AAA").symlink_to("nothing")
    found = verify(project, via_sdist=False).verification
    assert found.verdict is Verdict.IDENTICAL
    assert set(found.varied) == {name for name, reason in available().items() if not reason}
