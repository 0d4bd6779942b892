"""What all scripts do the same way: commands in an environment made from nothing, clean places for packages.

The scripts import the standard library only, and nothing of `bikes`: they find out whether it does what it says.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[1]
LOCK = "requirements.lock"
WHEEL = re.compile(r"^(\./dist/(\S+\.whl)) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)

PASSED = re.compile(
    r"PATH|(?i:(https?|no|all)_proxy)|SSL_CERT_(FILE|DIR)|UV_CACHE_DIR|UV_(DEFAULT_)?INDEX\w*|UV_SYSTEM_CERTS"
)
"""Variables that a clean environment keeps: how to reach a package index. UV_PYTHON is none of them: with
it, MLflow's uv installs into that interpreter instead of the environment that MLflow made."""

EPOCH = "1580601600"
"""SOURCE_DATE_EPOCH of the wheel, 2020-02-02: not the commit's time, as the lock in it names the wheel's hash."""


class FailedError(Exception):
    """A step that failed: what, and the next command."""


def clean(home: Path, **more: str) -> dict[str, str]:
    """Return an environment made from nothing, with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if PASSED.fullmatch(name)}
    kept.setdefault("UV_CACHE_DIR", run(["uv", "cache", "dir"], dict(os.environ)).strip())
    fixed = {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "UV_LINK_MODE": "copy",
        "UV_NO_CONFIG": "1",
        "UV_REQUIRE_HASHES": "1",
    }
    quiet = {"DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
    return kept | fixed | quiet | more


def run(command: list[str], env: dict[str, str], *, cwd: Path = PROJECT, umask: int = -1, shown: bool = False) -> str:
    """Run a command to its end, and return what it wrote; with `shown`, its errors go to the terminal.

    Raises:
        FailedError: no such program, or another exit code than 0.
    """
    errors = None if shown else subprocess.PIPE
    try:
        done = subprocess.run(
            command, check=False, env=env, cwd=cwd, umask=umask, text=True, stdout=subprocess.PIPE, stderr=errors
        )
    except FileNotFoundError as error:
        raise FailedError(f"there is no {command[0]}\n  next  pip install {command[0]}") from error
    if done.returncode:
        raise FailedError(
            f"{shlex.join(command)} failed ({done.returncode})\n{done.stdout}{done.stderr or ''}".rstrip()
        )
    return done.stdout


def samewheel(*arguments: str, cwd: Path = PROJECT) -> str:
    """Run samewheel, or what the variable SAMEWHEEL says, as a user does: its own environment is its own business."""
    command = [*shlex.split(os.environ.get("SAMEWHEEL", "samewheel")), *arguments]
    return run(command, {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}, cwd=cwd)


def built(project: Path = PROJECT, *options: str) -> Path:
    """Build the wheel of what is in the folder now, put it into dist/, and return its place there.

    It is built into an empty folder: what dist/ has from other builds is never taken for it.

    Raises:
        FailedError: the build, or another number of wheels than one.
    """
    cache, dist = project / ".cache", project / "dist"
    for folder in (cache, dist):
        folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as empty:
        samewheel("build", "-q", "--out-dir", empty, *options, cwd=project)
        wheels = sorted(Path(empty).glob("*.whl"))
        if len(wheels) != 1:
            raise FailedError(f"the build gave {len(wheels)} wheels, and not one\n  next  samewheel build")
        return wheels[0].replace(dist / wheels[0].name)


def environment(
    place: Path, home: Path, *, project: Path = PROJECT, python: str = sys.executable, lock: str = LOCK
) -> Path:
    """Make a virtual environment of exactly what the lock names, each file by its hash, and return its Python."""
    variables = clean(home)
    run(["uv", "venv", "-q", "--clear", "--python", python, str(place)], variables)
    inside = place / "bin" / "python"
    sync = ["uv", "pip", "sync", "-q", "--require-hashes", "--only-binary", ":all:", "--python", str(inside), lock]
    run(sync, variables, cwd=project)
    return inside


def locked_wheel(project: Path = PROJECT) -> tuple[Path, str]:
    """Return where the lock expects the wheel, and its SHA-256.

    Raises:
        FailedError: no line in the lock.
    """
    found = WHEEL.search((project / LOCK).read_text("utf-8"))
    if found is None:
        raise FailedError(f"{LOCK} names no wheel\n  next  just lock")
    return project / found[1], found[3]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
