"""What tests of ``samewheel init`` share: repositories to adopt it in, and the command that it names in the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.functional.git_projects import commit, git, git_environment

if TYPE_CHECKING:
    from tests.conftest import Samewheel

__all__ = ["adopt", "carry_on", "environment", "repository"]


def environment() -> dict[str, str]:
    """Return what a shell needs to run samewheel and just, and to commit."""
    tools = Path(sys.executable).parent
    who = {name: value for name, value in git_environment(Path(os.devnull)).items() if name.startswith("GIT_")}
    home = os.environ["SAMEWHEEL_CACHE_DIR"]
    return {
        **os.environ,
        **who,
        "PRE_COMMIT_HOME": f"{home}/pre-commit",
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }


def repository(folder: Path, *, remote: str = "git@github.com:us/demo.git", tag: str = "v1.0") -> Path:
    """Make a repository of a folder, with one commit and a tag."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    commit(folder)
    git(folder, "tag", tag)
    if remote:
        git(folder, "remote", "add", "origin", remote)
    return folder


def adopt(samewheel: Samewheel, project: Path, *arguments: str, **env: str) -> str:
    """Run ``samewheel init --yes`` and return the command that it says is next; empty if there was nothing to do."""
    done = samewheel("init", "--yes", "--quiet", *arguments, cwd=project, **env)
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^  next +(git add .*)$", done.stdout, re.MULTILINE)
    assert len(lines) == (0 if done.stdout.endswith("nothing to do\n") else 1)
    return lines[0] if lines else ""


def carry_on(command: str, project: Path) -> str:
    """Run that command as a shell does, and return what it prints."""
    done = subprocess.run(
        ["/bin/bash", "-ec", command], cwd=project, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
