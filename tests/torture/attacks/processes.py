"""Attacks on processes: such that stay, such that are ended, such that are changed."""

from __future__ import annotations

from tests.torture.attacks.values import (
    NOT_TRIED,
    REFUSED,
    STOPPED,
    TRACING,
    Attack,
    Facts,
    decoy_hurt,
    says,
    survived,
)


def _killed(facts: Facts) -> bool:
    return facts.code is None or facts.code < 0


def _rewritten(facts: Facts) -> bool:
    return facts.scene.mark.encode() in facts.decoy


DAEMON = """
def stay():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in range(256):
        try:
            os.close(number)
        except OSError:
            pass
    time.sleep(600)

def leave(what):
    if os.fork() == 0:
        try:
            what()
        finally:
            os._exit(0)

"""

ALL_OURS = """
def ours():
    words = {pid: text(pid, "cmdline") for pid in others()}
    return [int(pid) for pid, line in words.items() if "levels.py" in line and scene["root"] in line]

"""
"""The processes of samewheel that build this."""

DECOYS = """
def decoys():
    return [int(pid) for pid in others() if "decoy-" + mark in text(pid, "cmdline")]

"""

ATTACKS = (
    Attack(
        "daemon",
        "leaves a process in a session of its own that heeds no polite signal",
        survived,
        DAEMON + "leave(stay)",
        none=STOPPED,
    ),
    Attack(
        "nameless-daemon",
        "does so with a program that is in no file: memfd_create(2)",
        survived,
        DAEMON
        + """
def stay_nameless():
    handle = os.memfd_create("x", 0)
    os.write(handle, pathlib.Path("/bin/sleep").read_bytes())
    os.setsid()
    if os.fork():
        os._exit(0)
    os.dup2(os.open("/dev/null", os.O_RDWR), 1)
    os.dup2(1, 2)
    os.execv(f"/proc/self/fd/{handle}", ["sleep", "600"])

leave(stay_nameless)
""",
        none=STOPPED,
    ),
    Attack(
        "killer-and-daemon",
        "leaves a process, and kills samewheel, which would end it",
        survived,
        DAEMON + ALL_OURS + "leave(stay)\nfor pid in ours():\n    os.kill(pid, signal.SIGKILL)",
        none="open -9",
        bare=NOT_TRIED,
        why="there is no samewheel to kill",
    ),
    Attack(
        "kill-samewheel",
        "kills samewheel",
        _killed,
        ALL_OURS + "for pid in ours():\n    os.kill(pid, signal.SIGKILL)",
        none="open -9",
        bare=NOT_TRIED,
        why="there is no samewheel to kill",
    ),
    Attack(
        "kill-parent",
        "kills its parent and its process group",
        decoy_hurt,
        "os.kill(os.getppid(), signal.SIGKILL)\nos.killpg(0, signal.SIGKILL)",
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why="the group would be that of these tests",
    ),
    Attack(
        "kill-all",
        "kills all that it may: kill(-1)",
        decoy_hurt,
        "os.kill(-1, signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)",
        inside=REFUSED,
        none=NOT_TRIED,
        bare=NOT_TRIED,
        why="nobody should run it where nothing is isolated",
    ),
    Attack(
        "kill-others",
        "kills a process of the caller's that has nothing to do with the build",
        decoy_hurt,
        DECOYS + "for pid in decoys():\n    os.kill(pid, signal.SIGKILL)",
    ),
    Attack(
        "trace",
        "attaches to a process of the caller's: ptrace(2)",
        says("attached"),
        DECOYS
        + """
for pid in decoys():
    if libc.ptrace(16, pid, None, None) == 0:
        os.waitpid(pid, 0)
        answer = "it is " + "attached"
        libc.ptrace(17, pid, None, None)
""",
        none=TRACING,
        bare=TRACING,
    ),
    Attack(
        "write-memory",
        "changes the memory of a process of the caller's through /proc/PID/mem",
        _rewritten,
        DECOYS
        + """
for pid in decoys():
    for line in lines(f"/proc/{pid}/maps"):
        if line.endswith("[stack]"):
            start, end = (int(word, 16) for word in line.split()[0].split("-"))
            with open(f"/proc/{pid}/mem", "r+b") as memory:
                memory.seek(start)
                place = start + memory.read(end - start).rindex(b"secret-")
                memory.seek(place)
                memory.write(mark.encode())
""",
        none=TRACING,
        bare=TRACING,
    ),
)
