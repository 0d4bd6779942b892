"""Runs the jobs of a workflow on this machine, as the hosted service would: as much of it as our workflows use.

What is not known here (an action, an input, a key, a condition) fails the test instead of being passed over.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.conftest import ROOT
from tests.functional.hosted_actions import REPOSITORY, Actions, commit_of
from tests.functional.hosted_expressions import evaluated, expanded
from tests.unit.test_workflows import SETUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NETWORK = re.compile(  # what a contributor's machine may need to reach an index; a hosted one needs none of it
    r"(?i:(https?|all|no)_proxy)|SSL_CERT_(FILE|DIR)|PIP_(CERT|CONFIG_FILE|INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST)"
    r"|UV_(CONFIG_FILE|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|INDEX.*|INSECURE_HOST|NATIVE_TLS|OFFLINE|SYSTEM_CERTS)"
)

JOB_KEYS = {
    *("name", "needs", "if", "runs-on", "timeout-minutes", "permissions", "environment", "env", "outputs", "steps"),
}
STEP_KEYS = {"name", "id", "if", "uses", "with", "run", "env", "shell", "working-directory"}

SHELLS = {
    "bash": ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"],
    None: ["/bin/bash", "-e", "-c"],
}
"""As the service runs commands: where no shell is named, only the last command of a pipe can fail."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a job."""

    result: str
    """``success``, ``failure`` or ``skipped``."""
    failed: str | None = None
    """The step that failed: its name, its action or its command."""
    left_out: frozenset[str] = frozenset()
    """Commands that were not run, as this machine is set up already."""
    output: str = ""
    """All that the commands printed."""
    outputs: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""


SKIPPED = Outcome(result="skipped")


TOKENS = {"@WORKFLOW@": ".github/workflows/release.yml", "@CONSTRAINTS@": "constraints.txt"}


def read(workflow: Path) -> dict[str, Any]:
    """Return a workflow as YAML has it; its key ``on`` is a boolean there."""
    text = workflow.read_text("utf-8")
    # Of a template, what `samewheel init` fills in.
    for token, value in TOKENS.items():
        text = text.replace(token, value)
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def needed(job: Mapping[str, Any]) -> list[str]:
    """Return the names of the jobs that one needs."""
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def in_order(workflow: Mapping[str, Any]) -> list[str]:
    """Return the names of the jobs, each after those that it needs."""
    return list(TopologicalSorter({name: needed(job) for name, job in workflow["jobs"].items()}).static_order())


