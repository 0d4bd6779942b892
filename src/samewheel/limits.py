"""What one step of a stranger's build may use up: time, memory, output, disk, processes.

A step is one call of a backend's hook, or of the frontend that calls it. Two guards hold the limits: the kernel,
which makes what goes too far fail at once (see :func:`kernel_limits`), and a watcher of ours (``watching``), which
ends the step. The kernel's limits lie a little above ours, so that as a rule the watcher ends it and can say why.

What holds where user namespaces work, and with bubblewrap but for what stands below:

========== ============================================ ==================================================
limit      the kernel                                   the watcher
========== ============================================ ==================================================
seconds                                                 since the step began
cpu        each process: RLIMIT_CPU                     all processes together, those that ended included
memory     each process: RLIMIT_DATA; when the machine  all processes together, what they share counted
           has none left, the build is killed first     once
output                                                  bytes read from the step
disk       each file: RLIMIT_FSIZE; each tmpfs: size    all that lies where the step may write
processes  RLIMIT_NPROC, but not if root calls; the     all, threads included
           namespace's own pid_max (Linux 6.14)
========== ============================================ ==================================================

With bubblewrap, the kernel limits neither process ids nor the entries of a tmpfs, so that only the watcher counts
them, and shared memory of System V counts only while a process has it attached. Where bubblewrap itself runs as root
(set-user-ID), folders on the disk take the place of each tmpfs, and / is read-only; a build may make namespaces of
its own if the machine lets it; and the watcher does not see files without a name, and counts what processes share
once for each of them.

Elsewhere the kernel's part is RLIMIT_CPU, RLIMIT_DATA and RLIMIT_FSIZE. A process whose parents have ended is then
not seen by the watcher, nor is what is written outside of the build's folders: there, limits stop accidents, not
attacks.

What does not hold anywhere: the CPU time of processes whose parent ignores their end (SIGCHLD) is lost when they end;
files without a name count while a process has them open, not while they are mapped alone or on their way through a
socket; memory of the kernel itself, such as full pipes, does not count.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

__all__ = ["AUDIT", "Limits", "allowed", "kernel_limits", "likely_limit"]

Amount = Annotated[int, msgspec.Meta(gt=0)]


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most that one step may use; None: no limit."""

    seconds: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """From its beginning to its end."""
    cpu_seconds: Amount | None = None
    """Of all its processes together."""
    memory: Amount | None = None
    """Bytes of all its processes together; what lies in a file system in memory counts as disk."""
    output: Amount | None = None
    """Bytes printed."""
    disk: Amount | None = None
    """Bytes that lie where it may write, 4096 at least for each entry; the copy of the source counts, too."""
    processes: Amount | None = None
    """Processes at one time, threads included."""


AUDIT = Limits(
    seconds=600,
    cpu_seconds=1800,
    memory=8 << 30,
    output=64 << 20,
    disk=4 << 30,
    processes=512,
)
"""For packages of strangers: what hardly any of them needs."""

SIGNS = {
    "memory": (
        *("MemoryError", "Cannot allocate memory", "bad_alloc", "out of memory", "memory exhausted"),
        "memory allocation of",
    ),
    "disk": ("File too large", "No space left on device", "Disk quota exceeded"),
    "processes": ("Resource temporarily unavailable", "can't start new thread"),
}
"""What a program says that the kernel refused something to."""

SIGNALS = {24: "cpu_seconds", 25: "disk"}
"""SIGXCPU and SIGXFSZ of Linux and macOS."""


def allowed(limits: Limits, name: str) -> str:
    """Return a limit in words, such as ``4 GiB of disk``."""
    amount: float = getattr(limits, name)
    if name in {"seconds", "cpu_seconds", "processes"}:
        return f"{amount:g} {'seconds of CPU time' if name == 'cpu_seconds' else name}"
    size, unit = next(
        (amount / factor, unit)
        for factor, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "bytes"))
        if amount >= factor
    )
    return f"{size:.4g} {unit} of {name}"


def likely_limit(limits: Limits, returncode: int, output: str) -> str | None:
    """Return the name of the limit by which the kernel probably made a step fail; None if nothing says so.

    Args:
        limits: that the step had.
        returncode: as of a shell, 128 + n for signal n, or -n.
        output: the end of what it printed.
    """
    by_signal = SIGNALS.get(-returncode if returncode < 0 else returncode - 128)
    said = [name for name, signs in SIGNS.items() if any(sign in output for sign in signs)]
    found = [name for name in (by_signal, *said) if name is not None and getattr(limits, name) is not None]
    return found[0] if found else None


def _above(limit: int) -> int:
    """Return where the kernel's limit lies: so far above that the watcher comes first, as a rule."""
    return limit + limit // 4 + (1 << 20)


def kernel_limits(limits: Limits) -> dict[str, int]:
    """Return the limits that the kernel holds, by the names of :mod:`resource`; without that of processes."""
    found = {"RLIMIT_CORE": 0}
    if limits.cpu_seconds is not None:
        found["RLIMIT_CPU"] = limits.cpu_seconds + 1
    if limits.memory is not None:
        # Not RLIMIT_AS: some programs reserve far more addresses than they ever use memory for.
        found["RLIMIT_DATA"] = _above(limits.memory)
    if limits.disk is not None:
        found["RLIMIT_FSIZE"] = _above(limits.disk)
    return found
