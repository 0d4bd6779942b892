"""The plain commands in a buildinfo: run by a shell with uv alone, they give the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import samewheel
from samewheel import Via
from samewheel._uv import uv_binary
from samewheel.interpreter import find_interpreter
from tests.functional.builds import OURS, make_project, members, pack
from tests.functional.git_projects import commit, git, isolate, make_repository, write

if TYPE_CHECKING:
    from samewheel import Built
    from tests.conftest import ProjectCopier

pytestmark = pytest.mark.index

NOTICE = """
files["sample.py"] = repr({
    "files": sorted(str(path) for path in pathlib.Path().rglob("*") if not {".git", "__pycache__"} & set(path.parts)),
    "modes": sorted({oct(path.stat().st_mode) for path in pathlib.Path().rglob("*.*") if path.is_file()}),
    "times": sorted({path.stat().st_mtime for path in pathlib.Path().glob("*.*") if path.is_file()}),
    "settings": config_settings,
    "hash": hash("samewheel"),
    "environ": [os.environ.get(name) for name in ("LANG", "LC_ALL", "SOURCE_DATE_EPOCH", "TZ", "PASSED")],
})
"""
"""Makes a wheel that differs with everything that the commands have to get right."""


def check_commands(built: Built, folder: Path, tmp_path: Path) -> None:
    """Run a buildinfo's commands in a folder, and compare the wheel that they name at their end."""
    interpreter = find_interpreter()
    path = [str(uv_binary().parent), str(interpreter.prefix / "bin"), os.environ["PATH"]]
    environ = {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "UV_CACHE_DIR": f"{os.environ['SAMEWHEEL_CACHE_DIR']}/plain",
        "UV_PYTHON_PREFERENCE": "system",
        "TMPDIR": str(tmp_path),
        "CFLAGS": "-O0",
        "LANG": "C",
        "PYTHONHASHSEED": "7",
        "SOURCE_DATE_EPOCH": "1234567890",
        "TZ": "Asia/Tokyo",
    }
    finished = subprocess.run(
        ["bash", "-eu", "-o", "pipefail"],  # noqa: S607 - a reader types just that
        input="\n".join(built.buildinfo.commands),
        cwd=folder,
        env=environ,
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    digest, name = finished.stdout.splitlines()[-1].split(maxsplit=1)
    assert members(Path(name)) == members(built.wheel)
    assert digest == built.buildinfo.wheel.sha256


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    isolate(monkeypatch, tmp_path / "home")


def test_commands_for_a_folder(tmp_path: Path) -> None:
    """What earlier builds and tools left in it takes no part, whether it was there at the build or came later."""
    project = make_project(tmp_path / "a folder", NOTICE)
    write(project, {"build/old.py": "", "pkg/__pycache__/x.pyc": "", "pkg/a b.py": "", "my env/pyvenv.cfg": ""})
    (project / "pkg" / "a b.py").chmod(0o755)
    built = samewheel.build(project, out_dir=project / "wheels")
    write(project, {"sample.egg-info/PKG-INFO": "", ".tox/x": "", "pkg/__pycache__/y": ""})
    check_commands(built, project, tmp_path)


def test_commands_for_a_folder_with_included_files(tmp_path: Path) -> None:
    """A generated file may lie where results of builds do."""
    project = make_project(tmp_path / "project", NOTICE)
    write(project, {"build/kept one.py": "", "build/other.py": "", "src/pkg/.cache/x": ""})
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.samewheel]\ninclude = ["build/kept*.py"]\n')
    built = samewheel.build(project)
    check_commands(built, project, tmp_path)


def test_commands_for_a_commit_with_settings_and_variables(tmp_path: Path) -> None:
    """They build the commit, whatever happened to the working copy since; words reach the backend as they were."""
    project = make_project(tmp_path / "project", NOTICE)
    write(project, {".gitignore": "made/\n", "made/a.py": "", "made/b.txt": "", "run.sh": "x"})
    (project / "run.sh").chmod(0o755)
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.samewheel]\ninclude = ["made/**/*.py"]\nconstraints = "pins/build.txt"\n')
    (project / "pins").mkdir()
    (project / "constraints.txt").rename(project / "pins" / "build.txt")
    git(project, "init", "--quiet")
    commit(project)
    settings: dict[str, str | list[str]] = {"--flag": "x y", "many": ["$a", "'b'"], "empty": ""}
    built = samewheel.build(project, config_settings=settings, env={"PASSED": "it's $HOME"})
    write(project, {"backend.py": "broken"})
    check_commands(built, project, tmp_path)


def test_commands_for_a_subdirectory(tmp_path: Path) -> None:
    """They are run in the project's folder, where its constraints are."""
    top = make_repository(tmp_path / "mono", {"README": ""})
    project = make_project(top / "packages" / "my one", NOTICE)
    commit(top)
    built = samewheel.build(project)
    check_commands(built, project, tmp_path)


@pytest.mark.parametrize("own", [True, False], ids=["own-constraints", "constraints-beside"])
def test_commands_for_an_sdist(own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """They are run beside it."""
    monkeypatch.chdir(tmp_path)
    project = make_project(tmp_path / "project", NOTICE, constraints=OURS)
    if not own:
        (project / "constraints.txt").unlink()
        (tmp_path / "sample-1.0.constraints.txt").touch()
    built = samewheel.build(pack(project, tmp_path / "sample-1.0.tar.gz"))
    check_commands(built, tmp_path, tmp_path)


def test_commands_through_an_sdist(copied: ProjectCopier, tmp_path: Path) -> None:
    """Two steps, each from hashed pins; the second has nothing but the sdist."""
    project = copied("flit")
    git(project, "init", "--quiet")
    commit(project)
    built = samewheel.build(project, via=Via.SDIST)
    assert sum(command.startswith("uv build") for command in built.buildinfo.commands) == 2
    check_commands(built, project, tmp_path)


def test_commands_for_compiled_code(copied: ProjectCopier, tmp_path: Path) -> None:
    """They make the compiler shims, too, and do not take the caller's flags."""
    project = copied("c-extension")
    built = samewheel.build(project)
    check_commands(built, project, tmp_path)


def test_commands_are_the_same_on_every_machine(copied: ProjectCopier) -> None:
    """A path of the builder's home would tell a stranger nothing, and the public too much."""
    commands = "\n".join(samewheel.build(copied("c-extension")).buildinfo.commands)
    assert re.findall(r"/(?:root|home|work|Users|opt)/\S+", commands) == []
    assert str(find_interpreter().prefix) not in commands


def test_constraints_from_elsewhere_are_asked_for_by_their_digest(tmp_path: Path) -> None:
    """Who runs the commands does not have the file that was named on our machine, and must not take another."""
    project = make_project(tmp_path / "project", NOTICE)
    given = tmp_path / "given.txt"
    given.write_text(OURS, "utf-8")
    info = samewheel.build(project, constraints=str(given)).buildinfo
    assert info.commands[0] == (
        f"# This takes the constraints file given.txt (sha256 {info.constraints.sha256}) to be in this folder."
    )
    assert str(tmp_path) not in "".join(info.commands)
