"""The command line: what scripts and terminals rely on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from samewheel import __version__
from samewheel.buildinfo import SCHEMA, read_buildinfo, to_json
from samewheel.cli.main import COMMANDS
from samewheel.project import Settings
from samewheel.verifying import available
from tests.conftest import ROOT
from tests.functional.builds import OURS, make_project
from tests.functional.terminals import on_terminal

if TYPE_CHECKING:
    from tests.conftest import Samewheel

ESCAPE = "\x1b["


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that builds in no time."""
    return make_project(tmp_path / "project", 'files["sample.py"] = "x = 1\\n"')


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_is_printed_alone(option: str, samewheel: Samewheel) -> None:
    """Scripts parse it."""
    finished = samewheel(option)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, f"samewheel {__version__}\n", "")


def test_version_imports_no_library() -> None:
    """It has a budget that one careless import would spend."""
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "samewheel", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in finished.stderr.splitlines()}
    assert "samewheel" in imported
    assert imported.isdisjoint({"click", "msgspec", "rich", "packaging", "uv", "build", "platformdirs", "tomllib"})


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["--version", "explain umask", "conditions"])
def test_closed_streams_are_no_error(words: str, closed: str) -> None:
    """Who closes one wants to hear nothing; the exit code still counts."""
    command = f'"{sys.executable}" -m samewheel {words} {closed}'
    finished = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_dumb_terminal_gets_no_colours() -> None:
    """It would show them as letters; who forces them gets them."""
    assert ESCAPE not in on_terminal("explain", "umask", TERM="dumb")[1]
    assert ESCAPE in on_terminal("explain", "umask", TERM="dumb", FORCE_COLOR="1")[1]
    assert ESCAPE in on_terminal("explain", "umask")[1]


def test_plain_commands_of_another_folder_go_there_first(project: Path, samewheel: Samewheel) -> None:
    """They are pasted where samewheel was called, and name files of the project."""
    lines = samewheel("build", project).stdout.splitlines()
    assert "  cd project" in lines
    assert not [line for line in samewheel("build", cwd=project).stdout.splitlines() if line.startswith("  cd ")]


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)], ids=" ".join)
def test_help_names_every_command_and_exit_code(arguments: tuple[str, ...], samewheel: Samewheel) -> None:
    """Whoever has just installed it types the name alone."""
    finished = samewheel(*arguments)
    text = finished.stdout + finished.stderr
    assert finished.returncode == (0 if arguments else 2)
    for command in COMMANDS:
        assert re.search(rf"^  {command}\b", text, re.MULTILINE)
    for code in (1, 2, 14, 15, 16, 20, 130):
        assert re.search(rf"\b{code}\b", text)


def test_help_of_build_has_an_option_for_every_setting(samewheel: Samewheel) -> None:
    """What can be said in pyproject.toml can be tried out on the command line first."""
    text = samewheel("build", "--help").stdout
    names = {field.encode_name for field in msgspec.structs.fields(Settings)}
    # Not a matter of one build: for which Pythons to lock, and what belongs to the source.
    for name in names - {"requires-python", "include"}:
        assert f"--{name.removesuffix('s') if name in {'config-settings', 'limits'} else name}" in text
    assert "--requires-python" in samewheel("lock", "--help").stdout


ARGUMENTS = {
    "attest": " WHEEL",
    "audit": " FILE...",
    "canonicalize": " WHEEL",
    "check": " WHEEL [ATTESTATIONS]...",
    "completion": " {bash|fish|zsh}",
    "conditions": "",
    "diff": " A.whl B.whl",
    "explain": " [CODE | CAUSE]...",
    "init": " [PROJECT]",
    "keygen": " PATH",
    "rebuild": " NAME==VERSION | WHEEL",
}
"""Of those commands that take no project."""


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_every_command_is_whole(command: str, samewheel: Samewheel) -> None:
    """Every option says what it does."""
    finished = samewheel(command, "--help")
    assert finished.returncode == 0
    assert finished.stderr == ""
    arguments = ARGUMENTS.get(command, " [PROJECT | SDIST]")
    assert finished.stdout.startswith(f"Usage: samewheel {command} [OPTIONS]{arguments}\n")
    options = re.findall(r"^  (-\S.*?)(?:  +(.*))?$", finished.stdout, re.MULTILINE)
    assert len(options) >= (2 if command in {"conditions", "explain"} else 1 if command == "completion" else 4)
    assert max(map(len, finished.stdout.splitlines())) <= 100


def completed(samewheel: Samewheel, *words: str) -> list[str]:
    """Return what a shell would offer for the last word."""
    index = str(len(words))
    line = " ".join(("samewheel", *words))
    finished = samewheel(_SAMEWHEEL_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=index)
    assert (finished.returncode, finished.stderr) == (0, "")
    return [offered.partition(",")[2] for offered in finished.stdout.splitlines() if offered]


