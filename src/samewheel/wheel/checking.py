"""What a wheel must pass before it may leave a build: name, archive, dist-info, and every hash in RECORD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename

from samewheel.errors import BuildFailedError, Flaw, SamewheelError
from samewheel.wheel.contents import check_contents, contents
from samewheel.wheel.dist_info import dist_info_flaws, file_name_flaws
from samewheel.wheel.file_names import read_file_name
from samewheel.wheel.reading import read_wheel
from samewheel.wheel.record import ALGORITHMS, SIGNATURES, is_right
from samewheel.wheel.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from samewheel.wheel.reading import Wheel
    from samewheel.wheel.record import Row

__all__ = ["check_wheel", "row_flaws", "strict_flaws", "strict_text_flaws"]


def row_flaws(row: Row, pieces: Iterable[bytes]) -> Iterator[Flaw]:
    """Yield what is wrong with a row of RECORD about a member with these contents."""
    if row.algorithm not in ALGORITHMS:
        yield Flaw(row.path, f"it has no hash in RECORD that can be checked: {row.recorded!r}")
    elif not is_right(row, pieces):
        yield Flaw(row.path, "it does not have the hash or the size that RECORD says")


def _record_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield what is wrong with RECORD's hashes, for every member; each is read once.

    Raises:
        Flaw: a member is damaged.
    """
    own = f"{wheel.dist_info}/RECORD"
    signatures = {f"{wheel.dist_info}/{file}" for file in SIGNATURES}
    for name, member in wheel.members.items():
        if name in wheel.record and name != own and not (name in signatures and not wheel.record[name].recorded):
            yield from row_flaws(wheel.record[name], contents(wheel.source, member, strict=True))
        else:
            check_contents(wheel.source, member)


def _own_row_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield what is wrong with what RECORD says of itself."""
    own = f"{wheel.dist_info}/RECORD"
    if own in wheel.record and (wheel.record[own].recorded or wheel.record[own].size):
        yield Flaw(own, "it has a hash of itself, which cannot be right")


def strict_text_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield those of :func:`strict_flaws` for which no member but the texts of ``*.dist-info`` needs to be read.

    Raises:
        Flaw: one of these is damaged.
    """
    yield from file_name_flaws(wheel)
    yield from _own_row_flaws(wheel)


def strict_flaws(wheel: Wheel) -> Iterator[Flaw]:
    """Yield what is wrong with a wheel that can be read, and must not be wrong with one that is made now.

    Raises:
        Flaw: a member is damaged.
    """
    yield from file_name_flaws(wheel)
    yield from _record_flaws(wheel)
    yield from _own_row_flaws(wheel)


def _flaws(path: Path) -> list[Flaw]:
    """Return everything that is wrong with a wheel; what keeps it from being read is alone."""
    try:
        read_file_name(path.name)
        with path.open("rb", buffering=0) as file:
            wheel = read_wheel(Source(file), path)
            return [*dist_info_flaws(wheel), *strict_flaws(wheel)]
    except InvalidWheelFilename as error:
        return [Flaw("", str(error))]
    except Flaw as flaw:
        return [flaw]


def check_wheel(path: Path) -> None:
    """Check that a freshly built file is a whole wheel.

    Raises:
        BuildFailedError: it is not; every fault is named.
        SamewheelError: the file cannot be read.
    """
    try:
        flaws = _flaws(path)
    except OSError as error:
        raise SamewheelError(f"{path} cannot be read", cause=error.strerror or str(error)) from error
    if flaws:
        raise BuildFailedError(
            f"the backend built {path.name}, which is not a valid wheel", cause="\n".join(map(str, flaws))
        )
