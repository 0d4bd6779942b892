"""Hosts for recipes that need several: network namespaces joined by a bridge that leads nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

HUB = "samewheel-hub"
"""The namespace with the bridge, which is the first host, too."""


class Host(NamedTuple):
    """Where a process can run."""

    address: str
    prefix: tuple[str, ...]
    """What stands before its command."""


def ip(*words: str) -> None:
    """Change something about the network.

    Raises:
        subprocess.CalledProcessError: it was refused.
    """
    subprocess.run(["ip", *words], check=True, capture_output=True)  # noqa: S607 - where it is differs


@contextmanager
def cut(host: Host) -> Iterator[None]:
    """Take a host with a network of its own off it while the block runs."""
    name = host.prefix[-1]
    ip("-n", name, "link", "set", "net", "down")
    try:
        yield
    finally:
        ip("-n", name, "link", "set", "net", "up")


@contextmanager
def loopback(number: int) -> Iterator[tuple[Host, ...]]:
    """Yield so many hosts that are all this one."""
    yield (Host("127.0.0.1", ()),) * number


@contextmanager
def namespaces(number: int) -> Iterator[tuple[Host, ...]]:
    """Yield so many hosts that have networks of their own; where that cannot be had, as :func:`loopback`."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        with loopback(number) as same:
            yield same
        return
    with ExitStack() as stack:

        def made(name: str) -> str:
            ip("netns", "add", name)
            stack.callback(ip, "netns", "del", name)
            ip("-n", name, "link", "set", "lo", "up")
            return name

        made(HUB)
        ip("-n", HUB, "link", "add", "bridge", "type", "bridge")
        ip("-n", HUB, "addr", "add", "198.18.0.1/24", "dev", "bridge")
        ip("-n", HUB, "link", "set", "bridge", "up")
        hosts = [Host("198.18.0.1", ("ip", "netns", "exec", HUB))]
        for count in range(2, number + 1):
            name = made(f"samewheel-{count}")
            # Both ends begin in the hub, so that this machine's own network never has one.
            ip("-n", HUB, "link", "add", f"to{count}", "type", "veth", "peer", "name", "net", "netns", name)
            ip("-n", HUB, "link", "set", f"to{count}", "master", "bridge", "up")
            ip("-n", name, "addr", "add", f"198.18.0.{count}/24", "dev", "net")
            ip("-n", name, "link", "set", "net", "up")
            hosts.append(Host(f"198.18.0.{count}", ("ip", "netns", "exec", name)))
        yield tuple(hosts)
