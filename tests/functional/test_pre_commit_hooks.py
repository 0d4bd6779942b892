"""The hooks that pre-commit takes from our own repository, run by pre-commit itself."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.functional.adopting import environment, repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ProjectCopier


@pytest.mark.index
@pytest.mark.long
def test_pre_commit_installs_and_runs_our_hooks(copied: ProjectCopier, tmp_path: Path) -> None:
    """Who names our repository gets samewheel installed, pins checked, and a failure where they do not fit."""
    project = repository(copied("hatchling"), remote="")
    env = {**environment(), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}

    def run(hook: str) -> subprocess.CompletedProcess[str]:
        command = ["pre-commit", "try-repo", str(ROOT), hook, "--all-files"]
        return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)

    assert run("samewheel-lock-check").returncode == 0
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace('requires = ["hatchling', 'requires = ["editables", "hatchling'))
    stale = run("samewheel-lock-check")
    assert stale.returncode == 1
    assert "+ editables" in stale.stdout
    locked = run("samewheel-lock")
    assert "files were modified by this hook" in locked.stdout
    assert run("samewheel-lock-check").returncode == 0
