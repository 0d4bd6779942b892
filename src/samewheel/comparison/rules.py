"""All rules, and what they say of two wheels together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from samewheel.comparison import archive_rules, metadata_rules, payload_rules, record_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from samewheel.comparison.facts import Pairing
    from samewheel.comparison.values import Difference

__all__ = ["differences"]

RULES: tuple[Callable[[Pairing], Iterator[Difference]], ...] = (
    archive_rules.time,
    archive_rules.mode,
    archive_rules.order,
    archive_rules.compression,
    archive_rules.create_system,
    archive_rules.header_fields,
    archive_rules.folders,
    archive_rules.end_records,
    metadata_rules.wheel,
    metadata_rules.metadata,
    record_rules.record,
    metadata_rules.other,
    metadata_rules.recorded,
    metadata_rules.folder_name,
    payload_rules.contents,
    payload_rules.presence,
    payload_rules.installed_nature,
    payload_rules.file_name,
)
"""From the ZIP file inwards."""

ORIGINS = ("SW2", "SW3", "SW4")
"""What changes a member's contents, or whether it is there; so RECORD's row of it follows."""


def _under(origin: Difference, follows: Difference) -> Difference:
    return msgspec.structs.replace(origin, consequences=(*origin.consequences, follows))


def _fold_rows(found: list[Difference], rows: Mapping[str, Difference]) -> list[Difference]:
    """Return differences with rows of RECORD folded under the first one about the member that they are of."""
    folded = list(found)
    first: dict[str, int] = {}
    for index, one in enumerate(found):
        if one.code.startswith(ORIGINS):
            first.setdefault(one.member, index)
    for name, row in rows.items():
        folded[first[name]] = _under(folded[first[name]], row)
    return folded


def _fold_order(found: list[Difference]) -> list[Difference]:
    """Return differences with the order of RECORD folded under that of the archive."""
    of_record = [one for one in found if (one.code, one.field) == ("SW203", "order")]
    if not of_record or not any(one.code == "SW103" for one in found):
        return found
    return [_under(one, of_record[0]) if one.code == "SW103" else one for one in found if one not in of_record]


def differences(pairing: Pairing) -> tuple[Difference, ...]:
    """Return the differences of two wheels: none exactly if name and bytes are equal."""
    found = [found for rule in RULES for found in rule(pairing)]
    names = {shared.place: shared.name for shared in pairing.both}
    names |= {alone.place: alone.member.name for alone in (*pairing.only_a, *pairing.only_b)}
    found = _fold_rows(found, {names[at]: row for at, row in record_rules.consequences(pairing).items()})
    return tuple(_fold_order(found) if record_rules.follows_archive(pairing) else found)