def test_shells_complete_commands_and_their_options(samewheel: Samewheel) -> None:
    """Commands are imported when they are run; completion finds them and their options all the same."""
    assert completed(samewheel, "") == sorted(COMMANDS)
    assert completed(samewheel, "c") == ["canonicalize", "check", "completion", "conditions"]
    assert completed(samewheel, "diff", "--s") == ["--strict"]
    assert completed(samewheel, "build", "--via", "s") == ["sdist"]


def test_shells_complete_each_of_several_names(samewheel: Samewheel) -> None:
    """Nobody knows sixteen conditions by heart, and none makes sense twice."""
    assert completed(samewheel, "verify", "--vary", "u") == [
        name for name in ("uid", "umask", "user") if not available()[name]
    ]
    assert completed(samewheel, "verify", "--vary", "home,user,um") == ["home,user,umask"]
    assert completed(samewheel, "verify", "--vary", "umask,um") == []
    assert completed(samewheel, "init", "--only", "s") == ["settings"]
    assert completed(samewheel, "init", "--without", "just,p") == ["just,pre-commit", "just,policy"]


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_a_page_says_how_to_complete(shell: str, samewheel: Samewheel) -> None:
    """The variable of the page makes a script for each shell that it names."""
    assert f"{shell}_source" in (ROOT / "docs" / "lookup" / "settings.md").read_text("utf-8")
    finished = samewheel(_SAMEWHEEL_COMPLETE=f"{shell}_source")
    assert finished.returncode == 0
    assert "samewheel" in finished.stdout


