"""The filter of system calls, for all machines that it is made for: most of them are not at hand to try it on."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

import pytest

from samewheel import _launch as launch

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOWED = 0x7FFF0000
"""SECCOMP_RET_ALLOW of linux/seccomp.h."""

REFUSED = 0x50000
"""SECCOMP_RET_ERRNO, to which the error's number is added."""

NO_SUCH_CALL = REFUSED | errno.ENOSYS
NO_SUCH_FAMILY = REFUSED | errno.EAFNOSUPPORT

IO_URING_SETUP = 425
"""It has this number on all machines."""


class Machine(NamedTuple):
    """What a kernel calls itself and its system calls, written down a second time from its tables of calls.

    ``socketcall`` takes the family in memory, where no filter can look; ``other`` are calls that have nothing to do
    with sockets, among them those that have the number of ``socketcall`` where there is none.
    """

    name: str
    order: str
    architecture: int
    socket: int
    socketcall: int | None
    other: tuple[int, ...]
    architecture_of_32_bits: int
    socket_of_32_bits: int
    socketcall_of_32_bits: int | None


MACHINES = (
    Machine("x86_64", "little", 0xC000003E, 41, None, (0, 102, 257), 0x40000003, 359, 102),
    Machine("aarch64", "little", 0xC00000B7, 198, None, (56, 63, 102), 0x40000028, 281, None),
    Machine("riscv64", "little", 0xC00000F3, 198, None, (56, 63, 102), 0x400000F3, 198, None),
    Machine("ppc64le", "little", 0xC0000015, 326, 102, (3, 286), 0x40000014, 326, 102),
    Machine("s390x", "big", 0x80000016, 359, 102, (3, 288), 0x16, 359, 102),
)

on_each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


def outcome(machine: Machine, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Return the filter's answer to a call, found as kernels find it: classic BPF over ``struct seccomp_data``."""
    filled = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    sign = "<" if machine.order == "little" else ">"
    call = struct.pack(f"{sign}IIQ6Q", number, architecture or machine.architecture, 0, *filled)
    steps = list(struct.iter_unpack("=HBBI", launch.filter_of(machine.name, machine.order)))
    loaded = place = 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            (loaded,) = struct.unpack_from(f"{sign}I", call, value)
        elif code == 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
            place += yes if loaded == value else no
        elif code == 0x35:  # BPF_JMP | BPF_JGE | BPF_K
            place += yes if loaded >= value else no
        else:
            assert code == 0x06  # BPF_RET | BPF_K
            return int(value)


@on_each_machine
@pytest.mark.parametrize("family", [0, 3, 29, 38, 40, 2**32 - 1], ids=["none", "ax25", "can", "alg", "vsock", "last"])
def test_sockets_that_no_namespace_holds_are_refused(machine: Machine, family: int) -> None:
    """A machine's byte order says where the family is: at the wrong place it would be 0, whatever was asked for."""
    assert outcome(machine, machine.socket, family, 1) == NO_SUCH_FAMILY


@on_each_machine
def test_a_family_is_what_the_kernel_takes_for_one(machine: Machine) -> None:
    """The kernel cuts the family to 32 bits, so what is above them neither hides a family nor spoils one."""
    assert outcome(machine, machine.socket, 1 << 32 | 40, 1) == NO_SUCH_FAMILY
    assert outcome(machine, machine.socket, 40 << 32 | 1, 1) == ALLOWED


@on_each_machine
@pytest.mark.parametrize("family", [1, 2, 10, 16], ids=["unix", "inet", "inet6", "netlink"])
def test_sockets_of_a_namespace_are_allowed(machine: Machine, family: int) -> None:
    """The control: build tools talk to helpers of their own."""
    assert outcome(machine, machine.socket, family, 1) == ALLOWED


@pytest.mark.parametrize("machine", [m for m in MACHINES if m.socketcall], ids=lambda machine: machine.name)
def test_calls_with_the_family_in_memory_are_refused(machine: Machine) -> None:
    """Which socket is asked for cannot be seen there; without such a call libraries may try one that shows it."""
    assert machine.socketcall is not None
    assert outcome(machine, machine.socketcall, 1, 0x7FFF_0000_1000) == NO_SUCH_CALL


@on_each_machine
def test_programs_of_32_bits_get_no_sockets(machine: Machine) -> None:
    """Their calls have other numbers, and on some machines there are two to make a socket."""
    calls = [machine.socket_of_32_bits, machine.socketcall_of_32_bits]
    answers = [outcome(machine, n, 1, architecture=machine.architecture_of_32_bits) for n in calls if n is not None]
    assert set(answers) == {NO_SUCH_CALL}


@on_each_machine
def test_rings_are_refused_to_all_programs(machine: Machine) -> None:
    """io_uring makes sockets, too, and no filter sees which."""
    assert outcome(machine, IO_URING_SETUP) == NO_SUCH_CALL
    assert outcome(machine, IO_URING_SETUP, architecture=machine.architecture_of_32_bits) == NO_SUCH_CALL


@pytest.mark.parametrize("number", [0, 41, IO_URING_SETUP])
def test_calls_of_x32_are_refused(number: int) -> None:
    """They claim the architecture of 64 bits under numbers of their own, by which the same could be had."""
    assert outcome(MACHINES[0], 0x40000000 | number, 40) == NO_SUCH_CALL


@on_each_machine
def test_other_calls_are_allowed(machine: Machine) -> None:
    """The control: reading and opening files is nothing to refuse, nor what has a number of sockets elsewhere."""
    assert {outcome(machine, number, 40) for number in machine.other} == {ALLOWED}
    assert outcome(machine, 3, 40, architecture=machine.architecture_of_32_bits) == ALLOWED


def test_every_machine_is_tried() -> None:
    """A machine that is added to the table is added here."""
    assert {machine.name for machine in MACHINES} == set(launch.CALLS)


def kernel(tried: list[int], answer: Callable[[int], int]) -> SimpleNamespace:
    """Return a C library whose kernel answers a call with an error, or 0, depending on its flags."""

    def syscall(_number: int, _operation: int, flags: int, _program: bytes) -> int:
        tried.append(flags)
        ctypes.set_errno(answer(flags))
        return -1 if answer(flags) else 0

    return SimpleNamespace(syscall=syscall)


@pytest.fixture
def _some_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be on a machine that has a filter."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="x86_64"))


@pytest.mark.usefixtures("_some_machine")
def test_kernels_that_do_not_know_the_flag_filter_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flag only makes builds faster, and gVisor refuses it: a build must not lose its sandbox for that."""
    tried: list[int] = []
    monkeypatch.setattr(launch, "libc", kernel(tried, lambda flags: errno.EINVAL if flags else 0))
    launch.limit_sockets()
    assert tried == [4, 0]


@pytest.mark.usefixtures("_some_machine")
@pytest.mark.parametrize(("number", "flags"), [(errno.EINVAL, [4, 0]), (errno.EACCES, [4])], ids=["EINVAL", "EACCES"])
def test_kernels_that_set_no_filter_run_no_build(
    monkeypatch: pytest.MonkeyPatch, number: int, flags: list[int]
) -> None:
    """Without the filter a build would have more than it is said to have."""
    tried: list[int] = []
    monkeypatch.setattr(launch, "libc", kernel(tried, lambda _flags: number))
    with pytest.raises(OSError, match="seccomp") as caught:
        launch.limit_sockets()
    assert caught.value.errno == number
    assert tried == flags
