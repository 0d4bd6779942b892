"""``samewheel audit`` as users run it: killed, interrupted, twice at once, resumed; and what it exits with."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.functional.builds import PATIENCE
from tests.unit.test_process import Lifeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pipes are POSIX")

DRIVER = Path(__file__).parent / "audit_driver.py"

NAMES = [*(f"early{number}" for number in range(5)), "held", *(f"late{number}" for number in range(5))]


@contextmanager
def start(folder: Path, *arguments: str, work: str = "easy_work", **env: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command line in a folder; a test that fails does not wait for its end."""
    environment = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    with subprocess.Popen(
        [sys.executable, DRIVER, "audit", *arguments],
        cwd=folder,
        env={**environment, "WORK": work, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


def call(folder: Path, *arguments: str, work: str = "easy_work", **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder to its end."""
    with start(folder, *arguments, work=work, **env) as process:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a list of packages."""
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "list.txt").write_text("".join(f"{name}==1.0\n" for name in NAMES), "utf-8")
    return folder


def listed(folder: Path, *options: str) -> str:
    """Return the audit as JSON."""
    return call(folder, "list", "--json", *options).stdout


@pytest.fixture
def undisturbed(tmp_path: Path, here: Path) -> str:
    """The JSON of an audit of the same list that nothing happened to."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "list.txt").write_bytes((here / "list.txt").read_bytes())
    assert call(other, "list.txt", "-q").returncode == 0
    return listed(other)


def statuses(folder: Path) -> dict[str, str]:
    """Return how far each package is."""
    return {package["name"]: package["status"] for package in json.loads(listed(folder))["packages"]}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_end_in_the_middle_loses_only_what_was_in_flight(
    here: Path, tmp_path: Path, undisturbed: str, number: signal.Signals
) -> None:
    """What was done stays, no process stays, and the resumed audit is to the byte the undisturbed one."""
    lifeline = Lifeline(tmp_path / "pipe")
    with start(here, "list.txt", "--jobs", "1", work="held_work", HELD=str(lifeline.path)) as process:
        assert lifeline.heard() == b"held\n"
        assert process.stderr is not None
        while not process.stderr.readline().startswith("[5/11]"):
            pass  # the last one is being kept
        process.send_signal(number)
        # The job that is held notices that its parent is gone: nobody holds the pipe any more.
        assert lifeline.last_words() == b""
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == (-number if number is signal.SIGKILL else 130)
    if number is not signal.SIGKILL:
        assert "5 more results are in evidence/audit.sqlite3" in stderr
        assert "samewheel audit list.txt --store evidence/audit.sqlite3 --name list.txt --resume" in stderr
    found = statuses(here)
    assert {name for name, status in found.items() if status == "rebuilt"} == set(NAMES[:5])
    assert {status for name, status in found.items() if name in NAMES[5:]} == {"pending"}
    resumed = call(here, "list.txt", "--resume")
    assert "5 of 11 are there from before." in resumed.stderr
    assert listed(here) == undisturbed


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=str)
def test_build_in_flight_ends_with_the_audit(here: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Neither a build nor its temporary files are left, also where nobody could tell the workers."""
    lifeline, temp = Lifeline(tmp_path / "early0"), tmp_path / "temp"
    temp.mkdir()
    env = {"HELD": f"{tmp_path}/", "TMPDIR": str(temp)}
    with start(here, "list.txt", "--jobs", "1", "-q", work="building_work", **env) as process:
        lifeline.heard()
        assert list(temp.glob("*/*"))
        process.send_signal(number)
        assert lifeline.last_words() == b""
        process.communicate(timeout=PATIENCE)
    # A pipe's end may come before a folder's.
    assert gone(temp)


def gone(folder: Path) -> bool:
    """Wait until a folder is empty."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not list(folder.iterdir()):
            return True
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to whom wants them")
def test_build_of_a_killed_worker_is_ended_at_once(here: Path, tmp_path: Path) -> None:
    """When memory is short, the system kills the worker; its build must not go on beside the next one."""
    one, two = Lifeline(tmp_path / "one"), Lifeline(tmp_path / "two")
    (here / "list.txt").write_text("one==1.0\ntwo==1.0\n", "utf-8")
    with start(here, "list.txt", "--jobs", "1", "-q", work="building_work", HELD=f"{tmp_path}/") as process:
        os.kill(int(one.heard()), signal.SIGKILL)
        second = int(two.heard())
        assert one.last_words() == b""
        os.kill(second, signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert two.last_words() == b""
    assert set(statuses(here).values()) == {"failed"}


def test_second_writer_is_refused_and_another_audit_is_not(here: Path, tmp_path: Path, undisturbed: str) -> None:
    """One store, three commands at once: the same audit twice, and a second one, which is done meanwhile."""
    lifeline = Lifeline(tmp_path / "pipe")
    with start(here, "list.txt", "--jobs", "2", work="held_work", HELD=str(lifeline.path)) as process:
        lifeline.heard()
        refused = call(here, "list.txt", "--anew")
        assert refused.returncode == 2
        assert "the audit 'list.txt' is being written by another process" in refused.stderr
        assert call(here, "list.txt", "--name", "second", "-q").returncode == 0
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert call(here, "list.txt", "--resume", "-q").returncode == 0
    assert listed(here, "--name", "list.txt") == undisturbed
    assert listed(here, "--name", "second").replace('"second"', '"list.txt"') == undisturbed
    with closing(sqlite3.connect(here / "evidence" / "audit.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_many_audits_at_once_write_one_store(here: Path) -> None:
    """All that is written is there, whoever was first to make the file."""
    with ExitStack() as stack:
        audits = [
            stack.enter_context(start(here, "list.txt", "-q", "--jobs", "1", "--name", f"audit{number}"))
            for number in range(4)
        ]
        for process in audits:
            process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
    for number in range(4):
        packages = json.loads(listed(here, "--name", f"audit{number}"))["packages"]
        assert [package["status"] for package in packages] == ["rebuilt"] * len(NAMES)


def test_order_and_number_of_jobs_do_not_show(here: Path, undisturbed: str) -> None:
    """Output is sorted, whichever worker was faster."""
    call(here, "list.txt", "-q", "--jobs", "4")
    assert listed(here) == undisturbed


POLICIES = [
    ("identical==1.0\n", ["min=identical"], 0, ""),
    ("same-contents==1.0\n", ["min=identical"], 16, "same-contents           same-contents 1.0"),
    ("same-contents==1.0\n", ["min=same-contents"], 0, ""),
    ("metadata-differs==1.0\n", ["min=same-contents"], 16, "metadata-differs        metadata-differs 1.0"),
    ("identical==1.0\nx>1\n", ["min=identical"], 16, "skipped                 x"),
    ("identical==1.0\nx>1\n", ["min=identical", "skips=allow"], 0, ""),
    ("identical==1.0\nmachine==1.0\n", ["min=identical,skips=allow"], 16, "failed                  machine 1.0"),
    ("payload-differs==1.0\nmachine==1.0\n", [], 0, ""),
    ("bare==1.0\n", ["min=identical"], 16, "built without a sandbox"),
    ("bare==1.0\n", ["min=identical,isolation=none"], 0, ""),
]


@pytest.mark.parametrize(("lines", "policy", "code", "said"), POLICIES, ids=range(len(POLICIES)))
def test_policy_decides_the_exit_code(here: Path, lines: str, policy: list[str], code: int, said: str) -> None:
    """0, or 16 with the packages that miss it; without a policy there is nothing to miss."""
    (here / "list.txt").write_text(lines, "utf-8")
    finished = call(here, "list.txt", "-q", *(word for one in policy for word in ("--policy", one)))
    assert finished.returncode == code
    assert said in finished.stderr
    assert ("policy missed" in finished.stderr) is (code == 16)


WRONG = [
    (["missing.txt"], "does not exist"),
    (["list.txt", "--policy", "min=payload-differs"], "cannot be asked for"),
    (["list.txt", "--resume", "--anew"], "give one of them"),
    (["list.txt", "--store", "list.txt"], "list.txt is not a store of samewheel audit"),
    (["list.txt", "--jobs", "0"], "Invalid value"),
    (["list", "--store", "none.sqlite3"], "there is no store none.sqlite3"),
    (["list", "--json", "--csv"], "give one of them"),
    (["show"], "Missing argument"),
    (["run"], "Missing argument"),
    ([], "Usage: samewheel audit"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_wrong_usage_is_2_and_says_why(here: Path, arguments: list[str], said: str) -> None:
    """And never a traceback, or a file that is overwritten."""
    before = (here / "list.txt").read_bytes()
    finished = call(here, *arguments)
    assert finished.returncode == 2
    assert said in finished.stderr
    assert "Traceback" not in finished.stderr
    assert (here / "list.txt").read_bytes() == before


def test_subcommand_is_not_taken_for_a_file(here: Path) -> None:
    """A file that is called list is ./list; options may come first."""
    (here / "list").write_text("identical==1.0\n", "utf-8")
    assert call(here, "list").returncode == 2  # there is no store yet
    assert call(here, "-q", "./list").returncode == 0
    assert "identical 1.0" in call(here, "list").stdout


def test_lists_are_the_same_twice_and_show_finds_a_package(here: Path) -> None:
    """For people and for programs, of what the store has."""
    (here / "list.txt").write_text("Identical==1.0\nidentical==2.0\nmetadata-differs==1.0\n", "utf-8")
    assert call(here, "list.txt", "-q").returncode == 0
    for option in ("--json", "--csv"):
        assert call(here, "list", option).stdout == call(here, "list", option).stdout
    assert call(here, "list", "--csv").stdout.count("\n") == 4
    assert call(here, "show", "IDENTICAL").stdout.count("identical identical") == 2
    assert "cause        build-date" in call(here, "show", "metadata-differs==1.0").stdout
    document = json.loads(call(here, "show", "identical==2", "--json").stdout)
    assert [package["entry"]["version"] for package in document["packages"]] == ["2.0"]
    missing = call(here, "show", "identical==9")
    assert (missing.returncode, "is not in the audit" in missing.stderr) == (2, True)


def test_plain_lines_tell_how_it_goes_where_there_is_no_terminal(here: Path) -> None:
    """One for each package, so that a CI log shows that something happens; none with --quiet."""
    (here / "list.txt").write_text("identical==1.0\nmachine==1.0\n", "utf-8")
    lines = call(here, "list.txt", "--jobs", "1").stderr.splitlines()
    assert lines[-2:] == ["[1/2] identical identical 1.0", "[2/2] failed machine 1.0"]
    assert call(here, "list.txt", "--anew", "-q").stderr == ""


def test_old_python_is_audited_for_its_own_wheels(here: Path, python_39: Callable[[], str]) -> None:
    """--python decides markers and tags."""
    lines = "identical==1.0; python_version < '3.10'\nidentical==2.0; python_version >= '3.10'\n"
    (here / "list.txt").write_text(lines, "utf-8")
    call(here, "list.txt", "-q", "--python", python_39())
    found = json.loads(listed(here))["packages"]
    assert [(package["version"], package["status"]) for package in found] == [("1.0", "rebuilt"), ("2.0", "skipped")]


@pytest.fixture
def python_39() -> Callable[[], str]:
    """Return what finds CPython 3.9, or skips the test."""

    def find() -> str:
        found = sorted(Path.home().glob(".pyenv/versions/3.9.*/bin/python3.9"))
        if not found:
            pytest.skip("there is no CPython 3.9")
        return str(found[0])

    return find
