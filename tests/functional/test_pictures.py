"""The pictures of terminals: made by a recipe, shown on a page, and of what really happens."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.pages import PAGES, script

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "docs" / "pictures"
DRAWN_BY_HAND = {"data-flow", "model-chain"}

# On systems without terminals of this kind, neither the recipe nor the rest of what is tested here works.
pytest.importorskip("pty", reason="only POSIX has terminals of this kind")
script("transcripts")
SCREENSHOTS = script("screenshots")


def lines(picture: str) -> list[str]:
    """Return the lines of text of a picture, from the top."""
    found: dict[float, str] = {}
    for height, text in re.findall(r'<text [^>]*\by="([\d.]+)"[^>]*>([^<]*)</text>', picture):
        found[float(height)] = found.get(float(height), "") + html.unescape(text).replace("\xa0", " ")
    return [found[height].rstrip() for height in sorted(found)][:-1]  # the last one is room


def test_every_picture_has_a_recipe_and_a_page() -> None:
    """A picture that nobody makes grows old, and one that no page shows is in the way."""
    assert {path.stem for path in FOLDER.glob("*.svg")} == {*SCREENSHOTS.PICTURES, *DRAWN_BY_HAND}
    text = "".join(PAGES.values())
    assert all(f"pictures/{path.name})" in text for path in FOLDER.glob("*.svg"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_pictures_fetch_nothing_and_run_nothing(path: Path) -> None:
    """They are shown on other people's pages."""
    text = path.read_text("utf-8")
    addresses = set(re.findall(r"https?://[^\"')\s<]+", re.sub(r"<text\b.*?</text>", "", text)))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<script|<image|<foreignObject|\bon\w+=|@import|@font-face", text)


def test_the_same_output_is_the_same_picture() -> None:
    """Whoever runs the recipe again sees a difference only where the output differs."""
    first = SCREENSHOTS.drawn("true", "\x1b[32mgreen\x1b[0m  x\nnext")
    assert first == SCREENSHOTS.drawn("true", "\x1b[32mgreen\x1b[0m  x\nnext")
    assert first != SCREENSHOTS.drawn("true", "\x1b[31mgreen\x1b[0m  x\nnext")
    assert lines(first) == ["$ true", "green  x", "next"]


def test_long_lines_go_on_in_the_next_one() -> None:
    """A terminal loses nothing."""
    wide = SCREENSHOTS.COLUMNS
    assert lines(SCREENSHOTS.drawn("true", "x" * (2 * wide + 50)))[1:] == ["x" * wide, "x" * wide, "x" * 50]


@pytest.mark.index
@pytest.mark.parametrize("name", sorted(SCREENSHOTS.PICTURES))
def test_pictures_show_what_happens(name: str) -> None:
    """Command and verdict are those of today; digests and what can be varied depend on the machine."""
    shown = lines((FOLDER / f"{name}.svg").read_text("utf-8"))
    now = lines(SCREENSHOTS.make(SCREENSHOTS.PICTURES[name]))
    assert now[:2] == shown[:2]
