"""The wheel that a project's own sdist gives, and keeping what a verification built."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import Verdict
from samewheel.errors import SamewheelError
from samewheel.verifying import verify
from tests.functional.builds import make_project, members, pack, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel

FORGETFUL = """

def build_sdist(sdist_directory, config_settings=None):
    import tarfile
    with tarfile.open(pathlib.Path(sdist_directory, "sample-1.0.tar.gz"), "w:gz") as archive:
        for name in @names@:
            archive.add(name, f"sample-1.0/{name}")
    return "sample-1.0.tar.gz"
"""
"""A backend's sdist of the named files and no others."""


def with_sdist_of(folder: Path, names: list[str]) -> Path:
    """Make a project that packs ``data.txt`` if it is there, and whose sdist has just the named files."""
    project = make_project(folder, 'if pathlib.Path("data.txt").exists():\n    files["sample/data.txt"] = "x"')
    (project / "data.txt").write_text("x", "utf-8")
    with (project / "backend.py").open("a", encoding="utf-8") as file:
        file.write(FORGETFUL.replace("@names@", repr(names)))
    return project


def test_sdist_that_has_everything_gives_the_same(copied: ProjectCopier, samewheel: Samewheel) -> None:
    """The question of everyone who builds a release from its sdist, as distributions do."""
    finished = samewheel("verify", copied("hatchling"), "-q")
    assert finished.returncode == 0, finished.stderr
    assert "  via sdist    same\n" in finished.stdout


def test_sdist_that_forgets_a_file_is_reported_by_member_and_decides_nothing(
    tmp_path: Path, samewheel: Samewheel
) -> None:
    """A file missing from the sdist is the classic; the tree's builds are still equal, and that is the verdict."""
    project = with_sdist_of(tmp_path / "project", ["pyproject.toml", "backend.py"])
    finished = samewheel("verify", project, "-q")
    assert finished.returncode == 0, finished.stderr
    assert "  via sdist    payload-differs: sample/data.txt\n" in finished.stdout
    found = json.loads(samewheel("verify", project, "-q", "--json").stdout)["via_sdist"]
    assert {one["member"] for one in found["differences"]} == {"sample/data.txt"}


def test_sdist_that_cannot_be_built_from_is_reported_with_the_reason(tmp_path: Path) -> None:
    """An sdist without its own backend is broken for everyone; the reason must not be lost."""
    found = verify(with_sdist_of(tmp_path / "project", ["pyproject.toml"])).verification
    assert (found.verdict, found.via_sdist and found.via_sdist.verdict) == (
        Verdict.IDENTICAL,
        Verdict.NOT_BUILDABLE,
    )
    assert "building the wheel failed" in (found.via_sdist.reason if found.via_sdist else "")


def test_backend_that_makes_no_sdist_is_reported(tmp_path: Path) -> None:
    """PEP 517 makes build_sdist optional in practice: many in-tree backends have none."""
    found = verify(make_project(tmp_path / "project", "")).verification.via_sdist
    assert found is not None
    assert (found.verdict, bool(found.reason)) == (Verdict.NOT_BUILDABLE, True)


def test_python_that_cannot_unpack_an_sdist_verifies_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12 has such a Python; whether two builds agree does not depend on it."""
    monkeypatch.delattr("tarfile.data_filter")
    found = verify(make_project(tmp_path / "project", "")).verification
    assert found.verdict is Verdict.IDENTICAL
    assert found.via_sdist is not None
    assert found.via_sdist.reason == "this Python cannot unpack sdists safely"


@pytest.mark.parametrize("how", ["no-via-sdist", "via=sdist", "an sdist"])
def test_nothing_is_claimed_of_an_sdist_that_was_not_compared(how: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """Where the tree is not what both builds are made of, or nobody asked, the report says nothing."""
    project = with_sdist_of(tmp_path / "project", ["pyproject.toml", "backend.py", "data.txt"])
    options = []
    if how == "via=sdist":
        with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write('[tool.samewheel]\nvia = "sdist"\n')
    elif how == "no-via-sdist":
        options = ["--no-via-sdist"]
    else:
        project = pack(project, tmp_path / "sample-1.0.tar.gz")
        options = ["--evidence", str(tmp_path / "evidence")]
    finished = samewheel("verify", project, "-q", "--json", *options)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["via_sdist"] is None


def test_what_was_built_is_kept_if_asked(tmp_path: Path) -> None:
    """Who wants to look at two different wheels with a tool of their own must not have to build them again."""
    project = with_sdist_of(tmp_path / "project", ["pyproject.toml", "backend.py"])
    found = verify(project, keep=project / "kept").verification
    wheel = "sample-1.0-py3-none-any.whl"
    kept = project / "kept"
    assert written(kept) == [wheel, wheel, wheel, "sample-1.0.tar.gz"]
    assert members(kept / "first" / wheel) == members(kept / "second" / wheel)
    assert "sample/data.txt" not in members(kept / "via-sdist" / wheel)
    again = verify(project, keep=project / "kept").verification
    assert again == found


def test_nothing_is_kept_unasked(tmp_path: Path) -> None:
    """Wheels that nobody asked for end up in releases."""
    project = make_project(tmp_path / "project", "")
    before = set(written(project))
    verify(project)
    assert set(written(project)) - before == {"sample-1.0-py3-none-any.whl.verify.json"}


def test_folder_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    """Minutes of building must not end in an error that could have come at once."""
    (tmp_path / "kept").write_text("a file", "utf-8")
    with pytest.raises(SamewheelError, match="cannot write to"):
        verify(tmp_path / "not even a project", keep=tmp_path / "kept")
