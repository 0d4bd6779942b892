"""Machines where something is odd: a private prefix, no cache, no namespaces, a strict umask, a sudden end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import build as frontend
import pytest

from samewheel.sandbox import find_sandbox
from tests.conftest import ROOT
from tests.functional.builds import PATIENCE, Lifeline, make_project, members
from tests.functional.test_build_misbehaving import HOLD
from tests.levels import command_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import ProjectCopier, Samewheel

isolated = pytest.mark.usefixtures("level")

WHEEL = "sample-1.0-py3-none-any.whl"


@isolated
@pytest.mark.parametrize("linked", [False, True])
def test_files_beside_a_virtual_environment_are_hidden(tmp_path: Path, *, linked: bool) -> None:
    """Some people make theirs in their home folder, where all they have lies beside it."""
    home = tmp_path / "home"
    venv.create(home, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    theirs = Path(frontend.__file__).parents[1]
    (packages / "development.pth").write_text(f"{ROOT / 'src'}\n{theirs}\n", "utf-8")
    secrets = [home / ".ssh" / "id", home / "token", home / "share" / "token"]
    for secret in secrets:
        secret.parent.mkdir(exist_ok=True)
        secret.write_text("secret", "utf-8")
    if linked:
        (tmp_path / "link").symlink_to(home)
    python = (tmp_path / "link" if linked else home) / "bin" / "python"
    shown = [home / "pyvenv.cfg", home / "bin" / "python"]
    body = f"""
import json
files["told.txt"] = repr([path for path in {[str(path) for path in [*secrets, *shown]]} if os.path.lexists(path)])
files["listed.txt"] = json.dumps(os.listdir({str(home)!r}))
"""
    project = make_project(tmp_path / "project", body)
    command: list[str | Path] = [python, *command_line()[1:], "build", "-q", project, "--readable", theirs]
    subprocess.run(command, check=True, cwd=tmp_path, timeout=PATIENCE)
    contents = members(project / "dist" / WHEEL)
    assert contents["told.txt"].decode() == repr([str(path) for path in shown])
    assert not {".ssh", "share", "token"} & set(json.loads(contents["listed.txt"]))


FOR_EVERYBODY = sorted(Path("/usr/local").glob("lib*/python*/*-packages"))


@isolated
@pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed")
@pytest.mark.skipif(not FOR_EVERYBODY, reason="this machine has no folder for what is installed for everybody")
def test_packages_that_are_installed_for_everybody_are_hidden(tmp_path: Path) -> None:
    """A release that is there could be copied by its own sdist's build, and would come out to the bit."""
    folder = FOR_EVERYBODY[0]
    project = make_project(tmp_path / "project", f'files["told.txt"] = repr(os.listdir({str(folder)!r}))')
    install = f'mount -t tmpfs tmpfs {folder} && touch {folder}/evil.py && exec "$@"'
    words = [*command_line(), "build", "-q", str(project)]
    unshare = [str(shutil.which("unshare")), *([] if os.geteuid() == 0 else ["-Ur"]), "-m"]
    subprocess.run([*unshare, "sh", "-c", install, "sh", *words], check=True, cwd=tmp_path, timeout=PATIENCE)
    assert members(project / "dist" / WHEEL)["told.txt"] == b"[]"


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[Lifeline]:
    """A pipe that tells when every process of a build is gone."""
    line = Lifeline(tmp_path / "lifeline")
    yield line
    line.close()


