"""Runs one command in namespaces of its own; run as a script, never imported by samewheel.

    python -I -S _launch.py SPEC COMMAND...

SPEC is a file of marshal's, which :mod:`samewheel.sandbox` writes. The command gets a file system of just what SPEC
names, an empty network with a loopback that is up, its own host name, process ids and user id. It can gain no
privileges; when it ends, everything that it started ends with it. Needs user namespaces (user_namespaces(7)), but no
privileges and no packages; or SPEC has bubblewrap make the namespaces, with this script once outside and once inside.

Ends with the command's status, or 128 + n if signal n ended it; with 125, and a message, if the sandbox fails.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # no stubs
import ctypes
import errno
import fcntl
import marshal
import os
import struct
import sys

# Each module that is imported here delays every build: so not json, re, socket or typing, and of signal the part
# in C.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

# From linux/sched.h, linux/mount.h, linux/fcntl.h, linux/prctl.h and linux/sockios.h.
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x4000000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
MNT_DETACH, MOUNT_ATTR_RDONLY, AT_RECURSIVE, AT_FDCWD = 2, 1, 0x8000, -100
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
AF_INET, SOCK_DGRAM, SIOCSIFFLAGS, IFF_UP_LOOPBACK_RUNNING = 2, 2, 0x8914, 0x49
MOUNT_SETATTR = 442
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}

KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}

# From asm/unistd.h of each: the call that sets a filter; that which makes sockets; those that do so with arguments in
# memory, where no filter can look; those that do for 32 bits; and from linux/audit.h, how a filter is told the
# architecture.
CALLS = {
    "x86_64": (317, 41, (), (102, 359), 0xC000003E),
    "aarch64": (277, 198, (), (281,), 0xC00000B7),
    "riscv64": (277, 198, (), (198,), 0xC00000F3),
    "ppc64le": (358, 326, (102,), (102, 326), 0xC0000015),
    "s390x": (348, 359, (102,), (102, 359), 0x80000016),
}
IO_URING_SETUP, X32 = 425, 0x40000000

# From linux/seccomp.h and linux/bpf_common.h.
SET_MODE_FILTER, FLAG_SPEC_ALLOW, ALLOW, REFUSE = 1, 4, 0x7FFF0000, 0x50000
NUMBER, ARCHITECTURE, ARGUMENT = 0, 4, {"little": 16, "big": 20}
LOAD, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06

FAMILIES = (1, 2, 10, 16)
"""AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK: what a network namespace holds."""

POLLIN = 1

SANDBOX_FAILED = 125

RESERVED_IDS = 301
"""Process ids that the kernel gives out only once, RESERVED_PIDS of kernel/pid.c; pid_max may not be lower."""

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise the error of a system call that failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """Attach a file system, or a folder, to the place ``target``; see its manual page."""
    words = [os.fsencode(source), os.fsencode(target), os.fsencode(kind) or None]
    check(libc.mount(*words, ctypes.c_ulong(flags), os.fsencode(data) or None), f"mount {target}")


def make_read_only(target: str) -> None:
    """Forbid writing below a mount, other mounts below it included: mount_setattr(2), Linux 5.12."""
    attributes = struct.pack("QQQQ", MOUNT_ATTR_RDONLY, 0, 0, 0)
    call = (AT_FDCWD, os.fsencode(target), AT_RECURSIVE, attributes, ctypes.c_size_t(len(attributes)))
    check(libc.syscall(MOUNT_SETATTR, *call), f"mount_setattr {target}")


def write(path: str, text: str) -> None:
    """Write a file of the kernel's in one call."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def make_namespaces(spec: dict[str, Any]) -> None:
    """Leave all namespaces of the caller but those of time and control groups."""
    uid, gid = os.getuid(), os.getgid()
    everything = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    check(libc.unshare(everything), "unshare")
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{spec['uid']} {uid} 1")
    write("/proc/self/gid_map", f"{spec['gid']} {gid} 1")
    host = os.fsencode(spec["host"])
    check(libc.sethostname(host, ctypes.c_size_t(len(host))), "sethostname")
    any_socket = libc.socket(AF_INET, SOCK_DGRAM, 0)
    check(any_socket, "socket")
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP_LOOPBACK_RUNNING))
    os.close(any_socket)


