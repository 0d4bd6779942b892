"""Running processes: nothing hangs, nothing is left behind, and a child sees what it was given and no more."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from samewheel._groups import _children, kill_all, stopped
from samewheel._process import Finished, run
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups and FIFOs are POSIX")

PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}

PATIENCE = 30
"""Seconds after which a process that should have ended counts as one that never will."""


class Lifeline:
    """A named pipe whose end of file proves that every process which held it is dead.

    A process id does not prove it: a dead process whose parent died first may stay a zombie.
    """

    def __init__(self, path: Path) -> None:
        """Make the pipe and open it, so that writers need not wait."""
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._poll = select.poll()
        self._poll.register(self._end, select.POLLIN)

    def _next(self) -> bytes:
        events = self._poll.poll(PATIENCE * 1000)
        assert events, "nobody writes to the pipe, or somebody still holds it"
        return os.read(self._end, 4096)

    def heard(self) -> bytes:
        """Wait for the next words of whoever holds the pipe."""
        words = self._next()
        assert words, "everybody is dead already"
        return words

    def last_words(self) -> bytes:
        """Wait until nobody holds the pipe any more, and return what was said until then."""
        said = b""
        while words := self._next():
            said += words
        return said

    def close(self) -> None:
        """Let go of the pipe."""
        os.close(self._end)


@pytest.fixture
def lifeline(tmp_path: Path) -> Iterator[Lifeline]:
    """Give a pipe that processes may hold."""
    line = Lifeline(tmp_path / "lifeline")
    yield line
    line.close()


def shell(script: str, *words: str | Path) -> list[str | Path]:
    """Return the command that runs a shell script with words as $1, $2 and so on."""
    return ["/bin/sh", "-c", script, "sh", *words]


def python(script: str) -> list[str | Path]:
    """Return the command that runs a Python script."""
    return [sys.executable, "-I", "-c", script]


def test_a_megabyte_on_each_stream_does_not_block() -> None:
    """A compiler that fills the pipe nobody reads would wait for ever."""
    script = "import sys\nfor _ in range(16):\n sys.stdout.write('o' * 65536); sys.stderr.write('e' * 65536)"
    finished = run(python(script), env={}, timeout=PATIENCE)
    assert finished.ok
    assert finished.stdout == b"o" * (1 << 20)
    assert finished.stderr == b"e" * (1 << 20)


def test_endless_output_keeps_only_its_end_and_little_memory() -> None:
    """A backend that prints without end must not take the machine's memory; the error is in the last lines."""
    loud = "import sys\nfor _ in range(1600): sys.stdout.write('x' * 65535 + chr(10))\nprint('the end')"
    script = f"""
import resource, sys
from samewheel._process import run

def peak():
    # getrusage counts, from before exec, the process that started us too (Linux).
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0]

finished = run([sys.executable, "-I", "-c", {loud!r}], env={{}})
print(finished.ok, len(finished.stdout), finished.tail(1), peak())
"""
    finished = run([sys.executable, "-c", script], env={}, timeout=PATIENCE)
    ok, size, *end, kilobytes = finished.text.split()
    assert (ok, int(size), end) == ("True", 1 << 20, ["the", "end"])
    assert int(kilobytes) < 200_000


def test_output_that_is_data_is_kept_whole() -> None:
    """The list of a big repository's files is longer than any log that is worth keeping."""
    finished = run(python("print('x' * 3_000_000, end='')"), env={}, keep=None)
    assert finished.stdout == b"x" * 3_000_000


@pytest.mark.parametrize("keep", [0, 1, 10, 70_000])
def test_exactly_the_asked_end_is_kept(keep: int) -> None:
    """The limit holds to the byte, and none is so small that the child is not read to its end."""
    content = bytes(range(256)) * 1024
    script = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1024)"
    finished = run(python(script), env={}, keep=keep, timeout=PATIENCE)
    assert finished.ok
    assert finished.stdout == content[len(content) - keep :]