@isolated
@pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed")
@pytest.mark.parametrize("command", ["build", "verify"])
def test_killed_samewheel_leaves_no_process_of_the_build(command: str, tmp_path: Path, lifeline: Lifeline) -> None:
    """Nobody can clean up after a signal that cannot be caught; the kernel must."""
    project = make_project(tmp_path / "project", f"{HOLD}\ntime.sleep(600)")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words: list[str | Path] = [*command_line(), command, project]
    options: list[str | Path] = ["--env", lifeline.option, "--readable", lifeline.path]
    # Nobody will remove what it made in memory, unless that goes with it.
    own_memory = 'mount -t tmpfs none /dev/shm && exec "$@"'
    process = subprocess.Popen(
        [str(shutil.which("unshare")), "-Urm", "sh", "-c", own_memory, "sh", *words, *options],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert lifeline.read().startswith(b"running")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    assert set(lifeline.read_all()) <= set(b"running")


def test_run_that_fails_at_once_leaves_nothing(tmp_path: Path, samewheel: Samewheel) -> None:
    """What is found out meanwhile is given up with it, and cleans up like anything else."""
    temporary, cache = tmp_path / "temporary", tmp_path / "cache"
    temporary.mkdir()
    finished = samewheel("verify", tmp_path / "missing", "-q", TMPDIR=str(temporary), SAMEWHEEL_CACHE_DIR=str(cache))
    assert finished.returncode == 15
    assert list(temporary.iterdir()) == []
    assert [path for path in cache.rglob("*") if path.name.startswith(("samewheel-", "."))] == []


NO_CACHE = {
    "chosen": {"SAMEWHEEL_CACHE_DIR": "/proc/x"},
    "home": {"SAMEWHEEL_CACHE_DIR": "", "XDG_CACHE_HOME": "", "HOME": "/proc/nobody"},
    "file": {"SAMEWHEEL_CACHE_DIR": f"{__file__}/cache"},
}


@pytest.mark.parametrize("command", ["build", "conditions", "lock", "verify"])
@pytest.mark.parametrize("place", NO_CACHE)
def test_cache_that_cannot_be_made_is_an_error_with_a_hint(
    place: str, command: str, tmp_path: Path, samewheel: Samewheel
) -> None:
    """Service users have no home, and read-only machines no cache."""
    project = make_project(tmp_path / "project", "")
    if command == "lock":
        (project / "constraints.txt").unlink()
    words: list[str | Path] = [command] if command == "conditions" else [command, project, "-q"]
    finished = samewheel(*words, cwd=tmp_path, **NO_CACHE[place])
    assert finished.returncode == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    assert "SAMEWHEEL_CACHE_DIR" in finished.stderr
    assert "next:" in finished.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_user_without_a_home_is_told_what_to_do() -> None:
    """The user nobody's home does not exist, and nobody may make it."""
    nobody = 65534
    env = {"HOME": "/nonexistent", "PATH": os.environ["PATH"], "TMPDIR": "/tmp"}  # noqa: S108 - everybody's
    words = [sys.executable, "-m", "samewheel"]

    def run(*more: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*words, *more], user=nobody, group=nobody, extra_groups=[], env=env, cwd="/", capture_output=True,
            text=True, check=False,
        )  # fmt: skip

    try:
        if run("--version").returncode != 0:
            pytest.skip("our interpreter is not for everybody")
    except PermissionError:
        pytest.skip("our interpreter is not for everybody")
    finished = run("conditions")
    assert finished.returncode == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    assert "next:" in finished.stderr


@pytest.mark.skipif(find_sandbox("user-namespaces") is None, reason="this machine forbids user namespaces")
@pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed")
def test_report_without_a_sandbox_names_no_folder_of_ours_and_is_the_same_twice(tmp_path: Path) -> None:
    """Where places cannot be moved, a build sees folders with random names; published reports must not."""
    project = make_project(tmp_path / "project", 'files["sample.txt"] = os.environ["USER"]')
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    script = (
        "echo 0 > /proc/sys/user/max_user_namespaces && mount -t tmpfs none /dev/shm && "
        '{ "$@"; echo "code $?"; ls -A /dev/shm; }'
    )
    command = [sys.executable, "-m", "samewheel", "verify", "-q", str(project)]
    reports = []
    for _ in range(2):
        finished = subprocess.run(
            [str(shutil.which("unshare")), "-Urm", "sh", "-c", script, "sh", *command],
            env={**os.environ, "TMPDIR": str(temporary)},
            capture_output=True,
            text=True,
            check=False,
        )
        _, _, left = finished.stdout.partition("code 13\n")
        assert "code 13\n" in finished.stdout, finished.stderr
        assert left == ""
        reports.append((project / "evidence" / f"{WHEEL}.verify.json").read_bytes())
        assert list(temporary.iterdir()) == []
    assert reports[0] == reports[1]
    for secret in ("/samewheel-", str(tmp_path), "/dev/shm"):  # noqa: S108 - what must not be there
        assert secret.encode() not in reports[0]


MODES = """
packages = pathlib.Path(sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages", "iniconfig")
places = [
    *(packages, packages / "__init__.py", packages / "__pycache__", pathlib.Path(sys.prefix)),
    *(pathlib.Path(sys.prefix, "bin"), pathlib.Path(sys.prefix, "pyvenv.cfg"), pathlib.Path(".")),
    *(pathlib.Path("pyproject.toml"), pathlib.Path(os.environ["HOME"]), pathlib.Path(os.environ["TMPDIR"])),
    *(pathlib.Path("/samewheel-build", name) for name in ("", "out", "shims")),
    pathlib.Path("/tmp"),
]
files["modes.txt"] = "".join(f"{path.name} {path.stat().st_mode:o}\\n" for path in places if path.exists())
"""


@pytest.mark.index
def test_umask_of_the_caller_reaches_no_wheel(tmp_path: Path, copied: ProjectCopier) -> None:
    """Some backends pack files of their environment with the modes that they find there; the cache is filled once."""
    constraints = (copied("asks-for-more") / "constraints.txt").read_text()
    project = make_project(tmp_path / "project", MODES, requires='"iniconfig>=2"', constraints=constraints)
    modes = []
    for umask in (0o022, 0o077):
        out = tmp_path / f"{umask:o}"
        subprocess.run(
            [sys.executable, "-m", "samewheel", "build", "-q", project, "-o", out, "--evidence", out],
            env={**os.environ, "SAMEWHEEL_CACHE_DIR": str(tmp_path / f"cache-{umask:o}")},
            umask=umask,
            check=True,
            capture_output=True,
        )
        modes.append(members(out / WHEEL)["modes.txt"].decode().splitlines())
    assert modes[0] == modes[1]
