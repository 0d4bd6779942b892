"""Builds that leave traps for whoever takes their product, or reach for the machine, tried for real."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel import BuildFailedError, Frontend, build
from samewheel.sandbox import DEVICES, View, choose_sandbox
from samewheel.verifying import verify
from tests.functional.builds import OURS, PATIENCE, make_project, members, started
from tests.levels import command_line

if TYPE_CHECKING:
    from collections.abc import Mapping

isolated = pytest.mark.usefixtures("level")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="to others the kernel forbids it anyway")

WHEEL = "sample-1.0-py3-none-any.whl"

SPOILING = """

whole = build_wheel


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    import shutil
    whole(wheel_directory)
    folder = pathlib.Path("/samewheel-build/out/wheel")
    wheel = pathlib.Path(wheel_directory, "sample-1.0-py3-none-any.whl")
    observed = pathlib.Path("/samewheel-build/out/observed.jsonl")
@code@
    return wheel.name
"""
"""What makes a backend run code after it has built a good wheel."""

OUR_TRACEBACK = "samewheel/__main__.py"
"""What only a traceback of our own has in it; those of backends are shown."""

SECRET = "the-secret-of-the-machine"  # noqa: S105 - not a real one


def spoiling(folder: Path, code: str, body: str = "") -> Path:
    """Make a project whose backend builds a good wheel and then runs ``code``."""
    project = make_project(folder, body)
    lines = "".join(f"    {line}\n" for line in code.strip().splitlines())
    with (project / "backend.py").open("a", encoding="utf-8") as file:
        file.write(SPOILING.replace("@code@\n", lines))
    return project


def asking(folder: Path, code: str) -> Path:
    """Make a project whose backend runs ``code`` when it is asked what it requires."""
    project = make_project(folder, "", constraints=OURS)
    lines = "".join(f"    {line}\n" for line in code.strip().splitlines())
    with (project / "backend.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef get_requires_for_build_wheel(config_settings=None):\n{lines}    return []\n")
    return project


def called(*arguments: str | Path, cwd: Path, **env: str) -> tuple[int, str, str]:
    """Run the command line, and fail if it hangs: exit code, output, errors."""
    with started(*arguments, cwd=cwd, **env) as process:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert OUR_TRACEBACK not in stderr
    return process.returncode, stdout, stderr


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A folder of the machine with a wheel and a secret in it, which must be as they were."""
    folder = tmp_path / "vault"
    folder.mkdir()
    code = "import backend, sys; backend.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, folder], cwd=make_project(tmp_path / "honest", ""), check=True)
    (folder / "secret").write_text(SECRET, "utf-8")
    return folder


# What a launcher would run before it isolates.

EVIL = """
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void run(void) {
    FILE *file = fopen(WITNESS, "w");
    if (file) fclose(file);
}
unsigned int la_version(unsigned int version) { return version; }
"""
"""A library that writes a file as soon as it is loaded."""


@isolated
@pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")
@pytest.mark.parametrize("variable", ["LD_PRELOAD", "LD_AUDIT"])
@pytest.mark.parametrize("relative", [False, True])
def test_library_that_a_build_preloads_runs_nowhere_outside(variable: str, tmp_path: Path, *, relative: bool) -> None:
    """The program that isolates a build must not run the build's code before it does."""
    project = make_project(tmp_path / "project", "")
    witness, library = tmp_path / "witness", project / "evil.so"
    command = ["cc", "-shared", "-fPIC", f'-DWITNESS="{witness}"', "-x", "c", "-", "-o", str(library)]
    subprocess.run(command, input=EVIL, text=True, check=True)
    subprocess.run(["/bin/true"], env={variable: str(library)}, check=True)
    witness.unlink()  # it would have worked
    value = "./evil.so" if relative else str(library)
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[tool.samewheel.env]\n{variable} = "{value}"\n')
    code, _, stderr = called("build", "-q", project, cwd=project)
    assert code in {0, 14}, stderr
    assert not witness.exists()


