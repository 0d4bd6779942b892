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
from samewheel import Frontend, compilers
from samewheel._uv import uv_binary
from samewheel.compilers import find_compilers
from samewheel.conditions import SYSTEM_PATH
from samewheel.interpreter import find_interpreter
from tests.functional.builds import Lifeline, members
from tests.functional.git_projects import commit, isolate, make_repository, write

if TYPE_CHECKING:
    from collections.abc import Iterator
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


@pytest.fixture(name="recorder")
def _recorder(tmp_path: Path) -> Iterator[Lifeline]:
    """A pipe to which compilers in ``tmp_path / "bin"`` write what they are called with, before they compile."""
    lifeline = Lifeline(tmp_path / "calls")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, real in find_compilers(find_interpreter()).items():
        compiler = folder / name
        # One write of each call: below PIPE_BUF, none falls into another.
        words = 'line=$0; for word; do line="$line$(printf "\\037%s" "$word")"; done'
        compiler.write_text(f'#!/bin/sh\n{words}; printf "%s\\n" "$line" > "{lifeline.path}"\nexec {real} "$@"\n')
        compiler.chmod(0o755)
    yield lifeline
    lifeline.close()


def calls(recorder: Lifeline) -> list[list[str]]:
    """Return the calls that compiled or linked: the program's name and its words, with X for folders of a build."""
    read = []
    for line in recorder.read_all().decode().splitlines():
        program, *words = line.split("\037")
        if words == ["--version"]:
            continue
        read.append(
            [program.rpartition("/")[2], *(re.sub(r"-I.*/(builds-v0/\.tmp\w+|env)/", "-IX/", w) for w in words)]
        )
    return read


def test_compiler_is_called_with_the_same_words_as_without_us_and_our_maps(
    project: Path, recorder: Lifeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiled code must be as fast as ever: no option is lost, changed or moved; only file prefixes are added."""
    pyproject = project / "pyproject.toml"
    more = '], extra-compile-args = ["-O2", "-DTEXT=a b", "-march=native"]'
    pyproject.write_text(pyproject.read_text().replace('sample_c.c"]', f'sample_c.c"{more}'))
    monkeypatch.setattr(compilers, "SYSTEM_PATH", (str(tmp_path / "bin"), *SYSTEM_PATH))
    readable = (str(tmp_path / "bin"), str(recorder.path))
    samewheel.build(project, readable=readable, out_dir=tmp_path / "ours", evidence_dir=tmp_path / "ours")
    ours = calls(recorder)
    environ = {
        **{name: value for name, value in os.environ.items() if name not in {"CFLAGS", "CC", "LDFLAGS", "LDSHARED"}},
        "PATH": os.pathsep.join([str(tmp_path / "bin"), *SYSTEM_PATH]),
        "UV_CACHE_DIR": f"{os.environ['SAMEWHEEL_CACHE_DIR']}/plain",
    }
    command = [uv_binary(), "build", "--wheel", "--python", sys.executable, "--out-dir", tmp_path / "out", project]
    subprocess.run(list(map(str, command)), env=environ, check=True, capture_output=True)
    theirs = calls(recorder)
    assert len(theirs) >= 2
    assert any("-O2" in call and "-DTEXT=a b" in call for call in theirs)
    added = [[word for word in call if word.startswith("-ffile-prefix-map=")] for call in ours]
    assert all(len(maps) == 5 for maps in added)
    assert [call[: -len(maps)] for call, maps in zip(ours, added, strict=True)] == theirs


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
        for place in (str(tmp_path), str(temp), "samewheel-"):
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
    assert b"/samewheel-build" not in code_of(samewheel.build(project).wheel)


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
