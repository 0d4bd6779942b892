"""All causes that are known here, by the layer of the wheel in which they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.causes import archive, contents, metadata, native, source, tools

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from samewheel.explaining.values import Cause

__all__ = ["CAUSES", "LAYERS"]

LAYERS: Mapping[str, Sequence[Cause]] = {
    "SW1": archive.CAUSES,
    "SW2": metadata.CAUSES,
    "SW3": contents.CAUSES,
    "SW4": native.CAUSES,
    "SW5": (*tools.CAUSES, *source.CAUSES),
}
"""By the hundreds of the codes in which they are at home; the likeliest first."""

CAUSES: Mapping[str, Cause] = {cause.name: cause for causes in LAYERS.values() for cause in causes}
"""By name, in the order in which people may want to read them."""
