"""Attacks that use up what the machine has, under `--limit`; each ends by itself should nothing stop it."""

from __future__ import annotations

from tests.torture.attacks.values import (
    BUILD,
    NOT_TRIED,
    REFUSED,
    Attack,
    says,
)


def _limited(limit: str) -> tuple[str, ...]:
    return (*BUILD, "--limit", limit)


BARE = "without a limit it would work, and harm who shares the machine"

ATTACKS = (
    Attack(
        "forks",
        "starts 1,500 processes, with --limit processes=60",
        says("a crowd"),
        """
pids = []
try:
    while len(pids) < 1500:
        pids.append(os.fork())
        if pids[-1] == 0:
            time.sleep(60)
            os._exit(0)
    answer = "it is " + "a crowd"
except OSError:
    time.sleep(10)  # with all that the kernel gives, so that the watcher can see them
finally:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
""",
        words=_limited("processes=60"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "memory",
        "takes 1 GiB of memory, with --limit memory=200MiB",
        says("large"),
        """
kept = []
try:
    while len(kept) < 64:
        kept.append(bytearray(os.urandom(1) * (1 << 24)))
    answer = "it is " + "large"
except MemoryError:
    time.sleep(10)  # with all that the kernel gives, so that the watcher can see it
""",
        words=_limited("memory=200MiB"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "disk",
        "writes 256 MiB, with --limit disk=8MiB",
        says("full"),
        """
for number in range(256):
    pathlib.Path(f"large-{number}").write_bytes(bytes(1 << 20))
answer = "it is " + "full"
""",
        words=_limited("disk=8MiB"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "files",
        "makes 100,000 files with nothing in them, with --limit disk=8MiB",
        says("crowded"),
        """
os.mkdir("many")
for number in range(100000):
    os.close(os.open(f"many/{number}", os.O_CREAT))
answer = "it is " + "crowded"
""",
        words=_limited("disk=8MiB"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "prints",
        "prints 256 MiB, with --limit output=1MiB",
        says("loud"),
        """
for _ in range(256):
    os.write(1, b"x" * (1 << 20))
answer = "it is " + "loud"
""",
        words=_limited("output=1MiB"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "processor",
        "burns 30 seconds of CPU time, with --limit cpu_seconds=1",
        says("hot"),
        "while time.process_time() < 30:\n    pass\nanswer = 'it is ' + 'hot'",
        words=_limited("cpu_seconds=1"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
    Attack(
        "time",
        "sleeps for a minute, with --timeout 2",
        says("late"),
        "time.sleep(60)\nanswer = 'it is ' + 'late'",
        words=(*BUILD, "--timeout", "2"),
        inside=REFUSED,
        none=REFUSED,
        bare=NOT_TRIED,
        why=BARE,
    ),
)
