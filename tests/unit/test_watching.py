"""Watching: what a step uses is seen wherever it hides it, and looking costs little however much there is."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from samewheel.limits import Limits
from samewheel.watching import Watcher
from samewheel.watching.disk import ENTRY, TOO_MUCH, size_below
from samewheel.watching.processes import below, exact_memory, nameless, usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")

MIB = 1 << 20


@contextmanager
def running(code: str, tmp_path: Path) -> Iterator[int]:
    """Run Python code that prints a line when it is ready, and then have it wait."""
    script = f"import os, sys, time\nos.chdir({str(tmp_path)!r})\n{code}\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-I", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process.pid
        process.communicate()


def test_size_is_what_lies_on_the_disk(tmp_path: Path) -> None:
    """A file of zeros that takes no room is no excess, and thousands of empty ones are."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "big").write_bytes(b"x" * MIB)
    (tmp_path / "empty").touch()
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    os.sync()
    assert 1 * MIB + 3 * ENTRY <= size_below([tmp_path], TOO_MUCH) < 1 * MIB + 10 * ENTRY


def test_size_follows_no_link(tmp_path: Path) -> None:
    """A link to the machine's root would make a step responsible for all of it, and the walk endless."""
    (tmp_path / "root").symlink_to("/")
    (tmp_path / "itself").symlink_to(".")
    assert size_below([tmp_path], TOO_MUCH) == 2 * ENTRY


def test_folder_that_is_gone_holds_nothing(tmp_path: Path) -> None:
    """A build deletes what it made while it is looked at."""
    assert size_below([tmp_path / "gone"], TOO_MUCH) == 0


def test_walk_ends_when_it_knows_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million files must not keep whoever counts them busy."""
    for number in range(50):
        (tmp_path / str(number)).mkdir()
    looked: list[str] = []

    def size(entry: os.DirEntry[str]) -> int:
        looked.append(entry.name)
        return ENTRY

    monkeypatch.setattr("samewheel.watching.disk._size", size)
    assert size_below([tmp_path], 20 * ENTRY) == 21 * ENTRY
    assert len(looked) == 21


def test_folder_deeper_than_a_path_is_too_much(tmp_path: Path) -> None:
    """What nobody can name could hold anything."""
    here = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path)
    try:
        for _ in range(40):
            os.mkdir("d" * 200)  # noqa: PTH102 - relative to a folder without a usable path
            os.chdir("d" * 200)
    finally:
        os.fchdir(here)
        os.close(here)
    assert size_below([tmp_path], TOO_MUCH - 1) == TOO_MUCH
    subprocess.run(["/bin/rm", "-rf", tmp_path / ("d" * 200)], check=True)  # pytest could not


@linux
def test_memory_that_processes_share_counts_once(tmp_path: Path) -> None:
    """A backend of 60 MiB that forks four times still has 60 MiB."""
    code = """
import mmap
memory = mmap.mmap(-1, 30 << 20)
memory.write(b"x" * (30 << 20))
kept = b"x" * (30 << 20)
ready, tell = os.pipe()
for _ in range(4):
    if os.fork() == 0:
        sum(memory[place] for place in range(0, 30 << 20, 4096))
        os.write(tell, b".")
        sys.stdin.read()
        os._exit(0)
for _ in range(4):
    os.read(ready, 1)
"""
    with running(code, tmp_path) as pid:
        folders = below(pid)
        assert usage(folders).processes == 5
        assert usage(folders).memory > 200 * MIB
        assert 60 * MIB < exact_memory(folders) < 100 * MIB
        assert not Watcher(Limits(memory=150 * MIB), [tmp_path], contained=False).look(pid, 0)
        assert Watcher(Limits(memory=50 * MIB), [tmp_path], contained=False).look(pid, 0)


@linux
@pytest.mark.parametrize("code", ["file = open('gone', 'wb'); os.unlink('gone')", "file = os.memfd_create('x')"])
def test_files_without_a_name_are_seen(code: str, tmp_path: Path) -> None:
    """A deleted file takes as much room as any other for as long as somebody has it open."""
    code += "\nhandle = file if isinstance(file, int) else file.fileno()\nother = os.dup(handle)\n"
    code += "os.write(handle, b'x' * (10 << 20)); os.fsync(handle)"
    with running(code, tmp_path) as pid:
        assert size_below([tmp_path], TOO_MUCH) == 0
        assert 10 * MIB <= nameless(below(pid), but=frozenset()) < 11 * MIB
        watcher = Watcher(Limits(disk=9 * MIB), [tmp_path], contained=False)
        assert watcher.look(pid, 0)
        assert watcher.passed == "disk"


@linux
def test_time_of_processes_that_have_ended_counts(tmp_path: Path) -> None:
    """Else one short process after the other would compute for ever."""
    code = """
if os.fork() == 0:
    while time.process_time() < 0.3:
        pass
    os._exit(0)
os.wait()
"""
    with running(code, tmp_path) as pid:
        assert usage(below(pid)).cpu_seconds > 0.2  # it is counted in hundredths
        assert usage([f"/proc/{pid}"]).processes == 1


@linux
def test_process_that_is_gone_uses_nothing() -> None:
    """It may end between two files that are read of it."""
    assert usage(["/proc/self/task/0"]).processes == 0
    assert nameless(["/proc/self/task/0"], but=frozenset()) == 0


def test_what_keeps_its_limits_is_let_alone(tmp_path: Path) -> None:
    """A limit is what may just be reached."""
    watcher = Watcher(Limits(output=10, seconds=1000, disk=MIB), [tmp_path], contained=False)
    assert not watcher.look(os.getpid(), 10)
    assert watcher.look(os.getpid(), 11)
    assert watcher.passed == "output"
    assert watcher.look(os.getpid(), 0)
