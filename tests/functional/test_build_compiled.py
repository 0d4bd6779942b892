"""Compiled code: the interpreter's own flags reach the compiler, and no path of the build reaches the code."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest
from elftools.elf.elffile import ELFFile

import samewheel
from samewheel import Frontend
from samewheel._uv import uv_binary
from tests.functional.builds import members
from tests.functional.git_projects import commit, isolate, make_repository, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier

pytestmark = pytest.mark.index


def code_of(wheel: Path) -> bytes:
    """Return the one shared object of a wheel."""
    (code,) = (content for name, content in members(wheel).items() if name.endswith(".so"))
    return code


def producers(code: bytes) -> list[str]:
    """Return what the compiler says of itself and of its options in each unit of the debug information."""
    elf = ELFFile(io.BytesIO(code))
    assert elf.has_dwarf_info()
    units = (unit.get_top_DIE() for unit in elf.get_dwarf_info().iter_CUs())
    return [unit.attributes["DW_AT_producer"].value.decode() for unit in units]


def code_flags(flags: str) -> set[str]:
    """Return the flags that DWARF records: those that change the code, less what only warns or finds files."""
    return set(re.findall(r"(?<!\S)-(?:O\w*|g\d?|fwrapv|fPIC)(?!\S)", flags))


@pytest.fixture
def project(copied: ProjectCopier) -> Path:
    """A C extension built by setuptools."""
    return copied("c-extension")


@pytest.mark.parametrize("frontend", list(Frontend))
def test_flags_of_the_interpreter_reach_the_compiler(project: Path, frontend: Frontend) -> None:
    """CFLAGS would replace them without a word: unoptimised code that looks perfectly reproducible."""
    wanted = code_flags(f"{sysconfig.get_config_var('CFLAGS')} {sysconfig.get_config_var('CCSHARED')}")
    if "-g" not in wanted or not any(flag.startswith("-O") for flag in wanted):
        pytest.skip("this interpreter was built without the flags that show")
    (producer,) = producers(code_of(samewheel.build(project, frontend=frontend).wheel))
    if "GNU" not in producer:
        pytest.skip("only GCC records its flags")
    assert wanted <= code_flags(producer)


def test_flags_of_the_project_reach_the_compiler(project: Path) -> None:
    """They come last, so they win over the interpreter's."""
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text().replace(
        'sources = ["src/sample_c.c"]',
        'sources = ["src/sample_c.c"], extra-compile-args = ["-O1", "-fstack-protector-all"]',
    )
    pyproject.write_text(text)
    (producer,) = producers(code_of(samewheel.build(project).wheel))
    assert "-fstack-protector-all" in producer
    assert re.findall(r"-O\w*", producer)[-1] == "-O1"


def test_no_path_of_the_build_is_in_the_code_and_its_place_changes_no_byte(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debug information holds the folders of source and environment, and the build-id is a hash over them."""
    wheels = []
    for name in ("a", "a-much-longer-name"):
        temp = tmp_path / name
        temp.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(temp))
        built = samewheel.build(project)
        code = code_of(built.wheel)
        for place in (str(tmp_path), str(temp), "samewheel-", "/build/source", "/build/env", "/build/home"):
            assert place.encode() not in code
        assert ELFFile(io.BytesIO(code)).get_section_by_name(".note.gnu.build-id") is not None
        assert list(temp.iterdir()) == []
        wheels.append(built.wheel.read_bytes())
    assert wheels[0] == wheels[1]


def test_no_path_of_the_build_is_in_code_from_beside_the_project(
    copied: ProjectCopier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a monorepo, sources may be named by their full paths, which no working folder is a part of."""
    isolate(monkeypatch, tmp_path / "home")
    top = make_repository(tmp_path / "mono", {"README": ""})
    project = copied("c-extension", "mono/project")
    (project / "src").rename(top / "shared")
    table, _, _ = (project / "pyproject.toml").read_text().partition("ext-modules")
    setup = (
        "import os; from setuptools import Extension, setup\n"
        "setup(ext_modules=[Extension('sample_c', [os.path.abspath('../shared/sample_c.c')])])\n"
    )
    write(project, {"pyproject.toml": table, "setup.py": setup})
    commit(top)
    assert b"/build/source" not in code_of(samewheel.build(project).wheel)


def test_plain_build_has_its_path_in_the_code(project: Path, tmp_path: Path) -> None:
    """The control: what the checks above look for is there where nothing takes it out."""
    environ = {**os.environ, "UV_CACHE_DIR": f"{os.environ['SAMEWHEEL_CACHE_DIR']}/plain"}
    subprocess.run(
        [uv_binary(), "build", "--wheel", "--python", sys.executable, "--out-dir", tmp_path / "out", project],
        env=environ,
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "out").glob("*.whl")
    assert str(project).encode() in code_of(wheel)
