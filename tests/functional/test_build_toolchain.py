"""The buildinfo of a compiled wheel says what compiled it, and that of any other wheel says nothing about it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from elftools.elf.elffile import ELFFile

import samewheel
from samewheel.conditions import SYSTEM_PATH
from samewheel.interpreter import find_interpreter
from samewheel.toolchain import inspect_toolchain
from tests.functional.builds import make_project, members

if TYPE_CHECKING:
    from samewheel.buildinfo import Toolchain
    from tests.conftest import ProjectCopier

SQUARE_ROOT = """#include <Python.h>
#include <math.h>
double root_of(double x) { return sqrt(x); }
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "sample_c", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_sample_c(void) { return PyModule_Create(&module); }
"""


def first_line(program: str) -> str:
    """Return the first line of what a program of the system says of its version."""
    path = shutil.which(program, path=os.pathsep.join(SYSTEM_PATH))
    assert path is not None
    said = subprocess.run([path, "--version"], env={"LC_ALL": "C"}, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0].strip()


@pytest.fixture(name="chain")
def _chain(copied: ProjectCopier) -> tuple[Toolchain, bytes]:
    """The tool chain of a C extension that needs a library, and its shared object."""
    project = copied("c-extension")
    (project / "src" / "sample_c.c").write_text(SQUARE_ROOT)
    pyproject = project / "pyproject.toml"
    sources = 'sources = ["src/sample_c.c"]'
    pyproject.write_text(pyproject.read_text().replace(sources, f'{sources}, libraries = ["m"]'))
    built = samewheel.build(project)
    assert built.buildinfo.toolchain is not None
    (code,) = (content for name, content in members(built.wheel).items() if name.endswith(".so"))
    return built.buildinfo.toolchain, code


@pytest.mark.index
def test_compiled_wheel_says_what_compiled_it(chain: tuple[Toolchain, bytes]) -> None:
    """A stranger who gets other bytes first asks whether it was the same compiler."""
    toolchain, code = chain
    name = sysconfig.get_config_var("CC").split()[0]
    assert toolchain.compilers[Path(name).name] == first_line(name)
    assert toolchain.linker == first_line("ld")
    comment = ELFFile(io.BytesIO(code)).get_section_by_name(".comment")
    assert comment is not None
    assert toolchain.producers
    assert all(producer.encode() in comment.data() for producer in toolchain.producers)


@pytest.mark.index
def test_compiled_wheel_says_which_libraries_it_was_linked_to(chain: tuple[Toolchain, bytes]) -> None:
    """They must be there wherever it is to run."""
    toolchain, _ = chain
    assert [name for name in toolchain.libraries if name.startswith("libm.so")] != []
    assert toolchain.libraries == tuple(sorted(set(toolchain.libraries)))


@pytest.mark.index
def test_flags_are_those_of_sysconfig_without_folders_of_the_machine(chain: tuple[Toolchain, bytes]) -> None:
    """Most interpreters name their own folder in their link flags, and no buildinfo names a folder of the machine."""
    toolchain, _ = chain
    assert set(toolchain.config) == {"CC", "CFLAGS", "LDSHARED"}
    prefix = str(find_interpreter().prefix)
    for key, value in toolchain.config.items():
        own = sysconfig.get_config_var(key)
        if prefix not in {"/usr", "/usr/local"}:
            assert prefix not in value
            own = own.replace(prefix, "$PYTHON")
        assert value == own


def test_wheel_for_every_platform_says_nothing_of_compilers(tmp_path: Path) -> None:
    """It is the same whatever compiler the machine has, and its buildinfo must be, too."""
    assert samewheel.build(make_project(tmp_path / "project", "")).buildinfo.toolchain is None


def test_member_that_is_no_whole_elf_file_is_passed_over(tmp_path: Path) -> None:
    """Evidence that cannot be had is no reason to lose the wheel."""
    body = """
files["broken.so"] = "\\x7fELF" + "\\x02\\x01\\x01" + "\\0" * 40
files["short.so"] = "\\x7fELF"
"""
    wheel = samewheel.build(make_project(tmp_path / "project", body)).wheel
    toolchain = inspect_toolchain(wheel, find_interpreter())
    assert (toolchain.libraries, toolchain.producers) == ((), ())
