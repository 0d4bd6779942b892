"""All causes that are known here, by the layer of the wheel in which they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.explaining.causes import archive, contents, metadata, native, source, tools

if TYPE_CHECKING:
    from collections.abc import Mapping

    from samewheel.explaining.values import Cause

__all__ = ["CAUSES"]

CAUSES: Mapping[str, Cause] = {
    cause.name: cause for module in (archive, metadata, contents, native, tools, source) for cause in module.CAUSES
}
"""By name, in the order in which people may want to read them."""