def test_bash_completes_with_the_line_of_the_page(tmp_path: Path) -> None:
    """What a newcomer pastes into ~/.bashrc works in a real shell."""
    page = (ROOT / "docs" / "lookup" / "settings.md").read_text("utf-8")
    line = re.findall(r"`(eval .*bash_source samewheel.*)` in", page)[0]
    script = f'''set -e; {line}
        COMP_WORDS=(samewheel diff --s) COMP_CWORD=2
        _samewheel_completion samewheel --s diff
        echo "${{COMPREPLY[@]}}"'''
    folder = os.path.dirname(sys.executable)  # noqa: PTH120 - links must stay
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    finished = subprocess.run(
        ["/bin/bash", "--norc", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.stdout == "--strict\n"


def test_bash_completes_with_what_the_command_prints(tmp_path: Path) -> None:
    """The script is one that bash takes, and completes the name of a command."""
    folder = os.path.dirname(sys.executable)  # noqa: PTH120 - links must stay
    environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    script = """set -e; samewheel completion bash > script; bash -n script; . ./script
        COMP_WORDS=(samewheel ver) COMP_CWORD=1
        _samewheel_completion samewheel ver samewheel
        echo "${COMPREPLY[@]}"
    """
    finished = subprocess.run(
        ["/bin/bash", "--norc", "-c", script], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert (finished.stdout, finished.stderr) == ("verify\n", "")


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_command_prints_what_the_variable_does(shell: str, samewheel: Samewheel) -> None:
    """Two ways to one script; a shell that there is no script for is wrong usage."""
    assert samewheel("completion", shell).stdout == samewheel(_SAMEWHEEL_COMPLETE=f"{shell}_source").stdout
    assert samewheel("completion", f"{shell}x").returncode == 2


def test_installed_script_is_the_module(samewheel: Samewheel) -> None:
    """Both names of the program are one."""
    script = subprocess.run(
        [f"{os.path.dirname(sys.executable)}/samewheel", "build", "--help"],  # noqa: PTH120 - links must stay
        capture_output=True,
        text=True,
        check=True,
    )
    assert script.stdout == samewheel("build", "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("--no-such-option",),
        ("no-such-command",),
        ("build", "--no-such-option"),
        ("build", "one", "two"),
        ("build", "--frontend", "pip"),
        ("build", "--via", "air"),
        ("build", "--timeout", "0"),
        ("build", "--timeout", "-1"),
        ("build", "--timeout", "soon"),
        ("build", "--env"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_says_why(arguments: tuple[str, ...], samewheel: Samewheel) -> None:
    """A verdict has another code, so a script can tell a typing error from one."""
    finished = samewheel(*arguments)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert "Error:" in finished.stderr or "error:" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    "arguments",
    [("-C", "=x"), ("--env", "=x"), ("--env", ""), ("--timeout", "nan"), ("--timeout", "inf"), ("-C", "novalue")],
    ids=" ".join,
)
def test_words_that_are_no_setting_are_refused(
    arguments: tuple[str, ...], project: Path, samewheel: Samewheel
) -> None:
    """A key without a name or value would reach the backend as something else than was meant."""
    finished = samewheel("build", project, *arguments)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr


def test_json_is_the_buildinfo_and_nothing_else(project: Path, samewheel: Samewheel) -> None:
    """Standard output is for the next program."""
    finished = samewheel("build", project, "--json")
    assert finished.returncode == 0
    (evidence,) = (project / "evidence").iterdir()
    assert finished.stdout.encode() == evidence.read_bytes()
    assert next(iter(json.loads(finished.stdout).items())) == ("schema", SCHEMA)
    assert "Building" in finished.stderr


def test_buildinfo_is_read_back_as_it_was(project: Path, samewheel: Samewheel) -> None:
    """Later commands read it strictly."""
    content = samewheel("build", project, "--json").stdout.encode()
    info = read_buildinfo(content, "it")
    assert to_json(SCHEMA, info) == content
    document = json.loads(content)
    assert list(document)[1:] == sorted(set(document) - {"schema"})
    assert info.wheel.name == "sample-1.0-py3-none-any.whl"


def test_buildinfo_has_no_path_of_the_machine(project: Path, tmp_path: Path, samewheel: Samewheel) -> None:
    """It is published, and it must be the same on every machine."""
    text = samewheel("build", project, "--json", cwd=tmp_path).stdout
    places = {str(tmp_path), str(Path.home()), sys.prefix, sys.base_prefix, str(Path.cwd()), tempfile.gettempdir()}
    # The system's own folders are in the search path, which is the same everywhere.
    for place in places - {"/", "/usr", "/usr/local"}:
        assert place not in text


def test_quiet_says_the_result_only(project: Path, samewheel: Samewheel) -> None:
    """In a log of many builds, progress is noise."""
    finished = samewheel("build", project, "-q")
    assert finished.stderr == ""
    assert finished.stdout.startswith("built ")
    assert samewheel("build", project, "-q", "--json").stderr == ""


def test_settings_that_only_uv_heeds_are_warned_about(tmp_path: Path, samewheel: Samewheel) -> None:
    """The plain command would give something else than the buildinfo says."""
    make_project(tmp_path, "", constraints=OURS)
    assert not samewheel("build", "-q").stderr
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.uv]\nconfig-settings = { optimize = "1" }\n')
    finished = samewheel("build", "-q")
    assert finished.returncode == 0
    assert "uv build heeds config-settings" in finished.stderr


def test_result_names_the_digest_and_the_commands(project: Path, samewheel: Samewheel) -> None:
    """What is shown is what the evidence says."""
    finished = samewheel("build", project)
    info = read_buildinfo(next((project / "evidence").iterdir()).read_bytes(), "it")
    assert info.wheel.sha256 in finished.stdout
    assert f"{info.wheel.size:,} bytes" in finished.stdout
    for command in info.commands:
        assert f"\n  {command}" in finished.stdout


def test_there_is_no_colour_without_a_terminal(project: Path, samewheel: Samewheel) -> None:
    """Logs and files are read by people and programs that do not want escape codes."""
    finished = samewheel("build", project, TERM="xterm-256color")
    assert ESCAPE not in finished.stdout + finished.stderr
    (project / "constraints.txt").unlink()
    assert ESCAPE not in samewheel("build", project, TERM="xterm-256color").stderr


def built_on_terminal(project: Path, no_color: str = "") -> str:
    """Return what a build writes to a terminal."""
    code, content = on_terminal("build", project, stderr=True, NO_COLOR=no_color)
    assert code == 0
    return content


def test_there_is_colour_on_a_terminal(project: Path) -> None:
    """The result stands out."""
    assert f"{ESCAPE}32m{ESCAPE}1mbuilt" in built_on_terminal(project)


def test_no_color_is_respected(project: Path) -> None:
    """https://no-color.org."""
    assert not re.search(r"\x1b\[[\d;]*3[0-7]m", built_on_terminal(project, "1"))


def test_completion_is_offered(samewheel: Samewheel) -> None:
    """Shells ask for it by a variable."""
    script = samewheel(_SAMEWHEEL_COMPLETE="bash_source")
    assert "_samewheel_completion" in script.stdout
    answer = samewheel(_SAMEWHEEL_COMPLETE="bash_complete", COMP_WORDS="samewheel bu", COMP_CWORD="1")
    assert answer.stdout == "plain,build\n"
    options = samewheel(_SAMEWHEEL_COMPLETE="bash_complete", COMP_WORDS="samewheel build --fr", COMP_CWORD="2")
    assert "plain,--frontend" in options.stdout


def test_closed_pipe_is_no_traceback(project: Path) -> None:
    """``samewheel build | head -1``."""
    with subprocess.Popen(
        [sys.executable, "-m", "samewheel", "build", project, "-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        stderr = process.stderr.read()
    assert b"Traceback" not in stderr
    assert b"Exception ignored" not in stderr
