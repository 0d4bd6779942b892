"""``examples/bikes`` as it is committed: its locks are those of its code, and everything in them has a hash."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Samewheel

EXAMPLE = ROOT / "examples" / "bikes"
WHEEL = re.compile(r"^\./dist/(\S+\.whl) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
LOCKS = ("constraints.txt", "requirements.lock", "requirements-dev.lock", "data/data.lock")


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of what git has of the example, and what it would have of new files."""
    git = shutil.which("git")
    assert git is not None
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=EXAMPLE, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        (tmp_path / "bikes" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(EXAMPLE / name, tmp_path / "bikes" / name)
    return tmp_path / "bikes"


def epoch() -> str:
    """Return the time that the example's scripts give to its wheel."""
    found = re.search(
        r'^EPOCH = "(\d+)"$', (EXAMPLE / "scripts" / "surroundings.py").read_text("utf-8"), re.MULTILINE
    )
    assert found is not None
    return found[1]


def built(samewheel: Samewheel, project: Path) -> dict[str, str]:
    """Return the SHA-256 of the wheel that a build gives, by its name."""
    finished = samewheel("build", "-q", project, cwd=project, SOURCE_DATE_EPOCH=epoch())
    assert finished.returncode == 0, finished.stderr
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (project / "dist").glob("*.whl")}


@pytest.mark.index
def test_lock_names_the_wheel_of_the_code(example: Path, samewheel: Samewheel) -> None:
    """Who changes the code says so in the lock (`just lock --wheel-only`), or nobody can install it."""
    assert built(samewheel, example) == dict(WHEEL.findall((example / "requirements.lock").read_text("utf-8")))


@pytest.mark.index
def test_lock_does_not_name_the_wheel_of_other_code(example: Path, samewheel: Samewheel) -> None:
    """The control: one comment more, and the hash is another."""
    with (example / "src" / "bikes" / "files.py").open("a") as file:
        file.write("# more\n")
    assert built(samewheel, example) != dict(WHEEL.findall((example / "requirements.lock").read_text("utf-8")))


@pytest.mark.index
def test_constraints_are_fresh(example: Path, samewheel: Samewheel) -> None:
    """They pin what `build-system.requires` asks for."""
    finished = samewheel("lock", "--check", "-q", cwd=example)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_has_a_hash(name: str) -> None:
    """A line without one is installed unseen, unless all are asked for; and no lock names a machine or an address."""
    text = (EXAMPLE / name).read_text("utf-8")
    logical = re.sub(r" \\\n\s+", " ", text)
    lines = [
        line
        for line in map(str.strip, logical.splitlines())
        if line and not line.startswith(("#", "--require-hashes"))
    ]
    assert lines
    assert [line for line in lines if "--hash=sha256:" not in line] == []
    assert not re.search(r"://|(^|\s)/\w|--index|--find-links", text)


def test_hashes_are_required_by_the_lock_itself() -> None:
    """MLflow reads the file with no option of ours: the first line that is no comment demands the hashes."""
    lines = (EXAMPLE / "requirements.lock").read_text("utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "--require-hashes"


def test_backend_is_no_dependency_of_who_installs() -> None:
    """The constraints are made from `build-system.requires`, so hatchling is in no environment that trains."""
    assert "hatchling==" in (EXAMPLE / "constraints.txt").read_text("utf-8")
    assert "hatchling" not in (EXAMPLE / "requirements.lock").read_text("utf-8")


def test_project_has_no_uv_lock() -> None:
    """With one, MLflow would leave requirements.lock aside and sync that."""
    assert not (EXAMPLE / "uv.lock").exists()


def test_data_is_fetched_by_the_lock_of_its_package() -> None:
    """The manifest names the release that the lock pins."""
    origin = json.loads((EXAMPLE / "data" / "manifest.json").read_bytes())["origin"]
    name, version = origin["package"].split()
    assert f"{name.lower()}=={version} " in (EXAMPLE / origin["lock"]).read_text("utf-8")