def leave_keyring() -> None:
    """Let go of the caller's keys: keyctl(2), KEYCTL_JOIN_SESSION_KEYRING; kernels without keys have none to hide."""
    if libc.syscall(KEYCTL[os.uname().machine], 1, None) < 0 and ctypes.get_errno() != errno.ENOSYS:
        check(-1, "keyctl")


def prepare_target(target: str, like: str) -> None:
    """Make a folder or an empty file to mount something on."""
    if os.path.isdir(like):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT, 0o644))


def escaped(path: str) -> str:
    """Return a path for the options of overlayfs, where colons and commas end one."""
    return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


def put_layer(lower: str, target: str, store: str) -> None:
    """Show a folder at ``target``, writable: what is written goes to ``store``.

    Ordinary users may since Linux 5.11; without "userxattr", deleting a folder and making it anew would not work.
    """
    os.makedirs(f"{store}/upper")
    os.makedirs(f"{store}/work")
    os.makedirs(target)
    # What is seen of the folder itself is the upper one's.
    status = os.stat(lower)
    os.chmod(f"{store}/upper", status.st_mode & 0o7777)
    for name in os.listxattr(lower):
        if name.startswith("system.posix_acl"):
            os.setxattr(f"{store}/upper", name, os.getxattr(lower, name))
    os.utime(f"{store}/upper", ns=(status.st_atime_ns, status.st_mtime_ns))
    layers = (("lowerdir", lower), ("upperdir", f"{store}/upper"), ("workdir", f"{store}/work"))
    options = ",".join(f"{name}={escaped(path)}" for name, path in layers)
    mount("overlay", target, "overlay", MS_NODEV, f"{options},userxattr")


def hide(root: str, spec: dict[str, Any]) -> None:
    """Put empty folders over those that are not to be seen, and in them what is to be seen all the same."""
    hidden = [path for path in spec["hidden"] if os.path.isdir(root + path)]
    for path in hidden:
        mount("tmpfs", root + path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
    for path in spec["shown"]:
        prepare_target(root + path, path)
        mount(path, root + path, flags=MS_BIND | MS_REC)
    for path in hidden:
        make_read_only(root + path)


def fill(root: str, spec: dict[str, Any]) -> None:
    """Make the file system that the command will see."""
    size = spec["limits"].get("tmpfs", "")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, f"mode=0755{size}")
    for path, target in spec["links"]:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(target, root + path)
    for path, content in spec["files"]:
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        write(root + path, content)
    for path in spec["empty"]:
        os.makedirs(root + path, exist_ok=True)
        mount("tmpfs", root + path, "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777{size}")
    for outside, inside, writable in spec["binds"]:
        prepare_target(root + inside, outside)
        mount(outside, root + inside, flags=MS_BIND | MS_REC)
        # One can write to a device all the same, but not change the file that stands for it.
        if not writable:
            make_read_only(root + inside)
    hide(root, spec)
    for number, (path, content) in enumerate(spec["covers"]):
        write(f"{root}/cover-{number}", content)
        mount(f"{root}/cover-{number}", root + path, flags=MS_BIND)
        make_read_only(root + path)
        os.unlink(f"{root}/cover-{number}")
    for number, (lower, inside) in enumerate(spec["layers"]):
        put_layer(lower, root + inside, f"{spec['store']}/{number}")
    for path, content in spec["planted"]:
        write(root + path, content)
    # While the caller's is still in sight: the kernel gives a new /proc only to who could see a whole one before.
    os.makedirs(f"{root}/proc", exist_ok=True)
    mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV)
    if spec["limits"]:
        limit_kernel(f"{root}/proc/sys", spec["limits"])
    # To files of root, such as those in /proc/sys, our caller may write if it is root, whatever we call it inside.
    make_read_only(f"{root}/proc")