def test_merged_streams_keep_their_order() -> None:
    """An error message makes sense after the line that led to it."""
    finished = run(shell("echo 1; echo 2 >&2; echo 3"), env={}, merge=True)
    assert (finished.stdout, finished.stderr) == (b"1\n2\n3\n", b"")


def test_undecodable_output_can_still_be_shown() -> None:
    """A tool that speaks Latin-1 must not turn its own error message into a crash of ours."""
    finished = run(shell(r"printf 'caf\351'; exit 3"), env={})
    assert (finished.returncode, finished.ok, finished.tail()) == (3, False, "caf\ufffd")


def test_environment_is_exactly_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secret of the caller reaches a build."""
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    assert run(["/usr/bin/env"], env={"GIVEN": "a b"}).text == "GIVEN=a b\n"


def test_standard_input_is_empty() -> None:
    """A build that asks a question gets no answer, rather than the user's terminal."""
    finished = run(shell("cat; echo done"), env=PATH, timeout=PATIENCE)
    assert (finished.text, finished.timed_out) == ("done\n", False)


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_umask_is_applied_to_the_child_alone(umask: int, tmp_path: Path) -> None:
    """Modes of built files are recorded in wheels, and other threads of ours must not be touched."""
    before = os.umask(0o027)
    try:
        run(shell('touch "$1"', tmp_path / "file"), env=PATH, umask=umask)
    finally:
        after = os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~umask
    assert after == 0o027


def test_working_folder_is_the_asked_one(tmp_path: Path) -> None:
    """A hook must be run in the project's folder (PEP 517)."""
    assert run(["/bin/pwd", "-P"], env={}, cwd=tmp_path).text == f"{tmp_path.resolve()}\n"


@pytest.mark.parametrize(
    ("argv", "env"),
    [
        (["/no/such/program"], {}),
        (["/"], {}),
        (["/bin/echo", "a\0b"], {}),
        (["/bin/echo"], {"A": "b\0c"}),
        (["/bin/echo"], {"A=B": "c"}),
    ],
    ids=["missing", "folder", "nul-in-word", "nul-in-variable", "equals-in-name"],
)
def test_what_cannot_be_started_is_our_error(argv: list[str], env: dict[str, str]) -> None:
    """A missing tool or a variable that cannot be is told with its name, not with a traceback."""
    with pytest.raises(SamewheelError) as caught:
        run(argv, env=env)
    assert caught.value.what == f"cannot start {argv[0]}"
    assert caught.value.cause


def test_program_without_execute_permission_is_our_error(tmp_path: Path) -> None:
    """Even root cannot run a file that has no executable bit."""
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    with pytest.raises(SamewheelError, match="cannot start"):
        run([tmp_path / "tool"], env={})


def test_background_process_is_dead_after_the_run(lifeline: Lifeline) -> None:
    """A compiler daemon that a backend leaves behind would see the next build, and outlive ours."""
    finished = run(shell('exec 3>"$1"; echo started >&3; sleep 1000 & exit 7', lifeline.path), env=PATH)
    assert finished.returncode == 7
    assert lifeline.last_words() == b"started\n"


def test_timeout_stops_the_whole_group(lifeline: Lifeline) -> None:
    """A hung build is one of many processes; the leader alone would leave the hung compiler."""
    script = 'exec 3>"$1"; echo started >&3; (sleep 1000 & sleep 1000) & sleep 1000'
    finished = run(shell(script, lifeline.path), env=PATH, timeout=2)
    assert (finished.timed_out, finished.ok, finished.returncode) == (True, False, -signal.SIGTERM)
    assert lifeline.last_words() == b"started\n"


def test_timeout_kills_a_group_that_does_not_listen(lifeline: Lifeline) -> None:
    """A group that ignores SIGTERM gets no say."""
    script = """trap '' TERM; exec 3>"$1"; echo started >&3; (sleep 1000 & sleep 1000) & sleep 1000"""
    finished = run(shell(script, lifeline.path), env=PATH, timeout=2)
    assert (finished.timed_out, finished.ok, finished.returncode) == (True, False, -signal.SIGKILL)
    assert lifeline.last_words() == b"started\n"


