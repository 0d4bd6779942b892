"""What `samewheel build` refuses: with the right exit code, the thing's name, the next step, and nothing written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import samewheel as library
from samewheel import (
    BuildFailedError,
    InvalidProjectError,
    NoSourceError,
    SamewheelError,
    StaleLockError,
    UnlockableError,
    UsageError,
)
from tests.functional.builds import make_project, members, written
from tests.functional.git_projects import commit, git, isolate, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel import Built
    from tests.conftest import ProjectCopier, Samewheel


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that builds in no time."""
    return make_project(tmp_path / "project", 'files["sample.py"] = "x = 1\\n"')


def refused(path: Path, kind: type[SamewheelError], *, code: int, **options: object) -> SamewheelError:
    """Build, and return the error, once nothing was written and it says what to do."""
    with pytest.raises(kind) as caught:
        library.build(path, **options)  # type: ignore[arg-type]
    assert caught.value.exit_code == code
    assert caught.value.cause or caught.value.hint
    home = path if path.is_dir() else path.parent
    assert written(home / "dist", home / "evidence") == []
    return caught.value


def test_without_constraints_nothing_is_built(project: Path) -> None:
    """Whatever the index offers today would be installed."""
    (project / "constraints.txt").unlink()
    error = refused(project, StaleLockError, code=20)
    assert "constraints.txt does not exist" in error.what
    assert error.hint.endswith(f"samewheel lock {os.path.relpath(project)}")


def test_next_command_can_be_pasted(tmp_path: Path, samewheel: Samewheel) -> None:
    """A folder's name may have spaces."""
    folder = make_project(tmp_path / "my project", "pass")
    (folder / "constraints.txt").unlink()
    finished = samewheel("build", folder)
    assert finished.returncode == 20
    assert "samewheel lock 'my project'" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    ("requires", "constraints"),
    [
        ('"iniconfig>=2"', ""),
        ('"iniconfig>=2"', f"iniconfig==1.0 --hash=sha256:{'0' * 64}\n"),
        ('"iniconfig>=2"', f"iniconfig==2.1 ; python_version < '3' --hash=sha256:{'0' * 64}\n"),
    ],
    ids=["missing", "another-version", "for-another-python"],
)
def test_requirement_that_is_not_pinned_is_refused(tmp_path: Path, requires: str, constraints: str) -> None:
    """Nothing enters a build environment whose hash was not pinned beforehand."""
    error = refused(
        make_project(tmp_path / "p", "pass", requires=requires, constraints=constraints), StaleLockError, code=20
    )
    assert "iniconfig>=2" in error.cause
    assert "samewheel lock" in error.hint


@pytest.mark.index
def test_requirement_that_the_backend_asks_for_and_is_not_pinned_is_refused(copied: ProjectCopier) -> None:
    """Constraints made from pyproject.toml alone lack what only the hook knows."""
    project = copied("asks-for-more")
    constraints = (project / "constraints.txt").read_text()
    without = re.sub(r"^iniconfig.*?(?=^\S|\Z)", "", constraints, flags=re.MULTILINE | re.DOTALL)
    (project / "constraints.txt").write_text(without)
    error = refused(project, StaleLockError, code=20)
    assert "iniconfig>=2: not pinned" in error.cause
    assert "samewheel lock" in error.hint


@pytest.mark.index
@pytest.mark.parametrize("name", ["setuptools", "hatchling"])
def test_wrong_hash_is_refused(name: str, copied: ProjectCopier) -> None:
    """The index, or somebody on the way, offers other bytes than those that were locked."""
    project = copied(name)
    constraints = (project / "constraints.txt").read_text()
    forged = re.sub(r"[0-9a-f]{64}(?= \\|$)", "0" * 64, constraints, flags=re.MULTILINE)
    (project / "constraints.txt").write_text(forged)
    error = refused(project, UnlockableError, code=14)
    assert re.search(r"no wheel of \S+ \S+ has a hash", error.what)
    assert "samewheel lock" in error.hint


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("setuptools==80.0\n", "setuptools==80.0 has no hash"),
        ("setuptools>=80 --hash=sha256:00\n", "line 1"),
        ("-r other.txt\n", "-r"),
        ("\x00\xff", "constraints.txt"),
    ],
    ids=["no-hash", "no-exact-version", "another-file", "binary"],
)
def test_constraints_that_are_no_hashed_pins_are_refused(tmp_path: Path, line: str, said: str) -> None:
    """A line that is passed over is a hole in the lock."""
    project = make_project(tmp_path / "p", "pass", constraints=line)
    error = refused(project, InvalidProjectError, code=14)
    assert said in error.what
    assert "constraints.txt" in error.what


