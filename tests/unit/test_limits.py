"""Limits as values: what they say, what the kernel is told, and how a failure is put down to one of them."""

from __future__ import annotations

import resource
import signal

import msgspec
import pytest

from samewheel.limits import AUDIT, Limits, allowed, kernel_limits, likely_limit

NAMES = [field.name for field in msgspec.structs.fields(Limits)]


def test_audit_limits_everything() -> None:
    """What has no limit is what a hostile build uses up."""
    assert all(getattr(AUDIT, name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_limit(name: str, amount: int) -> None:
    """A limit that nothing can keep is a mistake of whoever wrote it."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({name: amount}, Limits)


@pytest.mark.parametrize(
    ("name", "amount", "said"),
    [
        ("seconds", 0.5, "0.5 seconds"),
        ("cpu_seconds", 1800, "1800 seconds of CPU time"),
        ("memory", 8 << 30, "8 GiB of memory"),
        ("output", 1000, "1000 bytes of output"),
        ("disk", 3 << 29, "1.5 GiB of disk"),
        ("processes", 512, "512 processes"),
    ],
)
def test_limit_is_told_in_words(name: str, amount: float, said: str) -> None:
    """A number of eleven digits tells nobody how much it is."""
    assert allowed(Limits(**{name: amount}), name) == said  # type: ignore[arg-type]  # the field's own type


@pytest.mark.parametrize("limits", [Limits(), AUDIT], ids=["none", "audit"])
def test_kernel_is_told_only_of_limits_that_there_are(limits: Limits) -> None:
    """None is no limit; but no crash of a stranger's program fills the disk with its memory."""
    told = kernel_limits(limits)
    assert told["RLIMIT_CORE"] == 0
    assert len(told) == (1 if limits == Limits() else 4)
    assert all(hasattr(resource, name) for name in told)


def test_watcher_comes_before_the_kernel() -> None:
    """The kernel only says that something failed; the watcher says why."""
    told = kernel_limits(Limits(memory=1, disk=1, cpu_seconds=1))
    assert all(limit > 1 for name, limit in told.items() if name != "RLIMIT_CORE")


@pytest.mark.parametrize(
    ("returncode", "output", "name"),
    [
        (1, "Traceback ...\nMemoryError", "memory"),
        (1, "c++: fatal error: Killed\nvirtual memory exhausted: Cannot allocate memory", "memory"),
        (134, "memory allocation of 2147483648 bytes failed", "memory"),
        (1, "OSError: [Errno 27] File too large", "disk"),
        (1, "tar: write error: No space left on device", "disk"),
        (1, "BlockingIOError: [Errno 11] Resource temporarily unavailable", "processes"),
        (128 + signal.SIGXCPU, "", "cpu_seconds"),
        (-signal.SIGXFSZ, "", "disk"),
        (1, "RuntimeError: the frobnicator is missing", None),
        (-signal.SIGSEGV, "", None),
    ],
)
def test_what_the_kernel_refused_is_put_down_to_its_limit(returncode: int, output: str, name: str | None) -> None:
    """Whoever reads that a build failed should not look for the cause in the project."""
    assert likely_limit(AUDIT, returncode, output) == name
    assert likely_limit(Limits(), returncode, output) is None