class Service:
    """Gives each job folders of its own; only artifacts and outputs go from one to another.

    The two exceptions are for speed: caches of what was downloaded, and the tools that pip would install.
    """

    def __init__(
        self,
        workflow: Mapping[str, Any],
        room: Path,
        *,
        repository: Path = ROOT,
        ref: str = "refs/heads/main",
        identity: Mapping[str, str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Keep all files in ``room``.

        Args:
            workflow: as :func:`read` gives it.
            room: a folder.
            repository: what is checked out.
            ref: what the run is for: a tag of the repository, or a branch that is at its last commit.
            identity: the variables of a job that may ask who it is.
            variables: those of all jobs besides.
        """
        self._workflow = workflow
        self._room = room
        self._repository = repository
        self._ref = ref
        self._identity = dict(identity or {})
        self._variables = dict(variables or {})
        self.artifacts = room / "artifacts"
        self.published = room / "published"
        self.results: dict[str, Outcome] = {}
        self.tools = room / "tools"
        self.tools.mkdir(parents=True)
        for tool in ("uv", "just", "samewheel"):
            found = shutil.which(tool)
            assert found is not None, f"{tool} is a dependency: run the tests by `uv run` or `just test`"
            self.tool(tool, f'exec {found} "$@"')
        self.tool("python", f'exec {sys.executable} "$@"')
        self.tool("sudo", "exit 1")

    def tool(self, name: str, script: str) -> None:
        """Put a program on the PATH of all jobs."""
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def forget_identity(self) -> None:
        """Have no job know who it is from now on."""
        self._identity.clear()

    @property
    def github(self) -> dict[str, str]:
        """What the context ``github`` has."""
        _, kind, name = self._ref.split("/", 2)
        return {
            "ref": self._ref,
            "ref_name": name,
            "ref_type": {"tags": "tag", "heads": "branch"}[kind],
            "sha": commit_of(self._repository, self._ref),
            "repository": REPOSITORY,
            "server_url": "https://github.com",
            "token": "a token for tests",
            "workflow": self._workflow.get("name", ""),
        }

    def run_all(self) -> dict[str, Outcome]:
        """Run all jobs, and say what became of each."""
        for name in in_order(self._workflow):
            self.run(name)
        return dict(self.results)

    def run(self, name: str, attempt: str = "1") -> Outcome:
        """Run a job in new folders and say what became of it; ``attempt`` tells the folders of its runs apart."""
        job = self._workflow["jobs"][name]
        assert set(job) <= JOB_KEYS
        self.results[name] = self._ran(name, job, attempt) if self._wanted(job) else SKIPPED
        return self.results[name]

    def _needs(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a job knows of those that it needs; of one that was not run here, nothing."""
        found = {name: self.results[name] for name in needed(job) if name in self.results}
        return {name: {"result": one.result, "outputs": one.outputs} for name, one in found.items()}

    def _wanted(self, job: Mapping[str, Any]) -> bool:
        """Return whether a job is run: unless its condition asks for the status, only if all before it succeeded."""
        needs = self._needs(job)
        results = {one["result"] for one in needs.values()}
        functions: dict[str, Callable[..., bool]] = {"failure": lambda: "failure" in results}
        condition = job.get("if", "")
        if "failure()" not in condition and results - {"success"}:
            return False
        contexts = {"needs": needs, "github": self.github}
        return not condition or bool(evaluated(condition, contexts, functions))

    def _ran(self, name: str, job: Mapping[str, Any], attempt: str) -> Outcome:
        folder = self._room / f"{name}-{attempt}"
        for place in ("home", "tmp", "runner"):
            (folder / place).mkdir(parents=True)
        environment = self.environment(folder, job["permissions"])
        contexts = {"needs": self._needs(job), "github": self.github, "env": self._workflow.get("env", {})}
        actions = Actions(
            repository=self._repository,
            ref=self._ref,
            work=folder / "work",
            artifacts=self.artifacts,
            published=self.published,
            permissions=job["permissions"],
            environment=environment,
            outputs={},
        )
        run = Run(folder, actions, contexts, environment | job.get("env", {}), timeout=60 * job["timeout-minutes"])
        defaults = self._workflow.get("defaults", {}).get("run", {})
        for step in job["steps"]:
            run.step({**defaults, **step} if "run" in step else step)
        return run.outcome(job.get("outputs", {}))

    def environment(self, folder: Path, permissions: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a job: the workflow's, with this machine's interpreter, and nobody else's."""
        search = [str(self.tools), str(Path(shutil.which("git") or "/usr/bin/git").parent), os.defpath]
        identity = self._identity if permissions.get("id-token") == "write" else {}
        return {
            **{name: value for name, value in os.environ.items() if NETWORK.fullmatch(name)},
            **{f"GITHUB_{name.upper()}": value for name, value in self.github.items() if name != "token"},
            **self._workflow.get("env", {}),
            "CI": "true",
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(search),
            "PIP_CACHE_DIR": f"{os.environ['SAMEWHEEL_CACHE_DIR']}/pip",
            "RUNNER_TEMP": str(folder / "runner"),
            "SAMEWHEEL_CACHE_DIR": os.environ["SAMEWHEEL_CACHE_DIR"],
            "TMPDIR": str(folder / "tmp"),
            "UV_CACHE_DIR": f"{os.environ['SAMEWHEEL_CACHE_DIR']}/plain",
            "UV_PYTHON": str(Path(sys.executable).resolve()),
            **self._variables,
            **identity,
        }


class Run:
    """One run of a job or of a composite action: its folders, and what has become of it so far."""

    def __init__(
        self,
        folder: Path,
        actions: Actions,
        contexts: Mapping[str, Any],
        environment: Mapping[str, str],
        *,
        timeout: float,
    ) -> None:
        """Begin with a folder of its own."""
        self._folder = folder
        self._actions = actions
        self._work = actions.work
        self._work.mkdir(parents=True, exist_ok=True)
        self._steps: dict[str, Any] = {}
        self._contexts = {**contexts, "steps": self._steps}
        self._environment = environment
        self._timeout = timeout
        self._failed: str | None = None
        self._left_out: set[str] = set()
        self._output: list[str] = []

    def outcome(self, outputs: Mapping[str, str]) -> Outcome:
        """Return what became of it; ``outputs`` are those that are wanted, as expressions."""
        summary = self._folder / "summary.md"
        return Outcome(
            result="failure" if self._failed else "success",
            failed=self._failed,
            left_out=frozenset(self._left_out),
            output="".join(self._output),
            outputs={name: str(expanded(text, self._contexts)) for name, text in outputs.items()},
            summary=summary.read_text("utf-8") if summary.exists() else "",
        )

    def step(self, step: Mapping[str, Any]) -> None:
        """Run a step if its condition says so."""
        assert set(step) <= STEP_KEYS
        if not self._wanted(step.get("if", "success()")):
            return
        self._actions.outputs.clear()
        if "run" in step:
            done = self._command(step)
        else:
            inputs = {name: expanded(value, self._contexts) for name, value in step.get("with", {}).items()}
            done = self._actions.done(step["uses"], inputs)
        if "id" in step:
            self._steps[step["id"]] = {"outputs": {**self._actions.outputs, **self._handed_over()}}
        if not done and self._failed is None:
            self._failed = step.get("name") or step.get("uses", step.get("run", "")).partition("@")[0]

    def _handed_over(self) -> dict[str, str]:
        """Return what the step wrote for others, and forget it."""
        path = self._folder / "output"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        assert all("=" in line for line in lines), lines
        return {name: value for name, _, value in (line.partition("=") for line in lines)}

    def _wanted(self, condition: str) -> bool:
        functions: dict[str, Callable[..., bool]] = {
            "success": lambda: self._failed is None,
            "failure": lambda: self._failed is not None,
            "always": lambda: True,
            "hashFiles": lambda pattern: any(self._work.glob(pattern)),
        }
        # Unless the status is asked for, it is success.
        asked = any(f"{name}()" in condition for name in ("success", "failure", "always"))
        return bool(evaluated(condition, self._contexts, functions)) and (asked or self._failed is None)

    def _command(self, step: Mapping[str, Any]) -> bool:
        """Run a command as the service runs bash, and return whether it succeeded."""
        command: str = step["run"].strip()
        if command in SETUP:
            self._left_out.add(command)
            return True
        assert "${{" not in command
        values = {name: str(expanded(value, self._contexts)) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*SHELLS[step.get("shell")], command],
            cwd=self._work / expanded(step.get("working-directory", "."), self._contexts),
            env={**self._environment, **values},
            timeout=self._timeout,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._output.append(f"$ {command}\n{done.stdout}")
        return done.returncode == 0