@isolated
@pytest.mark.parametrize("variable", ["PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONUSERBASE"])
def test_python_variables_of_a_build_run_nothing_outside(variable: str, tmp_path: Path) -> None:
    """Also Python itself runs whatever lies where its variables say."""
    project = make_project(tmp_path / "project", "")
    witness = tmp_path / "witness"
    for name in ("sitecustomize", "usercustomize", "json", "ctypes"):
        (project / f"{name}.py").write_text(f"open({str(witness)!r}, 'w')\n", "utf-8")
    code, _, stderr = called("build", "-q", project, "--env", f"{variable}={project}", cwd=tmp_path)
    assert code in {0, 14}, stderr
    assert not witness.exists()


@isolated
def test_launcher_gets_no_variable_at_all(tmp_path: Path) -> None:
    """There are more variables that run code than anybody could list."""
    view = View(cwd=Path("/"), environ={"LD_PRELOAD": "x", "GLIBC_TUNABLES": "x", "PYTHONHOME": "x"})
    assert choose_sandbox().wrap(["/bin/true"], view, tmp_path).env == {}


# What is taken for the wheel.


@isolated
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("shutil.rmtree(folder); folder.symlink_to(@vault@)", "left no folder that can be read"),
        ('shutil.rmtree(folder); folder.symlink_to("..")', "left no folder that can be read"),
        ('shutil.rmtree(folder); folder.write_text("x")', "left no folder that can be read"),
        ("shutil.rmtree(folder)", "left no folder that can be read"),
        ("wheel.unlink(); wheel.symlink_to(@vault@ / wheel.name)", "is a link or no file"),
        ("wheel.unlink(); wheel.symlink_to(@vault@)", "is a link or no file"),
        (
            'wheel.rename("/samewheel-build/out/kept"); wheel.symlink_to("/samewheel-build/out/kept")',
            "is a link or no file",
        ),
        ('os.link(wheel, "/samewheel-build/out/kept")', "is a link or no file"),
        ("wheel.unlink(); os.mkfifo(wheel)", "is a link or no file"),
        ("wheel.unlink(); wheel.mkdir()", "is a link or no file"),
        (
            "import socket; wheel.unlink(); os.chdir(folder); socket.socket(socket.AF_UNIX).bind(wheel.name)",
            "is a link or no file",
        ),
        ('pathlib.Path(folder, "second.whl").touch()', f"It left: {WHEEL}, second.whl."),
        ("wheel.unlink()", "It left: nothing."),
    ],
    ids=[
        *("folder-is-link", "folder-is-link-beside", "folder-is-file", "folder-is-gone", "link-to-wheel"),
        *("link-to-folder", "link-beside", "hard-link", "pipe", "folder", "socket", "two", "none"),
    ],
)
def test_product_that_is_no_plain_file_is_refused(code: str, said: str, vault: Path, tmp_path: Path) -> None:
    """Whoever follows a link of a stranger's moves, reads or deletes what the stranger chose."""
    before = {path.name: path.read_bytes() for path in vault.iterdir()}
    project = spoiling(tmp_path / "project", code.replace("@vault@", f"pathlib.Path({str(vault)!r})"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    status, _, stderr = called(
        "build", "-q", project, "--frontend", "build", cwd=tmp_path, TMPDIR=str(temporary), COLUMNS="200"
    )
    assert status == 14, stderr
    assert "error: building the wheel" in stderr
    assert said in " ".join(stderr.split())
    assert SECRET not in stderr
    assert {path.name: path.read_bytes() for path in vault.iterdir()} == before
    assert list(temporary.iterdir()) == []
    assert not (project / "dist").exists()


@isolated
def test_product_without_permissions_is_a_product(tmp_path: Path) -> None:
    """A umask of 777 in a backend is odd, and nothing else."""
    project = spoiling(tmp_path / "project", "wheel.chmod(0)", 'files["sample.txt"] = "x"')
    built = build(project, frontend=Frontend.BUILD)
    assert members(built.wheel)["sample.txt"] == b"x"


@isolated
@pytest.mark.parametrize(
    "folder", ["/samewheel-build/out/wheel", "/samewheel-build/out", "/samewheel-build/home", "/samewheel-build/tmp"]
)
def test_folder_without_permissions_is_no_trap(folder: str, tmp_path: Path) -> None:
    """It is read all the same, or refused; and it goes away in any case."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    project = spoiling(tmp_path / "project", f"os.chmod({folder!r}, 0)")
    code, _, stderr = called("build", "-q", project, cwd=tmp_path, TMPDIR=str(temporary))
    assert code in {0, 14}, stderr
    assert list(temporary.iterdir()) == []


@isolated
@pytest.mark.parametrize("name", [b"caf\xe9.whl", b"\x1b]0;x\x07.whl", b"wheel", b"-rf.whl"])
def test_product_with_an_odd_name_is_refused(name: bytes, tmp_path: Path) -> None:
    """A name is bytes, and a backend may choose any."""
    project = spoiling(tmp_path / "project", f"os.rename(os.fsencode(wheel), os.fsencode(folder) + b'/' + {name!r})")
    code, _, stderr = called("build", "-q", project, "--frontend", "build", cwd=tmp_path)
    assert code == 14, stderr
    assert "error:" in stderr
    assert "\x1b" not in stderr


FIRST_WHEEL = """
import re
place = re.search(r"/(samewheel-[^/ ]+)/(first|second|trial-[0-9]+)/", open("/proc/self/mountinfo").read())
if place[2] != "first":
    wheel.unlink()
    wheel.symlink_to(pathlib.Path(os.environ["TEMPORARY"], place[1], "first", wheel.name))
"""
"""The second build's mounts say where the first build's wheel will lie."""


@isolated
def test_second_build_cannot_pass_off_the_wheel_of_the_first_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A random wheel would be identical to itself."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    project = spoiling(tmp_path / "project", FIRST_WHEEL, 'files["sample.txt"] = os.urandom(8).hex()')
    with pytest.raises(BuildFailedError, match="a second build of the same source failed") as caught:
        verify(
            project,
            names=["user"],
            via_sdist=False,
            jobs=1,
            frontend=Frontend.BUILD,
            env={"TEMPORARY": str(temporary)},
        )
    assert "is a link or no file" in caught.value.cause
    assert not (project / "evidence").exists()


# What is read of what a build wrote down.

SEEN: Mapping[str, object] = {
    "clock": 1,
    "cpus": [1, 1],
    "directory_order": [],
    "environment_path": "/x",
    "frontend": "uv",
    "hash_seed": 1,
    "home": "/x",
    "host": "x",
    "locale": ["C", "abc"],
    "source_mtime": 1,
    "source_path": "/x",
    "temp": "/x",
    "timezone": 0,
    "uid": 1,
    "umask": "022",
    "user": "x",
}
"""A report as a probe would write it."""


def reporting(**changes: object) -> str:
    """Return the code that replaces what the probe wrote by a report with changes."""
    return f"observed.write_text({json.dumps({**SEEN, **changes})!r})"


@isolated
def test_report_of_a_probe_that_lies_well_would_be_read(tmp_path: Path) -> None:
    """The control: without changes it is a report like any other."""
    project = spoiling(tmp_path / "project", reporting())
    found = verify(project, names=[], via_sdist=False).verification
    assert [one["host"] for one in found.observed] == ["x", "x"]


@isolated
@pytest.mark.parametrize(
    "code",
    [
        "observed.unlink(); observed.symlink_to(@vault@ / 'observed.jsonl')",
        "observed.unlink(); os.mkfifo(observed)",
        "observed.unlink(); observed.mkdir()",
        "observed.unlink()",
        "os.truncate(observed, 10 << 30)",
        """observed.write_text('{"clock": ' + '[' * 1000000)""",
        reporting(user="x" * (1 << 20)),
        reporting(clock=10**400),
    ],
    ids=["link", "pipe", "folder", "nothing", "huge", "nested", "long-text", "large-number"],
)
def test_report_of_a_probe_that_is_none_is_refused(code: str, tmp_path: Path) -> None:
    """What a build writes down ends up in a report that is published."""
    vault = tmp_path / "vault"
    vault.mkdir()
    (vault / "observed.jsonl").write_text(json.dumps({**SEEN, "host": SECRET}), "utf-8")
    project = spoiling(tmp_path / "project", code.replace("@vault@", f"pathlib.Path({str(vault)!r})"))
    status, stdout, stderr = called(
        "verify", "-q", "--json", project, "--vary", "user", "--no-via-sdist", cwd=tmp_path
    )
    assert status == 14, stderr
    assert "the probe in the build process reported nothing" in stderr
    assert SECRET not in stdout + stderr
    assert not (project / "evidence").exists()


ANSWER_LINK = """
target = pathlib.Path(@file@)
target.parent.mkdir(parents=True)
pathlib.Path("/samewheel-build/out/answer.json").symlink_to(target)
"""
"""A file that is there inside, to be written, and outside, to be read."""

ANSWER_PIPE = """
os.mkfifo("/samewheel-build/out/answer.json")
if os.fork() == 0:
    os.open("/samewheel-build/out/answer.json", os.O_RDONLY)
    time.sleep(600)
"""
"""A reader inside lets the frontend write; outside nobody writes."""


@isolated
@pytest.mark.parametrize("code", [ANSWER_LINK, ANSWER_PIPE], ids=["link", "pipe"])
@pytest.mark.parametrize("command", ["build", "lock"])
def test_answer_of_a_hook_that_is_no_plain_file_is_refused(code: str, command: str, tmp_path: Path) -> None:
    """Requirements end up in constraints, which are published, too."""
    answer = tmp_path / "vault" / "answer.json"
    answer.parent.mkdir()
    answer.write_text(json.dumps([SECRET]), "utf-8")
    project = asking(tmp_path / "project", code.replace("@file@", repr(str(answer))))
    status, stdout, stderr = called(command, "-q", project, cwd=tmp_path)
    assert status == 14, stderr
    assert "gave no answer" in stderr
    assert SECRET not in stdout + stderr


# What of the machine can be changed or read.


def told(folder: Path, code: str) -> str:
    """Build a project whose backend runs statements, and return ``answer`` or the name of the error they raised."""
    lines = "".join(f"    {line}\n" for line in code.strip().splitlines())
    body = f'answer = "done"\ntry:\n{lines}except BaseException as error:\n    answer = type(error).__name__\n'
    return members(build(make_project(folder, f'{body}files["told.txt"] = str(answer)')).wheel)["told.txt"].decode()


@isolated
@as_root
@pytest.mark.parametrize(
    "path",
    [
        *("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches"),
        *("/proc/sysrq-trigger", "/proc/irq/default_smp_affinity"),
    ],
)
def test_settings_of_the_kernel_are_not_writable(path: str, tmp_path: Path) -> None:
    """As root samewheel may write there, so might the build of a stranger: core_pattern names a program to run."""
    if not os.access(path, os.W_OK):
        pytest.skip(f"not even root may write to {path}")
    assert told(tmp_path / "project", f"os.close(os.open({path!r}, os.O_WRONLY))") in {"OSError", "PermissionError"}


@isolated
@as_root
@pytest.mark.parametrize("change", ["os.chmod(path, os.stat(path).st_mode & 0o777)", "os.utime(path)"])
def test_files_of_devices_cannot_be_changed(change: str, tmp_path: Path) -> None:
    """They are the machine's own: without permissions on /dev/null hardly any program works."""
    devices = [Path("/dev", name) for name in DEVICES]
    before = [(device.stat().st_mode, device.stat().st_mtime_ns) for device in devices]
    code = f"""
changed = []
for path in {[str(device) for device in devices]}:
    try:
        {change}
        changed.append(path)
    except OSError:
        pass
answer = changed
"""
    assert told(tmp_path / "project", code) == "[]"
    assert [(device.stat().st_mode, device.stat().st_mtime_ns) for device in devices] == before


@isolated
def test_devices_work(tmp_path: Path) -> None:
    """The control: what cannot be changed can still be written to and read."""
    code = """
with open("/dev/null", "w") as null:
    null.write("x")
with open("/dev/zero", "rb") as zero, open("/dev/urandom", "rb") as urandom:
    answer = (zero.read(2), len(urandom.read(2)))
try:
    pathlib.Path("/dev/full").write_text("x")
except OSError as error:
    answer += (error.errno,)
"""
    assert told(tmp_path / "project", code) == str((b"\0\0", 2, 28))


KEY_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219), "riscv64": (217, 219), "ppc64le": (269, 271)}
"""The numbers of add_key(2) and keyctl(2)."""

