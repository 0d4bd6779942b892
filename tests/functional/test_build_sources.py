"""Builds from every kind of source: what gets into the wheel is what belongs to the source, and nothing else."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import parse_sdist_filename

import samewheel
from samewheel import NoSourceError, SourceKind, Via
from samewheel._uv import uv_binary
from tests.functional.builds import OURS, make_project, members, pack, written
from tests.functional.git_projects import COMMIT_TIME, commit, git, isolate, make_repository, write

if TYPE_CHECKING:
    from samewheel.project import Overrides
    from tests.conftest import ProjectCopier

pytestmark = pytest.mark.index


class Recorder:
    """A progress that remembers what it is told."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.steps: list[str] = []
        self.warnings: list[str] = []

    def step(self, text: str) -> None:
        """Remember a step."""
        self.steps.append(text)

    def warn(self, text: str) -> None:
        """Remember a warning."""
        self.warnings.append(text)


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    isolate(monkeypatch, tmp_path / "home")


def committed(project: Path, tag: str = "v1.2.3") -> Path:
    """Make a repository of a project, with a tag."""
    git(project, "init", "--quiet")
    commit(project)
    git(project, "tag", tag)
    return project


def test_project_in_a_monorepo_is_built_in_its_subdirectory(tmp_path: Path) -> None:
    """It may read files beside it, such as a shared version."""
    top = make_repository(tmp_path / "mono", {"VERSION": "7"})
    project = make_project(
        top / "packages" / "one",
        'files["sample.py"] = f"v = {open(\'../../VERSION\').read()}\\nd = {os.getcwd()[-20:]!r}"',
    )
    commit(top)
    built = samewheel.build(project)
    assert members(built.wheel)["sample.py"] == b"v = 7\nd = '/source/packages/one'"
    source = built.buildinfo.source
    assert (source.kind, source.subdirectory) == (SourceKind.GIT, "packages/one")
    assert source.commit == git(top, "rev-parse", "HEAD")
    assert built.wheel.parent == project / "dist"


def test_version_and_files_that_only_git_knows_are_built(copied: ProjectCopier) -> None:
    """setuptools-scm packages what git lists: a copy without .git has no version and silently loses the data."""
    project = committed(copied("setuptools-scm"))
    built = samewheel.build(project)
    assert built.wheel.name == "sample_scm-1.2.3-py3-none-any.whl"
    assert "sample_scm/data.txt" in members(built.wheel)
    assert built.buildinfo.source.describe == f"v1.2.3-0-g{git(project, 'rev-parse', '--short=12', 'HEAD')}"
    assert built.buildinfo.epoch.value == COMMIT_TIME


def test_version_of_hatch_vcs_is_the_tag(copied: ProjectCopier) -> None:
    """The lock and the output folders must not make the copy look modified, which would add to the version."""
    project = copied("hatch-vcs")
    constraints = (project / "constraints.txt").read_bytes()
    (project / "constraints.txt").unlink()
    committed(project, "v5.0")
    write(project, {"constraints.txt": constraints})
    for _ in range(2):
        assert samewheel.build(project).wheel.name == "sample_vcs-5.0-py2.py3-none-any.whl"


def test_deleted_module_of_an_earlier_build_stays_out(copied: ProjectCopier) -> None:
    """Setuptools packages what lies in build/, so two builds would agree on a module that is gone."""
    project = copied("setuptools")
    write(
        project,
        {
            "build/lib/sample_setuptools/deleted.py": "",
            "src/sample_setuptools.egg-info/SOURCES.txt": "src/sample_setuptools/deleted.txt\n",
            "src/sample_setuptools/__pycache__/deleted.cpython-311.pyc": "",
        },
    )
    assert not [name for name in members(samewheel.build(project).wheel) if "deleted" in name or ".pyc" in name]


def test_ignored_file_beside_modules_is_named(copied: ProjectCopier) -> None:
    """A build in the working copy would have packaged it, so somebody may miss it."""
    project = copied("setuptools")
    write(project, {".gitignore": "_generated.py\n*.log\n", "src/sample_setuptools/_generated.py": "", "x.log": ""})
    committed(project)
    recorder = Recorder()
    built = samewheel.build(project, progress=recorder)
    assert "sample_setuptools/_generated.py" not in members(built.wheel)
    (warning,) = recorder.warnings
    assert "src/sample_setuptools/_generated.py" in warning
    assert "include" in warning
    assert "x.log" not in warning


def test_ignored_file_that_belongs_to_the_source_is_packaged(copied: ProjectCopier) -> None:
    """What a generator writes into the source is ignored by git, and is needed all the same."""
    project = copied("setuptools")
    write(project, {".gitignore": "_generated.py\n", "src/sample_setuptools/_generated.py": "made = True\n"})
    with (project / "pyproject.toml").open("a") as file:
        file.write('\n[tool.samewheel]\ninclude = ["src/*/_generated.py"]\n')
    committed(project)
    recorder = Recorder()
    built = samewheel.build(project, progress=recorder)
    assert members(built.wheel)["sample_setuptools/_generated.py"] == b"made = True\n"
    assert recorder.warnings == []
    assert built.buildinfo.source.dirty == ()
    assert built.buildinfo.source.included == ("src/sample_setuptools/_generated.py",)


