"""Builds that fail under some conditions, or by chance, or always in the second build: what the report then says."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from samewheel import BuildFailedError
from samewheel.comparison import Verdict
from samewheel.sandbox import choose_sandbox
from samewheel.verifying import available, verify
from tests.functional.builds import make_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Samewheel

isolated = pytest.mark.skipif(
    choose_sandbox().isolation.mechanism == "none", reason="this machine forbids user namespaces"
)

IN = 'place = open("/proc/self/mountinfo").read()\n'
"""Lets a backend find out which build it is in: the mounts' sources say so."""


class Listener:
    """A progress that keeps what it is told."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.warnings: list[str] = []
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        """Keep it."""
        self.steps.append(text)

    def warn(self, text: str) -> None:
        """Keep it."""
        self.warnings.append(text)


@isolated
def test_second_build_that_fails_by_chance_is_repeated_unchanged_and_warned_about(tmp_path: Path) -> None:
    """One failure under load must not hide a condition; and whoever builds should know."""
    project = make_project(tmp_path / "project", f'{IN}assert "/second/" not in place, "out of luck"')
    listener = Listener()
    found = verify(project, names=["hash_seed", "user"], via_sdist=False, progress=listener).verification
    assert (found.verdict, found.varied) == (Verdict.IDENTICAL, ("hash_seed", "user"))
    warned = [text for text in listener.warnings if "succeeded when it was repeated" in text]
    assert len(warned) == 1
    assert len([text for text in listener.steps if "trying" in text]) == 1


def test_build_that_cannot_bear_a_space_is_repeated_twice_only(tmp_path: Path) -> None:
    """Such builds are frequent, and some of them take minutes: a search by halves would repeat them eight times."""
    project = make_project(tmp_path / "project", 'assert " " not in os.getcwd()')
    listener = Listener()
    found = verify(project, via_sdist=False, progress=listener).verification
    assert "source_path" in found.varied
    assert not [item for item in found.not_varied if item.reason == "the build fails under it"]
    assert [text.split()[0] for text in listener.steps if "rying" in text] == ["The", "Trying"]
    assert [text for text in listener.warnings if "no space in the path" in text]


def test_build_that_cannot_bear_a_space_and_something_else_is_built_without_both(tmp_path: Path) -> None:
    """The one is varied in its milder way, the other is named."""
    body = 'assert " " not in os.getcwd() and os.environ["USER"] == "samewheel-user"'
    names = ["hash_seed", "source_path", "user"]
    found = verify(make_project(tmp_path / "project", body), names=names, via_sdist=False).verification
    assert found.varied == ("hash_seed", "source_path")
    assert [item.name for item in found.not_varied if item.reason == "the build fails under it"] == ["user"]


def test_all_conditions_under_which_a_build_fails_are_named_and_the_rest_is_varied(tmp_path: Path) -> None:
    """Two bugs of a project hide nothing else."""
    body = """
