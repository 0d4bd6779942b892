"""CI: what runs in it is ours to name, pinned, without rights, and only recipes.

Most of it is read as text, line by line: the files have a plain form, and these tests keep it.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from .test_recipes import JUSTFILE, RECIPES, ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
RUNNER = ROOT / ".ci" / "run"

SETUP = {"pip install uv rust-just", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"}
"""What a fresh machine needs before it can run a recipe."""

RELEASE: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8"))

every_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def recipe_of(command: str) -> str | None:
    """Return the recipe that a shell command runs, or None if it runs something else."""
    match = re.fullmatch(r"just ([\w-]+)( [\w./ -]+)?( </dev/null)?", command)
    return match[1] if match else None


def inputs_of(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    """Return what each use of an action in a job is given."""
    return [step["with"] for step in job["steps"] if step.get("uses", "").partition("@")[0] == action]


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


@every_workflow
def test_workflow_has_no_cache(workflow: Path) -> None:
    """What an earlier run or another branch left behind is no part of a build, so nothing keeps it."""
    assert "cache" not in re.sub(r"(^|\s)#.*", "", workflow.read_text("utf-8"), flags=re.MULTILINE).lower()


@every_workflow
def test_jobs_name_their_machine_and_end(workflow: Path) -> None:
    """A job does not move to another image unasked, and one that hangs is stopped after minutes, not hours."""
    for name, job in yaml.safe_load(workflow.read_text("utf-8"))["jobs"].items():
        assert re.fullmatch(r"ubuntu-\d\d\.\d\d", job["runs-on"]), name
        assert job["timeout-minutes"] <= 30, name


def test_release_begins_with_a_tag_and_is_not_cut_off() -> None:
    """A pushed version makes a release, as does a click, and neither is cancelled by the next."""
    assert RELEASE[True] == {
        "push": {"tags": ["v*"]},
        "workflow_dispatch": None,
    }  # YAML takes the key `on` for a boolean
    assert RELEASE["concurrency"]["cancel-in-progress"] is False


def test_release_is_rebuilt_on_another_image_by_the_same_python() -> None:
    """If a machine leaves its mark on the wheel, we find out before others do; the Python is not what is tested."""
    build, rebuild = (RELEASE["jobs"][name] for name in ("build", "rebuild"))
    assert rebuild["needs"] == "build"
    assert build["runs-on"] != rebuild["runs-on"]
    assert RELEASE["env"]["UV_PYTHON"] == JUSTFILE["assignments"]["oldest_python"]["value"]
    for job in (build, rebuild):
        assert "env" not in job
        assert inputs_of(job, "actions/setup-python") == [{"python-version": "${{ env.UV_PYTHON }}"}]


def test_release_jobs_share_nothing_but_artifacts() -> None:
    """The second job has a checkout of its own, and from the first the wheel; no value goes from one to the other."""
    build, rebuild = (RELEASE["jobs"][name] for name in ("build", "rebuild"))
    for job in (build, rebuild):
        assert set(job) == {"runs-on", "timeout-minutes", "permissions", "steps"} | ({"needs"} & set(job))
        assert all(set(step) <= {"uses", "with", "run", "if"} for step in job["steps"])
        assert job["steps"][0]["uses"].startswith("actions/checkout@")
    assert "needs." not in json.dumps(RELEASE)
    handed_over = [inputs["name"] for inputs in inputs_of(build, "actions/upload-artifact")]
    assert [inputs["name"] for inputs in inputs_of(rebuild, "actions/download-artifact")] == handed_over == ["wheel"]


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
