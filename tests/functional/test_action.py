"""action.yml, run: its steps in order, for each of its commands, with what it really installs.

Steps and code are those of the working tree.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from samewheel.attesting.keys import private_pem, public_pem
from samewheel.buildinfo import SCHEMA as BUILDINFO
from samewheel.buildinfo import to_json
from samewheel.verification import SCHEMA as VERIFICATION
from tests.conftest import ROOT
from tests.functional.hosted import Run, Service, read
from tests.functional.hosted_actions import Actions
from tests.unit.attestations import ALICE, buildinfo, verification
from tests.unit.wheels import FILES, NAME, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import ProjectCopier, Samewheel
    from tests.functional.hosted import Outcome

ACTION = read(ROOT / "action.yml")

OUTPUTS = {name: output["value"] for name, output in ACTION["outputs"].items()}

INSTALLING = "Install what samewheel needs"

AUDITED = "idna==3.10\n"
"""A small package that can be rebuilt to the bit."""


class Caller:
    """A job that uses the action, with one folder of temporary files for all its runs."""

    def __init__(self, room: Path) -> None:
        """Keep everything in ``room``."""
        self._room = room
        self._service = Service({"jobs": {}}, room)
        self._runs = 0

    def uses(self, work: Path, inputs: Mapping[str, str], *, installed: bool = True) -> Outcome:
        """Run the action in a folder, and return what came of it; what is ``installed`` is not again."""
        self._runs += 1
        folder = self._room / f"run-{self._runs}"
        for place in (folder / "home", folder / "tmp", self._room / "runner"):
            place.mkdir(parents=True, exist_ok=True)
        environment = {
            **self._service.environment(folder, {}),
            "GITHUB_ACTION_PATH": str(ROOT),
            "PYTHONPATH": str(work),  # as a job may have it for its own programs
            "RUNNER_TEMP": str(self._room / "runner"),
        }
        actions = Actions(
            repository=ROOT,
            ref="refs/heads/main",
            work=work,
            artifacts=folder,
            published=folder,
            permissions={},
            environment=environment,
            outputs={},
        )
        given = {**{name: one.get("default", "") for name, one in ACTION["inputs"].items()}, **inputs}
        run = Run(folder, actions, {"inputs": given}, environment, timeout=600)
        for step in ACTION["runs"]["steps"]:
            if not (installed and step["name"] == INSTALLING):
                run.step(step)
        return run.outcome(OUTPUTS)


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    """Return a job; in the place of what the action installs, it has what the tests have."""
    made = Caller(tmp_path / "room")
    binaries = tmp_path / "room" / "runner" / "samewheel" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (binaries / "python").chmod(0o755)
    return made


def attested(folder: Path, samewheel: Samewheel) -> None:
    """Write a wheel, its attestation, and a policy that accepts it."""
    wheel = written(folder)
    info = buildinfo(wheel)
    (folder / "buildinfo.json").write_bytes(to_json(BUILDINFO, info))
    (folder / "verify.json").write_bytes(to_json(VERIFICATION, verification(info)))
    (folder / "key").write_bytes(private_pem(ALICE.key))
    (folder / "key.pub").write_bytes(public_pem(ALICE.key.public_key()))
    said = ("--buildinfo", "buildinfo.json", "--verification", "verify.json")
    for words in (
        ("attest", wheel, *said, "--key", "key", "--builder", ALICE.builder),
        ("check", wheel, "--init-policy", "policy.toml", "--trust", "key.pub"),
    ):
        done = samewheel(*words, cwd=folder)
        assert done.returncode == 0, done.stderr


@pytest.mark.index
def test_action_installs_what_it_pins_and_verifies(tmp_path: Path, copied: ProjectCopier) -> None:
    """Nothing is needed but Python and git: the rest has hashes in the action's own commit."""
    copied("hatchling", "a folder/project")
    caller = Caller(tmp_path / "room")
    done = caller.uses(tmp_path, {"command": "verify", "working-directory": "a folder/project"}, installed=False)
    assert done.result == "success", done.output
    evidence = tmp_path / "a folder" / "project" / "evidence"
    assert done.outputs == {"verdict": "identical", "exit-code": "0", "evidence": str(evidence)}
    assert "identical" in done.summary
    assert len(list(evidence.iterdir())) == 1


