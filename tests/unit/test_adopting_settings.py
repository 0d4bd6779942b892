"""The one line in pyproject.toml: put in where it is needed, and all else as it was to the byte."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from samewheel.adopting.settings import BESIDE, constraints_file, settings, with_settings
from samewheel.project import Settings

from .adoptions import only_change, there

THEIRS = "requests==2.0\n"
"""Constraints of something else."""

DIGEST = "0" * 64

PYPROJECT = """# A comment of theirs.
[build-system]
requires = [ "hatchling",   # why
]

[project] # here
name =   'demo'
classifiers = [
    "A",
    ]

[tool.other]
key = 1
"""

LINES = st.sampled_from(
    [
        "",
        "# a comment",
        "   # one that is indented",
        "[project]",
        "[tool.other]",
        "[tool.samewheel]",
        "[tool.samewheel.env]",
        "[tool]",
        "[[tool.many]]",
        "[tool.other.deep]",
        'name = "demo"',
        "number = 1   # why",
        "list = [",
        "  1,",
        "]",
        'text = """',
        '"""',
        "timeout = 3.0",
        "tool.dotted.key = true",
        'samewheel.via = "tree"',
        "inline = { a = 1 }",
        'samewheel = { via = "tree" }',
    ]
)  # fmt: skip


@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_no_byte_of_theirs_changes(lines: list[str], newline: str, is_ended: bool) -> None:  # noqa: FBT001
    """Whatever it looks like: lines are put in, none goes, and it says the same besides; or it is left alone."""
    text = newline.join(lines) + (newline if is_ended else "")
    whole = text if text.endswith("\n") or not text else text + ("\r\n" if "\r\n" in text else "\n")
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)  # noqa: FBT003 - hypothesis's signature
    after = with_settings(text, {"constraints": BESIDE})
    if after is None:
        return
    remaining = iter(after.splitlines(keepends=True))
    assert all(line in remaining for line in whole.splitlines(keepends=True))
    changed = tomllib.loads(after)
    assert changed["tool"]["samewheel"].pop("constraints") == BESIDE
    assert ("\r\n" in text) <= (after.count("\n") == after.count("\r\n"))
    changed["tool"] = {name: table for name, table in changed["tool"].items() if table}
    before["tool"] = {name: table for name, table in before.get("tool", {}).items() if table}
    assert changed == before


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("text", ["", PYPROJECT, PYPROJECT + "[tool.samewheel]\nvia = 'tree' # so\n"])
def test_what_projects_write_is_not_left_alone(text: str, newline: str) -> None:
    """The law above would also hold if nothing were ever added."""
    text = text.replace("\n", newline)
    after = with_settings(text, {"constraints": BESIDE})
    assert after is not None
    line = f'constraints = "{BESIDE}"' + (newline if text else "\n")
    assert line in after
    assert after.replace(line, "").startswith(text)


@pytest.mark.parametrize("text", ["tool = 1\n", "[tool]\nsamewheel = 1\n", "[tool.samewheel\n"])
def test_what_is_no_table_is_left_alone(text: str) -> None:
    """There is no place for the line, and the file is not ours to put right."""
    assert with_settings(text, {"constraints": BESIDE}) is None


def test_nothing_is_said_where_the_defaults_do() -> None:
    """A table that says what is so anyway is one more thing to read."""
    project = there({"pyproject.toml": PYPROJECT})
    assert constraints_file(project) == "constraints.txt"
    assert settings(project).changes == ()


def test_constraints_of_something_else_are_left_alone() -> None:
    """Their file keeps its name; ours has another, and the project says which."""
    project = there({"pyproject.toml": PYPROJECT, "constraints.txt": THEIRS}, requires=("hatchling",))
    assert constraints_file(project) == BESIDE
    assert tomllib.loads(only_change(settings(project)))["tool"]["samewheel"] == {"constraints": BESIDE}


def test_pins_that_will_do_are_taken_whoever_wrote_them() -> None:
    """A file by uv or pip-tools that pins the build with hashes is what samewheel reads, too."""
    pinned = f"hatchling==1.30.0 --hash=sha256:{DIGEST}\n"
    project = there({"constraints.txt": pinned}, requires=("hatchling>=1.20",))
    assert constraints_file(project) == "constraints.txt"
    other = there({"constraints.txt": pinned}, requires=("setuptools",))
    assert constraints_file(other) == BESIDE


def test_a_file_that_the_project_names_is_not_named_otherwise() -> None:
    """What the project's own table says was decided by somebody."""
    project = there({"pins.txt": THEIRS}, settings=Settings(constraints="pins.txt"))
    assert constraints_file(project) == "pins.txt"
    assert settings(project).changes == ()


def test_a_project_without_pyproject_gets_none() -> None:
    """Such a file would also say how the project is built, which is not ours to decide."""
    outcome = settings(there({"constraints.txt": THEIRS}, requires=("setuptools",)))
    assert outcome.changes == ()
    assert "no pyproject.toml" in outcome.reason
    assert outcome.hint