def test_process_that_stops_politely_may_say_why() -> None:
    """What a backend prints when it is told to stop says where it hung, and it still counts as stopped."""
    script = "trap 'echo stuck in the linker; exit 0' TERM; while :; do sleep 0.1; done"
    finished = run(shell(script), env=PATH, timeout=2)
    assert (finished.text, finished.returncode) == ("stuck in the linker\n", 0)
    assert (finished.timed_out, finished.ok) == (True, False)


@pytest.mark.parametrize("timeout", [None, 60, float("inf"), float("nan")])
def test_time_that_is_not_up_changes_nothing(timeout: float | None) -> None:
    """A limit that is not reached is no limit, also one beyond what the platform can count."""
    finished = run(shell("echo done"), env=PATH, timeout=timeout)
    assert (finished.ok, finished.timed_out, finished.text) == (True, False, "done\n")


def test_process_that_ends_while_it_is_stopped_is_no_failure_of_ours() -> None:
    """The thread that stops a group and the one that waits for it must not take the result from each other."""

    def stopped(_: int) -> Finished:
        return run(["/bin/sleep", "1000"], env={}, timeout=0.03)

    with ThreadPoolExecutor(8) as pool:
        every = list(pool.map(stopped, range(160)))
    assert {(finished.timed_out, finished.returncode) for finished in every} == {(True, -signal.SIGTERM)}


def interrupted(script: str, lifeline: Lifeline) -> subprocess.Popen[bytes]:
    """Start a Python process that runs a shell script by our run()."""
    caller = """
import signal, sys
from samewheel._process import run
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell may have us ignore it
run(sys.argv[1:], env={"PATH": "/usr/bin:/bin"})
"""
    return subprocess.Popen(
        [sys.executable, "-c", caller, *shell(script, lifeline.path)], stderr=subprocess.PIPE, start_new_session=True
    )


def test_interruption_kills_the_group(lifeline: Lifeline) -> None:
    """Ctrl-C at our prompt must not leave a build that goes on in a group of its own."""
    script = 'exec 3>"$1"; echo started >&3; sleep 1000 & sleep 1000'
    with interrupted(script, lifeline) as caller:
        assert lifeline.heard() == b"started\n"
        caller.send_signal(signal.SIGINT)
        assert lifeline.last_words() == b""
        assert b"KeyboardInterrupt" in caller.communicate(timeout=PATIENCE)[1]


def test_second_interruption_kills_the_group_too(lifeline: Lifeline) -> None:
    """Who presses Ctrl-C again because a build ignores the first must not thereby save the build."""
    script = """trap 'echo ignored >&3' TERM; exec 3>"$1"; echo started >&3; while :; do sleep 0.1; done"""
    with interrupted(script, lifeline) as caller:
        assert lifeline.heard() == b"started\n"
        caller.send_signal(signal.SIGINT)
        assert lifeline.heard() == b"ignored\n"
        caller.send_signal(signal.SIGINT)
        assert lifeline.last_words() == b""
        assert b"KeyboardInterrupt" in caller.communicate(timeout=PATIENCE)[1]


def test_interruption_in_the_midst_of_a_start_is_put_off() -> None:
    """Within Popen() there is a child already, and nobody yet who knows it and could kill it."""
    script = """
import os, signal
from samewheel._groups import uninterrupted
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        print("the block went on")
    print("the interruption was lost")
except KeyboardInterrupt:
    print("interrupted at its end")
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""
    finished = run([sys.executable, "-c", script], env={})
    assert finished.text.splitlines() == ["the block went on", "interrupted at its end", "True"]


def test_children_that_interrupt_us_at_their_start_are_killed(lifeline: Lifeline) -> None:
    """The earliest of interruptions: the child is hardly there, and must be gone with us all the same."""
    script = f"""
