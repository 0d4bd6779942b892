"""Reading pyproject.toml: what standards allow is understood, and everything else is refused by file and key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._types import Frontend, Via
from samewheel.errors import InvalidProjectError, NoSourceError
from samewheel.project import LEGACY_BACKEND, LEGACY_REQUIRES, Project, Settings, read_project

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def project(folder: Path, text: str | bytes) -> Project:
    """Write a pyproject.toml and read it."""
    (folder / "pyproject.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_project(folder)


def refusal(folder: Path, text: str | bytes) -> InvalidProjectError:
    """Return the error for a pyproject.toml, which names the file."""
    with pytest.raises(InvalidProjectError) as caught:
        project(folder, text)
    assert str(folder / "pyproject.toml") in caught.value.what
    return caught.value


def test_build_system_is_read_and_sorted(tmp_path: Path) -> None:
    """The order in which requirements are written is no input of a build."""
    system = project(
        tmp_path,
        '[build-system]\nrequires = ["b>=1", "a; python_version > \'3\'"]\n'
        'build-backend = "my:backend"\nbackend-path = ["tools"]',
    ).build_system
    assert system.requires == ("a; python_version > '3'", "b>=1")
    assert (system.backend, system.backend_path) == ("my:backend", ("tools",))


def test_project_with_setup_py_alone_is_legacy(tmp_path: Path) -> None:
    """PEP 517: without a build-system table, setuptools' legacy backend builds."""
    (tmp_path / "setup.py").touch()
    read = read_project(tmp_path)
    assert (read.build_system.requires, read.build_system.backend) == (LEGACY_REQUIRES, LEGACY_BACKEND)
    assert read.settings == Settings()


@pytest.mark.parametrize("text", ["", "[tool.black]\nline-length = 99", "[project]\nname = 'x'"])
def test_pyproject_without_build_system_is_legacy(text: str, tmp_path: Path) -> None:
    """Many projects have the file for their linter only."""
    assert project(tmp_path, text).build_system.backend == LEGACY_BACKEND


def test_build_system_without_backend_is_legacy_with_its_own_requirements(tmp_path: Path) -> None:
    """PEP 517: the legacy backend, but nothing is added to what the table requires."""
    system = project(tmp_path, '[build-system]\nrequires = ["setuptools", "wheel"]').build_system
    assert (system.backend, system.requires) == (LEGACY_BACKEND, ("setuptools", "wheel"))


