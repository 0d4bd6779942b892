"""Two records: the level on which they differ, never rounded up."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bikes.canonical import packed
from comparing import INPUTS, LEVELS, OUTPUTS, SURROUNDINGS, compare, members, report

RECORD: dict[str, Any] = {
    part: {key: "1" for places in (INPUTS, SURROUNDINGS, OUTPUTS) for where, key in places.values() if where == part}
    for part in ("code", "environment", "config", "data", "randomness", "result")
}


def changed(*places: tuple[str, str]) -> dict[str, Any]:
    """Return a record that differs in these places."""
    record = copy.deepcopy(RECORD)
    for part, key in places:
        record[part][key] = "2"
    return record


@pytest.mark.parametrize(
    ("places", "level"),
    [
        ([], "identical"),
        ([("config", "threads"), ("environment", "python")], "identical"),
        ([("result", "model")], "model-file"),
        ([("result", "model"), ("result", "predictions")], "predictions"),
        ([("result", "predictions"), ("result", "metrics")], "predictions"),
        ([("result", "metrics")], "predictions"),
        ([("data", "sha256"), ("result", "model")], "inputs"),
    ],
)
def test_level(places: list[tuple[str, str]], level: str) -> None:
    """What came out decides; where inputs differ as well, nothing else was to be expected."""
    assert compare(RECORD, changed(*places)).level == level


@pytest.mark.parametrize("name", [*INPUTS, *SURROUNDINGS, *OUTPUTS])
def test_each_difference_is_named(name: str) -> None:
    """On its own line of the report."""
    place = {**INPUTS, **SURROUNDINGS, **OUTPUTS}[name]
    assert name in report(compare(RECORD, changed(place))).partition("\n")[2]


def test_every_level_is_explained() -> None:
    """In words."""
    assert all(LEVELS.values())


def test_members_that_differ_are_named() -> None:
    """By content, and by name where one has none."""
    first = packed({"a": b"1", "b": b"2"})
    assert members(first, first) == ()
    assert members(first, packed({"a": b"1", "b": b"3"})) == ("b",)
    assert members(first, packed({"a": b"1", "c": b"2"})) == ("b", "c")
