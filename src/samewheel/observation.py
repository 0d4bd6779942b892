"""What a build process saw of its conditions, as the probe in it wrote down; values only, read strictly."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec

__all__ = ["Observed"]

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=4096)]
"""A path is no longer than this; and what a build writes ends up in a report that is published."""


class Observed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One process's view; fields have the names of the variations, None is what it could not tell."""

    clock: int
    """POSIX seconds."""
    cpus: tuple[int, int]
    """Processors that may be used, and that there are."""
    directory_order: tuple[Text, ...]
    """Names in the project's folder, as they are listed."""
    environment_path: Text
    frontend: Literal["build", "uv"] | None
    hash_seed: int | None
    """The hash of a word, which follows from the seed."""
    home: Text
    host: Text
    locale: tuple[Text, Text] | None
    """Its name, and how it sorts some letters."""
    source_mtime: int
    """Of the first file by name, POSIX seconds."""
    source_path: Text
    temp: Text | None
    """TMPDIR, if one can write there."""
    timezone: int
    """Seconds west of UTC."""
    uid: int
    umask: Text
    user: Text | None
