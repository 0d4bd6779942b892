"""Compiler shims: the real compiler is called with the caller's words and ours, and its output names no place."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from hypothesis import given
from hypothesis import strategies as st

from samewheel.compilers import find_compilers, shim_text, write_shims
from samewheel.conditions import SYSTEM_PATH, Conditions
from samewheel.interpreter import Interpreter, find_interpreter

GCC = shutil.which("gcc", path=os.pathsep.join(SYSTEM_PATH))

with_gcc = pytest.mark.skipif(GCC is None, reason="there is no gcc")

folder_names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12)

SOURCE = '#include "demo.h"\n#include <Python.h>\nint answer(void) { return DEMO + PY_MAJOR_VERSION; }\n'


def conditions(folder: Path) -> Conditions:
    """Return conditions whose places are made in a folder."""
    places = {name: folder / name for name in ("source", "environment", "home", "temp", "shims", "out")}
    for place in places.values():
        place.mkdir(parents=True)
    return Conditions(
        source=places["source"],
        environment=places["environment"],
        home=places["home"],
        temp=places["temp"],
        shims=places["shims"],
        out=places["out"],
        epoch=0,
    )


def with_config(**config: str) -> Interpreter:
    """Return the interpreter that runs us, with other words for its compilers."""
    base = find_interpreter()
    return Interpreter(
        path=base.path,
        prefix=base.prefix,
        zlib=base.zlib,
        platform=base.platform,
        config={**base.config, **config},
        markers=base.markers,
    )


def words_of(shim: Path, *words: str, cwd: Path) -> list[str]:
    """Run a shim and return the words that the program behind it got, one per line."""
    finished = subprocess.run([shim, *words], cwd=cwd, env={}, capture_output=True, check=True)
    return finished.stdout.decode().split("\0")[:-1]


def printer(path: Path) -> Path:
    """Write a program that prints its words, each ended by a NUL byte."""
    path.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    path.chmod(0o755)
    return path


@given(program=folder_names, place=folder_names, word=folder_names)
def test_every_path_and_word_survives_the_shell(program: str, place: str, word: str) -> None:
    """A user's folders have spaces and quotes; a path that is split or expanded is another path."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        if {".", ".."} & {program, place}:
            return
        (top / "bin").mkdir()
        real = printer(top / "bin" / program)
        working = top / f"w{place}"
        working.mkdir()
        shim = top / "shim"
        maps = ((shlex.quote(f"/x/{place}"), "/env"), (shlex.quote(str(working)), "."))
        shim.write_text(shim_text(str(real), maps))
        shim.chmod(0o755)
        assert words_of(shim, word, "-O3", "a b", "", cwd=working) == [
            word,
            "-O3",
            "a b",
            "",
            f"-ffile-prefix-map=/x/{place}=/env",
            f"-ffile-prefix-map={working}=.",
            f"-ffile-prefix-map={working}=.",
        ]


def test_words_of_the_shell_are_expanded_where_they_are_meant_to_be(tmp_path: Path) -> None:
    """The plain commands name places by variables that only the build knows."""
    shim = tmp_path / "shim"
    shim.write_text(shim_text(str(printer(tmp_path / "cc")), (('"$VIRTUAL_ENV"', "/env"),)))
    finished = subprocess.run(
        ["/bin/sh", shim, "-c"], cwd=tmp_path, env={"VIRTUAL_ENV": "/a b/$x"}, capture_output=True, check=True
    )
    assert finished.stdout.decode().split("\0")[:2] == ["-c", "-ffile-prefix-map=/a b/$x=/env"]


def test_exit_status_of_the_compiler_is_kept(tmp_path: Path) -> None:
    """Build tools try out whether a compiler can do something."""
    shim = tmp_path / "shim"
    shim.write_text(shim_text("/bin/false", ()))
    assert subprocess.run(["/bin/sh", shim], check=False).returncode == 1


