"""The independent check: scripts/verify_twice.py, run as a user runs it, with the real uv and git.

Most projects here have a backend of their own in their folder and need nothing from an index.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "verify_twice.py"

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

BACKEND = """\
import os, pathlib, sys, tempfile, time, zipfile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    content = {content}
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr(zipfile.ZipInfo("tiny.txt"), repr(content))
    return name
"""

Verify: TypeAlias = "Callable[..., subprocess.CompletedProcess[str]]"


def write_project(folder: Path, content: str = "'always the same'") -> Path:
    """Make a project whose wheel holds the value of a Python expression, evaluated by the backend."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(BACKEND.format(content=content))
    (folder / "constraints.txt").write_text("# nothing is needed\n")
    return folder


def commit(folder: Path) -> None:
    """Make a folder a git repository whose one commit, of 2020-02-02, has all that is in the folder."""
    who = {f"GIT_{role}_{key}": "tiny@example.org" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    when = {f"GIT_{role}_DATE": "2020-02-02T02:02:02Z" for role in ("AUTHOR", "COMMITTER")}
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for command in ("init -q", "add -A", "commit -q -m tiny"):
        argv = ["git", *command.split()]
        subprocess.run(argv, cwd=folder, check=True, env={**os.environ, **who, **when, **nothing})


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files that the script gets, so that a test can see what is left there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def verify(temporary: Path) -> Verify:
    """Run the script on a project and its constraints.txt; more arguments and variables can be given."""

    def run(project: Path, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(SCRIPT), "--constraints", str(project / "constraints.txt"), str(project)]
        env = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
        done = subprocess.run(
            [*command, *map(str, arguments)],
            env=env | {"TMPDIR": str(temporary)} | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not list(temporary.iterdir()), "the script left files behind"
        return done

    return run


def test_script_is_short_and_independent() -> None:
    """An auditor can read it in five minutes, and a bug of samewheel cannot be in it."""
    text = SCRIPT.read_text("utf-8")
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert len(text.splitlines()) <= 150
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_constant_project_is_identical(tmp_path: Path, verify: Verify) -> None:
    """Two builds of a reproducible project give one SHA-256, printed for each build and in the last line."""
    done = verify(write_project(tmp_path / "project"))
    assert done.returncode == 0, done.stderr
    first, second, verdict = done.stdout.splitlines()
    digest = first.split()[0]
    assert second.split()[0] == digest
    assert verdict == f"identical: tiny-1-py3-none-any.whl sha256:{digest}"


@pytest.mark.parametrize(
    "leak",
    [
        "os.getcwd()",
        "os.environ['HOME']",
        "tempfile.gettempdir()",
        "oct(os.umask(0o22))",
        "hash('seed')",
        "time.strftime('%z')",
        "os.stat('backend.py').st_mtime",
        "os.stat('backend.py').st_mode",
        "os.urandom(8)",
    ],
)
@pytest.mark.parametrize("tracked", [True, False], ids=["git", "folder"])
def test_leak_is_different(leak: str, tracked: bool, tmp_path: Path, verify: Verify) -> None:  # noqa: FBT001
    """Each condition that the script varies reaches the backend: a wheel that holds it is not reproducible."""
    project = write_project(tmp_path / "project", leak)
    if tracked:
        commit(project)
    done = verify(project)
    assert done.returncode == 1, done.stdout
    first, second, verdict = done.stdout.splitlines()
    assert first.split()[0] != second.split()[0]
    assert verdict.startswith("different: tiny-1-py3-none-any.whl")


def test_same_epoch_reaches_both_builds(tmp_path: Path, verify: Verify) -> None:
    """SOURCE_DATE_EPOCH is the caller's, else the commit's time, else the earliest that a ZIP file can say."""
    project = write_project(tmp_path / "project", "os.environ['SOURCE_DATE_EPOCH']")
    wheel = tmp_path / "tiny-1-py3-none-any.whl"

    def built_with(epoch: str, **variables: str) -> bool:
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(zipfile.ZipInfo("tiny.txt"), repr(epoch))
        return verify(project, wheel, **variables).returncode == 0

    assert built_with("315532800")
    commit(project)
    assert built_with("1580608922")
    assert built_with("1234567890", SOURCE_DATE_EPOCH="1234567890")
    assert not built_with("315532800")


def test_wheel_of_another_build_is_compared(tmp_path: Path, verify: Verify) -> None:
    """A third wheel must be the same file and have the same name; it is read and left alone."""
    project = write_project(tmp_path / "project")
    wheel = tmp_path / "tiny-1-py3-none-any.whl"
    wheel.write_bytes(b"something else")
    different = verify(project, wheel)
    assert different.returncode == 1
    assert f"{hashlib.sha256(b'something else').hexdigest()}  {wheel.name}  ({wheel})" in different.stdout
    assert wheel.read_bytes() == b"something else"


def test_uncommitted_changes_are_noted_and_not_built(tmp_path: Path, verify: Verify) -> None:
    """With git, what counts is the commit: a change that only one machine has is no part of it."""
    project = write_project(tmp_path / "project")
    commit(project)
    write_project(project, "os.urandom(8)")
    done = verify(project)
    assert done.returncode == 0, done.stderr
    assert "uncommitted changes" in done.stdout.splitlines()[0]


def test_project_in_a_subfolder_of_a_repository(tmp_path: Path, verify: Verify) -> None:
    """The whole repository is cloned, because a build may read files beside its project."""
    project = write_project(tmp_path / "repository" / "packages" / "tiny", "open('../version').read()")
    (project.parent / "version").write_text("1")
    commit(tmp_path / "repository")
    done = verify(project)
    assert done.returncode == 0, done.stderr


def test_commit_on_no_branch_is_built(tmp_path: Path, verify: Verify) -> None:
    """CI systems check out a commit and no branch."""
    project = write_project(tmp_path / "project")
    commit(project)
    head = project / ".git" / "HEAD"
    branch = project / ".git" / head.read_text().removeprefix("ref: ").strip()
    branch.rename(head)
    assert verify(project).returncode == 0


def test_hook_variables_of_git_do_not_lead_astray(tmp_path: Path, verify: Verify) -> None:
    """Run by a git hook, where GIT_DIR is set, the script still builds the project that it was given."""
    project = write_project(tmp_path / "project")
    other = write_project(tmp_path / "other", "os.urandom(8)")
    commit(project)
    commit(other)
    assert verify(project, GIT_DIR=str(other / ".git"), GIT_WORK_TREE=str(other)).returncode == 0


def test_leftovers_of_builds_are_not_source(tmp_path: Path, verify: Verify) -> None:
    """Without git, top-level build/ and dist/ and all *.egg-info are left behind; a package named build is not."""
    listing = "sorted(p.as_posix() for p in pathlib.Path().rglob('*.txt'))"
    project = write_project(tmp_path / "project", listing)
    for folder in ("build", "dist", "tiny.egg-info", "tiny/build"):
        (project / folder).mkdir(parents=True)
        (project / folder / "file.txt").touch()
    wheel = tmp_path / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(zipfile.ZipInfo("tiny.txt"), repr(["constraints.txt", "tiny/build/file.txt"]))
    done = verify(project, wheel)
    assert done.returncode == 0, done.stdout


def test_environment_is_built_from_nothing(tmp_path: Path, verify: Verify) -> None:
    """A variable of the caller's that uv does not need to fetch packages is not there in a build."""
    project = write_project(tmp_path / "project", "sys.exit('leaked') if 'TINY_KEY' in os.environ else 0")
    assert verify(project, TINY_KEY="secret").returncode == 0


def test_failing_build_shows_why(tmp_path: Path, verify: Verify) -> None:
    """When uv fails, the end of its output is shown, and the exit code is 1."""
    done = verify(write_project(tmp_path / "project", "sys.exit('the backend gave up')"))
    assert done.returncode == 1
    assert "the backend gave up" in done.stderr
    assert "uv build failed" in done.stderr.splitlines()[-1]


def test_wrong_usage_is_two(tmp_path: Path, verify: Verify) -> None:
    """A file that is not there is the caller's mistake, named and told apart from a verdict."""
    project = write_project(tmp_path / "project")
    done = verify(project, tmp_path / "absent.whl")
    assert done.returncode == 2
    assert "absent.whl does not exist" in done.stderr


def test_missing_uv_is_named(tmp_path: Path, verify: Verify) -> None:
    """Without uv there is one line that says how to get it."""
    done = verify(write_project(tmp_path / "project"), PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "uv is not on PATH; to install it: pip install uv\n"


def is_running(process: int) -> bool:
    """Say whether a process is there and no zombie, which a container without an init would keep."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the backend in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_leaves_nothing(number: signal.Signals, tmp_path: Path, temporary: Path) -> None:
    """Ctrl-C while a backend runs ends the backend too, and removes the copies."""
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip(f"{number.name} is ignored here, and so in every child: this is a background job")
    started = tmp_path / "started"
    tell = f"pathlib.Path({str(started)!r}).write_text(str(os.getpid()) + '.'), time.sleep(300)"
    project = write_project(tmp_path / "project", tell)
    command = [sys.executable, str(SCRIPT), "--constraints", str(project / "constraints.txt"), str(project)]
    with subprocess.Popen(command, env=os.environ | {"TMPDIR": str(temporary)}) as process:
        deadline = time.monotonic() + 60
        while not (started.exists() and started.read_text().endswith(".")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(timeout=30) == 130
    assert not list(temporary.iterdir())
    assert not is_running(int(started.read_text().rstrip(".")))


HATCHLING_PROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "tiny"
version = "1"

[tool.hatch.build.targets.wheel.hooks.custom]
"""

HATCHLING_HOOK = """\
import os
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        Path(self.root, "tiny", "stamp.txt").write_text({content})
"""


def write_hatchling_project(folder: Path, content: str) -> Path:
    """Make a project of hatchling's whose hook writes the value of an expression into a packaged file."""
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "__init__.py").touch()
    (folder / "pyproject.toml").write_text(HATCHLING_PROJECT)
    (folder / "hatch_build.py").write_text(HATCHLING_HOOK.format(content=content))
    (folder / "constraints.txt").write_bytes((ROOT / "constraints.txt").read_bytes())
    return folder


@pytest.mark.index
def test_hatchling_project_is_identical(tmp_path: Path, verify: Verify) -> None:
    """A real backend from hashed pins gives the same file under all that the script varies."""
    done = verify(write_hatchling_project(tmp_path / "project", "'always the same'"))
    assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.index
def test_random_hatchling_project_is_different(tmp_path: Path, verify: Verify) -> None:
    """The control of the test above: the same project with one random file."""
    done = verify(write_hatchling_project(tmp_path / "project", "os.urandom(8).hex()"))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("different: tiny-1-")


@pytest.mark.index
def test_wrong_hash_is_named(tmp_path: Path, verify: Verify) -> None:
    """A pin whose hashes are not those of the index stops the build, and the package is named."""
    project = write_hatchling_project(tmp_path / "project", "''")
    pins = project / "constraints.txt"
    first, packaging, rest = pins.read_text("utf-8").partition("packaging==")
    pins.write_text(re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", first) + packaging + rest)
    done = verify(project)
    assert done.returncode == 1
    assert "mismatch" in done.stderr
    assert "hatchling" in done.stderr


@pytest.mark.index
def test_unpinned_requirement_is_named(tmp_path: Path, verify: Verify) -> None:
    """What the pins do not cover is not installed."""
    project = write_hatchling_project(tmp_path / "project", "''")
    (project / "constraints.txt").write_text("")
    done = verify(project)
    assert done.returncode == 1
    assert "hatchling" in done.stderr
