"""Two builds under opposite conditions: what really differed, what came of it, and what cannot be varied."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from samewheel.building import build, perform
from samewheel.comparison import Verdict
from samewheel.errors import BuildFailedError, StaleLockError, UsageError
from samewheel.machine import memory_folder
from samewheel.preparing import open_project, prepare, read_lock
from samewheel.sandbox import choose_sandbox
from samewheel.staging import plain_conditions
from samewheel.verifying import available, verify
from tests.functional.builds import make_project
from tests.functional.git_projects import commit, git, isolate

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel

isolated = pytest.mark.skipif(
    choose_sandbox().isolation.mechanism == "none", reason="this machine forbids user namespaces"
)

LEAKS = {
    "cpus": "(os.cpu_count(), len(os.sched_getaffinity(0)))",
    "environment_path": "sys.prefix",
    "hash_seed": "list({'a', 'b', 'c', 'd', 'e', 'f'})",
    "home": "os.path.expanduser('~')",
    "host": "os.uname().nodename",
    "source_mtime": "os.stat('pyproject.toml').st_mtime",
    "source_path": "os.getcwd()",
    "temp": "__import__('tempfile').gettempdir()",
    "timezone": "time.tzname",
    "uid": "os.getuid()",
    "user": "os.environ['USER']",
}
"""For each condition, an expression whose value shows it."""

ASKING_GIT = ("hatch-vcs", "setuptools-scm")
"""Projects whose version is a tag; one also packages what git lists."""

BACKENDS = (
    *("c-extension", "flit", "hatchling", "meson-python", "pdm", "poetry", "scikit-build-core", "setuptools"),
    *("uv-build", *ASKING_GIT),
)
"""One project of every backend, and of every way to compile."""


def leaking(folder: Path, expression: str) -> Path:
    """Make a project that packs the value of an expression."""
    return make_project(folder, f'files["sample.py"] = f"value = {{({expression})!r}}\\n"')


def test_project_that_leaks_nothing_is_identical(tmp_path: Path, samewheel: Samewheel) -> None:
    """The control: whatever is varied, a build that depends on nothing gives the same bytes."""
    project = make_project(tmp_path / "project", "")
    finished = samewheel("verify", project, "-q", "--json")
    report = json.loads(finished.stdout)
    assert finished.returncode == 0
    assert (report["schema"], report["verdict"], report["differences"]) == ("samewheel/verify/1", "identical", [])
    assert len({one["wheel"]["sha256"] for one in report["builds"]}) == 1
    assert {one["frontend"]["name"] for one in report["builds"]} == {"uv", "build"}


@pytest.mark.parametrize("condition", sorted(LEAKS))
def test_leak_is_found_by_its_condition_alone(tmp_path: Path, condition: str) -> None:
    """Each variation catches the leak that it is there for, and no other one does."""
    if reason := available()[condition]:
        pytest.skip(reason)
    project = leaking(tmp_path / "project", LEAKS[condition])
    found = verify(project, names=[condition]).verification
    assert found.varied == (condition,)
    assert found.verdict is Verdict.PAYLOAD_DIFFERS
    assert [difference.member for difference in found.differences] == ["sample.py"]


@pytest.mark.parametrize("condition", sorted(LEAKS))
def test_without_its_variation_a_leak_passes(tmp_path: Path, condition: str) -> None:
    """The control of the harness: it is the variations that find leaks, not chance."""
    project = leaking(tmp_path / "project", LEAKS[condition])
    found = verify(project, names=[]).verification
    assert (found.verdict, found.varied) == (Verdict.IDENTICAL, ())
    assert {item.name for item in found.not_varied} == set(available())


def test_all_conditions_at_once_find_randomness_too(tmp_path: Path) -> None:
    """What differs by itself needs no variation."""
    found = verify(leaking(tmp_path / "project", "os.urandom(4)"), names=[]).verification
    assert found.verdict is Verdict.PAYLOAD_DIFFERS


@isolated
def test_everything_that_can_be_varied_is_proven_by_both_probes(tmp_path: Path) -> None:
    """A variation that was set but did not arrive must not be counted."""
    found = verify(make_project(tmp_path / "project", "")).verification
    one, two = found.observed
    for name in found.varied:
        assert one[name] != two[name]
    can_be = {name for name, reason in available().items() if not reason}
    assert set(found.varied) == can_be
    assert {item.name for item in found.not_varied} == set(available()) - can_be


def test_idle_variation_is_named_and_not_counted(tmp_path: Path) -> None:
    """A backend's own environment may undo a variation; nobody may then believe in it."""
    project = make_project(tmp_path / "project", "")
    found = verify(project, names=["user"], env={"USER": "always-me"}).verification
    assert found.varied == ()
    reasons = {item.name: item.reason for item in found.not_varied}
    assert reasons["user"] == "applied, but both build processes saw the same"


