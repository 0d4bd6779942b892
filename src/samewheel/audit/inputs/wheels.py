"""Wheels that lie here: single files, or a folder of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._files import sha256_of
from samewheel.audit.inputs.names import parse_wheel_name
from samewheel.audit.values import Named, NamedWheel
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_wheel", "read_wheels"]


def read_wheel(path: Path) -> Named:
    """Return what a wheel's file name says, and the file's digest.

    Raises:
        UsageError: the name is none of a wheel, or the file cannot be read.
    """
    parsed = parse_wheel_name(path.name, str(path))
    if not path.is_file():
        raise UsageError(f"{path} is not a file")
    try:
        digest = sha256_of(path)
    except OSError as error:
        raise UsageError(f"cannot read {path}", cause=str(error)) from error
    wheel = NamedWheel(filename=path.name, sha256=digest)
    return Named(name=parsed.name, version=parsed.version, where=str(path), wheels=(wheel,), own=True)


def read_wheels(folder: Path) -> Iterator[Named]:
    """Yield the wheels in a folder, sorted.

    Raises:
        UsageError: one's name is none of a wheel, or it cannot be read.
    """
    for path in sorted(folder.glob("*.whl")):
        yield read_wheel(path)
