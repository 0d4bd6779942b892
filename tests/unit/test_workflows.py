"""CI: what runs in it is ours to name, pinned, without rights, and only recipes.

The files are read as text, line by line: they have a plain form, and these tests keep it.
"""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from .test_recipes import RECIPES, ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
RUNNER = ROOT / ".ci" / "run"

SETUP = {"pip install uv rust-just", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"}
"""What a fresh machine needs before it can run a recipe."""

every_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def recipe_of(command: str) -> str | None:
    """Return the recipe that a shell command runs, or None if it runs something else."""
    match = re.fullmatch(r"just ([\w-]+)( [\w./ -]+)?( </dev/null)?", command)
    return match[1] if match else None


@every_workflow
def test_workflow_runs_only_recipes(workflow: Path) -> None:
    """Whoever wants to know what CI does, or to do it at home, has the justfile."""
    commands = re.findall(r"^\s+(?:- )?run: *(.*)$", workflow.read_text("utf-8"), re.MULTILINE)
    assert commands
    for command in commands:
        assert command in SETUP or recipe_of(command) in RECIPES, command


@every_workflow
def test_actions_are_pinned(workflow: Path) -> None:
    """An action is named by its commit, which nobody can move, with the version beside it for people."""
    actions = re.findall(r"^\s+(?:- )?uses: *(.*)$", workflow.read_text("utf-8"), re.MULTILINE)
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@every_workflow
def test_workflow_starts_without_rights(workflow: Path) -> None:
    """The token can do nothing unless a job asks for it, and does not stay in the checkout for others to find."""
    text = workflow.read_text("utf-8")
    assert "\npermissions: {}\n" in text
    assert set(re.findall(r"^ {6}([\w-]+): (?:read|write)", text, re.MULTILINE)) <= {"contents"}
    assert ": write" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")
    assert "pull_request_target" not in text


def test_matrix_is_what_the_project_promises() -> None:
    """CI runs on each Python that pyproject.toml's classifiers name."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    promised = [match[1] for text in classifiers if (match := re.search(r"Python :: (3\.\d+)$", text))]
    matrix = re.search(r"^ +python: \[(.*)\]$", (WORKFLOWS[0].parent / "ci.yml").read_text("utf-8"), re.MULTILINE)
    assert matrix is not None
    assert re.findall(r'"([^"]+)"', matrix[1]) == promised


def test_runner_runs_the_same_gates() -> None:
    """`.ci/run` sets up a fresh machine and then runs one recipe: that of CI."""
    lines = RUNNER.read_text("utf-8").splitlines()
    assert [recipe_of(line) for line in lines if line.startswith("just ")] == ["ci"]
    assert "uv rust-just" in next(line for line in lines if "pip install" in line)
    assert not re.search(r"\b(pytest|ruff|mypy|twine)\b|uv (build|run)", RUNNER.read_text("utf-8"))
    assert os.access(RUNNER, os.X_OK)