@pytest.mark.index
def test_action_audits(caller: Caller, tmp_path: Path) -> None:
    """A policy decides what becomes of the step; the store is where an upload finds it."""
    (tmp_path / "list.txt").write_text(AUDITED)
    done = caller.uses(
        tmp_path, {"command": "audit", "arguments": "list.txt\n--policy min=same-contents,isolation=none"}
    )
    assert done.result == "success", done.output
    assert done.outputs["verdict"] == "met"
    assert done.outputs["evidence"] == str(tmp_path / "evidence" / "audit.sqlite3")
    assert (tmp_path / "evidence" / "audit.sqlite3").exists()
    assert "idna" in done.summary


def test_action_checks_and_fails_with_the_refusal(caller: Caller, tmp_path: Path, samewheel: Samewheel) -> None:
    """The code of the step is that of samewheel, and the reasons are in the summary."""
    attested(tmp_path, samewheel)
    arguments = f"{NAME} --policy 'policy.toml'"
    done = caller.uses(tmp_path, {"command": "check", "arguments": arguments})
    assert (done.result, done.outputs["verdict"], done.outputs["exit-code"]) == ("success", "accepted", "0")
    written(tmp_path, {**FILES, "demo/__init__.py": b"x = 2\n"})
    refused = caller.uses(tmp_path, {"command": "check", "arguments": arguments})
    assert (refused.result, refused.failed) == ("failure", "Run samewheel")
    assert (refused.outputs["verdict"], refused.outputs["exit-code"]) == ("refused", "16")
    assert "subject-digest" in refused.summary


def test_arguments_are_words_and_never_a_script(caller: Caller, tmp_path: Path) -> None:
    """Quotes hold them together, and nothing of a shell is in them; what they name is another matter."""
    for arguments in ("$(touch ran)", "`touch ran`", "x; touch ran", "x && touch ran", "'x' > ran", "x | tee ran"):
        done = caller.uses(tmp_path, {"command": "check", "arguments": arguments})
        assert done.outputs["exit-code"] == "2", done.output
        assert not (tmp_path / "ran").exists()
    named = caller.uses(tmp_path, {"command": "check", "arguments": "'a wheel.whl' --policy policy.toml"})
    assert "'a wheel.whl'" in named.output


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"command": "lock"}, "command: 'lock' is none of verify, audit, check"),
        ({"command": "check; touch ran"}, "is none of"),
        ({"command": "check", "arguments": "'x"}, "arguments: No closing quotation"),
        ({"command": "check", "summary": "maybe"}, "summary: 'maybe' is neither true nor false"),
        *(
            ({"command": command, "arguments": arguments}, "there would be no verdict")
            for command, arguments in (
                ("check", "--help"),
                ("verify", "--help"),
                ("verify", ". -h"),
                ("verify", "-qh"),
                ("check", "x.whl --init-policy p"),
                ("check", "x.whl --init-policy=p"),
                ("audit", "list"),
                ("audit", "show idna"),
                ("audit", "run --help"),
            )
        ),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_input_that_cannot_be_meant_is_told(
    inputs: dict[str, str], reason: str, caller: Caller, tmp_path: Path
) -> None:
    """In one line, where the service shows it."""
    done = caller.uses(tmp_path, inputs)
    (line,) = (line for line in done.output.splitlines() if line.startswith("::error"))
    assert reason in line
    assert (done.result, done.outputs) == ("failure", {"verdict": "failed", "exit-code": "2", "evidence": ""})
    assert "Traceback" not in done.output
    assert not (tmp_path / "ran").exists()


