"""The way in for everyone else: a wheel opened, and refused by name if it is not right."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from samewheel.wheel.dist_info import dist_info_flaws
from samewheel.wheel.reading import Wheel, named, read_wheel
from samewheel.wheel.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO
    from pathlib import Path

__all__ = ["open_wheel", "wheel_in"]


@contextmanager
def open_wheel(path: Path) -> Iterator[Wheel]:
    """Open a wheel for the time of the block.

    Raises:
        InvalidWheelError: it is not a whole wheel, or readers could find different things in it.
        SamewheelError: the file cannot be read.
    """
    with ExitStack() as files:
        with named(path):
            file = files.enter_context(path.open("rb", buffering=0))
        yield wheel_in(file, path)


def wheel_in(file: FileIO, path: Path) -> Wheel:
    """Return the wheel in a file that stays open for as long as it is used; ``path`` is where it was found.

    Raises:
        InvalidWheelError: as for :func:`open_wheel`.
        SamewheelError: the file cannot be read.
    """
    with named(path):
        wheel = read_wheel(Source(file), path)
    wheel.refuse(dist_info_flaws(wheel))
    return wheel
