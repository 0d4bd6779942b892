"""A working folder is often somebody's source: none of its modules is taken for one of Python's or of a library."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.builds import BACKEND

SIX = "six==1.16.0 --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254\n"

PROJECT = '[build-system]\nrequires = []\nbuild-backend = "sample_backend"\nbackend-path = ["backend"]\n'

COMMAND = (str(Path(sys.executable).with_name("samewheel")),)

MODULE = (sys.executable, "-m", "samewheel")


def module_names() -> set[str]:
    """Return the names of all modules of Python, and of all that is installed beside samewheel."""
    installed = {
        file.parts[0].removesuffix(".py")
        for distribution in importlib.metadata.distributions()
        for file in distribution.files or ()
        if file.parts[0].endswith(".py") or file.parts[1:] == ("__init__.py",)
    }
    return {*sys.stdlib_module_names, *installed, "sitecustomize", "usercustomize"} - {"samewheel"}


def imported_before() -> set[str]:
    """Return the names of modules that Python has before it runs a line of ours that could say where not to look."""
    words = [sys.executable, "-X", "importtime", *MODULE[1:], "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The file in which a module that is run writes its name and the words of the process."""
    return tmp_path / "ran"


@pytest.fixture
def project(tmp_path: Path, ran: Path) -> Path:
    """A project that has a module of every name, each of which says that it was run."""
    folder = tmp_path / "project"
    (folder / "backend").mkdir(parents=True)
    (folder / "backend" / "sample_backend.py").write_text(
        BACKEND.replace("@body@\n", '    files["sample.py"] = "x = 1\\n"\n'), "utf-8"
    )
    (folder / "pyproject.toml").write_text(PROJECT, "utf-8")
    (folder / "six.txt").write_text(SIX, "utf-8")
    said = f"import sys\nopen({str(ran)!r}, 'a').write(f'{{__name__}} in {{sys.orig_argv}}\\n')\n"
    for name in module_names():
        (folder / f"{name}.py").write_text(said, "utf-8")
    return folder


def finished(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Return what came of a command in a folder."""
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def heard(ran: Path) -> str:
    """Return what was run of the folder's modules."""
    return ran.read_text("utf-8") if ran.exists() else ""


def test_modules_of_the_folder_say_that_they_were_run(project: Path, ran: Path) -> None:
    """Or the tests below would hear nothing whatever happens."""
    assert finished(project, sys.executable, "-c", "import json").returncode == 0
    assert heard(ran).startswith("json in ")


@pytest.mark.parametrize("program", [COMMAND, MODULE], ids=["samewheel", "python -m samewheel"])
def test_no_command_runs_a_module_of_the_folder(program: tuple[str, ...], project: Path, ran: Path) -> None:
    """Other people's code runs in the build phase only, where it can do no harm."""
    if program is MODULE:
        for name in imported_before():
            (project / f"{name}.py").unlink(missing_ok=True)
    for words in (
        ("conditions",),
        ("lock",),
        ("lock", "--resolver", "pip-tools", "-o", "other.txt"),
        ("init", "--yes"),
        ("build",),
        ("verify",),
        ("canonicalize", "dist/sample-1.0-py3-none-any.whl", "-o", "canonical"),
        ("keygen", "key"),
        ("attest", "dist/sample-1.0-py3-none-any.whl", "--key", "key"),
        ("explain", "SW301"),
        ("completion", "bash"),
    ):
        done = finished(project, *program, *words)
        assert (words, done.returncode, heard(ran)) == (words, 0, ""), done.stderr


@pytest.mark.index
@pytest.mark.parametrize("words", [("rebuild", "six==1.16.0"), ("audit", "six.txt")], ids=["rebuild", "audit"])
def test_no_rebuild_runs_a_module_of_the_folder(words: tuple[str, ...], project: Path, ran: Path) -> None:
    """They ask all Pythons what they are, and have processes of their own do the work."""
    done = finished(project, *COMMAND, *words)
    assert (done.returncode, heard(ran)) == (0, ""), done.stderr
