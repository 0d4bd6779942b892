"""Backends that crash, hang, flood or lie: a short error of ours, and no trace of them on the machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import samewheel as library
from samewheel import BuildFailedError, Frontend, SamewheelError
from tests.functional.builds import PATIENCE, Lifeline, make_project, members, started, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel

pytestmark = pytest.mark.skipif(os.name != "posix", reason="builds are fully supported on POSIX only")

FRONTENDS = list(Frontend)

HOLD = """
handle = os.open(os.environ["LIFELINE"], os.O_WRONLY)
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", stubborn], pass_fds=[handle], stdout=subprocess.PIPE)
child.stdout.readline()
os.write(handle, b"running")
"""
"""What makes a backend, and a child that ignores the polite signal, hold on to a test's lifeline."""


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[Lifeline]:
    """A pipe that tells when every process of a build is gone."""
    line = Lifeline(tmp_path / "lifeline")
    yield line
    line.close()


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    """A folder for temporary files that must be empty again."""
    folder = tmp_path / "temp"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("frontend", FRONTENDS)
@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("crashes", (), ("building the wheel failed", "about to crash")),
        ("fails", (), ("building the wheel failed", "RuntimeError: the frobnicator is missing")),
        ("floods", (), ("building the wheel failed", "RuntimeError: enough printed")),
        ("hangs", ("--timeout", "2"), ("within 2 seconds", "waiting for something that never comes", "--timeout")),
        ("builds-nothing", (), ("building the wheel",)),
        ("builds-rubbish", (), ("not a valid wheel", "dist-info")),
    ],
)
def test_failure_is_told_with_its_evidence_and_leaves_nothing(
    name: str,
    options: tuple[str, ...],
    said: tuple[str, ...],
    *,
    frontend: Frontend,
    copied: ProjectCopier,
    samewheel: Samewheel,
    temp: Path,
) -> None:
    """Whoever reads it has the last words of the backend, in terms that mean the same on every machine."""
    project = copied(name)
    before = written(project)
    finished = samewheel("build", project, "--frontend", frontend, *options, TMPDIR=str(temp))
    assert finished.returncode == 14
    for words in said:
        assert words in finished.stderr
    assert finished.stdout == ""
    assert len(finished.stderr) < 1 << 16
    assert str(temp) not in finished.stderr
    assert list(temp.iterdir()) == []
    assert written(project) == before


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_place_of_the_failure_is_named_relative_to_the_source(
    frontend: Frontend, copied: ProjectCopier, samewheel: Samewheel
) -> None:
    """A path of a folder that is gone again helps nobody."""
    stderr = samewheel("build", copied("fails"), "--frontend", frontend).stderr
    assert 'File "$SOURCE/backend.py", line 5' in stderr


def test_process_that_is_left_behind_is_killed(copied: ProjectCopier, samewheel: Samewheel, temp: Path) -> None:
    """It could write to files of the next build; and a folder that nobody may delete is deleted."""
    project = copied("leaves-a-process")
    finished = samewheel("build", project, "--frontend", "build", TMPDIR=str(temp))
    assert finished.returncode == 0
    assert len(written(project / "dist")) == 1
    assert list(temp.iterdir()) == []


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), signal.SIGKILL)", "raise SystemExit(3)", "pass"])
def test_no_process_outlives_its_build(ending: str, tmp_path: Path, lifeline: Lifeline) -> None:
    """However the backend ends, what it started ends with it."""
    project = make_project(tmp_path / "project", f"{HOLD}\nimport signal\n{ending}")
    try:
        library.build(
            project, frontend=Frontend.BUILD, env={"LIFELINE": str(lifeline.path)}, readable=(str(lifeline.path),)
        )
        succeeded = True
    except BuildFailedError:
        succeeded = False
    assert succeeded == (ending == "pass")
    assert lifeline.read_all() == b"running"


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_no_process_outlives_its_time(frontend: Frontend, tmp_path: Path, lifeline: Lifeline) -> None:
    """A backend that hangs may have started others that ignore the polite signal."""
    project = make_project(tmp_path / "project", f"{HOLD}\ntime.sleep(600)")
    with pytest.raises(BuildFailedError, match="did not finish within 2 seconds"):
        library.build(
            project,
            frontend=frontend,
            timeout=2,
            env={"LIFELINE": str(lifeline.path)},
            readable=(str(lifeline.path),),
        )
    assert lifeline.read_all() == b"running"


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["interrupted", "terminated", "hung-up"]
)
@pytest.mark.parametrize("frontend", FRONTENDS)
def test_interruption_leaves_nothing(
    frontend: Frontend, number: signal.Signals, tmp_path: Path, lifeline: Lifeline, temp: Path
) -> None:
    """Ctrl-C, the end of a CI job, or of the terminal, in the middle of a build."""
    project = make_project(tmp_path / "project", f"{HOLD}\ntime.sleep(600)")
    with started(
        *("build", project, "--frontend", frontend, "--env", lifeline.option, "--readable", lifeline.path),
        cwd=tmp_path,
        TMPDIR=str(temp),
    ) as process:
        assert lifeline.read() == b"running"
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert lifeline.read_all() == b""
    assert "Interrupted; nothing was written." in stderr
    assert "Traceback" not in stderr
    assert stdout == ""
    assert list(temp.iterdir()) == []
    assert written(project / "dist", project / "evidence") == []


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_hook_that_fails_is_told(frontend: Frontend, tmp_path: Path) -> None:
    """The question what a backend requires runs project code as well."""
    project = make_project(tmp_path / "project", "pass")
    with (project / "backend.py").open("a") as file:
        file.write("\n\ndef get_requires_for_build_wheel(config_settings=None):\n    raise KeyError('no idea')\n")
    with pytest.raises(BuildFailedError) as caught:
        library.build(project, frontend=frontend)
    assert "get_requires_for_build_wheel" in caught.value.what
    assert "KeyError: 'no idea'" in caught.value.cause
    assert "$SOURCE/backend.py" in caught.value.cause


