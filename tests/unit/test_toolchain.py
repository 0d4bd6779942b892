"""The tool chain as values: masked flags, compilers by any name, and no failure where there is nothing to tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from samewheel.interpreter import Interpreter, find_interpreter
from samewheel.toolchain import inspect_toolchain


def interpreter(prefix: str, **config: str) -> Interpreter:
    """Return the interpreter that runs us, as if it lay elsewhere and had other words for its compilers."""
    base = find_interpreter()
    return replace(base, prefix=Path(prefix), config={**base.config, "installed_base": prefix, **config})


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """An archive without compiled code."""
    path = tmp_path / "sample-1.0-cp311-cp311-linux_x86_64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.py", "")
    return path


@pytest.mark.parametrize(
    ("flags", "masked"),
    [
        ("-L/opt/p/3.11/lib -Wl,-rpath,/opt/p/3.11/lib", "-L$PYTHON/lib -Wl,-rpath,$PYTHON/lib"),
        ("-L/opt/p/3.11", "-L$PYTHON"),
        ("-L/opt/p/3.11.7/lib", "-L/opt/p/3.11.7/lib"),
        ("-I/link/p/include", "-I$PYTHON/include"),
        ("-I/home/janedoe/include -I/home/janedoes", "-I$HOME/include -I/home/janedoes"),
        ("-O3 -I/usr/include", "-O3 -I/usr/include"),
    ],
)
def test_folders_of_the_machine_are_masked(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, flags: str, masked: str
) -> None:
    """Two machines with the same interpreter in two places write the same buildinfo."""
    monkeypatch.setenv("HOME", "/home/janedoe")
    chain = inspect_toolchain(wheel, interpreter("/opt/p/3.11", CFLAGS=flags, installed_base="/link/p"))
    assert chain.config["CFLAGS"] == masked


def test_folder_that_is_the_same_everywhere_stays(wheel: Path) -> None:
    """A distribution's interpreter lies in /usr, as do its compilers' own files."""
    chain = inspect_toolchain(wheel, interpreter("/usr", CFLAGS="-I/usr/include"))
    assert chain.config["CFLAGS"] == "-I/usr/include"


def test_compiler_that_is_named_by_its_path_is_there_by_its_name(wheel: Path, tmp_path: Path) -> None:
    """It has no shim, and is what compiles all the same."""
    compiler = tmp_path / "my-cc"
    compiler.write_text('#!/bin/sh\n[ "$1" = --version ] && printf "My CC 1.0  \\nCopyright\\n"\n')
    compiler.chmod(0o755)
    chain = inspect_toolchain(wheel, interpreter("/opt/p", CC=f"{compiler} -pthread"))
    assert chain.compilers["my-cc"] == "My CC 1.0"


def test_compiler_that_does_not_work_is_left_out(wheel: Path, tmp_path: Path) -> None:
    """It compiled nothing."""
    compiler = tmp_path / "my-cc"
    compiler.write_text("#!/bin/sh\necho broken; exit 1\n")
    compiler.chmod(0o755)
    assert "my-cc" not in inspect_toolchain(wheel, interpreter("/opt/p", CC=str(compiler))).compilers
