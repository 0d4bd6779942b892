"""All rules, and what they say of two wheels together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.compare import archive_rules, metadata_rules, payload_rules
from samewheel.compare.facts import pair
from samewheel.compare.values import Difference, difference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from samewheel.compare.facts import Facts, Pairing

__all__ = ["differences"]

IN_THE_FILE: tuple[Callable[[Pairing], Iterator[Difference]], ...] = (
    archive_rules.time,
    archive_rules.mode,
    archive_rules.order,
    archive_rules.compression,
    archive_rules.create_system,
    archive_rules.header_fields,
    metadata_rules.generator,
    metadata_rules.metadata,
    metadata_rules.record,
    metadata_rules.other,
    payload_rules.contents,
    payload_rules.presence,
    payload_rules.installed_nature,
)
"""The rules about the bytes of the wheels, by code."""


def differences(a: Facts, b: Facts) -> tuple[Difference, ...]:
    """Return the differences of two wheels, sorted; none exactly if name and digest are equal."""
    pairing = pair(a, b)
    found = [found for rule in IN_THE_FILE for found in rule(pairing)]
    if not found and a.sha256 != b.sha256:
        # Local headers, gaps, what stands before the archive: bytes that the central directory does not show.
        found.append(difference("SW107", "file", a.sha256, b.sha256))
    return tuple(sorted([*found, *payload_rules.file_name(pairing)]))