def limit_kernel(settings: str, limits: dict[str, Any]) -> None:
    """Set what namespaces have of the kernel's settings: no more of them inside, and no more process ids than needed.

    In a user namespace of its own, a build could mount file systems that nobody watches. Each process namespace has a
    pid_max of its own since Linux 6.14; before that, this would change the whole machine's.
    """
    write(f"{settings}/user/max_user_namespaces", "0")
    release = os.uname().release.split(".")[:2]
    if "processes" in limits and tuple(int(number) for number in release if number.isdigit()) >= (6, 14):
        write(f"{settings}/kernel/pid_max", str(RESERVED_IDS + limits["processes"]))
    # Only the machine's root may; where others call, segments count only while a process has them attached.
    if "shared_pages" in limits and os.access(f"{settings}/kernel/shmall", os.W_OK):
        write(f"{settings}/kernel/shmall", str(limits["shared_pages"]))


def limit_resources(limits: list[tuple[int, int]]) -> None:
    """Have the kernel limit this process and all that it starts: prlimit(2); a lower limit of the caller stays."""
    for number, limit in limits:
        before = ctypes.create_string_buffer(16)
        check(libc.prlimit(0, number, None, before), "prlimit")
        lowest = min(limit, struct.unpack("QQ", before.raw)[1])
        check(libc.prlimit(0, number, struct.pack("QQ", lowest, lowest), None), "prlimit")


