"""Build a project's wheel twice, under different conditions, and compare the SHA-256 of the two files.

This guards against a bug in samewheel itself. So it does not import samewheel, needs nothing but Python, uv and git,
and is short enough to be read before it is trusted.

    python scripts/verify_twice.py --constraints constraints.txt . dist/some-1.0-py3-none-any.whl

Each build gets a clean copy of the project: a clone of the commit, or without git a copy of the folder. The builds
differ in path, home, folder for temporary files, umask, file times, time zone and hash seed. They share the machine,
interpreter, uv and its cache, pins, SOURCE_DATE_EPOCH, and the settings that uv fetches with (proxy, index and such).
Some backends (setuptools is one) let the umask show in the wheel: "different" is then right. POSIX only.

Exit codes: 0 identical, 1 different or not built, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple


class Conditions(NamedTuple):
    """What differs between the builds; all that a build writes stays below ``folder``."""

    folder: str
    umask: int
    hash_seed: str
    timezone: str
    file_time: int


FIRST = Conditions("first", 0o022, "0", "AAA+12", 1_000_000_000)
SECOND = Conditions("second à part", 0o077, "1", "BBB-14", 1_700_000_000)
EARLIEST = "315532800"  # 1 January 1980 UTC: as early as a ZIP file can say
KEPT = re.compile(  # of the caller's environment: the rest is what uv needs to find, fetch and trust the pins
    r"SOURCE_DATE_EPOCH|PATH|XDG_CACHE_HOME|XDG_CONFIG_HOME|(?i:(https?|all|no)_proxy)|SSL_CERT_(FILE|DIR)|UV_("
    r"CACHE_DIR|CONFIG_FILE|DEFAULT_INDEX|INDEX.*|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|KEYRING_PROVIDER|HTTP_.*"
    r"|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|OFFLINE|EXCLUDE_NEWER)"
)


def git(folder: Path, *arguments: str, umask: int = -1) -> str | None:
    """Return what git prints, or None when it fails or is not installed."""
    # GIT_DIR and its like, which git sets for hooks, would point it at another repository.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [shutil.which("git") or "/usr/bin/false", *arguments]
    done = subprocess.run(command, cwd=folder, env=env, umask=umask, capture_output=True, check=False)
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else None


def copy(project: Path, target: Path, conditions: Conditions, *, tracked: bool) -> Path:
    """Make a clean copy of the project and return its folder."""
    inside = git(project, "rev-parse", "--show-prefix") if tracked else None
    if tracked:
        top = git(project, "rev-parse", "--show-toplevel") or ""
        # No templates: they can hold hooks. No line ends of the user's own: they are content.
        options = ["--quiet", "--template=", "--config=core.autocrlf=false", "--", top, str(target)]
        if git(target.parent, "clone", *options, umask=conditions.umask) is None:
            sys.exit(f"cannot clone {top}; to see why: git clone {top} a-folder")
    else:
        made = shutil.ignore_patterns(".git", ".venv", "*.egg-info", "__pycache__")
        shutil.copytree(project, target, symlinks=True, ignore=made)
        for name in ("build", "dist"):  # deeper down they can be packages
            shutil.rmtree(target / name, ignore_errors=True)
    for path in target.rglob("*"):
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
            path.chmod((0o777 if os.access(path, os.X_OK) else 0o666) & ~conditions.umask)
            os.utime(path, (conditions.file_time, conditions.file_time))
    return target / (inside or "")


def build(source: Path, room: Path, constraints: Path, conditions: Conditions, shared: dict[str, str]) -> Path:
    """Build the wheel of ``source`` with everything it writes below ``room``, and return the wheel."""
    env = shared | {"PYTHONHASHSEED": conditions.hash_seed, "TZ": conditions.timezone}
    for variable in ("HOME", "TMPDIR"):
        env[variable] = str(room / variable.lower())
        Path(env[variable]).mkdir()
    command = [shutil.which("uv") or sys.exit("uv is not on PATH; to install it: pip install uv"), "build", "--wheel"]
    command += ["--force-pep517", "--require-hashes", "--build-constraint", str(constraints), "--no-python-downloads"]
    command += ["--python", sys.executable, "--out-dir", str(room / "dist"), str(source)]
    start = partial(subprocess.Popen, start_new_session=True, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    with (room / "log").open("wb") as log, start(command, env=env, umask=conditions.umask, stdout=log) as process:
        try:
            process.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # also the backend, and what it may have left running
    wheels = sorted((room / "dist").glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        tail = (room / "log").read_text("utf-8", "replace").splitlines()[-30:]
        sys.exit("\n".join([*tail, f"uv build failed ({conditions.folder}); the end of its output is above"]))
    return wheels[0]


def compare(wheels: dict[str, Path]) -> int:
    """Print what each wheel is, and the verdict; return the exit code."""
    files = {label: (path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for label, path in wheels.items()}
    for label, (name, digest) in files.items():
        print(f"{digest}  {name}  ({label})")
    identical = len(set(files.values())) == 1
    print(f"identical: {name} sha256:{digest}" if identical else f"different: {name} is not built the same each time")
    return 0 if identical else 1


def main() -> int:
    """Build twice, compare, and return the exit code."""
    parser = argparse.ArgumentParser(description="Build a project's wheel twice, differently, and compare the files.")
    parser.add_argument("--constraints", type=Path, required=True, help="hashed pins of all that a build installs")
    parser.add_argument("project", type=Path, help="the project's folder")
    parser.add_argument("wheel", type=Path, nargs="?", help="a wheel that must be the same file, too")
    options = parser.parse_args()
    for path in filter(None, vars(options).values()):
        if not path.exists():
            parser.error(f"{path} does not exist")
    project = options.project.resolve()
    tracked = git(project, "rev-parse", "--verify", "--quiet", "HEAD:./") is not None
    if tracked and git(project, "status", "--porcelain", "--", "."):
        print("note: there are uncommitted changes; both builds are of the last commit")
    commit_time = git(project, "log", "-1", "--format=%ct") if tracked else None
    defaults = {"PATH": os.defpath, "SOURCE_DATE_EPOCH": commit_time or EARLIEST, "LC_ALL": "C.UTF-8"}
    defaults |= {f"XDG_{name.upper()}_HOME": str(Path.home() / f".{name}") for name in ("cache", "config")}
    shared = defaults | {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    with tempfile.TemporaryDirectory(prefix="verify-twice-") as temporary:
        wheels = {}
        for number, conditions in enumerate((FIRST, SECOND), start=1):
            room = Path(temporary).resolve() / conditions.folder
            room.mkdir()
            source = copy(project, room / conditions.folder, conditions, tracked=tracked)
            wheels[f"build {number}"] = build(source, room, options.constraints.resolve(), conditions, shared)
        return compare(wheels | ({str(options.wheel): options.wheel} if options.wheel else {}))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it cleans up as after Ctrl-C
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
