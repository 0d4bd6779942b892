"""Differences in RECORD: rows that follow from other differences are folded under them, SW203 is the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel.comparison.facts import dist_info_file, place
from samewheel.comparison.values import Difference, difference
from samewheel.wheel.record import write_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from samewheel.comparison.facts import Facts, Pairing
    from samewheel.wheel import Row

__all__ = ["SUMMARIES", "consequences", "follows_archive", "record"]

SUMMARIES = {"SW203": "RECORD: rows, their order, or the form, beyond what follows from members that differ"}
"""What each code says, in a line."""


def follows_archive(pairing: Pairing) -> bool:
    """Tell whether both RECORDs list files in the order of their archives."""
    return all(
        [row.path for row in facts.rows] == [member.name for member in facts.archive.members if member.name in listed]
        for facts, listed in ((facts, {row.path for row in facts.rows}) for facts in (pairing.a, pairing.b))
    )


def record(pairing: Pairing) -> Iterator[Difference]:
    """SW203: RECORD differs by more than what follows from members that differ."""
    name = _differing_record(pairing)
    if not name:
        return
    rows_of_a, rows_of_b = _by_place(pairing.a), _by_place(pairing.b)
    explained = consequences(pairing)
    found = [
        difference("SW203", f"row of {at}", _values(rows_of_a.get(at)), _values(rows_of_b.get(at)), member=name)
        for at in sorted(rows_of_a.keys() | rows_of_b.keys())
        if at not in explained and _values(rows_of_a.get(at)) != _values(rows_of_b.get(at))
    ]
    if moved := _moved(pairing):
        found.append(difference("SW203", "order", *moved, member=name))
    says_the_same = not found and not explained and pairing.a.dist_info == pairing.b.dist_info
    if says_the_same or _is_plain(pairing.a) != _is_plain(pairing.b):
        found.append(difference("SW203", "form", *map(_form, (pairing.a, pairing.b)), member=name))
    yield from found


def consequences(pairing: Pairing) -> Mapping[str, Difference]:
    """Return what RECORD must say differently, by the place of the member that it follows from."""
    name = _differing_record(pairing)
    if not name:
        return {}
    rows_of_a, rows_of_b = _by_place(pairing.a), _by_place(pairing.b)
    changed = {shared.place for shared in pairing.both if not shared.same and shared.recorded == (True, True)}
    alone = {one.place for one in (*pairing.only_a, *pairing.only_b) if one.recorded}
    return {
        at: difference("SW203", f"row of {at}", _values(rows_of_a.get(at)), _values(rows_of_b.get(at)), member=name)
        for at in sorted(changed | alone)
        if dist_info_file(at) != "RECORD" and _values(rows_of_a.get(at)) != _values(rows_of_b.get(at))
    }


def _differing_record(pairing: Pairing) -> str:
    """Return the name of RECORD if it differs, else an empty one."""
    return next(
        (shared.name for shared in pairing.both if not shared.same and dist_info_file(shared.place) == "RECORD"), ""
    )


def _by_place(facts: Facts) -> dict[str, Row]:
    return {place(row.path, facts.dist_info): row for row in facts.rows}


def _values(row: Row | None) -> str:
    return f"{row.recorded},{row.size}" if row else "absent"


def _moved(pairing: Pairing) -> tuple[str, str] | None:
    """Return the first two paths that stand at one place of two RECORDs, of those that both have."""
    of_a, of_b = _by_place(pairing.a), _by_place(pairing.b)
    a = [at for at in of_a if at in of_b]
    b = [at for at in of_b if at in of_a]
    return next(((left, right) for left, right in zip(a, b, strict=True) if left != right), None)


def _is_plain(facts: Facts) -> bool:
    """Tell whether a RECORD is written in the usual way: lines of LF, and no quotes that are not needed."""
    return facts.texts["RECORD"] == write_record(facts.rows)


def _form(facts: Facts) -> str:
    """Return how a RECORD is written, where it says the same as another."""
    text = facts.texts["RECORD"]
    return f"{text.count(bytes([13, 10]))} lines of CR LF, {text.count(bytes([34]))} quotes, {len(text)} bytes"