def test_empty_requirements_are_allowed(tmp_path: Path) -> None:
    """An in-tree backend may need nothing."""
    system = project(
        tmp_path, '[build-system]\nrequires = []\nbuild-backend = "me"\nbackend-path = ["."]'
    ).build_system
    assert system.requires == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[build-system]\nbuild-backend = 'x'", "build-system.requires"),
        ("build-system = 'x'", "build-system.requires"),
        ("[build-system]\nrequires = 'x'", "build-system.requires"),
        ("[build-system]\nrequires = [1]", "build-system.requires"),
        ("[build-system]\nrequires = ['>=1 x']", "build-system.requires has '>=1 x'"),
        ("[build-system]\nrequires = ['a', '']", "build-system.requires has ''"),
        ("[build-system]\nrequires = []\nbuild-backend = ''", "build-system.build-backend"),
        ("[build-system]\nrequires = []\nbuild-backend = 1", "build-system.build-backend"),
        ("[build-system]\nrequires = []\nbackend-path = '.'", "build-system.backend-path"),
        ("[tool.samewheel]\nconstrains = 'x'", "tool.samewheel.constrains"),
        ("[tool.samewheel]\nconfig_settings = {}", "tool.samewheel.config_settings"),
        ("[tool.samewheel]\nrequires-python = 'new'", "tool.samewheel.requires-python"),
        ("[tool.samewheel]\nconstraints = 1", "`tool.samewheel.constraints`"),
        ("[tool.samewheel]\nfrontend = 'pip'", "`tool.samewheel.frontend`"),
        ("[tool.samewheel]\nvia = 'zip'", "`tool.samewheel.via`"),
        ("[tool.samewheel]\ninclude = 'x'", "`tool.samewheel.include`"),
        ("[tool.samewheel]\ntimeout = 0", "`tool.samewheel.timeout`"),
        ("[tool.samewheel]\ntimeout = -1.5", "`tool.samewheel.timeout`"),
        ("[tool.samewheel]\ntimeout = nan", "`tool.samewheel.timeout`"),
        ("[tool.samewheel]\nenv = {A = 1}", "`tool.samewheel.env"),
        ("[tool.samewheel]\nenv = {'A=B' = 'x'}", "tool.samewheel.env has 'A=B'"),
        ("[tool.samewheel]\nenv = {'' = 'x'}", "tool.samewheel.env has ''"),
        ('[tool.samewheel]\nenv = {A = "x\\u0000"}', "tool.samewheel.env has 'A'"),
        ("[tool.samewheel]\nconfig-settings = {a = {b = 'c'}}", "`tool.samewheel.config-settings"),
        ("[tool]\nsamewheel = 1", "tool.samewheel"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(text: str, key: str, tmp_path: Path) -> None:
    """A user must not have to guess which of thirty lines is meant."""
    assert key in str(refusal(tmp_path, text))


def test_unknown_key_gets_a_suggestion(tmp_path: Path) -> None:
    """A misspelt setting that is ignored would be a build under other conditions than its author believes."""
    assert refusal(tmp_path, "[tool.samewheel]\nconfig-setings = {}").cause == "did you mean 'config-settings'?"
    assert "constraints" in refusal(tmp_path, "[tool.samewheel]\nzzz = 1").cause


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "a = 1\na = 2",
        b"a = '\xff'",
        b"\xff\xfea\x00",
        "a = " + "[" * 5000,
        "a = " + "9" * 5000,
        "a = 2024-02-30",
    ],
    ids=["unfinished", "twice", "latin-1", "utf-16", "nested", "huge", "no-date"],
)
def test_what_is_no_toml_is_refused(text: str | bytes, tmp_path: Path) -> None:
    """A stranger's sdist may hold anything; none of it is a crash of ours."""
    assert "is not valid TOML" in refusal(tmp_path, text).what


@given(st.text(max_size=40) | st.binary(max_size=40))
def test_no_content_of_the_file_escapes_our_errors(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    """Every failure is one of our errors."""
    folder = tmp_path_factory.mktemp("project")
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / "pyproject.toml").write_bytes(content)
    try:
        assert read_project(folder).folder == folder
    except InvalidProjectError as error:
        assert str(folder) in error.what  # noqa: PT017 - both ways are fine


def test_line_of_a_syntax_error_is_named(tmp_path: Path) -> None:
    """The file may be long."""
    assert "line 2" in refusal(tmp_path, "a = 1\nb = \n").cause


def test_folder_called_pyproject_cannot_be_read(tmp_path: Path) -> None:
    """Whatever has that name and is no file is a mistake of the project."""
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(InvalidProjectError, match=r"cannot read .*pyproject\.toml") as caught:
        read_project(tmp_path)
    assert caught.value.cause == "Is a directory"


def test_folder_without_a_project_is_no_source(tmp_path: Path) -> None:
    """The folder above, or a typing error; the two are told apart."""
    with pytest.raises(NoSourceError) as caught:
        read_project(tmp_path)
    assert caught.value.cause == "It is not the folder of a Python project."
    with pytest.raises(NoSourceError) as caught:
        read_project(tmp_path / "missing")
    assert caught.value.cause == "There is no such folder."


def test_every_setting_is_read(tmp_path: Path) -> None:
    """Each key means what its name says."""
    settings = project(
        tmp_path,
        SYSTEM + '[tool.samewheel]\nconstraints = "build.txt"\nrequires-python = ">=3.9"\ninclude = ["x/*"]\n'
        'python = "3.12"\nfrontend = "build"\nvia = "sdist"\ntimeout = 60\n'
        'config-settings = {a = "1", b = ["2", "3"]}\nenv = {C = "4"}\n',
    ).settings
    assert settings == Settings(
        constraints="build.txt",
        requires_python=">=3.9",
        include=("x/*",),
        python="3.12",
        frontend=Frontend.BUILD,
        via=Via.SDIST,
        timeout=60,
        config_settings={"a": "1", "b": ["2", "3"]},
        env={"C": "4"},
    )
