"""Bubblewrap as a level: the same as namespaces of our own to a build, where only bubblewrap may make them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import samewheel
from samewheel import LimitExceededError, Limits, build
from samewheel._process import Finished, run
from samewheel.checking.policy import Apart
from samewheel.checking.provenances import Provenance
from samewheel.sandbox import (
    MECHANISMS,
    Appearance,
    Bubblewrap,
    Namespaces,
    Sandbox,
    Unisolated,
    View,
    choose_sandbox,
    choosing,
    find_bubblewrap,
    find_sandbox,
)
from samewheel.verifying import verify
from samewheel.watching import guard
from tests.functional.builds import OURS, Lifeline, make_project, members
from tests.levels import ISOLATING, at_level

if TYPE_CHECKING:
    from tests.conftest import ProjectCopier

MIB = 1 << 20

SOME = Limits(memory=1 << 30, disk=1 << 30, processes=200)

NOBODY = 65534

SEEN = r"""
import json, platform, socket, stat

def shape(path):
    status = os.lstat(path)
    kind = stat.filemode(status.st_mode)
    return (path, kind, status.st_uid, status.st_gid, os.readlink(path) if stat.S_ISLNK(status.st_mode) else "")

def listed(folder):
    return sorted(shape(f"{folder.rstrip('/')}/{name}") for name in os.listdir(folder))

def writable(folder):
    try:
        open(f"{folder}/x", "w").close()
        os.unlink(f"{folder}/x")
    except OSError:
        return False
    return True

HELD = ("CapAmb", "CapEff", "CapInh", "CapPrm", "NoNew", "Seccomp:")
own = pathlib.Path(__file__).parent
umask = os.umask(0)
folders = ["/", "/dev", "/dev/shm", "/etc", "/proc/sys", "/run", "/sys", "/tmp", "/usr", "/var", "/var/tmp", str(own)]
status = open("/proc/self/status").read()
seen = {
    "affinity": sorted(os.sched_getaffinity(0)),
    "capabilities": [line for line in status.splitlines() if line.startswith(HELD)],
    "cwd": os.getcwd(),
    "environ": sorted(os.environ.items()),
    "files": {path: open(path).read() for path in ("/etc/group", "/etc/hostname", "/etc/hosts", "/etc/passwd")},
    "host": (socket.gethostname(), platform.node()),
    "ids": (os.getresuid(), os.getresgid(), os.getgroups()),
    "interfaces": sorted(name for _, name in socket.if_nameindex()),
    "limits": [line for line in open("/proc/self/limits").read().splitlines() if "pending" not in line],
    "listed": [line for folder in folders[:-1] if folder != "/proc/sys" for line in listed(folder)],
    "mounted": sorted({line.split()[4] for line in open("/proc/self/mountinfo")} - @apart@),
    "modes": [shape(folder) for folder in folders],
    "online": open("/sys/devices/system/cpu/online").read(),
    "opened": sorted(name for name in os.listdir("/proc/self/fd") if int(name) < 3),
    "session": (os.getsid(0) == os.getsid(os.getppid()), os.isatty(0)),
    "umask": umask,
    "writable": {folder: writable(folder) for folder in folders},
}
os.umask(umask)
files["seen.json"] = json.dumps(seen)
"""
"""What a build can notice of its sandbox."""

APART = '{"/proc/bus", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", *FILES}'
"""Bubblewrap covers folders of /proc and mounts files one by one; both are read-only at either level."""

FILES = ("/etc/group", "/etc/hostname", "/etc/hosts", "/etc/passwd")


@pytest.fixture
def bubblewrap() -> Bubblewrap:
    """Bubblewrap as it works here."""
    found = find_sandbox("bubblewrap")
    if not isinstance(found, Bubblewrap):
        pytest.skip("bubblewrap cannot isolate on this machine")
    return found


def ran(sandbox: Sandbox, code: str, folder: Path, **options: object) -> Finished:
    """Run a line of shell in a sandbox."""
    view = View(cwd=Path("/"), **options)  # type: ignore[arg-type]  # whatever the test wants
    command = sandbox.wrap(["/bin/sh", "-c", code], view, folder)
    return run(command.argv, env=command.env, cwd=command.cwd, timeout=60, merge=True)


@pytest.mark.parametrize(
    "limits", [None, Limits(memory=1 << 30, disk=1 << 30, processes=200)], ids=["free", "limited"]
)
def test_build_sees_the_same_as_in_namespaces_of_our_own(tmp_path: Path, limits: Limits | None) -> None:
    """A wheel that depends on who made the namespaces would be another one on the next machine."""
    body = SEEN.replace("@apart@", APART.replace("*FILES", ", ".join(map(repr, FILES))))
    project = make_project(tmp_path / "project", body, constraints=OURS)
    seen = []
    for mechanism in ISOLATING:
        with at_level(mechanism):
            built = build(project, limits=limits)
        assert built.buildinfo.isolation.mechanism == mechanism
        seen.append(json.loads(members(built.wheel)["seen.json"]))
    assert seen[0] == seen[1]
    assert seen[0]["interfaces"] == ["lo"]


@pytest.mark.index
@pytest.mark.parametrize("name", ["hatchling", "c-extension"])
def test_verification_is_the_same_as_in_namespaces_of_our_own(name: str, copied: ProjectCopier) -> None:
    """All conditions are varied there, too, and the wheel is the very same."""
    found = []
    for mechanism in ISOLATING:
        with at_level(mechanism):
            one = verify(copied(name, mechanism), via_sdist=False).verification
        assert {of.isolation.mechanism for of in one.builds} == {mechanism}
        found.append((one.verdict, one.varied, one.not_varied, one.builds[0].wheel))
    assert found[0] == found[1]


def test_variables_of_a_build_are_in_no_words_and_in_no_variables_of_a_program(
    bubblewrap: Bubblewrap, tmp_path: Path
) -> None:
    """Everybody on the machine can read the words of a command; and LD_PRELOAD would run in bubblewrap itself."""
    view = View(cwd=Path("/"), environ={"TOKEN": "geheim", "LD_PRELOAD": "/evil.so"})
    command = bubblewrap.wrap(["/bin/true"], view, tmp_path)
    assert command.env == {}
    for told in (*map(str, command.argv), (tmp_path / "words").read_text("utf-8")):
        assert "geheim" not in told
        assert "evil" not in told
    (tmp_path / "folder").mkdir()
    assert "geheim" in ran(bubblewrap, "echo $TOKEN", tmp_path / "folder", environ=view.environ).text


def test_left_process_is_gone_when_its_step_is_over(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    """Bubblewrap itself ends before what it runs does; what is left behind for a moment can still change a wheel."""
    lifeline = Lifeline(tmp_path / "lifeline")
    (tmp_path / "folder").mkdir()
    code = f"exec 9> {lifeline.path}; echo x >&9; for n in 1 2 3 4 5 6 7 8; do setsid sleep 600 & done"
    finished = ran(bubblewrap, code, tmp_path / "folder", places={tmp_path: tmp_path})
    assert finished.ok, finished.text
    # Not waited for: there is nobody left who could hold the pipe.
    assert [os.read(lifeline._handle, 9), os.read(lifeline._handle, 9)] == [b"x\n", b""]  # noqa: SLF001 - see above
    lifeline.close()


@pytest.mark.usefixtures("level")
def test_first_process_cannot_be_traced(tmp_path: Path) -> None:
    """Who controls it can have the namespace live on when samewheel is killed."""
    body = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
try:
    open("/proc/1/mem", "r+b").close()
    opened = True
except OSError:
    opened = False
seize = 0x4206  # unlike PTRACE_ATTACH, it does not stop what it can trace
files["told.txt"] = repr((libc.ptrace(seize, 1, None, None), opened))
"""
    project = make_project(tmp_path / "project", body, constraints=OURS)
    assert members(build(project).wheel)["told.txt"] == b"(-1, False)"


