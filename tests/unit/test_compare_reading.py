"""Two wheels read side by side: in which order, and what ends it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import compare, reading
from samewheel.errors import InvalidWheelError
from samewheel.wheel.source import Source
from tests.unit.wheels import FILES, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.wheel import Member, Wheel

LARGE = {f"demo/{name}.bin": bytes(size) for size, name in enumerate("hgfedcba", 1)}


def test_first_member_by_place_that_is_damaged_is_named_and_the_rest_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever mends a wheel is told the same each time; and nobody waits for what will not be looked at."""
    a, b = written(tmp_path / "a", FILES | LARGE), written(tmp_path / "b", FILES | LARGE, level=1)
    refused = threading.Event()
    looked_at: list[str] = []

    def damaged(_a: Wheel, one: Member, _b: Wheel, _other: Member) -> bool:
        looked_at.append(one.name)
        if threading.current_thread() is threading.main_thread():
            refused.set()
        refused.wait(60)
        raise InvalidWheelError(f"{one.name} is damaged")

    monkeypatch.setattr(reading, "_same_stream", damaged)
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading, "WORKERS", 1)
    # The thread has the largest by then, which is another one.
    monkeypatch.setattr(reading, "place", lambda name, _dist_info: {"demo/h.bin": "0"}.get(name, name))
    with pytest.raises(InvalidWheelError, match=r"demo/h\.bin is damaged"):
        compare(a, b)
    assert len(looked_at) <= 2


@pytest.mark.parametrize("buffered", [True, False])
def test_source_reads_at_any_place_with_and_without_a_buffer(tmp_path: Path, *, buffered: bool) -> None:
    """Where one call cannot read at a place, as with a buffer or on Windows, two do, and give the same."""
    path = written(tmp_path)
    content = path.read_bytes()
    with path.open("rb", buffering=-1 if buffered else 0) as file:
        source = Source(file)
        assert source.size == len(content)
        assert source.at(7, 99) == content[7:106]
        assert b"".join(source.pieces(3, len(content) - 3)) == content[3:]
