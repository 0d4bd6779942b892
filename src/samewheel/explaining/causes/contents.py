"""Files that are installed, and what they hold."""

from __future__ import annotations

from samewheel.explaining.causes import (
    contents_files,
    contents_machine,
    contents_orders,
    contents_paths,
    contents_texts,
    contents_times,
)

__all__ = ["CAUSES"]

CAUSES = (
    *contents_files.CAUSES,
    *contents_orders.CAUSES,
    *contents_paths.CAUSES,
    *contents_times.CAUSES,
    *contents_texts.CAUSES,
    *contents_machine.CAUSES,
)
"""Where several fit, the first one is the likeliest."""
