"""All that recognise causes, the surest first: each knows a few, and leaves to the next what it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.recognisers import (
    archive,
    builds,
    bytecode,
    contents,
    dist_info,
    environs,
    logs,
    metadata,
    native,
    origins,
    packed,
    presence,
    stamped,
    versions,
    wheel_file,
)

if TYPE_CHECKING:
    from samewheel.explaining.case import Recogniser

__all__ = ["RECOGNISERS"]

RECOGNISERS: tuple[Recogniser, ...] = (
    *builds.RECOGNISERS,
    environs.dumped,
    contents.values,
    *dist_info.SURE,
    *presence.SURE,
    *origins.RECOGNISERS,
    *archive.RECOGNISERS,
    *wheel_file.RECOGNISERS,
    *versions.RECOGNISERS,
    *dist_info.RECOGNISERS,
    *metadata.RECOGNISERS,
    *stamped.RECOGNISERS,
    *native.RECOGNISERS,
    *bytecode.RECOGNISERS,
    *packed.RECOGNISERS,
    *logs.RECOGNISERS,
    *presence.RECOGNISERS,
    *(metadata.by_backend, dist_info.written, wheel_file.written),
    origins.changed,
    origins.description,
    contents.words,
    origins.compiled,
)
"""Asked in this order: facts of builds and values that they had, what names, contents and the source tell for sure,
then what has a shape of its own, what backends may decide, and at last what words look like."""
