"""Finding an interpreter and asking it what it is."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
import venv
import zlib
from pathlib import Path

import msgspec
import pytest
from packaging.markers import default_environment

from samewheel.errors import UsageError
from samewheel.interpreter import CONFIG, MARKERS, find_interpreter


def program(path: Path, text: str) -> Path:
    """Write an executable script."""
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_interpreter_that_runs_us_is_the_default() -> None:
    """Without a word from the user the build is for the Python at hand, and it is described as it sees itself."""
    found = find_interpreter()
    assert found.path == Path(sys.executable)
    assert found.prefix == Path(sys.base_prefix).resolve()
    assert (found.implementation, found.version) == (sys.implementation.name, platform.python_version())
    assert found.minor == "{}.{}".format(*sys.version_info)
    assert found.platform == sysconfig.get_platform()
    assert found.zlib == zlib.ZLIB_RUNTIME_VERSION
    assert found.config["INCLUDEPY"] == sysconfig.get_config_var("INCLUDEPY")


def test_markers_are_those_of_packaging() -> None:
    """Constraints are chosen by these values; the library that everybody uses is the judge."""
    assert dict(find_interpreter().markers) == dict(default_environment())


def test_virtual_environment_keeps_its_link_and_tells_its_base(tmp_path: Path) -> None:
    """Following the link would build with the base's packages; the prefix says which installation it is."""
    venv.create(tmp_path / "env", symlinks=True, with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    found = find_interpreter(str(python))
    assert found.path == python
    assert found.prefix == Path(sys.base_prefix).resolve()


def test_interpreter_is_asked_in_no_folder_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That may be a stranger's source, and version managers look into it for what to start."""
    path = program(tmp_path / "python", f'#!/bin/sh\npwd > "$0.asked"\nexec "{sys.executable}" "$@"\n')
    monkeypatch.chdir(tmp_path)
    assert find_interpreter(os.fspath(path)).path == path
    assert (tmp_path / "python.asked").read_text() == "/\n"


@pytest.mark.parametrize("name", ["my-python", "python3.99"])
def test_name_and_version_are_looked_up_on_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People say "3.12", or the name of an alternative."""
    path = program(tmp_path / name, f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin:/bin")
    assert find_interpreter(name.removeprefix("python")).path == path
    assert find_interpreter(name).path == path


def test_interpreter_is_asked_apart_from_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of the caller that shadows json must not answer for the interpreter."""
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert find_interpreter().version == platform.python_version()


@pytest.mark.parametrize("request_", ["no-such-python", "9.99", "/no/such/python"])
def test_missing_interpreter_is_the_users_mistake(request_: str) -> None:
    """It is an option with a wrong value, and the message repeats it."""
    with pytest.raises(UsageError) as caught:
        find_interpreter(request_)
    assert request_ in caught.value.what


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 0\n", "#!/bin/sh\necho hello\n"], ids=["silent", "chatty"])
def test_program_that_is_no_interpreter_is_named(script: str, tmp_path: Path) -> None:
    """Any program can be named by mistake; its answer is not what we asked for."""
    path = program(tmp_path / "tool", script)
    with pytest.raises(UsageError, match="is no Python interpreter") as caught:
        find_interpreter(str(path))
    assert str(path) in caught.value.what


def test_interpreter_that_fails_is_quoted(tmp_path: Path) -> None:
    """A broken installation says itself what is wrong."""
    path = program(tmp_path / "python", "#!/bin/sh\necho 'libpython is gone' >&2; exit 127\n")
    with pytest.raises(UsageError, match="does not work") as caught:
        find_interpreter(str(path))
    assert caught.value.cause == "libpython is gone"


GOOD = msgspec.json.encode(
    {
        "prefix": "/usr",
        "zlib": "1.3",
        "platform": "linux-x86_64",
        "config": dict.fromkeys(CONFIG, ""),
        "markers": {**dict.fromkeys(MARKERS, ""), "python_version": "3.11", "python_full_version": "3.11.7"},
    }
).decode()


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "[]",
        "[" * 100_000,
        GOOD.replace('"zlib":"1.3"', '"zlib":3'),
        GOOD.replace('"CC":""', '"XX":""'),
        GOOD.replace('"os_name":""', '"xx_name":""'),
        GOOD.replace("3.11.7", "rubbish"),
        GOOD.replace("3.11.7", "3.12.1"),
        GOOD.replace("3.11", "3"),
    ],
    ids=["nothing", "list", "deep", "number", "config", "marker", "rubbish", "another-version", "major"],
)
def test_answer_that_makes_no_sense_is_none(answer: str, tmp_path: Path) -> None:
    """A program that answers with something of the same form is no interpreter yet."""
    (tmp_path / "answer").write_text(answer)
    path = program(tmp_path / "python", f"#!/bin/sh\ncat '{tmp_path}/answer'\n")
    with pytest.raises(UsageError, match="is no Python interpreter") as caught:
        find_interpreter(str(path))
    assert "--python" in caught.value.hint


def test_answer_of_that_form_is_taken(tmp_path: Path) -> None:
    """The control: what the answers above lack is all that is wrong with them."""
    path = program(tmp_path / "python", f"#!/bin/sh\necho '{GOOD}'\n")
    assert find_interpreter(str(path)).version == "3.11.7"


def test_interpreter_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One on a network disk that is gone never answers."""
    monkeypatch.setattr("samewheel.interpreter.PATIENCE", 0.1)
    path = program(tmp_path / "python", "#!/bin/sh\nexec sleep 1000\n")
    with pytest.raises(UsageError, match="does not work") as caught:
        find_interpreter(str(path))
    assert caught.value.cause == "It gave no answer in 0.1 s."
    assert "--python" in caught.value.hint


def test_interpreter_that_lacks_a_module_says_which(tmp_path: Path) -> None:
    """Built without zlib, for one; where in our question it failed is nobody's business."""
    text = f"#!/bin/sh\nexec '{sys.executable}' -c 'import no_such_zlib'\n"
    with pytest.raises(UsageError, match="does not work") as caught:
        find_interpreter(str(program(tmp_path / "python", text)))
    assert caught.value.cause == "ModuleNotFoundError: No module named 'no_such_zlib'"


def test_interpreter_that_crashes_says_how(tmp_path: Path) -> None:
    """Without a word, the signal is all there is."""
    path = program(tmp_path / "python", "#!/bin/sh\nkill -SEGV $$\n")
    with pytest.raises(UsageError, match="does not work") as caught:
        find_interpreter(str(path))
    assert caught.value.cause == "It said nothing, and ended with -11."


def test_what_cannot_be_run_is_the_users_mistake(tmp_path: Path) -> None:
    """A folder, such as a virtual environment's, is easily given for the interpreter in it."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(UsageError, match="cannot be run") as caught:
            find_interpreter(str(path))
        assert str(path) in caught.value.what