def test_compilers_that_sysconfig_names_are_shimmed() -> None:
    """A cross or versioned compiler has a name that nobody would guess; its options are not part of it."""
    interpreter = with_config(CC="ls -pthread -B /x", CXX="", LDSHARED="cat -shared", LDCXXSHARED="no-such-compiler")
    found = find_compilers(interpreter)
    assert Path(found["ls"]).name == "ls"
    assert Path(found["cat"]).is_absolute()
    assert not {"", "no-such-compiler", "-pthread"} & set(found)


def test_compiler_named_by_its_full_path_is_left_alone() -> None:
    """No folder in front of PATH can stand before it; a shim of that name would never be called."""
    assert "ls" not in find_compilers(with_config(CC="/bin/ls -x"))


def test_only_the_systems_compilers_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is first on the caller's PATH must not decide what a build compiles with."""
    printer(tmp_path / "gcc")
    printer(tmp_path / "my-cc")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_compilers(with_config(CC="my-cc"))
    assert "my-cc" not in found
    assert all(Path(real).parent in map(Path, SYSTEM_PATH) for real in found.values())


def test_shims_are_written_for_what_there_is(tmp_path: Path) -> None:
    """A shim for a compiler that is missing would make configure scripts believe in it."""
    build = conditions(tmp_path)
    interpreter = find_interpreter()
    write_shims(build.shims, build, interpreter)
    assert {shim.name for shim in build.shims.iterdir()} == set(find_compilers(interpreter))
    assert all(shim.stat().st_mode & 0o777 == 0o755 for shim in build.shims.iterdir())


def compiled(folder: Path, *flags: str, build_folder: str = ".") -> Path:
    """Compile a small extension as a build would, with debug information, and return the shared object."""
    build = conditions(folder)
    write_shims(build.shims, build, find_interpreter())
    project = build.source / "pkg"
    project.mkdir()
    (project / "demo.c").write_text(SOURCE)
    (build.environment / "include").mkdir()
    (build.environment / "include" / "demo.h").write_text(
        "#define DEMO 1\nstatic int helper(void) { return DEMO; }\n"
    )
    include = find_interpreter().config["INCLUDEPY"]
    output = folder / "demo.so"
    words = ["-g", "-shared", "-fPIC", f"-I{build.environment}/include", f"-I{include}", *flags]
    subprocess.run(
        ["gcc", *words, project / "demo.c", "-o", output],  # noqa: S607 - that PATH finds the shim is the point
        cwd=build.source / build_folder,
        env=build.environ(),
        check=True,
    )
    return output


@with_gcc
@pytest.mark.parametrize("name", ["plain", 'it\'s a "folder" $HOME'])
def test_compiled_code_names_no_folder_of_the_build(name: str, tmp_path: Path) -> None:
    """The source, the environment and the interpreter lie elsewhere on every machine."""
    output = compiled(tmp_path / name)
    assert str(tmp_path).encode() not in output.read_bytes()
    with output.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        units = [unit.get_top_DIE().attributes for unit in dwarf.iter_CUs()]
    assert [unit["DW_AT_comp_dir"].value for unit in units] == [b"."]
    assert [unit["DW_AT_name"].value for unit in units] == [b"./pkg/demo.c"]


@with_gcc
def test_same_source_in_two_places_gives_the_same_bytes(tmp_path: Path) -> None:
    """That is what the shims are for: even the build-id is equal."""
    first = compiled(tmp_path / "first" / "somewhere")
    second = compiled(tmp_path / "a second place")
    assert first.read_bytes() == second.read_bytes()


@with_gcc
def test_flags_of_the_caller_keep_their_effect(tmp_path: Path) -> None:
    """A shim that loses -O3 gives code that looks reproducible and is slow."""
    plain = compiled(tmp_path / "plain", "-frecord-gcc-switches", "-O3")
    assert b"-O3" in plain.read_bytes()
    assert str(tmp_path).encode() not in plain.read_bytes()


@with_gcc
def test_without_the_shim_the_folder_shows(tmp_path: Path) -> None:
    """The negative control: were it not so, the tests above would prove nothing."""
    (tmp_path / "x.c").write_text("int x;\n")
    assert GCC
    subprocess.run([GCC, "-g", "-c", "x.c", "-o", "x.o"], cwd=tmp_path, check=True)
    assert str(tmp_path).encode() in (tmp_path / "x.o").read_bytes()
