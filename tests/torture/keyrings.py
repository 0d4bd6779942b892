"""The kernel's keyrings, see keyrings(7): what callers keep there is not for builds."""

from __future__ import annotations

import ctypes
import platform

CALLS = {
    "x86_64": (248, 250),
    "aarch64": (217, 219),
    "riscv64": (217, 219),
    "ppc64le": (269, 271),
    "s390x": (278, 280),
}
"""The numbers of add_key(2) and keyctl(2)."""

SESSION = -3
NAME = b"samewheel-torture"
JOIN, SEARCH, READ = 1, 10, 11


def add_session_key(secret: bytes) -> bool:
    """Join a new session keyring and put a key into it; tell whether this kernel does such things."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    add, control = CALLS[platform.machine()]
    if libc.syscall(control, JOIN, None) < 0:
        return False
    return bool(libc.syscall(add, b"user", NAME, secret, ctypes.c_size_t(len(secret)), ctypes.c_long(SESSION)) > 0)
