"""Wheels of strangers that would keep who explains them for hours: many members, many fields, long lines.

Each input is so large that what looks at all of it again for each of its parts does not come to an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.comparison.values import difference
from samewheel.explaining.explaining import explain
from samewheel.explaining.recognisers import metadata
from tests.unit.recognising import CONSISTENT, told_of
from tests.unit.wheels import INFO, METADATA, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.comparison import Difference
    from tests.unit.recognising import Told

MANY = 40_000

FORMS = (b"r%02d >= 10\n", b"r%02d (>=10)\n")


def many(code: str, field: str, a: str, b: str) -> list[Difference]:
    """Return the same difference of many members, some of which are as those of setuptools in an earlier build."""
    return [difference(code, field.format(n), a, b, member=f"build/lib/{n}.py") for n in range(MANY)]


@pytest.mark.parametrize(
    "found",
    [
        many("SW302", "presence", "absent", "present"),
        many("SW101", "time", "2026-11-22T01:00:00", "2026-11-22T03:00:00") + many("SW319", "a.txt", "x", "y"),
        many("SW205", "hash in RECORD", "right", "wrong")
        + [difference("SW203", f"row of build/lib/{n}.py", "1,1", "2,1") for n in range(MANY)],
        many("SW301", "contents", "1", "2") + many("SW408", "TimeDateStamp", "1", "2"),
        many("SW404", "string in section .rodata", "x", "y") + many("SW506", "compiler", "1", "2"),
        many("SW313", "code of x", "x", "y") + many("SW204", "presence", "absent", "present"),
        [difference("SW202", f"X{n}", "a", "b", member=f"{INFO}/METADATA") for n in range(MANY)],
    ],
    ids=lambda found: "-".join(dict.fromkeys(one.code for one in found)),
)
def test_any_number_of_differences_is_explained(tmp_path: Path, found: list[Difference]) -> None:
    """A wheel may have more than a hundred thousand members, and METADATA as many fields."""
    causes = explain(written(tmp_path / "a"), written(tmp_path / "b"), found)
    assert {code for one in causes for code in one.codes} == {one.code for one in found}


def test_any_number_of_fields_may_be_in_another_order(tmp_path: Path) -> None:
    """Each field is looked at once, however many others there are."""
    fields = [b"X-%d: %d\n" % (n, n) for n in range(25_000)]
    one, other = ({f"{INFO}/METADATA": METADATA + b"".join(said)} for said in (fields, fields[::-1]))
    assert told_of(tmp_path, one, other) == {("set-order", CONSISTENT): ("SW202",)}


def test_requirements_are_parsed_up_to_some_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirements can be made that take long to parse, and any number of them."""
    monkeypatch.setattr(metadata, "MOST_CHARACTERS", 100)

    def found(count: int) -> Told:
        """Return what is told of so many requirements of nine or ten characters, written in two ways."""
        one, other = (METADATA + b"".join(b"Requires-Dist: " + form % n for n in range(count)) for form in FORMS)
        return told_of(tmp_path, {f"{INFO}/METADATA": one}, {f"{INFO}/METADATA": other})

    assert found(10) == {("requirement-format", CONSISTENT): ("SW202",)}
    assert ("requirement-format", CONSISTENT) not in found(11)


def test_any_number_of_dates_may_be_in_native_code(tmp_path: Path) -> None:
    """A file can hold every second of a day."""
    seconds = [b"%02d:%02d:%02d\0" % (n // 3600, n // 60 % 60, n % 60) for n in range(86400)]
    one, other = (b"MZ" + b"".join(seconds[start::2]) for start in (0, 1))
    assert ("date-macro", CONSISTENT) in told_of(tmp_path, {"demo/a.dll": one}, {"demo/a.dll": other})
