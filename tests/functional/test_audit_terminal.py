"""The bar of ``samewheel audit`` on a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.functional.terminals import on_terminal
from tests.functional.test_audit import DRIVER

if TYPE_CHECKING:
    from pathlib import Path


def test_terminal_shows_one_bar_with_rate_and_time_left(tmp_path: Path) -> None:
    """And no line for each package: the list at the end has them, with colours."""
    lines = tmp_path / "list.txt"
    lines.write_text("identical==1.0\nsame-contents==1.0\n", "utf-8")
    code, shown = on_terminal(
        "audit", lines, "--store", tmp_path / "a.sqlite3", stderr=True, columns=100, program=(str(DRIVER),)
    )
    assert code == 0
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown)
    assert re.search(r"Rebuilding .* 2/2 [\d.]+ per minute \d:\d\d:\d\d", text)
    assert "[1/2]" not in text
    # What shows the steps before has gone when the bar comes: two would overwrite one another.
    assert "Asking" not in text.partition("Rebuilding")[2]
    assert "\x1b[32midentical" in shown
