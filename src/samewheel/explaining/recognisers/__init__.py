"""All that recognise causes, the surest first: each knows a few, and leaves to the next what it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.recognisers import archive, contents

if TYPE_CHECKING:
    from samewheel.explaining.case import Recogniser

__all__ = ["RECOGNISERS"]

RECOGNISERS: tuple[Recogniser, ...] = (
    archive.times,
    archive.modes,
    archive.orders,
    archive.compressors,
    archive.headers,
    contents.contents,
)