import signal
from samewheel._process import run
signal.signal(signal.SIGINT, signal.default_int_handler)
for _ in range(30):
    try:
        run(["/bin/sh", "-c", 'exec 3>"$1"; kill -INT $PPID; echo said >&3; exec sleep 1000', "sh",
             {str(lifeline.path)!r}], env={PATH!r})
    except KeyboardInterrupt:
        print("interrupted")
"""
    finished = run([sys.executable, "-c", script], env={}, timeout=PATIENCE)
    assert finished.text == "interrupted\n" * 30
    lifeline.last_words()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is adopted")
def test_orphans_of_the_very_first_process_are_adopted_and_killed(tmp_path: Path, lifeline: Lifeline) -> None:
    """Commands that start nothing do nothing for that; so it is the first start that must see to it, and in time."""
    leaves = 'setsid sh -c "$1" sh "$2" "$3" >/dev/null 2>&1 & until [ -e "$3" ]; do :; done'
    left = 'exec 3>"$1"; echo started >&3; : > "$2"; exec sleep 1000'
    script = """
import os, sys
from samewheel._groups import adopt_when_starting, kill_orphans
from samewheel._process import run
adopt_when_starting()
print(run(["/bin/sh", "-c", *sys.argv[1:]], env=dict(os.environ)).returncode, flush=True)
input()
kill_orphans()
"""
    words = [sys.executable, "-c", script, leaves, "sh", left, str(lifeline.path), str(tmp_path / "flag")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        assert lifeline.heard() == b"started\n"
        process.communicate("go on\n", timeout=PATIENCE)
    assert lifeline.last_words() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is adopted")
@pytest.mark.parametrize("error", ["FileNotFoundError", "ProcessLookupError"])
def test_thread_that_ends_while_orphans_are_looked_for_is_no_failure(error: str, lifeline: Lifeline) -> None:
    """A run that ended well would else end in a traceback, with its orphans alive."""
    script = f"""
import pathlib, subprocess, sys
from samewheel._groups import adopt_orphans, kill_orphans
whole, times = pathlib.Path.read_text, []
def ending(path, *words):
    times.append(path)
    if len(times) == 1:
        raise {error}(path)
    return whole(path, *words)
adopt_orphans()
subprocess.run(["/bin/sh", "-c", '(exec 3>"$1"; echo started >&3; exec setsid sleep 1000) &', "sh", sys.argv[1]])
input()
pathlib.Path.read_text = ending
kill_orphans()
print("all is well", len(times) > 1)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, lifeline.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert lifeline.heard() == b"started\n"
        assert process.communicate("go on\n", timeout=PATIENCE)[0] == "all is well True\n"
    assert lifeline.last_words() == b""


def test_kill_all_ends_runs_of_other_threads(lifeline: Lifeline) -> None:
    """An interrupted audit has a build in every thread, and only the main thread sees the interruption."""
    script = """trap '' TERM; exec 3>"$1"; echo started >&3; sleep 1000 & sleep 1000"""
    results: list[Finished] = []
    thread = threading.Thread(target=lambda: results.append(run(shell(script, lifeline.path), env=PATH)), daemon=True)
    thread.start()
    assert lifeline.heard() == b"started\n"
    kill_all()
    thread.join(PATIENCE)
    [finished] = results
    assert (finished.returncode, finished.timed_out) == (-signal.SIGKILL, False)
    assert lifeline.last_words() == b""


def test_kill_all_without_runs_does_nothing() -> None:
    """It is called at every end of the command line."""
    kill_all()
    assert run(["/bin/echo", "still works"], env={}).text == "still works\n"


def test_process_that_left_the_group_is_not_waited_for(lifeline: Lifeline) -> None:
    """A daemon that made itself independent and holds our pipe must not make a finished build hang."""
    script = f"""
import os, subprocess
line = os.open({str(lifeline.path)!r}, os.O_WRONLY)
print(subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True, pass_fds=[line]).pid)
"""
    before = threading.active_count()
    finished = run(python(script), env={})
    daemon = int(finished.text)
    try:
        assert finished.ok
        os.kill(daemon, 0)
        assert threading.active_count() == before + 2
    finally:
        with suppress(ProcessLookupError):
            os.kill(daemon, signal.SIGKILL)
    assert lifeline.last_words() == b""
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.current_thread():
            thread.join(0.5)
    assert threading.active_count() == before


