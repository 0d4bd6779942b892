"""Builds that use up what they can get: each costs its own slot, and the one beside it does not notice."""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel import Frontend, LimitExceededError, Limits, build, lock, sandbox, staging
from samewheel._process import run
from samewheel.limits import AUDIT
from tests.functional.builds import OURS, Lifeline, make_project, members

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import ProjectCopier

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only some of the limits hold")

isolated = pytest.mark.usefixtures("level")

MIB = 1 << 20

NETS = {resource.RLIMIT_DATA: 4 << 30, resource.RLIMIT_FSIZE: 2 << 30}
"""What the test itself may do, and with it whatever it starts: should our limits fail, the machine is not harmed."""

PROCESSES = Limits(processes=60, seconds=60)
MEMORY = Limits(memory=200 * MIB, seconds=60)
CPU = Limits(cpu_seconds=1, seconds=60)
DISK = Limits(disk=8 * MIB, seconds=60)

ANYWHERE = [
    ("forks-without-end", {}, PROCESSES, "60 processes"),
    ("eats-memory", {"WAY": "alone"}, MEMORY, "200 MiB of memory"),
    ("eats-memory", {"WAY": "shared"}, MEMORY, "200 MiB of memory"),
    ("eats-memory", {"WAY": "together"}, MEMORY, "200 MiB of memory"),
    ("burns-cpu", {"WAY": "together"}, CPU, "1 seconds of CPU time"),
    ("burns-cpu", {"WAY": "in_turn"}, CPU, "1 seconds of CPU time"),
    ("sleeps-for-ever", {}, Limits(seconds=3), "3 seconds"),
    ("prints-without-end", {}, Limits(output=MIB, seconds=60), "1 MiB of output"),
    ("fills-the-disk", {"WAY": "one", "FOLDER": "."}, DISK, "8 MiB of disk"),
    ("fills-the-disk", {"WAY": "many", "FOLDER": "."}, DISK, "8 MiB of disk"),
    ("fills-the-disk", {"WAY": "deep", "FOLDER": "."}, DISK, "8 MiB of disk"),
    ("fills-the-disk", {"WAY": "nameless", "FOLDER": "."}, DISK, "8 MiB of disk"),
    ("fills-the-disk", {"WAY": "memory", "FOLDER": "."}, DISK, "8 MiB of disk"),
    ("builds-a-huge-wheel", {}, DISK, "8 MiB of disk"),
]

INSIDE = [
    ("starts-daemons", {}, PROCESSES, "60 processes"),
    *(
        ("fills-the-disk", {"WAY": way, "FOLDER": folder}, DISK, "8 MiB of disk")
        for way, folder in (
            *(("one", "/tmp"), ("one", "/dev/shm"), ("one", "/var/tmp"), ("one", "/run")),  # noqa: S108 - the build's
            *(("one", "/"), ("one", "/samewheel-build/env"), ("one", "/samewheel-build/tmp")),
            *(("many", "/tmp"), ("empty", "/dev/shm"), ("empty", "/samewheel-build/env")),  # noqa: S108 - the build's
            *(("moved", "/tmp"), ("nameless", "/samewheel-build/env")),  # noqa: S108 - the build's
        )
    ),
]


@pytest.fixture(autouse=True)
def _net() -> Iterator[None]:
    before = {number: resource.getrlimit(number) for number in NETS}
    for number, limit in NETS.items():
        resource.setrlimit(number, (limit, before[number][1]))
    yield
    for number, limits in before.items():
        resource.setrlimit(number, limits)


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """Folders on the disk and in memory that must be empty again."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        (tmp_path / "temporary").mkdir()
        monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
        monkeypatch.setattr("tempfile.tempdir", None)
        monkeypatch.setattr("samewheel.preparing.memory_folder", lambda: Path(memory))
        yield tmp_path / "temporary", Path(memory)


@contextmanager
def neighbour(folder: Path) -> Iterator[None]:
    """Have a well-behaved build at work during the block; it must succeed."""
    folder.mkdir()
    lifeline, go = Lifeline(folder / "lifeline"), folder / "go"
    os.mkfifo(go)
    body = f"""
