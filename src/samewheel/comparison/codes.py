"""Every code that a difference can have, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison import archive_rules, build_rules, metadata_rules, payload_rules, record_rules
from samewheel.comparison.inside import looking

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES"]

CODES: Mapping[str, str] = dict(
    sorted(
        (code, summary)
        for module in (archive_rules, metadata_rules, record_rules, payload_rules, looking, build_rules)
        for code, summary in module.SUMMARIES.items()
    )
)
"""The summary of each code, in a line; sorted by code. ``docs/lookup/diff.md`` has the same table."""
