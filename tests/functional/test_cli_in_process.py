"""The command line's code, called without a process of its own: what becomes of results, errors and interruptions."""

from __future__ import annotations

import errno
import json
import signal
from typing import TYPE_CHECKING, Any

import click
import pytest

from samewheel.cli import audit
from samewheel.cli.console import TerminalProgress, say, show
from samewheel.cli.main import run
from samewheel.errors import SamewheelError
from tests.functional.builds import make_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.text import Text


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    """The command line sets handlers of signals, which must not outlive the test."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, a project that needs nothing."""
    folder = make_project(tmp_path / "project", "")
    monkeypatch.chdir(folder)
    return folder


def test_lock_check_and_build_end_with_zero(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The three commands of every day, one after the other, as the tutorial has them."""
    (project / "constraints.txt").unlink()
    assert run(["lock", "-q"]) == 0
    assert run(["lock", "-q"]) == 0
    assert run(["lock", "--check"]) == 0
    assert run(["build", "--sdist", "--frontend", "uv"]) in {0, 14}  # this backend makes no sdist
    assert run(["build", "-C", "a=1", "-C", "a=2", "-e", "NAME=value", "--timeout", "60"]) == 0
    shown = capsys.readouterr()
    assert "nothing changed" in shown.out
    assert "fresh" in shown.out
    assert "built dist/sample-1.0-py3-none-any.whl" in shown.out
    assert "Building the wheel with backend…" in shown.err


def test_json_is_the_buildinfo_that_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script may read either; they must never tell two stories."""
    assert run(["build", "-q", "--json"]) == 0
    printed = capsys.readouterr().out
    (written,) = (project / "evidence").iterdir()
    assert json.loads(printed) == json.loads(written.read_bytes())
    assert printed.encode() == written.read_bytes()


def test_stale_lock_is_told_as_a_difference(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who reads a red CI job wants to know what changed, and what to run."""
    (project / "constraints.txt").unlink()
    assert run(["lock", "-q"]) == 0
    pyproject = project / "pyproject.toml"
    pyproject.write_text(
        pyproject.read_text("utf-8").replace("requires = []", 'requires = ["iniconfig>=2"]'), "utf-8"
    )
    assert run(["lock", "-q", "--check"]) == 20
    shown = capsys.readouterr().out
    assert "  + iniconfig>=2\n" in shown
    assert "next: samewheel lock" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["build", "nowhere"], 15, "error: nowhere does not exist"),
        (["build", "--no-such-option"], 2, "No such option"),
        (["build", "-e", "NOT_SET_ANYWHERE"], 2, "NOT_SET_ANYWHERE"),
        (["no-such-command"], 2, "No such command"),
        (["build", "-c", "missing.txt"], 20, "missing.txt does not exist"),
        (["lock", "-o", "pyproject.toml"], 2, "pyproject.toml was not written by samewheel"),
    ],
)
def test_mistake_has_its_code_and_no_traceback(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    """A user's mistake is an answer, not an accident."""
    assert run(arguments) == code
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown
    assert project.is_dir()


@pytest.mark.parametrize(
    ("refused", "said", "hint"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "temporary files: ", "Make room"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "/full/file"), "/full/file", "Make room"),
        (OSError(errno.EFBIG, "File too large"), "caches: ", "ulimit -f"),
        (OSError(errno.EROFS, "Read-only file system", "/there"), "/there", "may write to"),
        (OSError("odd"), "temporary files: ", "run it again"),
    ],
    ids=["full", "quota", "large", "read-only", "odd"],
)
def test_what_the_system_refuses_says_where_and_what_to_do(
    refused: OSError, said: str, hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It can happen anywhere, and a write that fails late does not know its file any more."""

    def fail(**_: object) -> None:
        raise refused

    monkeypatch.setattr("samewheel.cli.conditions.command.callback", fail)
    assert run(["conditions"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert said in shown
    assert hint in shown.partition("next: ")[2]


def test_error_without_a_next_step_gets_that_of_its_cause(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever copies files knows what failed; what to do about a full disk is the same everywhere."""

    def fail(**_: object) -> None:
        raise SamewheelError("cannot copy") from OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("samewheel.cli.conditions.command.callback", fail)
    assert run(["conditions"]) == 1
    assert "next: Make room" in capsys.readouterr().err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The list is made by hand, so that showing it imports nothing."""
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("build", "lock"):
        assert command in shown
        assert run([command, "--help"]) == 0


class Shown:
    """What stands for the moving line of a terminal, and keeps what is printed above it."""

    def __init__(self) -> None:
        """Have nothing yet."""
        self.console = self
        self.text = ""

    def print(self, text: Text, **_: object) -> None:
        """Keep it."""
        self.text += text.plain


@pytest.mark.parametrize("terminal", [False, True])
def test_warning_tells_a_terminal_nothing(capsys: pytest.CaptureFixture[str], *, terminal: bool) -> None:
    """As a step: names in it are other people's; its lines stay lines."""
    shown = Shown()
    progress = TerminalProgress(shown if terminal else None, quiet=False)  # type: ignore[arg-type]
    progress.warn("one\x1b]0;title\x07\ntwo\u202e")
    text = shown.text if terminal else click.unstyle(capsys.readouterr().err).rstrip("\n")
    assert text == "warning: one\\x1b]0;title\\x07\ntwo\\u202e"


@pytest.mark.parametrize("inside", [True, False])
def test_job_takes_nothing_that_is_printed_for_a_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, inside: bool
) -> None:
    """What builds print is in results, reasons and errors; elsewhere than in a job of GitHub's, it is as it was."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true" if inside else "")
    hostile = "::add-mask::x"
    show(["```text", hostile, "```"])
    say(f"  {hostile}")
    TerminalProgress(None, quiet=False).warn(f"of a build\n{hostile}")
    shown = capsys.readouterr()
    lines = [line.strip() for line in f"{shown.out}\n{shown.err}".splitlines()]
    assert lines.count(hostile) == (0 if inside else 3)
    assert sum("add-mask::x" in line for line in lines) == 3


OPTIONS = [
    [],
    ["--jobs", "3", "--limit", "memory=16GiB", "--limit", "seconds=none", "--policy", "min=identical,skips=allow"],
    ["--anew", "--extra", "a", "--group", "b", "--group", "c", "--python", "3.9", "--offline", "-q", "--json"],
    ["--name", "-x", "--store", "other dir/s.sqlite3", "--policy", "min=identical", "--policy", "skips=allow"],
    ["--resume"],
]


@pytest.mark.parametrize("files", [["./list", "-dash.txt"], ["-dash.txt", "list"], ["list.txt"]], ids=str)
@pytest.mark.parametrize("words", OPTIONS, ids=range(len(OPTIONS)))
def test_command_that_goes_on_with_an_audit_does_the_same_again(
    words: list[str], files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An audit that goes on with other limits, or without its policy, is another one."""
    monkeypatch.chdir(tmp_path)
    for name in ("list.txt", "list", "-dash.txt"):
        (tmp_path / name).touch()

    def parsed(arguments: list[str]) -> dict[str, Any]:
        return audit.command.commands["run"].make_context("run", list(arguments)).params

    asked = parsed([*words, "--", *files])
    title = asked["title"] or "a name"
    again = audit._again(asked["files"], asked["store"], title, asked)  # noqa: SLF001 - else only an interruption shows it
    assert again[:2] == ["samewheel", "audit"]
    assert again[2] not in audit.command.commands
    assert parsed(again[2:]) == asked | {"title": title, "resume": True, "anew": False}
