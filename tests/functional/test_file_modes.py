"""The umask and setuptools, which packs files with the modes that they have on disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from samewheel import staging
from samewheel.comparison import Verdict
from samewheel.file_modes import ATTRIBUTE, hold
from samewheel.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel


@pytest.fixture
def strict_umask() -> Iterator[None]:
    """A umask that forbids everything to others."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("strict_umask")
def test_new_files_and_folders_get_modes_as_under_022(tmp_path: Path) -> None:
    """Also in folders that are made later, and in private ones of tempfile's kind."""
    (tmp_path / "there").mkdir()
    if not hold([tmp_path]):
        pytest.skip("the file system of temporary folders has no access lists")
    for folder in ("there", "new/deep"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "file").touch()
        assert (tmp_path / folder / "file").stat().st_mode & 0o777 == 0o644
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "private" / "file").touch()
    assert (tmp_path / "new" / "deep").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "private" / "file").stat().st_mode & 0o777 == 0o644


def test_file_system_without_access_lists_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not hold the umask off must not write down that it was."""
    monkeypatch.setattr(f"{hold.__module__}.ATTRIBUTE", "system.no_such_attribute")
    assert not hold([tmp_path])
    assert ATTRIBUTE not in os.listxattr(tmp_path)


@pytest.mark.index
def test_setuptools_project_is_identical_and_the_output_says_how(copied: ProjectCopier, samewheel: Samewheel) -> None:
    """Half of all projects use setuptools; a tool that calls each of them different is of no use to them."""
    finished = samewheel("verify", copied("setuptools"), "-q", "--no-via-sdist")
    assert finished.returncode == 0, finished.stdout
    assert "new files    modes as under umask 022" in finished.stdout
    assert "umask" in finished.stdout.partition("varied")[2].partition("\n")[0]


@pytest.mark.index
def test_setuptools_project_would_differ_otherwise(copied: ProjectCopier, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the access lists, not chance; and where there are none, the verdict is not rounded up."""
    monkeypatch.setattr(staging, "hold", lambda _: False)
    found = verify(copied("setuptools"), names=["umask"]).verification
    assert found.verdict is Verdict.SAME_CONTENTS
    assert {one.code for one in found.differences} == {"SW102"}
    assert "new_files" not in found.builds[1].conditions