def enter(root: str) -> None:
    """Make ``root`` the root, and let go of the caller's: pivot_root(2), "pivot_root(".", ".")"."""
    os.chdir(root)
    check(libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    check(libc.umount2(b".", MNT_DETACH), "umount of the old root")
    os.chdir("/")


def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Return an instruction of a filter; the last two are how many to skip."""
    return struct.pack("=HBBI", code, yes, no, value)


def when(value: int, outcome: int) -> bytes:
    """Return instructions that end with an outcome if what was loaded is ``value``."""
    return step(IF_EQUAL, value, 0, 1) + step(RETURN, outcome)


def filter_of(machine: str, byte_order: str) -> bytes:
    """Return a filter that lets sockets be of these families only, however they are asked for: seccomp(2)."""
    _, socket, blind, foreign, architecture = CALLS[machine]
    missing = REFUSE | errno.ENOSYS
    # Of a 32-bit program no socket is allowed: its calls, too, may have their arguments in memory.
    others = step(LOAD, NUMBER) + b"".join(when(call, missing) for call in (*foreign, IO_URING_SETUP))
    others += step(RETURN, ALLOW)
    own = step(LOAD, NUMBER) + step(IF_AT_LEAST, X32, 0, 1) + step(RETURN, missing)
    # On s390x a glibc that supports Linux before 4.3 makes all its sockets by such a call: builds then have none.
    own += b"".join(when(call, missing) for call in (*blind, IO_URING_SETUP))
    own += step(IF_EQUAL, socket, 1, 0) + step(RETURN, ALLOW)
    own += step(LOAD, ARGUMENT[byte_order]) + b"".join(when(family, ALLOW) for family in FAMILIES)
    own += step(RETURN, REFUSE | errno.EAFNOSUPPORT)
    return step(LOAD, ARCHITECTURE) + step(IF_EQUAL, architecture, len(others) // 8, 0) + others + own


def limit_sockets() -> None:
    """Have no sockets but those that stay in the network of the namespace: AF_VSOCK is of the whole machine."""
    machine = os.uname().machine
    steps = filter_of(machine, sys.byteorder)
    kept = ctypes.create_string_buffer(steps, len(steps))
    program = struct.pack("HP", len(steps) // 8, ctypes.addressof(kept))
    # Without the flag, kernels before 5.16 slow down all that is filtered; gVisor, and Linux before 4.17, lack it.
    result = libc.syscall(CALLS[machine][0], SET_MODE_FILTER, FLAG_SPEC_ALLOW, program)
    if result < 0 and ctypes.get_errno() == errno.EINVAL:
        result = libc.syscall(CALLS[machine][0], SET_MODE_FILTER, 0, program)
    check(result, "seccomp")


def start(spec: dict[str, Any], command: list[str]) -> NoReturn:
    """Become the command."""
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    limit_sockets()
    _signal.pthread_sigmask(_signal.SIG_SETMASK, [])
    limit_resources(spec["limits"].get("resources", []))
    os.umask(spec["umask"])
    os.chdir(spec["cwd"])
    if spec["cpus"]:
        os.sched_setaffinity(0, spec["cpus"])
    # Looked for as the command's own variables say.
    os.execvpe(command[0], command, spec["environ"])  # noqa: S606 - that is what this script is for


def status_of(status: int) -> int:
    """Return a wait status as a shell's exit code."""
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def end_with(parent: int) -> None:
    """Have the kernel kill us when our parent ends, of which we have a handle; and end if it already has."""
    check(libc.prctl(PR_SET_PDEATHSIG, _signal.SIGKILL), "prctl")
    if libc.poll(struct.pack("ihh", parent, POLLIN, 0), ctypes.c_ulong(1), 0) > 0:
        os._exit(SANDBOX_FAILED)
    os.close(parent)


def be_first(spec: dict[str, Any], command: list[str], parent: int) -> NoReturn:
    """Be process 1: start the command, reap orphans, and end with the command; the kernel then kills the rest."""
    end_with(parent)
    if spec["way"] == "inside":
        # Bubblewrap took the capabilities that keep the command from tracing us: it could have us not end with it.
        check(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl")
    else:
        fill(spec["root"], spec)
        enter(spec["root"])
    child = os.fork()
    if child == 0:
        start(spec, command)
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(status_of(status))


def guard_devices(devices: list[str]) -> None:
    """Have nobody change the files that stand for devices, which bubblewrap leaves open; only root could."""
    check(libc.unshare(CLONE_NEWNS), "unshare")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    for path in devices:
        mount(path, path, flags=MS_BIND)
        make_read_only(path)


def become_bubblewrap(spec: dict[str, Any], command: list[str]) -> NoReturn:
    """Have bubblewrap run this script as process 1 of namespaces that it makes: bwrap(1).

    Files that it and this script read are handed on open, so that nothing of them can be found inside.
    """
    if os.geteuid() == 0:
        guard_devices(spec["devices"])
    words, script, inside = (os.open(path, os.O_RDONLY) for path in (spec["words"], __file__, spec["inside"]))
    parent = os.pidfd_open(os.getpid())
    for handle in (words, script, inside, parent):
        os.set_inheritable(handle, True)  # noqa: FBT003 - it takes no name
    _signal.pthread_sigmask(_signal.SIG_SETMASK, [])
    python = [spec["python"], "-I", "-S", *(f"/proc/self/fd/{handle}" for handle in (script, inside, parent))]
    # It has no variables of its own: those of the command are in the file of the script inside.
    os.execve(spec["program"], ["bwrap", "--args", str(words), "--", *python, *command], {})  # noqa: S606 - as above


def run_inside(spec: dict[str, Any], command: list[str]) -> NoReturn:
    """Go on where bubblewrap has made the namespaces; the open files that led here are the command's no more."""
    script, inside, parent = (int(os.path.basename(path)) for path in (*sys.argv[:2], command[0]))
    for handle in (script, inside):
        os.close(handle)
    be_first(spec, command[1:], parent)


def main() -> NoReturn:
    """Run the command that the arguments name."""
    caller = os.getppid()
    with open(sys.argv[1], "rb") as file:
        spec = marshal.load(file)  # noqa: S302 - our own caller wrote it
    command = sys.argv[2:]
    try:
        if spec["way"] == "inside":
            run_inside(spec, command)
        # If whoever started us is killed, we are, too; it may have been before this call.
        check(libc.prctl(PR_SET_PDEATHSIG, _signal.SIGKILL), "prctl")
        if os.getppid() != caller:
            os._exit(SANDBOX_FAILED)
        leave_keyring()
        if "memory" in spec["limits"]:
            # When memory runs out, the kernel kills us and what we start first: proc_pid_oom_score_adj(5).
            write("/proc/self/oom_score_adj", "1000")
        if spec["way"] == "bubblewrap":
            become_bubblewrap(spec, command)
        parent = os.pidfd_open(os.getpid())
        make_namespaces(spec)
        child = os.fork()
        if child == 0:
            be_first(spec, command, parent)
        _, status = os.waitpid(child, 0)
        os._exit(status_of(status))
    except OSError as error:
        sys.stderr.write(f"samewheel: the sandbox failed: {error}\n")
        sys.stderr.flush()
        os._exit(SANDBOX_FAILED)


if __name__ == "__main__":
    main()
