"""Whether the environment that runs is that of the lock: each distribution that is installed has a version of it."""

from __future__ import annotations

import importlib.metadata
import re
import sys
from pathlib import Path

from bikes.errors import BikesError
from bikes.files import sha256

PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)\s*(;[^\\\n]*)?", re.MULTILINE)
STAMP = "made-of"
"""Where `just env` leaves the digest of the lock that it made the environment of."""

INSTALLERS = frozenset({"pip", "setuptools", "wheel"})
"""What an environment may have beside the lock: a base image brings them, and nothing here imports them."""

ANEW = "just env --anew"


def check(lock: Path, name: str) -> None:
    """Hold the environment against the lock; `name` is our own distribution, whose wheel is checked elsewhere.

    A pin with a marker may be missing, as it may be for another platform; and of several versions that the lock has
    of a name, any will do.

    Raises:
        BikesError: the environment was made of another lock, or something in it is not what the lock names.
    """
    stamp = Path(sys.prefix) / STAMP
    content = lock.read_bytes()
    if stamp.is_file() and stamp.read_text("utf-8").strip() != sha256(content):
        raise BikesError(f"the environment was made of another {lock.name}", "just env")
    if differing := differences(content.decode("utf-8"), {one for one in installed() if one[0] != name}):
        raise BikesError(f"the environment is not that of {lock.name}: {differing[0]}", ANEW)


def installed() -> set[tuple[str, str]]:
    """Return the name, in the one form that it has, and the version of each distribution that can be imported."""
    return {(normal(one.name), one.version) for one in importlib.metadata.distributions()}


def normal(name: str) -> str:
    """Return the one form of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def differences(lock: str, found: set[tuple[str, str]]) -> list[str]:
    """Return what is installed otherwise than the lock has it, and what is missing, in words."""
    pins: dict[str, set[str]] = {}
    needed: set[str] = set()
    for name, version, marker in PIN.findall(lock):
        pins.setdefault(normal(name), set()).add(version)
        needed |= set() if marker else {normal(name)}
    other = [
        f"{name} {version} is installed, and the lock has {' or '.join(sorted(pins.get(name, ()))) or 'none'}"
        for name, version in sorted(found)
        if name not in INSTALLERS - pins.keys() and version not in pins.get(name, ())
    ]
    missing = needed - {name for name, _ in found}
    return other + [f"{name} is not installed" for name in sorted(missing)]
