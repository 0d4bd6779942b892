"""The comparison of two wheels: facts, then rules, then the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.compare import archive_rules, metadata_rules, payload_rules
from samewheel.compare.facts import digest_file, pair, read_facts
from samewheel.compare.values import Comparison, Difference, difference
from samewheel.compare.verdict import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from samewheel.compare.facts import Facts, Pairing

__all__ = ["compare", "differences"]

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


def compare(a: Path, b: Path) -> Comparison:
    """Compare two wheels; files with the same SHA-256 are identical, whatever they are called or contain.

    Raises:
        SamewheelError: one of the files cannot be read, or is not a whole archive.
    """
    digest_of_a, digest_of_b = digest_file(a), digest_file(b)
    if digest_of_a == digest_of_b:
        return Comparison(verdict=Verdict.IDENTICAL, differences=())
    found = differences(read_facts(a, digest_of_a), read_facts(b, digest_of_b))
    return Comparison(verdict=worst(one.rung for one in found), differences=found)