handle = os.open({str(lifeline.path)!r}, os.O_WRONLY)
os.write(handle, b"running")
files["told.txt"] = pathlib.Path({str(go)!r}).read_text()
"""
    project = make_project(folder / "project", body, constraints=OURS)
    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(build, project, limits=AUDIT, readable=(str(lifeline.path), str(go)))
        assert lifeline.read() == b"running"
        try:
            yield
        finally:
            go.write_text("all is well")
        assert members(building.result().wheel)["told.txt"] == b"all is well"
    lifeline.close()


def attack(
    project: Path, env: dict[str, str], limits: Limits, frontend: Frontend, folder: Path
) -> LimitExceededError:
    """Build under limits beside a neighbour, and return how it was stopped; its processes are gone then."""
    lifeline = Lifeline(folder / "lifeline")
    with neighbour(folder / "neighbour"), pytest.raises(LimitExceededError) as raised:
        build(
            project,
            frontend=frontend,
            limits=limits,
            env={"LIFELINE": str(lifeline.path), **env},
            readable=(str(lifeline.path),),
        )
    lifeline.read_all()
    lifeline.close()
    return raised.value


def named(cases: list[tuple[str, dict[str, str], Limits, str]]) -> list[str]:
    """Return names for cases."""
    return [
        "-".join([name, *(value.strip("/").replace("/", "-") for value in env.values())]) for name, env, *_ in cases
    ]


@isolated
@pytest.mark.parametrize("frontend", list(Frontend))
@pytest.mark.parametrize(("name", "env", "limits", "said"), ANYWHERE + INSIDE, ids=named(ANYWHERE + INSIDE))
def test_build_past_a_limit_ends_and_leaves_nothing(
    name: str,
    env: dict[str, str],
    limits: Limits,
    said: str,
    *,
    frontend: Frontend,
    copied: ProjectCopier,
    folders: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    """An audit goes on, with the reason written down, and with all of the machine that there was before."""
    error = attack(copied(name), env, limits, frontend, tmp_path)
    assert said in error.what
    assert "Limits(" in error.hint
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


@pytest.mark.parametrize(("name", "env", "limits", "said"), ANYWHERE, ids=named(ANYWHERE))
def test_limits_hold_without_namespaces_for_who_does_not_run_away(
    name: str,
    env: dict[str, str],
    limits: Limits,
    said: str,
    *,
    copied: ProjectCopier,
    folders: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where nothing can be isolated, a build that fails by accident still must not take the machine with it."""
    monkeypatch.setattr(staging, "choose_sandbox", sandbox.Unisolated)  # as on a machine without namespaces
    error = attack(copied(name), env, limits, Frontend.BUILD, tmp_path)
    assert said in error.what
    assert [list(folder.iterdir()) for folder in folders] == [[], []]


@isolated
@pytest.mark.parametrize("way", ["lock", "build"])
def test_question_what_a_backend_requires_is_limited_too(way: str, tmp_path: Path) -> None:
    """It runs code of the project as well."""
    project = make_project(tmp_path / "project", "", constraints=OURS)
    with (project / "backend.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef get_requires_for_build_wheel(config_settings=None):\n")
        file.write("    for _ in range(1 << 16):\n        os.write(1, bytes(1 << 16))\n")
    call = lock if way == "lock" else build
    with pytest.raises(LimitExceededError, match=r"hook get_requires_for_build_wheel .* 1 MiB of output"):
        call(project, limits=Limits(output=MIB))


@isolated
def test_build_past_a_limit_is_not_tried_again(tmp_path: Path) -> None:
    """One that fails for want of room in memory is repeated on the disk; one that takes too much needs no repeat."""
    lifeline = Lifeline(tmp_path / "lifeline")
    body = f"""
handle = os.open({str(lifeline.path)!r}, os.O_WRONLY)
os.write(handle, b"once")
while True:
    os.write(1, b"No space left on device\\n" * 1000)
"""
    project = make_project(tmp_path / "project", body, constraints=OURS)
    with pytest.raises(LimitExceededError):
        build(project, limits=Limits(output=MIB), readable=(str(lifeline.path),))
    assert lifeline.read_all() == b"once"
    lifeline.close()


