"""Every backend that we say we know: built by both frontends to the same bytes, from the pinned files only."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

import samewheel
from samewheel import Frontend
from samewheel.constraints import for_interpreter, parse_constraints
from samewheel.interpreter import find_interpreter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier

pytestmark = pytest.mark.index

BACKENDS = {
    "setuptools": "from sample_setuptools.greeting import hello; hello()",
    "setuptools-legacy": "import sample_legacy",
    "asks-for-more": "import sample_asks",
    "hatchling": "from sample_hatchling.greeting import hello; hello()",
    "flit": "from sample_flit.greeting import hello; hello()",
    "poetry": "from sample_poetry.greeting import hello; hello()",
    "pdm": "from sample_pdm.greeting import hello; hello()",
    "uv-build": "from sample_uv_build.greeting import hello; hello()",
    "scikit-build-core": "import sample_c",
    "meson-python": "import sample_c",
    "c-extension": "import sample_c",
}
"""Projects, and code that shows that their wheel can be used."""


@pytest.mark.parametrize("name", BACKENDS)
def test_both_frontends_build_the_same_usable_wheel_from_pinned_files(
    name: str, copied: ProjectCopier, tmp_path: Path
) -> None:
    """Two independent programs call the backend, at other paths: what they agree on is the backend's own work."""
    project = copied(name)
    first, second = (
        samewheel.build(project, frontend=frontend, out_dir=tmp_path / frontend, evidence_dir=tmp_path / frontend)
        for frontend in (Frontend.UV, Frontend.BUILD)
    )
    assert first.wheel.read_bytes() == second.wheel.read_bytes()
    assert (first.buildinfo.frontend.name, second.buildinfo.frontend.name) == ("uv", "build")

    lock = parse_constraints((project / "constraints.txt").read_bytes(), "constraints.txt")
    pins = for_interpreter(lock, find_interpreter().markers)
    assert first.buildinfo.dependencies == second.buildinfo.dependencies
    assert {dependency.name: dependency.version for dependency in first.buildinfo.dependencies} == {
        pin.name: pin.version for pin in pins.values()
    }
    for dependency in first.buildinfo.dependencies:
        hashes = next(pin.hashes for pin in pins.values() if pin.name == dependency.name)
        assert f"sha256:{dependency.sha256}" in hashes
        assert dependency.filename.lower().startswith(dependency.name.replace("-", "_"))
        assert dependency.filename.endswith(".whl")

    with zipfile.ZipFile(first.wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); {BACKENDS[name]}"
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


@pytest.mark.parametrize("name", ["setuptools", "hatchling"])
def test_second_build_gives_the_same_wheel_and_the_same_buildinfo(name: str, copied: ProjectCopier) -> None:
    """The output folders that the first build left must not be a difference."""
    project = copied(name)
    first = samewheel.build(project)
    contents = first.wheel.read_bytes(), first.evidence.read_bytes()
    second = samewheel.build(project)
    assert (second.wheel.read_bytes(), second.evidence.read_bytes()) == contents


def test_data_files_are_packaged(copied: ProjectCopier) -> None:
    """A wheel that imports may still lack what it reads."""
    with zipfile.ZipFile(samewheel.build(copied("setuptools")).wheel) as archive:
        assert "sample_setuptools/data.txt" in archive.namelist()
