"""What a build process saw of its conditions, as the probe in it wrote down; values only, read strictly."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

__all__ = ["Observed", "read_observed"]

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=4096)]
"""A path is no longer than this; and what a build writes ends up in a report that is published."""

Number: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""What the operating system counts with."""


class Observed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One process's view; fields have the names of the variations, None is what it could not tell."""

    clock: Number | None
    """POSIX seconds."""
    cpus: tuple[Number, Number] | None
    """Processors that may be used, and that there are."""
    directory_order: tuple[Text, ...] | None
    """Names in the project's folder, as they are listed."""
    environment_path: Text | None
    frontend: Literal["build", "uv"] | None
    hash_seed: Number | None
    """The hash of a word, which follows from the seed."""
    home: Text | None
    host: Text | None
    locale: tuple[Text, Text] | None
    """Its name, and how it sorts some letters."""
    source_mtime: Number | None
    """Of the first file by name, POSIX seconds."""
    source_path: Text | None
    temp: Text | None
    """TMPDIR, if one can write there."""
    timezone: Number | None
    """Seconds west of UTC."""
    uid: Number | None
    umask: Text | None
    user: Text | None


OBSERVED = msgspec.json.Decoder(Observed)
"""Made once: where two threads decode into a type that msgspec sees for the first time, it crashes (0.22)."""


def read_observed(content: bytes) -> Observed | None:
    """Return what the process that ran the backend saw; None if no probe wrote it.

    That is the first one with a frontend's mark, else the last; processes that the backend starts may see something
    else, and write whatever they like.

    Args:
        content: lines of JSON, one for each process.
    """
    last = None
    for line in content.splitlines():
        try:
            last = OBSERVED.decode(line)
        except (RecursionError, msgspec.MsgspecError):
            return None
        if last.frontend is not None:
            break
    return last