def test_namespace_ends_with_who_made_it_however_early_that_dies(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    """The kernel kills it with its parent only once it has asked for that; the parent may be dead by then."""
    bubblewrap.wrap(["/bin/true"], View(cwd=Path("/")), tmp_path)
    launcher = Path(samewheel.__path__[0], "_launch.py")
    said = []
    for dead in (False, True):
        process = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
        handles = [os.open(path, os.O_RDONLY) for path in (launcher, tmp_path / "inside")]
        handles.append(os.pidfd_open(process.pid))
        if dead:
            process.kill()
            process.wait()
        words = [*(f"/proc/self/fd/{handle}" for handle in handles), "/bin/echo", "alive"]
        command = [sys.executable, "-I", "-S", *words]
        said.append(subprocess.run(command, pass_fds=handles, capture_output=True, check=False).stdout)
        process.kill()
        process.communicate()
        for handle in handles:
            os.close(handle)
    assert said == [b"alive\n", b""]


def test_program_of_a_search_path_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project's own folder may be in PATH, and what isolates must not be the project's."""
    (tmp_path / "bwrap").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "bwrap").chmod(0o755)
    before = find_bubblewrap()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    assert shutil.which("bwrap") == str(tmp_path / "bwrap")
    assert find_bubblewrap() == before


@pytest.mark.parametrize(
    ("failing", "chosen"),
    [((), "user-namespaces"), (("Namespaces",), "bubblewrap"), (("Namespaces", "Bubblewrap"), "none")],
)
def test_strongest_level_that_works_is_chosen(
    failing: tuple[str, ...], chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ubuntu forbids ordinary programs to make namespaces, and lets bubblewrap do so."""
    monkeypatch.setattr(choosing, "find_sandbox", choosing.find_sandbox.__wrapped__)  # type: ignore[attr-defined]
    monkeypatch.setattr(choosing, "find_bubblewrap", lambda: Path("/usr/bin/bwrap"))
    monkeypatch.setattr(choosing, "_works", lambda sandbox: type(sandbox).__name__ not in failing)
    assert choose_sandbox().isolation.mechanism == chosen


def test_bubblewrap_that_fails_is_not_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is too old or forbidden is there, and of no use."""
    for name, code in (("old", "echo unknown option >&2; exit 1"), ("silent", "exit 1")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{code}\n", "utf-8")
        program.chmod(0o755)
        monkeypatch.setattr(choosing, "find_bubblewrap", lambda program=program: program)
        assert choosing.find_sandbox.__wrapped__("bubblewrap") is None  # type: ignore[attr-defined]


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a program run as root")
for_everybody = pytest.mark.skipif(
    not Path("/usr/bin/python3").exists(), reason="there is no interpreter that everybody may run"
)


@as_root
@for_everybody
@pytest.mark.parametrize("privileged", [False, True])
def test_bubblewrap_works_for_an_ordinary_user(
    bubblewrap: Bubblewrap, monkeypatch: pytest.MonkeyPatch, *, privileged: bool
) -> None:
    """Nobody should need root to build; some systems have bubblewrap itself run as root."""
    monkeypatch.setattr(sys, "_base_executable", "/usr/bin/python3")
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        launcher = shutil.copy(Path(samewheel.__path__[0], "_launch.py"), folder)
        program = Path(shutil.copy(bubblewrap.program, folder))
        program.chmod(0o4755 if privileged else 0o755)
        root = Path(folder, "root")
        root.mkdir()
        view = View(cwd=Path("/"), limits=SOME)
        code = "id -u; touch /tmp/x /dev/shm/x && echo writes; touch /x 2>/dev/null && echo everywhere"
        command = Bubblewrap(program, privileged=privileged).wrap(["/bin/sh", "-c", f"{code}; exit 0"], view, root)
        for path in (root, *root.rglob("*")):
            shutil.chown(path, NOBODY, NOBODY)
        finished = subprocess.run(
            ["/usr/bin/python3", "-I", "-S", launcher, *command.argv[4:]],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
        )
    said = "1000\nwrites\n" if privileged else "1000\nwrites\neverywhere\n"
    assert (finished.stdout, finished.stderr, finished.returncode) == (said, "", 0)


CLOSED = [
    ("forks-without-end", {}, Limits(processes=60, seconds=60), "60 processes"),
    ("starts-daemons", {}, Limits(processes=60, seconds=60), "60 processes"),
    ("eats-memory", {"WAY": "alone"}, Limits(memory=200 * MIB, seconds=60), "200 MiB of memory"),
    *(
        ("fills-the-disk", {"WAY": "one", "FOLDER": folder}, Limits(disk=8 * MIB, seconds=60), "8 MiB of disk")
        for folder in ("/tmp", "/dev/shm", ".")  # noqa: S108 - the build's
    ),
]


@pytest.mark.parametrize(("name", "env", "limits", "said"), CLOSED, ids=range(len(CLOSED)))
def test_limits_hold_where_the_kernel_lets_us_not_look_inside(
    name: str,
    env: dict[str, str],
    limits: Limits,
    said: str,
    *,
    bubblewrap: Bubblewrap,
    copied: ProjectCopier,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What bubblewrap makes as root, an ordinary user cannot open: neither its files, nor what its memory is."""
    real = os.open

    def closed(path: str, *rest: int, **options: int) -> int:
        if str(path).startswith("/proc/") and str(path).endswith("/root"):
            raise PermissionError(path)
        return real(path, *rest, **options)

    monkeypatch.setattr(os, "open", closed)
    monkeypatch.setattr(guard, "exact_memory", lambda _: 0)
    lifeline = Lifeline(tmp_path / "lifeline")
    with (
        choosing.insisting(Bubblewrap(bubblewrap.program, privileged=True)),
        pytest.raises(LimitExceededError) as raised,
    ):
        build(
            copied(name),
            limits=limits,
            env={"LIFELINE": str(lifeline.path), **env},
            readable=(str(lifeline.path),),
        )
    assert said in raised.value.what
    lifeline.read_all()
    lifeline.close()


def test_user_without_limits_is_told_nothing_of_them(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    """The control: what holds limits is left out where there are none."""
    bubblewrap.wrap(["/bin/true"], View(cwd=Path("/"), appearance=Appearance()), tmp_path)
    words = (tmp_path / "words").read_text("utf-8")
    assert "--size" not in words
    assert "--disable-userns" not in words


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_gate_takes_every_level_for_what_it_is(mechanism: str) -> None:
    """A policy that asks for hidden files accepts the levels that hide them, and nothing that is called otherwise."""
    every = [level.isolation for level in (Namespaces, Bubblewrap, Unisolated)]
    said = msgspec.to_builtins(every[MECHANISMS.index(mechanism)])
    assert said["mechanism"] == mechanism
    byproducts = [{"name": "isolation", "annotations": said}]
    kept = Provenance(predicate={"runDetails": {"byproducts": byproducts}}).kept_apart
    assert kept is (Apart.NONE if mechanism == "none" else Apart.HIDDEN)