@pytest.mark.index
def test_first_build_gives_the_wheel_that_is_published(copied: ProjectCopier, tmp_path: Path) -> None:
    """Else the verdict would be on another wheel."""
    project = copied("setuptools")
    plain = build(project, out_dir=tmp_path / "dist", evidence_dir=tmp_path / "evidence")
    found = verify(project, names=[], against=plain.wheel).verification
    assert {one.wheel.sha256 for one in found.builds} == {plain.buildinfo.wheel.sha256}
    assert (found.verdict, found.against) == (Verdict.IDENTICAL, plain.buildinfo.wheel.sha256)


@pytest.mark.index
@pytest.mark.parametrize("name", BACKENDS)
def test_probe_changes_no_byte(
    name: str, copied: ProjectCopier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a backend packs, lists or asks for, it must not find the probe."""
    project = copied(name)
    if name in ASKING_GIT:
        isolate(monkeypatch, tmp_path / "home")
        git(project, "init", "--quiet")
        commit(project)
        git(project, "tag", "v1.2.3")
    with open_project(project, overrides={}) as opened:
        prepared = prepare(opened, read_lock(opened))
        products = []
        for probe in (False, True):
            folder = tmp_path / f"probe-{probe}"
            folder.mkdir()
            conditions = plain_conditions(folder / "places", opened.epoch.value, opened.settings)
            products.append(perform(prepared, folder, conditions, probe=probe))
    without, with_probe = products
    assert (without.observed is None, with_probe.observed is None) == (True, False)
    assert without.wheel.name == with_probe.wheel.name
    assert without.wheel.read_bytes() == with_probe.wheel.read_bytes()


def test_given_wheel_that_differs_decides_the_verdict(tmp_path: Path) -> None:
    """The release job asks whether the file about to be published is the one that the source gives."""
    project = make_project(tmp_path / "project", "")
    wheel = build(project).wheel
    other = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as before, zipfile.ZipFile(other, "w") as after:
        for info in before.infolist():
            info.date_time = (2001, 1, 1, 0, 0, 0)
            after.writestr(info, before.read(info.filename))
    found = verify(project, against=other).verification
    assert found.verdict is Verdict.SAME_CONTENTS
    assert {difference.code for difference in found.differences} == {"SW101"}


def test_project_without_constraints_is_locked_for_this_run(tmp_path: Path, samewheel: Samewheel) -> None:
    """A stranger's project has none; both builds must still use the same, and the user learns how to keep them."""
    project = make_project(tmp_path / "project", "")
    (project / "constraints.txt").unlink()
    finished = samewheel("verify", project, "-q", "--vary", "user")
    assert finished.returncode == 0, finished.stderr
    assert f"samewheel lock {project}" in finished.stderr
    assert not (project / "constraints.txt").exists()
    with pytest.raises(StaleLockError):
        verify(project, constraints=str(tmp_path / "missing.txt"))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot give a process fewer processors")
def test_condition_that_was_asked_for_and_cannot_be_varied_is_refused(tmp_path: Path) -> None:
    """Two equal builds under the same conditions would look like what was asked for, and say nothing of it."""
    project = make_project(tmp_path / "project", "")
    one = min(os.sched_getaffinity(0))
    script = (
        f"import os; os.sched_setaffinity(0, [{one}]); from samewheel.__main__ import main; raise SystemExit(main())"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script, "verify", project, "--vary", "umask,cpus"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert finished.returncode == 2
    assert "error: cpus cannot be varied here: this machine has one processor" in finished.stderr
    assert not (tmp_path / "evidence").exists()
    assert not (project / "evidence").exists()


def test_build_that_fails_is_the_answer_and_leaves_nothing(tmp_path: Path) -> None:
    """A verdict on half a verification would be a lie."""
    project = make_project(tmp_path / "project", 'raise RuntimeError("no")')
    with pytest.raises(BuildFailedError, match="failed"):
        verify(project, names=[])
    assert not (project / "evidence").exists()


def test_condition_under_which_the_build_fails_is_named_and_left_out(tmp_path: Path, samewheel: Samewheel) -> None:
    """The rest is still worth knowing; and who wants all or nothing says so."""
    project = make_project(tmp_path / "project", 'assert os.environ["USER"] == "samewheel-user", "who are you?"')
    found = verify(project, names=["hash_seed", "user", "timezone"]).verification
    assert (found.verdict, found.varied) == (Verdict.IDENTICAL, ("hash_seed", "timezone"))
    reasons = {item.name: item.reason for item in found.not_varied}
    assert reasons["user"] == "the build fails under it"
    strict = samewheel("verify", project, "-q", "--strict", "--vary", "user,hash_seed")
    assert strict.returncode == 14
    assert "user was not varied: the build fails under it" in strict.stderr


@isolated
@pytest.mark.skipif(bool(available()["directory_order"]), reason=available()["directory_order"])
@pytest.mark.parametrize("kind", ["repository", "worktree", "separate git dir"])
def test_folders_are_listed_in_another_order_wherever_the_history_lies(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many work in worktrees: what they verify there has to be what they would verify in the repository."""
    isolate(monkeypatch, tmp_path / "home")
    project = make_project(tmp_path / "project", 'files["sample.py"] = repr(os.listdir("data"))')
    git(project, "init", "--quiet")
    (project / "data").mkdir()
    for number in range(8):
        (project / "data" / f"{number}.txt").touch()
    commit(project)
    other = tmp_path / "other"
    if kind == "worktree":
        git(project, "worktree", "add", "-q", other)
    elif kind == "separate git dir":
        git(project, "clone", "-q", "--separate-git-dir", tmp_path / "history", ".", other)
        git(other, "config", "core.worktree", other)
    found = verify(
        project if kind == "repository" else other, names=["directory_order"], via_sdist=False
    ).verification
    assert (found.verdict, found.varied) == (Verdict.PAYLOAD_DIFFERS, ("directory_order",))


@isolated
@pytest.mark.skipif(bool(available()["directory_order"]), reason=available()["directory_order"])
def test_strict_refuses_what_there_is_no_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine could vary it, and it was not varied: no footnote, where all was asked for."""
    project = make_project(tmp_path / "project", "")
    monkeypatch.setattr("samewheel.preparing.LEAST", 1 << 62)
    found = verify(project, via_sdist=False).verification
    assert [item.reason for item in found.not_varied if item.name == "directory_order"] == [
        f"there is too little room for the source in {memory_folder()}"
    ]
    with pytest.raises(BuildFailedError, match="directory_order was not varied: there is too little room"):
        verify(project, strict=True, via_sdist=False)


def test_unknown_condition_is_refused_by_name(tmp_path: Path) -> None:
    """A typo must not switch a variation off."""
    with pytest.raises(UsageError, match="there is no condition 'umaks'"):
        verify(make_project(tmp_path / "project", ""), names=["umaks"])


def test_report_names_no_path_of_the_machine_and_is_the_same_twice(tmp_path: Path) -> None:
    """Reports are published and compared."""
    project = make_project(tmp_path / "project", "")
    first = verify(project).evidence.read_bytes()
    second = verify(project).evidence.read_bytes()
    assert first == second
    for secret in (str(tmp_path), sys.prefix, "/dev/shm"):  # noqa: S108 - what must not be there
        assert secret.encode() not in first


def test_conditions_says_what_can_be_varied_and_why_not(samewheel: Samewheel) -> None:
    """Who wonders about a report finds the reason here."""
    finished = samewheel("conditions", "--json")
    said = json.loads(finished.stdout)
    assert said["conditions"] == {name: reason or None for name, reason in available().items()}
    shown = samewheel("conditions").stdout
    for name, reason in available().items():
        assert name in shown
        assert reason in shown


@isolated
@pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed")
def test_without_a_sandbox_what_is_left_is_varied_and_the_rest_is_named(tmp_path: Path) -> None:
    """Hosted runners forbid namespaces; the report must not pretend."""
    project = make_project(tmp_path / "project", "")
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    command = [sys.executable, "-m", "samewheel", "verify", "-q", "--json", str(project)]
    finished = subprocess.run(
        [str(shutil.which("unshare")), "-Ur", "sh", "-c", forbid, "sh", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(finished.stdout)
    assert finished.returncode == 0, finished.stderr
    assert report["builds"][0]["isolation"] == {"filesystem": "open", "mechanism": "none", "network": "open"}
    reasons = {item["name"]: item["reason"] for item in report["not_varied"]}
    assert {name for name, reason in reasons.items() if reason.startswith("no sandbox here")} >= {"host", "uid"}
    assert {"source_path", "environment_path", "umask", "user", "hash_seed"} <= set(report["varied"])
    assert "/tmp/samewheel-" not in finished.stdout  # noqa: S108 - what must not be there


def test_build_that_cannot_bear_a_space_is_varied_without_one(tmp_path: Path, samewheel: Samewheel) -> None:
    """Paths without quotes in flags are frequent in build scripts; where the source lies must count all the same."""
    project = leaking(tmp_path / "project", "len(os.getcwd().split())")
    body = (
        (project / "backend.py")
        .read_text("utf-8")
        .replace("    files = {}", '    assert " " not in os.getcwd()\n    files = {}')
    )
    (project / "backend.py").write_text(body, "utf-8")
    finished = samewheel("verify", project, "-q", "--json", "--vary", "source_path,umask")
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["varied"] == ["source_path", "umask"]
    assert "no space in the path" in finished.stderr