FORK = """
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
forked = 0
try:
    for _ in range(1500):
        if os.fork() == 0:
            signal.pause()
        forked += 1
except OSError as error:
    print(error, forked)
"""

MANY = """
import os
for number in range(99999):
    os.mkdir(f"/tmp/{number}")
"""

per_namespace = pytest.mark.skipif(
    os.geteuid() == 0 and tuple(map(int, os.uname().release.split(".")[:2])) < (6, 14),
    reason="before Linux 6.14, the kernel does not count the processes of root",
)


@pytest.mark.parametrize(
    ("limits", "code", "said"),
    [
        pytest.param(PROCESSES, FORK, "Resource temporarily unavailable", marks=per_namespace),
        (DISK, "print(open('/tmp/x', 'wb').truncate(1 << 30))", "File too large"),
        *(
            (
                DISK,
                f"for n in range(99): open(f'{place}/{{n}}', 'wb').write(bytes(1 << 20))",
                "No space left on device",
            )
            for place in ("", "/tmp", "/var/tmp", "/run", "/dev/shm")  # noqa: S108 - the command's own
        ),
        (DISK, MANY, "No space left on device"),
        (MEMORY, "print(len(bytearray(1 << 30)))", "MemoryError"),
        (CPU, "while True: pass", ""),
        (MEMORY, "print('oom', open('/proc/self/oom_score_adj').read())", "oom 1000"),
    ],
)
def test_kernel_holds_limits_alone(
    limits: Limits, code: str, said: str, *, level: sandbox.Sandbox, tmp_path: Path
) -> None:
    """A watcher that comes too late must not find a machine that is past help."""
    if level.isolation.mechanism == "bubblewrap" and (code == MANY or (code == FORK and os.geteuid() == 0)):
        pytest.skip("bubblewrap cannot have the kernel count entries, nor processes of root: limits.py says so")
    (tmp_path / "folder").mkdir()
    who = sandbox.Appearance(readable=(Path(sys.base_prefix), Path(sys.prefix)))
    view = sandbox.View(cwd=Path("/"), limits=limits, appearance=who)
    command = sandbox.choose_sandbox().wrap([sys.executable, "-I", "-c", code], view, tmp_path / "folder")
    finished = run(command.argv, env=command.env, cwd=command.cwd, merge=True, timeout=60)
    assert said in finished.text
    assert finished.ok == said.startswith(("oom", "Resource"))
    assert not finished.timed_out
    free = sandbox.choose_sandbox().wrap(["/bin/true"], sandbox.View(cwd=Path("/")), tmp_path)
    assert run(free.argv, env=free.env, cwd=free.cwd).ok


@isolated
def test_process_inside_makes_no_namespace_of_its_own(tmp_path: Path) -> None:
    """In one, it could mount file systems in memory that nobody counts."""
    body = """
import ctypes
files["told.txt"] = str(ctypes.CDLL(None).unshare(0x10000000))
"""
    project = make_project(tmp_path / "project", body, constraints=OURS)
    assert members(build(project, limits=AUDIT).wheel)["told.txt"] == b"-1"
    assert members(build(project).wheel)["told.txt"] == b"0"


@isolated
def test_machine_keeps_its_settings(tmp_path: Path) -> None:
    """The number of process ids, which is limited inside, was one number for the whole machine before Linux 6.14."""
    settings = [Path("/proc/sys", name) for name in ("kernel/pid_max", "kernel/shmall", "user/max_user_namespaces")]
    before = [path.read_text("ascii") for path in settings]
    build(make_project(tmp_path / "project", "", constraints=OURS), limits=Limits(processes=64, disk=MIB << 6))
    assert [path.read_text("ascii") for path in settings] == before


@isolated
@pytest.mark.index
@pytest.mark.parametrize("name", ["c-extension", "setuptools", "hatchling"])
def test_real_project_builds_under_the_limits_of_an_audit(name: str, copied: ProjectCopier) -> None:
    """Limits that good packages run into would tell nothing; and what comes out is the same as without them."""
    limited = build(copied(name, "limited"), limits=AUDIT)
    free = build(copied(name, "free"))
    assert limited.buildinfo.wheel.sha256 == free.buildinfo.wheel.sha256