SEARCH = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
found = libc.syscall(@keyctl@, 10, ctypes.c_long(-3), b"user", b"samewheel-test", 0)
files["told.txt"] = str(found)
"""
"""KEYCTL_SEARCH in KEY_SPEC_SESSION_KEYRING."""

WITH_KEY = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
add, control = @numbers@
assert libc.syscall(control, 1, None) >= 0
assert libc.syscall(add, b"user", b"samewheel-test", b"secret", ctypes.c_size_t(6), ctypes.c_long(-3)) >= 0
assert libc.syscall(control, 10, ctypes.c_long(-3), b"user", b"samewheel-test", 0) >= 0
os.execv(sys.executable, [*@words@, "build", "-q", *sys.argv[1:]])
"""
"""Joins a new session keyring, puts a key into it, and builds."""


@isolated
def test_keys_of_the_caller_are_out_of_reach(tmp_path: Path) -> None:
    """Session keyrings hold tickets and passwords, and are inherited."""
    numbers = KEY_CALLS.get(platform.machine())
    if numbers is None or ctypes.CDLL(None).syscall(numbers[1], 0, ctypes.c_long(-3), 0) < 0:
        pytest.skip("this kernel has no keys")
    project = make_project(tmp_path / "project", SEARCH.replace("@keyctl@", str(numbers[1])))
    code = WITH_KEY.replace("@numbers@", str(numbers)).replace("@words@", str(command_line()))
    subprocess.run([sys.executable, "-c", code, str(project)], check=True, timeout=PATIENCE)
    assert members(project / "dist" / WHEEL)["told.txt"] == b"-1"


