"""Attacks on what only the kernel could give: privileges, settings, devices; all are harmless should they work."""

from __future__ import annotations

from pathlib import Path

from tests.torture.attacks.values import (
    BUILD,
    NOT_TRIED,
    OPEN,
    STOPPED,
    Attack,
    Facts,
    says,
)
from tests.torture.machine import has_users

SETUID = OPEN if has_users() else NOT_TRIED

NAMESPACES = """
pid = os.fork()
if pid == 0:
    os._exit(0 if libc.unshare(0x10000000 | 0x20000) == 0 else 1)
if os.waitpid(pid, 0)[1] == 0:
    answer = "it is " + "another namespace"
"""


def _segment_left(facts: Facts) -> bool:
    key = str(int(facts.scene.mark[-6:], 16))
    return any(line.split()[0] == key for line in Path("/proc/sysvipc/shm").read_text().splitlines())


def _host_renamed(facts: Facts) -> bool:
    return facts.scene.mark in Path("/proc/sys/kernel/hostname").read_text()


ATTACKS = (
    Attack(
        "setuid-program",
        "runs a program of root's that makes its caller root",
        says("root"),
        """
done = subprocess.run([scene["readable"] + "/id", "-u"], capture_output=True, text=True)
answer = "it is " + ("root" if done.stdout.strip() == "0" else "nobody")
""",
        words=(*BUILD, "--readable", "{root}/readable"),
        none=SETUID,
        bare=SETUID,
        why="it takes root to make such a program, as which nobody called" if SETUID != OPEN else "",
    ),
    Attack(
        "device",
        "makes a file that is a device: mknod(2)",
        says("a device"),
        'os.mknod("device", stat.S_IFCHR | 0o666, os.makedev(1, 3))\nanswer = "it is " + "a device"',
        none=STOPPED,
        bare=STOPPED,
        why="the kernel lets nobody but root",
    ),
    Attack(
        "kernel-setting",
        "changes a setting of the kernel in /proc/sys",
        _host_renamed,
        'write("/proc/sys/kernel/hostname")',
        none=STOPPED,
        bare=STOPPED,
        why="the kernel lets nobody but root",
    ),
    Attack(
        "clock",
        "sets the clock, to the time that it shows",
        says("a new time"),
        'time.clock_settime(time.CLOCK_REALTIME, time.time())\nanswer = "it is " + "a new time"',
        none=STOPPED,
        bare=STOPPED,
        why="the kernel lets nobody but root",
    ),
    Attack(
        "mount",
        "mounts a file system",
        says("mounted"),
        'if libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None) == 0:\n    answer = "it is " + "mounted"',
        none=STOPPED,
        bare=STOPPED,
        why="the kernel lets nobody but root",
    ),
    Attack(
        "devices-of-the-machine",
        "looks for devices that it may open, besides those that a program needs",
        says("a device"),
        """
usual = {"full", "null", "random", "urandom", "zero", "tty"}
names = [entry.name for entry in os.scandir("/dev") if entry.name not in usual and not entry.is_symlink()]
devices = [name for name in names if not stat.S_ISDIR(os.stat("/dev/" + name).st_mode)]
if [name for name in devices if os.access("/dev/" + name, os.R_OK | os.W_OK)]:
    answer = "it is " + "a device"
""",
    ),
    Attack(
        "shared-segment",
        "leaves a segment of shared memory for processes outside",
        _segment_left,
        "if libc.shmget(int(mark[-6:], 16), 4096, 0o1600) < 0:\n    raise OSError",
    ),
    Attack(
        "namespaces",
        "makes namespaces of its own, where it may mount",
        says("another namespace"),
        NAMESPACES,
        inside=OPEN,
        why="some tools that builds call need them; with any limit it is forbidden, as below",
    ),
    Attack(
        "namespaces-under-limits",
        "does so, with --limit processes=60",
        says("another namespace"),
        NAMESPACES,
        words=(*BUILD, "--limit", "processes=60"),
        bare=NOT_TRIED,
        why="limits are samewheel's",
    ),
)