@pytest.fixture
def repository(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same project, committed."""
    isolate(monkeypatch, tmp_path / "home")
    git(project, "init", "--quiet")
    commit(project)
    return project


def test_results_of_other_projects_of_a_repository_are_no_changes_to_commit(repository: Path) -> None:
    """Nobody commits wheels; the hint says what else to do."""
    write(repository, {"other/dist/other-1.0-py3-none-any.whl": "", "other/evidence/other.json": ""})
    error = refused(repository, UsageError, code=2)
    assert "other/dist/other-1.0-py3-none-any.whl" in error.what
    assert error.hint.startswith("Have git ignore dist and evidence (samewheel init does), or")


@pytest.mark.parametrize(("name", "option"), [("dist", "out_dir"), ("evidence", "evidence_dir")])
def test_results_go_through_no_link_of_the_project(project: Path, tmp_path: Path, name: str, option: str) -> None:
    """It could lead to a folder of wheels that others install from; who names it means it."""
    (tmp_path / "elsewhere").mkdir()
    (project / name).symlink_to(tmp_path / "elsewhere")
    for verb in (library.build, library.verify) if name == "evidence" else (library.build,):
        with pytest.raises(UsageError, match=f"{name} is a link"):
            verb(project)
    assert not list((tmp_path / "elsewhere").iterdir())
    library.build(project, **{option: project / name})  # type: ignore[arg-type]
    assert list((tmp_path / "elsewhere").iterdir())


def test_uncommitted_changes_are_refused_by_name(repository: Path) -> None:
    """Nobody could build the same from the commit that the buildinfo names."""
    write(repository, {"backend.py": (repository / "backend.py").read_text() + "\n", "new file.py": ""})
    error = refused(repository, UsageError, code=2)
    assert "backend.py" in error.what
    assert "new file.py" in error.what
    assert "--allow-dirty" in error.hint


def test_uncommitted_changes_are_built_and_recorded_when_asked_for(repository: Path) -> None:
    """Trying something out before the commit is fine, as long as the evidence says so."""
    write(repository, {"backend.py": (repository / "backend.py").read_text().replace("x = 1", "x = 2")})
    built = library.build(repository, allow_dirty=True)
    assert members(built.wheel)["sample.py"] == b"x = 2\n"
    assert built.buildinfo.source.dirty == ("backend.py",)
    assert any(command.startswith("# The working copy differed") for command in built.buildinfo.commands)


def test_results_and_lock_are_no_uncommitted_changes(repository: Path) -> None:
    """Else the second build would refuse what the first has written."""
    (repository / "constraints.txt").write_text("# locked again\n")
    for _ in range(2):
        assert library.build(repository).buildinfo.source.dirty == ()
    elsewhere = library.build(repository, out_dir=repository / "wheels", evidence_dir=repository / "proofs")
    assert elsewhere.buildinfo.source.dirty == ()
    assert library.build(repository, out_dir=repository / "wheels", evidence_dir=repository / "proofs").buildinfo == (
        elsewhere.buildinfo
    )


def test_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    """There is nothing to build from."""
    error = refused(tmp_path, NoSourceError, code=15)
    assert "neither a pyproject.toml nor a setup.py" in error.what
    assert str(tmp_path) in error.what
    assert "samewheel build PROJECT" in error.hint


def test_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A typing error is told as such."""
    error = refused(tmp_path / "typo", NoSourceError, code=15)
    assert "typo does not exist" in error.what


@pytest.mark.parametrize("content", ["[build-system\n", "a = 1\na = 2\n", "\xff"], ids=["broken", "twice", "latin-1"])
def test_invalid_toml_is_refused_with_its_place(project: Path, content: str) -> None:
    """The reader of the message has to find the line."""
    (project / "pyproject.toml").write_bytes(content.encode("latin-1"))
    error = refused(project, InvalidProjectError, code=14)
    assert str(project / "pyproject.toml") in error.what
    assert "line" in error.cause or "position" in error.cause


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[build-system]\nbuild-backend = "backend"\n', "build-system.requires"),
        ('[build-system]\nrequires = ["not a requirement!"]\n', "not a requirement!"),
        ("[build-system]\nrequires = []\n[tool.samewheel]\nfrontnd = 'uv'\n", "tool.samewheel.frontnd"),
        ("[build-system]\nrequires = []\n[tool.samewheel]\nfrontend = 'pip'\n", "tool.samewheel"),
    ],
)
def test_wrong_key_is_refused_by_name(project: Path, table: str, said: str) -> None:
    """A key that is passed over is a setting that is not in force."""
    (project / "pyproject.toml").write_text(table)
    assert said in refused(project, InvalidProjectError, code=14).what


@pytest.mark.parametrize("name", ["sample-1.0-py3-none-any.whl", "sample.txt"])
def test_file_that_is_no_sdist_is_refused(tmp_path: Path, name: str) -> None:
    """Who gives a wheel by mistake is told what is wanted."""
    (tmp_path / name).write_bytes(b"PK")
    error = refused(tmp_path / name, UsageError, code=2)
    assert name in error.what
    assert "sdist" in str(error)


@pytest.mark.parametrize("option", ["out_dir", "evidence_dir"])
def test_output_folder_that_is_a_file_is_refused(project: Path, tmp_path: Path, option: str) -> None:
    """Told before the work, not after it, and with neither half of the result written."""
    (tmp_path / "file").write_text("mine")
    error = refused(project, SamewheelError, code=1, **{option: tmp_path / "file"})
    assert f"cannot write to {tmp_path / 'file'}" in error.what
    assert (tmp_path / "file").read_text() == "mine"