# Names and depths that programs forget about.

DEEP = """
here = os.open(".", os.O_RDONLY)
for place in (os.environ["HOME"], "."):
    os.fchdir(here)
    os.chdir(place)
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")
os.fchdir(here)
"""


@isolated
@pytest.mark.skipif(not shutil.which("unshare"), reason="util-linux is not installed")
@pytest.mark.parametrize("command", ["build", "verify"])
def test_folders_deeper_than_any_path_go_away(command: str, tmp_path: Path) -> None:
    """What no path names can still be made, and a full disk is a trap, too."""
    project = make_project(tmp_path / "project", DEEP)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    own_memory = 'mount -t tmpfs none /dev/shm && "$@" && ls -A /dev/shm'
    words = [*command_line(), command, "-q", str(project)]
    finished = subprocess.run(
        [str(shutil.which("unshare")), "-Urm", "sh", "-c", own_memory, "sh", *words],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert finished.returncode == 0, finished.stderr
    assert OUR_TRACEBACK not in finished.stderr
    assert "samewheel-" not in finished.stdout
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("depth", [1500, 3000])
def test_source_of_deep_folders_is_built_or_refused(depth: int, tmp_path: Path) -> None:
    """Deeper than Python can call, and deeper than a path can name."""
    project = make_project(tmp_path / "project", "")
    handle = os.open(project, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=handle)
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    try:
        code, _, stderr = called("build", "-q", project, cwd=tmp_path)
    finally:
        subprocess.run(["/bin/rm", "-rf", project / "d"], check=True)  # pytest could not
    assert code == (0 if depth == 1500 else 1), stderr


@pytest.mark.parametrize("command", ["build", "verify"])
def test_source_with_a_name_that_is_no_text_is_built(command: str, tmp_path: Path) -> None:
    """Names of files are bytes, and tests of archives have all kinds of them."""
    project = make_project(tmp_path / "project", 'files["told.txt"] = repr(sorted(os.listdir(b".")))')
    try:
        (project / os.fsdecode(b"caf\xe9.txt")).touch()
    except OSError:
        pytest.skip("this file system knows no such names")
    code, _, stderr = called(command, "-q", project, cwd=tmp_path)
    assert code == 0, stderr
    if command == "build":
        assert rb"b'caf\xe9.txt'" in members(project / "dist" / WHEEL)["told.txt"]