def test_no_pipe_is_left_open() -> None:
    """An audit runs thousands of processes in one of ours, which may have 1024 files open."""
    folder = Path("/dev/fd")
    run(shell("exit 1"), env={})
    before = len(list(folder.iterdir()))
    for _ in range(5):
        run(shell("echo out; echo err >&2"), env={})
    assert len(list(folder.iterdir())) == before


def test_nothing_is_started_while_everything_is_told_to_stop(lifeline: Lifeline, tmp_path: Path) -> None:
    """A thread that was copying files at an interruption must not go on to build; afterwards all is as before."""
    witness = tmp_path / "witness"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, shell('exec 3>"$1"; echo here >&3; sleep 600', lifeline.path), env=PATH)
        assert lifeline.heard() == b"here\n"
        with stopped():
            assert running.result(PATIENCE).returncode == -signal.SIGKILL
            with stopped():
                pass
            later = pool.submit(run, shell('touch "$1"', witness), env=PATH)
            with pytest.raises(SamewheelError, match="was not started"):
                later.result(PATIENCE)
        assert lifeline.last_words() == b""
        assert not witness.exists()
        assert pool.submit(run, shell('touch "$1"', witness), env=PATH).result(PATIENCE).ok
    assert witness.exists()


class Watchful:
    """A guard that does as it is told."""

    pause = 0.01

    def __init__(self, verdict: bool | BaseException) -> None:  # noqa: FBT001 - one of two words
        """Say always the same of what is looked at."""
        self.verdict = verdict
        self.printed = 0

    def look(self, pid: int, printed: int) -> bool:
        """Say it, and remember what was printed."""
        assert Path(f"/proc/{pid}").exists() or sys.platform != "linux"
        self.printed = printed
        if isinstance(self.verdict, BaseException):
            raise self.verdict
        return self.verdict

    def stop(self, pid: int) -> bool:
        """Leave it to whoever asks."""
        del pid
        return False


def test_guard_has_a_process_stopped_at_once(lifeline: Lifeline) -> None:
    """One that ignores polite signals must not be asked for seconds."""
    script = """trap '' TERM; exec 3>"$1"; sleep 1000 & sleep 1000"""
    finished = run(shell(script, lifeline.path), env=PATH, guard=Watchful(verdict=True))
    assert (finished.returncode, finished.timed_out) == (-signal.SIGKILL, False)
    assert lifeline.last_words() == b""


def test_guard_that_fails_leaves_nothing_unguarded(lifeline: Lifeline) -> None:
    """An error while it looks must neither be lost nor let the process go on."""
    with pytest.raises(ZeroDivisionError):
        run(shell('exec 3>"$1"; sleep 1000', lifeline.path), env=PATH, guard=Watchful(ZeroDivisionError()))
    assert lifeline.last_words() == b""


def test_guard_sees_what_was_printed_on_both_streams() -> None:
    """Also what was not kept, and a last time when all is over."""
    guard = Watchful(verdict=False)
    script = "import sys\nfor _ in range(40):\n sys.stdout.write('o' * 65536); sys.stderr.write('e' * 65536)"
    assert run(python(script), env={}, keep=10, guard=guard, timeout=PATIENCE).ok
    assert guard.printed > 4 << 20


def test_thread_that_ends_meanwhile_hides_no_child(tmp_path: Path) -> None:
    """Its folder is there when threads are listed, and its file is not when it is read; others have children, too."""
    for name, children in (("1", None), ("2", "5 6 "), ("3", "7")):
        (tmp_path / name).mkdir()
        if children is not None:
            (tmp_path / name / "children").write_text(children, "ascii")
    (tmp_path / "4").symlink_to("gone")
    assert _children(tmp_path) == {5, 6, 7}
    assert _children(tmp_path / "none") == set()