def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """Mount a file system in memory."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount or os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder.mkdir()
    command = [mount, "-t", "tmpfs", "-o", options, "samewheel-test", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a file system")
    yield folder
    subprocess.run([umount, str(folder)], check=True)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few KB."""
    yield from small_disk(tmp_path / "tiny", "size=8k")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A disk that cannot be written."""
    yield from small_disk(tmp_path / "read-only", "ro,size=8k")


def build_large(project: Path, out_dir: Path, tmp_path: Path) -> Built:
    """Build a wheel of 100 KB."""
    make_project(tmp_path / "large", 'files["sample.py"] = "x = 1\\n" * 20_000')
    return library.build(tmp_path / "large", out_dir=out_dir, evidence_dir=project / "evidence")


def test_full_disk_leaves_nothing_half_written(project: Path, tiny: Path, tmp_path: Path) -> None:
    """Half a wheel looks like a wheel; and one that was there before is still the old one."""
    old = tiny / "sample-1.0-py3-none-any.whl"
    old.write_text("old")
    with pytest.raises(SamewheelError) as caught:
        build_large(project, tiny, tmp_path)
    assert caught.value.exit_code == 1
    assert "No space left" in caught.value.cause
    assert [path.name for path in tiny.iterdir()] == [old.name]
    assert old.read_text() == "old"


def test_read_only_disk_is_refused(project: Path, read_only: Path) -> None:
    """A container's file system often is."""
    error = refused(project, SamewheelError, code=1, out_dir=read_only)
    assert str(read_only) in error.what


def test_output_folder_that_cannot_be_made_is_our_error(project: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """Evidence without its wheel is no result, so it goes again."""
    finished = samewheel("build", project, "-o", "/proc/nothing/here", "--evidence", tmp_path / "e")
    assert finished.returncode == 1
    assert "cannot write" in finished.stderr
    assert "/proc/nothing/here" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert written(tmp_path / "e") == []


def test_epoch_is_not_passed_on_like_another_variable(project: Path) -> None:
    """The build would see another time than the one that its files have and its buildinfo says."""
    error = refused(project, UsageError, code=2, env={"SOURCE_DATE_EPOCH": "400000000"})
    assert error.what == "SOURCE_DATE_EPOCH cannot be passed on like other variables"


@pytest.mark.parametrize("answer", ['"iniconfig"', "None", "[1]"])
def test_answer_that_is_no_list_of_requirements_is_refused(tmp_path: Path, answer: str) -> None:
    """A string would else be read letter by letter, and a wrong hook blamed on the constraints."""
    project = make_project(tmp_path / "project", "")
    with (project / "backend.py").open("a", encoding="utf-8") as backend:
        backend.write(f"\n\ndef get_requires_for_build_wheel(config_settings=None):\n    return {answer}\n")
    error = refused(project, BuildFailedError, code=14)
    assert error.what == "the backend's hook get_requires_for_build_wheel gave no list of strings"


@pytest.mark.parametrize("command", ["build", "lock", "verify"])
def test_interpreter_that_the_project_does_not_work_with_is_refused(
    command: str, tmp_path: Path, samewheel: Samewheel
) -> None:
    """Else the backend fails in its own words, deep in a log, or builds what nobody can install."""
    project = make_project(tmp_path / "project", "")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[project]\nname = "sample"\nversion = "1.0"\nrequires-python = ">=3.99"\n')
    finished = samewheel(command, project)
    assert finished.returncode == 2
    assert "needs Python >=3.99" in finished.stderr
    assert "--python" in finished.stderr


def test_range_of_pythons_that_is_none_is_named(tmp_path: Path, samewheel: Samewheel) -> None:
    """A typo there makes every installer refuse the wheel."""
    project = make_project(tmp_path / "project", "")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[project]\nname = "sample"\nversion = "1.0"\nrequires-python = "3.11 or so"\n')
    finished = samewheel("build", project)
    assert finished.returncode == 14
    assert "project.requires-python" in finished.stderr


@pytest.mark.parametrize(
    "words", [("rebuild", "six==1.16.0"), ("audit", "requirements.txt")], ids=["rebuild", "audit"]
)
def test_reports_on_strangers_wheels_go_through_no_link(
    words: tuple[str, str], tmp_path: Path, samewheel: Samewheel
) -> None:
    """A working folder may be somebody's checkout, too; nothing is fetched before that is looked at."""
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "evidence").symlink_to(tmp_path / "elsewhere")
    (folder / "requirements.txt").write_text("six==1.16.0 --hash=sha256:" + "0" * 64, "utf-8")
    finished = samewheel(*words, "--offline", cwd=folder)
    assert finished.returncode == 2
    assert "evidence is a link" in finished.stderr
    assert not list((tmp_path / "elsewhere").iterdir())
