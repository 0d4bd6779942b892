"""Attacks that read what is not theirs; they pack it into the wheel."""

from __future__ import annotations

from tests.torture import keyrings
from tests.torture.attacks.values import (
    IN_TURN,
    NOT_TRIED,
    OPEN,
    STOPPED,
    TRACING,
    Attack,
    Facts,
    machine_told,
    made,
    told,
)


def _path_told(facts: Facts) -> bool:
    return facts.scene.hidden.encode() in made(facts)


MEMORY = """
def regions():
    for pid in others():
        for line in lines(f"/proc/{pid}/maps"):
            if line.endswith("[stack]"):
                start, end = (int(word, 16) for word in line.split()[0].split("-"))
                yield int(pid), start, end - start

"""

ATTACKS = (
    Attack(
        "own-variables",
        "reads a token of the caller's from its variables",
        told,
        'answer = found(" ".join(os.environ.values()))',
        none=STOPPED,
    ),
    Attack(
        "variables-of-others",
        "reads it from the variables of other processes in /proc",
        told,
        'answer = join(each(glob.glob("/proc/[0-9]*/environ"), read))',
    ),
    Attack(
        "words-of-others",
        "reads a password from the command line of another process",
        told,
        'answer = join(each(glob.glob("/proc/[0-9]*/cmdline"), read))',
    ),
    Attack(
        "memory-of-others",
        "reads the memory of other processes through /proc",
        told,
        MEMORY
        + """
def secrets_in(region):
    with open(f"/proc/{region[0]}/mem", "rb") as memory:
        memory.seek(region[1])
        return found(memory.read(region[2]).decode("latin-1"))

answer = join(each(regions(), secrets_in))
""",
        none=TRACING,
        bare=TRACING,
    ),
    Attack(
        "process-vm-readv",
        "reads it by process_vm_readv(2)",
        told,
        MEMORY
        + """
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

def secrets_in(region):
    text = ctypes.create_string_buffer(region[2])
    here, there = Vector(ctypes.addressof(text), region[2]), Vector(region[1], region[2])
    libc.process_vm_readv(region[0], ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return found(text.raw.decode("latin-1"))

answer = join(each(regions(), secrets_in))
""",
        none=TRACING,
        bare=TRACING,
    ),
    Attack("ssh-key", "reads an SSH key", told, 'answer = read(f"{home}/.ssh/id_ed25519")'),
    Attack("netrc", "reads the passwords in ~/.netrc", told, 'answer = read(f"{home}/.netrc")'),
    Attack("tokens", "reads tokens in ~/.config", told, 'answer = read(f"{home}/.config/tool/token.json")'),
    Attack("history", "reads what the caller typed", told, 'answer = read(f"{home}/.bash_history")'),
    Attack("attest-key", "reads the key that `attest` signs with", told, 'answer = read(f"{home}/release.key")'),
    Attack("other-project", "reads another project", told, 'answer = read(f"{home}/other/settings.py")'),
    Attack(
        "ignored-file",
        "reads a file beside its own source that git ignores",
        told,
        """answer = read(scene["project"] + "/.env")""",
        files={".gitignore": ".env\n"},
        git=True,
        planted={".env": "{secret}"},
    ),
    Attack(
        "shadow",
        "reads a file like /etc/shadow that its user may read",
        machine_told,
        'answer = read("/etc/shadow")',
    ),
    Attack(
        "root-of-others",
        "reads an SSH key by way of /proc/PID/root",
        told,
        'answer = join(each([f"/proc/{pid}/root{home}/.ssh/id_ed25519" for pid in others()], read))',
    ),
    Attack(
        "cwd-of-others",
        "reads a file of the caller's working folder by way of /proc/PID/cwd",
        told,
        'answer = join(each([f"/proc/{pid}/cwd/notes.txt" for pid in others()], read))',
        bare=NOT_TRIED,
        why="without samewheel nothing runs in the caller's folder",
    ),
    Attack(
        "keyring",
        "reads a key from the caller's keyring in the kernel",
        told,
        f"""
control = {keyrings.CALLS!r}[os.uname().machine][1]
key = libc.syscall(control, {keyrings.SEARCH}, ctypes.c_long({keyrings.SESSION}), b"user", {keyrings.NAME!r}, 0)
text = ctypes.create_string_buffer(100)
libc.syscall(control, {keyrings.READ}, ctypes.c_long(key), text, ctypes.c_size_t(100))
answer = found(text.raw.decode("latin-1"))
""",
    ),
    Attack("host-name", "reads the machine's name", machine_told, "answer = found(socket.gethostname())"),
    Attack(
        "paths-in-mounts",
        "reads paths of the machine from /proc/self/mountinfo",
        _path_told,
        r"""
text = pathlib.Path("/proc/self/mountinfo").read_text() + os.getcwd()
answer = join(sorted(set(re.findall("hidden-[0-9a-f]{16}", text))))
""",
        inside=OPEN,
        bare=NOT_TRIED,
        why="the kernel shows each process where its mounts come from",
    ),
    Attack(
        "other-build",
        "reads the wheel of the other build of a verification",
        lambda facts: b"it is another wheel" in made(facts),
        """
if firsts():
    answer = "it is " + "another wheel" * bool(firsts()[0].read_bytes())
""",
        words=IN_TURN,
        none="detected 13",
        bare=NOT_TRIED,
        why="there is no other build without samewheel",
    ),
    Attack(
        "kernel-version",
        "reads the kernel's version",
        lambda facts: _release() in made(facts),
        "answer = os.uname().release",
        inside=OPEN,
        why="documented: it is the same kernel",
    ),
    Attack(
        "real-time",
        "reads the real time, whatever the clock says",
        lambda facts: f"it is day {_today()}".encode() in made(facts),
        """
started = next(int(line.split()[1]) for line in lines("/proc/stat") if line.startswith("btime"))
answer = f"it is day {int(started + float(lines('/proc/uptime')[0].split()[0])) // 86400}"
""",
        inside=OPEN,
        why="documented: only the C library is told another time",
    ),
)


def _release() -> bytes:
    import os

    return os.uname().release.encode()


def _today() -> int:
    import time

    return int(time.time()) // 86400