def plain_uv_build(project: Path, out_dir: Path) -> bytes:
    """Return the wheel that ``uv build`` makes by itself: an sdist first, and the wheel of that."""
    environment = {
        **os.environ,
        "SOURCE_DATE_EPOCH": "315532800",
        "UV_CACHE_DIR": os.environ["SAMEWHEEL_CACHE_DIR"] + "/plain",
    }
    subprocess.run(
        [
            *(uv_binary(), "build", "--python", sys.executable, "--out-dir", out_dir, "--force-pep517"),
            *("--build-constraint", project / "constraints.txt", "--require-hashes", project),
        ],
        env=environment,
        umask=0o022,
        check=True,
        capture_output=True,
    )
    (wheel,) = out_dir.glob("*.whl")
    return wheel.read_bytes()


FORGETFUL = {"MANIFEST.in": "exclude src/sample_setuptools/data.txt\n"}
"""Makes an sdist that lacks a file of the tree: the usual way in which the two wheels of a project differ."""


def test_build_through_an_sdist_is_that_of_plain_uv(copied: ProjectCopier, tmp_path: Path) -> None:
    """Most wheels on the index were made this way, with what their sdist lacks missing."""
    project, plain = copied("setuptools"), copied("setuptools", "plain")
    write(project, FORGETFUL)
    write(plain, FORGETFUL)
    built = samewheel.build(project, via=Via.SDIST)
    assert built.buildinfo.via is Via.SDIST
    assert built.sdist is None
    assert "sample_setuptools/data.txt" not in members(built.wheel)
    assert built.wheel.read_bytes() == plain_uv_build(plain, tmp_path / "plain-dist")


def test_sdist_is_written_and_can_be_built_from(
    copied: ProjectCopier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release consists of both, and the wheel that the sdist gives is the same."""
    project = copied("hatchling")
    built = samewheel.build(project, sdist=True, via=Via.SDIST)
    assert built.sdist == project / "dist" / "sample_hatchling-1.0.tar.gz"
    assert parse_sdist_filename(built.sdist.name)[0] == "sample-hatchling"
    assert written(project / "dist") == [built.wheel.name, built.sdist.name]
    checked = subprocess.run(
        [sys.executable, "-m", "twine", "check", built.sdist, built.wheel],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(built.buildinfo.epoch.value))
    again = samewheel.build(built.sdist, constraints=str(project / "constraints.txt"))
    assert again.wheel == tmp_path / "dist" / built.wheel.name
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.buildinfo.source.kind is SourceKind.SDIST
    assert again.buildinfo.source.uri == "sample_hatchling-1.0.tar.gz"


def test_sdist_beside_a_wheel_leaves_that_a_wheel_of_the_tree(copied: ProjectCopier) -> None:
    """Asking for the sdist too must not change how the wheel is built."""
    project = copied("setuptools")
    write(project, FORGETFUL)
    built = samewheel.build(project, sdist=True)
    assert built.sdist is not None
    assert built.sdist.exists()
    assert built.buildinfo.via is Via.TREE
    assert "sample_setuptools/data.txt" in members(built.wheel)


@pytest.mark.parametrize("place", ["beside", "inside", "given"])
def test_constraints_of_an_sdist_are_found(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are named after it in the working folder, else its own; never those of another project."""
    monkeypatch.chdir(tmp_path)
    project = make_project(tmp_path / "project", "pass", constraints=OURS)
    if place != "inside":
        (project / "constraints.txt").unlink()
    sdist = pack(project, tmp_path / "sample-1.0.tar.gz")
    write(tmp_path, {"constraints.txt": "not even constraints"})
    if place == "beside":
        write(tmp_path, {"sample-1.0.constraints.txt": "# beside\n"})
    given: Overrides = {"constraints": str(tmp_path / "given.txt")} if place == "given" else {}
    write(tmp_path, {"given.txt": "# given\n"})
    built = samewheel.build(sdist, **given)
    expected = {"beside": b"# beside\n", "inside": OURS.encode(), "given": b"# given\n"}[place]
    assert built.buildinfo.constraints.sha256 == hashlib.sha256(expected).hexdigest()


def test_symbolic_link_to_a_project_is_the_project(tmp_path: Path) -> None:
    """Where somebody's folders lie is nothing that a wheel should know."""
    project = make_project(tmp_path / "project", "pass")
    link = tmp_path / "link"
    link.symlink_to(project)
    by_link = samewheel.build(link)
    contents = by_link.evidence.read_bytes()
    assert samewheel.build(project).evidence.read_bytes() == contents


def test_working_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thing that anybody types is ``samewheel build``."""
    monkeypatch.chdir(make_project(tmp_path / "project", "pass"))
    built = samewheel.build(Path())
    assert built.wheel == tmp_path / "project" / "dist" / "sample-1.0-py3-none-any.whl"
    with pytest.raises(NoSourceError):
        samewheel.build(Path("dist"))


def test_progress_tells_the_steps(tmp_path: Path) -> None:
    """Fetching may take minutes, and silence looks like a hang."""
    recorder = Recorder()
    project = make_project(tmp_path / "project", f"new = {str(tmp_path)!r}  # to nobody's answer in the cache")
    samewheel.build(project, progress=recorder)
    assert [step.split()[0] for step in recorder.steps] == ["Copying", "Fetching", "Asking", "Building"]
    assert recorder.warnings == []


def test_no_clock_shows_in_the_clone(tmp_path: Path) -> None:
    """A build tool that looks at git's own files must not find out when it runs."""
    newest = "max(os.lstat(os.path.join(d, n)).st_mtime for d, ds, fs in os.walk('.git') for n in [*ds, *fs])"
    project = make_project(tmp_path / "project", f'files["sample.py"] = f"newest = {{{newest}}}\\n"')
    git(project, "init", "--quiet")
    commit(project)
    built = samewheel.build(project)
    assert members(built.wheel)["sample.py"] == f"newest = {built.buildinfo.epoch.value}.0\n".encode()