@pytest.mark.parametrize("answer", ["42", "[1]", "None"])
def test_hook_that_answers_nonsense_is_told(answer: str, tmp_path: Path) -> None:
    """What is no list of strings is no requirement."""
    project = make_project(tmp_path / "project", "pass")
    with (project / "backend.py").open("a") as file:
        file.write(f"\n\ndef get_requires_for_build_wheel(config_settings=None):\n    return {answer}\n")
    with pytest.raises(SamewheelError) as caught:
        library.build(project)
    assert caught.value.exit_code == 14


@pytest.mark.parametrize("frontend", FRONTENDS)
def test_backend_that_is_not_there_is_told(frontend: Frontend, tmp_path: Path) -> None:
    """A misspelt name in pyproject.toml."""
    project = make_project(tmp_path / "project", "pass")
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('"backend"', '"no_such_backend"'))
    with pytest.raises(BuildFailedError) as caught:
        library.build(project, frontend=frontend)
    assert "no_such_backend" in str(caught.value)


SPOIL = """
place = pathlib.Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages", "iniconfig")
module = place / "__init__.py"
files["before.txt"] = str("spoilt" in module.read_text())
for file in place.rglob("*"):
    if file.is_file():
        file.chmod(0o644)
        with file.open("ab") as opened:
            opened.write(b"\\nspoilt = True\\n")
pathlib.Path(sys.prefix, "planted").write_text("x")
files["planted.txt"] = str(len(list(pathlib.Path(sys.prefix).parent.parent.parent.rglob("planted"))))
"""


@pytest.mark.index
@pytest.mark.parametrize("frontend", FRONTENDS)
def test_backend_that_writes_to_its_environment_harms_nobody(
    frontend: Frontend, tmp_path: Path, copied: ProjectCopier, monkeypatch: pytest.MonkeyPatch, temp: Path
) -> None:
    """With uv's hard links, one build could put its own code into the environments of all others."""
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setattr("tempfile.tempdir", None)
    constraints = (copied("asks-for-more") / "constraints.txt").read_text()
    project = make_project(tmp_path / "project", SPOIL, requires='"iniconfig>=2"', constraints=constraints)
    for _ in range(2):
        contents = members(library.build(project, frontend=frontend).wheel)
        assert contents["before.txt"] == b"False"
        assert contents["planted.txt"] == b"1"


def test_old_wheel_stays_when_the_new_build_fails(copied: ProjectCopier) -> None:
    """What was good yesterday is still there, with its own evidence."""
    project = copied("builds-rubbish")
    (project / "dist").mkdir()
    (project / "evidence").mkdir()
    wheel = project / "dist" / "sample_builds_rubbish-1.0-py3-none-any.whl"
    evidence = project / "evidence" / f"{wheel.name}.buildinfo.json"
    wheel.write_text("old wheel")
    evidence.write_text("old evidence")
    with pytest.raises(BuildFailedError):
        library.build(project)
    assert wheel.read_text() == "old wheel"
    assert evidence.read_text() == "old evidence"


def test_wheel_comes_after_its_evidence(tmp_path: Path) -> None:
    """Where the evidence cannot be written, there is no wheel either."""
    project = make_project(tmp_path / "project", "pass")
    evidence = project / "evidence" / "sample-1.0-py3-none-any.whl.buildinfo.json"
    evidence.mkdir(parents=True)
    with pytest.raises(SamewheelError):
        library.build(project)
    assert not (project / "dist").exists()


def test_old_evidence_comes_back_when_the_wheel_cannot_be_written(tmp_path: Path) -> None:
    """New evidence beside an old wheel would look like a manipulation."""
    project = make_project(tmp_path / "project", "pass")
    built = library.build(project)
    old = built.evidence.read_bytes()
    built.wheel.unlink()
    built.wheel.mkdir()
    with pytest.raises(SamewheelError):
        library.build(project, env={"NEW": "1"})
    assert built.evidence.read_bytes() == old


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("unshare"), reason="prctl and util-linux are Linux's")
def test_process_that_leaves_its_group_ends_with_the_command_where_there_is_no_sandbox(
    tmp_path: Path, lifeline: Lifeline
) -> None:
    """A daemon that a backend started could write to files of the next build."""
    body = HOLD.replace("pass_fds=[handle],", "pass_fds=[handle], start_new_session=True,")
    project = make_project(tmp_path / "project", body)
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    arguments = ["build", "-q", str(project), "--frontend", "build", "--env", lifeline.option]
    finished = subprocess.run(
        [
            str(shutil.which("unshare")),
            "-Ur",
            "sh",
            "-c",
            forbid,
            "sh",
            sys.executable,
            "-m",
            "samewheel",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "isolation    none" in finished.stdout
    assert lifeline.read_all() == b"running"
