"""What a published wheel tells of its own build, read once: who made it, and the times and modes of its members."""

from __future__ import annotations

import calendar
import re
import stat
from typing import TYPE_CHECKING

from samewheel._files import sha256_of
from samewheel._types import Sha256, Value
from samewheel.wheel import open_wheel, read_file_name, read_headers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from samewheel.wheel import CentralHeader, Headers

__all__ = ["GENERATED", "Generator", "Published", "read_published"]

GENERATED = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "top_level.txt", "zip-safe")
"""Files of ``*.dist-info`` that are made during the build, whatever the source has."""

GENERATOR = re.compile(r"(?P<name>[A-Za-z0-9._-]+) \(?(?P<version>[A-Za-z0-9.+!_-]+)\)?")
"""Such as ``bdist_wheel (0.37.1)``, ``flit 3.9.0``."""


class Generator(Value, frozen=True, kw_only=True):
    """What WHEEL says made the wheel."""

    name: str
    """As written, such as ``bdist_wheel``."""
    version: str
    """Empty where there is none."""


class Published(Value, frozen=True, kw_only=True):
    """A published wheel, and what it shows of its build."""

    path: Path
    sha256: Sha256
    size: int
    name: str
    """The project, normalised."""
    version: str
    uploaded: str | None
    """RFC 3339; None if nobody knows."""
    generator: Generator | None
    tags: tuple[str, ...]
    """As WHEEL says, sorted."""
    metadata: Headers
    windows_newlines: bool
    """Whether METADATA ends its lines as Windows does."""
    dist_info: str
    times: Mapping[str, int]
    """Of all members, POSIX seconds, taken for UTC."""
    modes: Mapping[str, int]
    """Permission bits of the files, where the archive has them."""

    @property
    def one_time(self) -> int | None:
        """The time of every member, or None if they have several."""
        times = set(self.times.values())
        return next(iter(times)) if len(times) == 1 else None

    def generated_times(self) -> list[int]:
        """Return the times of what was made during the build, in the order of the names."""
        return [time for name in GENERATED if (time := self.times.get(f"{self.dist_info}/{name}")) is not None]


def _seconds(header: CentralHeader) -> int:
    """Return a member's time as POSIX seconds, as if it were UTC; what is no date becomes one nearby."""
    month, day = header.date >> 5 & 0xF, header.date & 0x1F
    hour, minute, second = header.time >> 11, header.time >> 5 & 0x3F, (header.time & 0x1F) * 2
    date = (1980 + (header.date >> 9), min(max(month, 1), 12), max(day, 1))
    return calendar.timegm((*date, min(hour, 23), min(minute, 59), min(second, 59)))


def _generator(headers: Headers) -> Generator | None:
    for said in headers.all("Generator"):
        match = GENERATOR.match(said)
        return Generator(name=match["name"], version=match["version"]) if match else Generator(name=said, version="")
    return None


def read_published(path: Path, uploaded: str | None = None) -> Published:
    """Read a published wheel.

    Args:
        path: the file, under the name that it was published with.
        uploaded: when (RFC 3339).

    Raises:
        InvalidWheelError: it is no whole wheel.
        SamewheelError: it cannot be read.
    """
    with open_wheel(path) as wheel:
        metadata = wheel.text("METADATA")
        headers = read_headers(wheel.text("WHEEL"), "WHEEL")
        members = wheel.archive.members
        dist_info = wheel.dist_info
    named = read_file_name(path.name)
    return Published(
        path=path,
        sha256=sha256_of(path),
        size=path.stat().st_size,
        name=named.name,
        version=named.version,
        uploaded=uploaded,
        generator=_generator(headers),
        tags=tuple(sorted(headers.all("Tag"))),
        metadata=read_headers(metadata, "METADATA"),
        windows_newlines=metadata.partition(b"\n")[0].endswith(b"\r"),
        dist_info=dist_info,
        times={member.name: _seconds(member.central) for member in members if not member.is_folder},
        modes={
            member.name: stat.S_IMODE(member.central.mode)
            for member in members
            if not member.is_folder and member.central.mode
        },
    )
