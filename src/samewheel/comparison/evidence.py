"""The buildinfo of a wheel, where it lies beside it: found by name, believed by digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.buildinfo import read_buildinfo
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._types import Sha256
    from samewheel.buildinfo import BuildInfo

__all__ = ["find_buildinfo"]

LARGEST = 1 << 24
"""Bytes of a buildinfo that is read; one of a large project has some 100 kB."""


def find_buildinfo(wheel: Path, sha256: Sha256) -> BuildInfo | None:
    """Return the buildinfo of a wheel from its own folder, or from ``evidence`` in or beside that; None without one.

    Args:
        wheel: the file.
        sha256: its digest; a buildinfo of other bytes is not this wheel's.

    Raises:
        SamewheelError: a file of the right name cannot be read, or is no buildinfo.
    """
    folder = wheel.absolute().parent
    for place in (folder, folder / "evidence", folder.parent / "evidence"):
        path = place / f"{wheel.name}.buildinfo.json"
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SamewheelError(f"{path} cannot be read", cause=error.strerror or str(error)) from error
        info = read_buildinfo(content, path.name)
        if info.wheel.sha256 == sha256:
            return info
    return None