def test_project_cannot_stand_in_for_samewheel(caller: Caller, tmp_path: Path) -> None:
    """What lies in the folder is the caller's project, or a stranger's: none of it is imported."""
    for name in ("samewheel", "click", "pip", "secrets", "shlex", "venv"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w')\n")
    done = caller.uses(tmp_path, {"command": "check", "arguments": "x.whl --policy p"})
    assert done.outputs["exit-code"] == "2", done.output
    assert "Usage: samewheel check" in done.output
    assert not (tmp_path / "ran").exists()
    install = next(step["run"] for step in ACTION["runs"]["steps"] if step["name"] == INSTALLING)
    assert len(re.findall(r'python"|PYTHON"', install)) == install.count('" -I -m ') == 2


def test_output_of_samewheel_is_no_command_to_the_service(caller: Caller, tmp_path: Path) -> None:
    """A file can be called like one."""
    done = caller.uses(tmp_path, {"command": "check", "arguments": "x --policy '::add-mask::x'"})
    lines = [line for line in done.output.splitlines() if line.startswith("::")]
    assert len(lines) == 2
    token = lines[0].removeprefix("::stop-commands::")
    assert len(token) == 32
    assert lines[1] == f"::{token}::"
    others = caller.uses(tmp_path, {"command": "check", "arguments": "x --policy p"})
    assert token not in others.output


def test_without_a_summary_nothing_is_asked_for_and_nothing_written(
    caller: Caller, tmp_path: Path, samewheel: Samewheel
) -> None:
    """Whoever wants JSON in the log gets that alone."""
    attested(tmp_path, samewheel)
    arguments = f"{NAME} --policy policy.toml"
    for inputs in ({"summary": "false", "arguments": arguments}, {"arguments": f"{arguments} --json"}):
        done = caller.uses(tmp_path, {"command": "check", **inputs})
        assert (done.result, done.outputs["verdict"]) == ("success", "accepted"), done.output
        assert done.summary == ""
    assert caller.uses(tmp_path, {"command": "check", "arguments": arguments}).summary  # the control


def test_a_summary_is_asked_for_before_the_files(caller: Caller, tmp_path: Path, samewheel: Samewheel) -> None:
    """What follows `--` is no option; the folder that a check reads is not its evidence."""
    attested(tmp_path, samewheel)
    done = caller.uses(tmp_path, {"command": "check", "arguments": f"--policy policy.toml -- {NAME}"})
    assert done.outputs == {"verdict": "accepted", "exit-code": "0", "evidence": ""}, done.output
    assert done.summary


def outputs(room: Path, command: str, arguments: str, program: str) -> str:
    """Return what the script of the action hands over where samewheel is another program."""
    (room / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "run_action.py", room / "scripts")
    (room / "src" / "samewheel").mkdir(parents=True)
    (room / "src" / "samewheel" / "__init__.py").touch()
    (room / "src" / "samewheel" / "__main__.py").write_text(program)
    inputs = {"COMMAND": command, "ARGUMENTS": arguments, "SUMMARY": "false"}
    words = [sys.executable, str(room / "scripts" / "run_action.py")]
    environment = {**inputs, "GITHUB_OUTPUT": str(room / "output")}
    done = subprocess.run(words, cwd=room, env=environment, capture_output=True, check=False)
    said = (room / "output").read_text("utf-8")
    assert f"exit-code={done.returncode}\n" in said, done.stderr
    return said


@pytest.mark.parametrize(
    ("command", "arguments", "output", "verdict"),
    [
        ("verify", "", "identical: x.whl", "identical"),
        ("verify", "", "Usage: samewheel verify", "failed"),
        ("verify", "", "", "failed"),
        ("verify", "--json", '{"verdict": "identical"}', "identical"),
        ("verify", "--json", '{"verdict": "not-identical"}', "failed"),
        ("verify", "--json", "identical", "failed"),
        ("verify", "--evidence=there", "identical: x.whl", "identical"),
        ("verify", "--evidence not --evidence there", "identical: x.whl", "identical"),
        ("check", "", "accepted x.whl", "accepted"),
        ("check", "", "written: policy", "failed"),
        ("check", "--json", '{"accepted": false}', "failed"),
        ("check", "--json", "[]", "failed"),
        ("audit", "run x", "audited: x", "audited"),
        ("audit", "--store there/x x -- --policy", "audited: x", "audited"),
        ("audit", "--policy min=identical x", "audited: x", "met"),
        ("audit", "--policy=min=identical --json x", '{"schema": "samewheel/audit/1"}', "met"),
    ],
)
def test_code_0_is_a_verdict_only_where_the_output_says_one(
    command: str, arguments: str, output: str, verdict: str, tmp_path: Path
) -> None:
    """A gate that one word opens is none: whatever ends well for another reason is a failure."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").touch()
    code = 1 if verdict == "failed" else 0
    folder = str(tmp_path / "there" / ("x" if command == "audit" else "")).rstrip("/") if "there" in arguments else ""
    said = outputs(tmp_path, command, arguments, f"print({output!r})\n")
    assert said == f"verdict={verdict}\nexit-code={code}\nevidence={folder}\n"


@pytest.mark.parametrize(("command", "verdict"), [("audit", "missed"), ("check", "refused")])
def test_what_a_policy_does_not_let_pass_has_a_word(command: str, verdict: str, tmp_path: Path) -> None:
    """An audit refuses nothing: it says that its policy is missed."""
    said = outputs(tmp_path, command, "--policy x", "raise SystemExit(16)\n")
    assert said == f"verdict={verdict}\nexit-code=16\nevidence=\n"


def test_every_input_reaches_a_script_by_a_variable_only() -> None:
    """What is expanded into a script is part of it."""
    steps = ACTION["runs"]["steps"]
    for name in ACTION["inputs"]:
        assert any(f"inputs.{name}" in json.dumps(step) for step in steps), name
    assert not [step for step in steps if "${{" in step.get("run", "")]
