"""What every test gets: a cache of its own kind, a neutral environment, and projects to build."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.functional.git_projects import isolate, make_repository
from tests.levels import ISOLATING, at_level, command_line
from tests.schemas import fits, newer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.sandbox import Sandbox

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ROOT = Path(__file__).parent.parent
PROJECTS = Path(__file__).parent / "projects"


TEST_CACHE = os.environ.get("SAMEWHEEL_TEST_CACHE", str(ROOT / ".cache" / "tests"))
"""The cache of all tests and runs."""


class Samewheel(Protocol):
    """Runs the command line as a user does: in a process of its own."""

    def __call__(
        self, *arguments: str | Path, cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Return what became of it; ``env`` is added to the environment."""


@pytest.fixture(autouse=True)
def _neutral_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Share one cache among all tests and runs, and forget what the caller's environment would decide."""
    monkeypatch.setenv("SAMEWHEEL_CACHE_DIR", TEST_CACHE)
    for name in ("SOURCE_DATE_EPOCH", "VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=ISOLATING)
def level(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A level of isolation, at which all builds of the test run: it runs once at each."""
    with at_level(request.param) as sandbox:
        yield sandbox


@pytest.fixture
def samewheel(tmp_path: Path) -> Samewheel:
    """Return what runs ``python -m samewheel`` in ``tmp_path``, or elsewhere, and holds its JSON against schemas."""

    def call(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        before = time.time()
        command = [*command_line(), *(str(argument) for argument in arguments)]
        environment = {**os.environ, **env}
        finished = subprocess.run(  # the tests' own caller, not the tool's
            command, cwd=cwd or tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        fits(finished.stdout)
        for path in newer(cwd or tmp_path, before):
            fits(path.read_text("utf-8"))
        return finished

    return call


@pytest.fixture
def plain_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have git know no settings of whoever runs the tests."""
    isolate(monkeypatch, tmp_path / "home")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project in a repository of its own, clean."""
    return make_repository(tmp_path / "repository")


@pytest.fixture
def copied(tmp_path: Path) -> ProjectCopier:
    """Return what copies a project of ``tests/projects`` to a folder of the test."""

    def copy(name: str, to: str | None = None) -> Path:
        return Path(shutil.copytree(PROJECTS / name, tmp_path / (to or name)))

    return copy


class ProjectCopier(Protocol):
    """Copies a project of ``tests/projects``."""

    def __call__(self, name: str, to: str | None = None) -> Path:
        """Return the copy's folder."""
