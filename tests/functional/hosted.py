"""Runs the jobs of a workflow on this machine, as the hosted service would: as much of it as our workflows use.

What is not known here (an action, an input, a key, a condition) fails the test instead of being passed over.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.conftest import ROOT
from tests.unit.test_workflows import SETUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NETWORK = re.compile(  # what a contributor's machine may need to reach an index; a hosted one needs none of it
    r"(?i:(https?|all|no)_proxy)|SSL_CERT_(FILE|DIR)"
    r"|UV_(CONFIG_FILE|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|INDEX.*|INSECURE_HOST|NATIVE_TLS|OFFLINE|SYSTEM_CERTS)"
)


class Outcome(NamedTuple):
    """What became of a job."""

    failed: str | None
    """The step that failed: its command or its action."""
    left_out: frozenset[str]
    """Commands that were not run, as this machine is set up already."""
    output: str
    """All that the commands printed."""


def read(workflow: Path) -> dict[str, Any]:
    """Return a workflow as YAML has it; its key ``on`` is a boolean there."""
    document: dict[str, Any] = yaml.safe_load(workflow.read_text("utf-8"))
    return document


def in_order(workflow: Mapping[str, Any]) -> list[str]:
    """Return the names of the jobs, each after those that it needs."""
    needs = {name: job.get("needs", []) for name, job in workflow["jobs"].items()}
    graph = {name: [needed] if isinstance(needed, str) else needed for name, needed in needs.items()}
    return list(TopologicalSorter(graph).static_order())


class Service:
    """Gives each job folders of its own; only artifacts go from one to another.

    The two exceptions are for speed: caches of what was downloaded, and the tools that pip would install.
    """

    def __init__(self, workflow: Mapping[str, Any], room: Path) -> None:
        """Keep all files in ``room``."""
        self._workflow = workflow
        self._room = room
        self.artifacts = room / "artifacts"
        self._tools = room / "tools"
        self._tools.mkdir(parents=True)
        for tool in ("uv", "just"):
            found = shutil.which(tool)
            assert found is not None, f"{tool} is a dependency: run the tests by `uv run` or `just test`"
            (self._tools / tool).symlink_to(found)

    def run(self, name: str, attempt: str = "1") -> Outcome:
        """Run a job in new folders and say what became of it; ``attempt`` tells the folders of its runs apart."""
        job = self._workflow["jobs"][name]
        assert set(job) <= {"needs", "runs-on", "timeout-minutes", "permissions", "steps"}
        folder = self._room / f"{name}-{attempt}"
        run = _Run(folder, self.artifacts, self._environment(folder), timeout=60 * job["timeout-minutes"])
        for step in job["steps"]:
            run.step(step)
        return Outcome(run.failed, frozenset(run.left_out), "".join(run.output))

    def _environment(self, folder: Path) -> dict[str, str]:
        """Return the variables of a job: the workflow's, with this machine's interpreter, and nobody else's."""
        for place in ("home", "tmp"):
            (folder / place).mkdir(parents=True)
        search = [str(self._tools), str(Path(shutil.which("git") or "/usr/bin/git").parent), os.defpath]
        return {
            **{name: value for name, value in os.environ.items() if NETWORK.fullmatch(name)},
            **self._workflow["env"],
            "CI": "true",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "PATH": os.pathsep.join(search),
            "SAMEWHEEL_CACHE_DIR": os.environ["SAMEWHEEL_CACHE_DIR"],
            "TMPDIR": str(folder / "tmp"),
            "UV_CACHE_DIR": f"{os.environ['SAMEWHEEL_CACHE_DIR']}/plain",
            "UV_PYTHON": str(Path(sys.executable).resolve()),
        }


class _Run:
    """One run of a job: its folders, and what has become of it so far."""

    def __init__(self, folder: Path, artifacts: Path, environment: Mapping[str, str], *, timeout: float) -> None:
        self._work = folder / "work"
        self._artifacts = artifacts
        self._environment = environment
        self._timeout = timeout
        self.failed: str | None = None
        self.left_out: set[str] = set()
        self.output: list[str] = []

    def step(self, step: Mapping[str, Any]) -> None:
        """Run a step if its condition says so."""
        assert set(step) <= {"if", "uses", "with", "run"}
        if not self._wanted(step.get("if", "success()")):
            return
        if "run" in step:
            done, name = self._command(step["run"]), step["run"]
        else:
            name = step["uses"].partition("@")[0]
            inputs = {key.replace("-", "_"): value for key, value in step["with"].items()}
            done = self._action(name, **inputs)
        if not done and self.failed is None:
            self.failed = name

    def _wanted(self, condition: str) -> bool:
        """Return whether a condition holds, of those that are in use."""
        holds = {"success()": self.failed is None}
        has_evidence = any((self._work / "evidence").glob("*"))
        holds["success() || hashFiles('evidence/*') != ''"] = self.failed is None or has_evidence
        return holds[condition]

    def _command(self, command: str) -> bool:
        """Run a command as the service runs bash, and return whether it succeeded."""
        if command in SETUP:
            self.left_out.add(command)
            return True
        assert "${{" not in command
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self._work,
            env=self._environment,
            timeout=self._timeout,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.output.append(f"$ {command}\n{done.stdout}")
        return done.returncode == 0

    def _action(self, name: str, /, **inputs: Any) -> bool:  # noqa: ANN401 - YAML holds anything
        """Do what an action does, and return whether it succeeded."""
        actions: dict[str, Callable[..., bool]] = {
            "actions/checkout": self._checkout,
            "actions/setup-python": self._setup_python,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
        }
        return actions[name](**inputs)

    def _checkout(self, *, fetch_depth: int, persist_credentials: bool) -> bool:
        """Clone this repository's last commit: a clean machine has nothing that was not committed."""
        assert (fetch_depth, persist_credentials) == (0, False)
        git = ["git", "clone", "--quiet", str(ROOT), str(self._work)]
        return subprocess.run(git, env=self._environment, check=False).returncode == 0

    def _setup_python(self, *, python_version: str) -> bool:
        """Do nothing: the interpreter is that of the tests, which ``UV_PYTHON`` names."""
        assert python_version == "${{ env.UV_PYTHON }}"
        return True

    def _upload(self, *, name: str, path: str, if_no_files_found: str, overwrite: bool = False) -> bool:
        """Copy what is not hidden, contents only; fail if that is nothing, or if somebody was first."""
        assert if_no_files_found == "error"
        source, target = self._work / path, self._artifacts / name
        if overwrite:
            shutil.rmtree(target, ignore_errors=True)
        if target.exists() or not any(source.glob("[!.]*")):
            return False
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile)
        return True

    def _download(self, *, name: str, path: str) -> bool:
        """Copy an artifact's files into a folder, which may exist."""
        source, target = self._artifacts / name, self._work / path
        if not source.exists():
            return False
        shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
        return True
