"""Real packages of every backend, from the sdist that was published to a wheel that two frontends agree on."""

from __future__ import annotations

import hashlib
import os
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pypi_simple import PyPISimple

from samewheel._types import Frontend
from samewheel.building import build
from samewheel.locking import check_lock, lock
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "packages.toml").read_text())["package"]

EXCLUDE_NEWER = "2026-11-20"
"""A release of a backend after this day must not decide whether our tests pass."""


def parameters() -> Iterator[Any]:
    """Yield the packages as parameters; those that take minutes are marked so."""
    for package in PACKAGES:
        marks = [pytest.mark.index, *([pytest.mark.long] if package.get("long") else [])]
        yield pytest.param(package, id=package["sdist"].removesuffix(".tar.gz"), marks=marks)


def downloaded(package: dict[str, Any]) -> Path:
    """Return the package's sdist, fetched once and checked against its pinned hash each time."""
    folder = Path(os.environ.get("SAMEWHEEL_TEST_CACHE", ROOT / ".cache" / "tests")) / "sdists"
    path = folder / str(package["sdist"])
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with PyPISimple() as index:
            page = index.get_project_page(package["sdist"].rpartition("-")[0])
            (found,) = [file for file in page.packages if file.filename == package["sdist"]]
            index.download_package(found, path.with_suffix(f".{os.getpid()}"), verify=False)
        path.with_suffix(f".{os.getpid()}").replace(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == package["sha256"]
    return path


def differing_members(*wheels: Path) -> list[str]:
    """Return the members that are not the same in all wheels, sorted."""
    contents = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            contents.append({name: archive.read(name) for name in archive.namelist()})
    return sorted(name for name in set().union(*contents) if len({content.get(name) for content in contents}) > 1)


@pytest.mark.parametrize("package", list(parameters()))
def test_a_real_sdist_is_locked_and_built_to_the_same_bytes_by_two_frontends(
    package: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sample projects only show what their author thought of; these are what people really build."""
    monkeypatch.chdir(tmp_path)
    sdist = downloaded(package)
    constraints = tmp_path / "constraints.txt"
    lock(sdist, output=constraints, exclude_newer=EXCLUDE_NEWER)
    assert check_lock(sdist, output=constraints) == ()
    built = [
        build(sdist, out_dir=tmp_path / frontend, constraints=str(constraints), frontend=frontend)
        for frontend in Frontend
    ]
    assert differing_members(*(one.wheel for one in built)) == package.get("differs", [])
    assert len({one.buildinfo.wheel.sha256 for one in built}) == (2 if "differs" in package else 1)