assert os.environ["TZ"] == "UTC"
assert os.environ["USER"] == "samewheel-user"
files["sample.txt"] = str(os.environ["HOME"])
"""
    found = verify(make_project(tmp_path / "project", body), via_sdist=False).verification
    failing = {item.name for item in found.not_varied if item.reason == "the build fails under it"}
    can_be = {name for name, reason in available().items() if not reason}
    assert failing == {"timezone", "user"}
    assert set(found.varied) == can_be - failing
    assert found.verdict is Verdict.PAYLOAD_DIFFERS


def test_build_that_fails_under_two_conditions_together_only_is_built_without_one_of_them(tmp_path: Path) -> None:
    """As much as can be varied at once is."""
    body = 'assert "UTC" in os.environ["TZ"] or os.environ["USER"] == "samewheel-user"'
    names = ["hash_seed", "timezone", "user"]
    found = verify(make_project(tmp_path / "project", body), names=names, via_sdist=False).verification
    failing = {item.name for item in found.not_varied if item.reason == "the build fails under it"}
    assert len(failing) == 1
    assert failing < {"timezone", "user"}
    assert set(found.varied) == set(names) - failing


@isolated
def test_second_build_that_always_fails_is_an_error_with_a_hint(tmp_path: Path, samewheel: Samewheel) -> None:
    """No condition is to blame, so no report is written."""
    project = make_project(tmp_path / "project", f'{IN}assert "/first/" in place, "out of luck"')
    finished = samewheel("verify", project, "-q", "--vary", "user,hash_seed", "--no-via-sdist", COLUMNS="200")
    assert finished.returncode == 14
    assert "error: a second build of the same source failed, under the same conditions" in finished.stderr
    assert "out of luck" in finished.stderr
    assert "next: The first one succeeded" in finished.stderr
    assert not (project / "evidence").exists()


def test_first_build_that_fails_is_not_searched_for_conditions(tmp_path: Path) -> None:
    """It has none."""
    listener = Listener()
    project = make_project(tmp_path / "project", 'raise RuntimeError("no")')
    with pytest.raises(BuildFailedError, match=r"^building the wheel failed"):
        verify(project, names=["user"], via_sdist=False, progress=listener)
    assert not [text for text in listener.steps if "trying" in text]


@pytest.mark.parametrize("names", ["user", "user,hash_seed"])
def test_strict_refuses_an_idle_variation_by_name(names: str, tmp_path: Path, samewheel: Samewheel) -> None:
    """Who asked for all of them must not learn from a footnote that one was not."""
    project = make_project(tmp_path / "project", "")
    options: list[str | Path] = [
        "verify",
        project,
        "-q",
        "--vary",
        names,
        "--env",
        "USER=always-me",
        "--no-via-sdist",
    ]
    assert samewheel(*options).returncode == 0
    shutil.rmtree(project / "evidence")
    finished = samewheel(*options, "--strict", COLUMNS="200")
    assert finished.returncode == 14
    assert "user was not varied: applied, but both build processes saw the same" in finished.stderr
    assert not (project / "evidence").exists()


@pytest.mark.parametrize("given", ["text", "wrong-name", "empty", "folder", "nothing"])
def test_given_file_that_is_no_wheel_is_refused_before_anything_is_built(
    given: str, tmp_path: Path, samewheel: Samewheel
) -> None:
    """A mistake in a command costs no minutes."""
    wheel = tmp_path / ("x.zip" if given == "wrong-name" else "sample-1.0-py3-none-any.whl")
    if given == "folder":
        wheel.mkdir()
    elif given != "nothing":
        wheel.write_bytes(b"" if given == "empty" else b"text")
    # Not even the project is looked for: that it is not there would be another exit code.
    finished = samewheel("verify", tmp_path / "missing", "-q", "--against", wheel)
    assert finished.returncode == 2, finished.stderr
    assert wheel.name in finished.stderr


SDIST = """

def get_requires_for_build_sdist(config_settings=None):
    raise RuntimeError(f"no sdist today: {os.urandom(8).hex()} {time.time_ns()}")
"""


def test_sdist_hook_that_fails_leaves_no_chance_in_the_report(tmp_path: Path) -> None:
    """What it printed has random numbers, times and paths in it; the user learns which command shows that."""
    project = make_project(tmp_path / "project", "")
    with (project / "backend.py").open("a", encoding="utf-8") as file:
        file.write(SDIST)
    reports = []
    for _ in range(2):
        listener = Listener()
        reports.append(verify(project, names=["user"], progress=listener).evidence.read_bytes())
        (warning,) = listener.warnings
        assert "get_requires_for_build_sdist failed" in warning
        assert "samewheel build --via sdist" in warning
    assert reports[0] == reports[1]
    assert b"the backend's hook get_requires_for_build_sdist failed" in reports[0]
    assert not re.search(rb"no sdist today|Traceback", reports[0])
