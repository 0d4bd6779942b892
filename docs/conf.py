"""How Sphinx makes a site of these pages: ``just docs``. They are plain Markdown, and can be read as they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent

project = "samewheel"
author = "The samewheel developers"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "samewheel"
highlight_language = "none"
myst_heading_anchors = 4

# The site says neither when nor where it was made.
html_last_updated_fmt = None
html_show_copyright = False
html_copy_source = False

# A cure for meson has strings that the colouring does not know; the text is shown as it is.
suppress_warnings = ["misc.highlighting_failure"]

READING_ORDER = {
    "Learn": ("learn", ("first-wheel",)),
    "Do": ("do", ("adopt", "pin", "read-a-report", "cure", "compare", "release", "rebuild", "audit", "gate")),
    "Look up": ("lookup", ("commands", "verdicts", "exit-codes", "settings", "glossary")),
    "Causes and cures": ("explain", ("README", "causes")),
    "Understand": ("understand", ("how-it-works", "threat-model", "limits", "comparison", "benchmarks")),
}
"""The parts of the site with their folders, and the pages that come first; all others follow by name."""

BELOW = {"explain/README": "SW*.md", "explain/causes": "[a-z]*.md"}
"""Pages with pages of their own, in the same folder."""


OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+[A-Z]+\.md\)")


def navigation(page: str) -> str:
    """Return the tables of contents of a page; on the page itself they would be noise."""
    if page in BELOW:
        return _contents("", _names("explain", BELOW[page], but=page))
    if page != "index":
        return ""
    return "".join(_part(title, folder, first) for title, (folder, first) in READING_ORDER.items())


def _names(folder: str, pattern: str, *, but: str = "") -> list[str]:
    names = sorted(f"{folder}/{path.stem}" for path in (HERE / folder).glob(pattern))
    return [name for name in names if name != but]


def _part(title: str, folder: str, first: tuple[str, ...]) -> str:
    there = _names(folder, "*.md")
    ahead = [f"{folder}/{name}" for name in first if f"{folder}/{name}" in there]
    rest = [] if folder == "explain" else [name for name in there if name not in ahead]
    return _contents(title, ahead + rest)


def _contents(caption: str, names: list[str]) -> str:
    options = ":hidden:\n" + (f":caption: {caption}\n" if caption else "")
    return "\n\n```{toctree}\n" + options + "\n" + "\n".join(f"/{name}" for name in names) + "\n```\n"


def _prepare(_app: Sphinx, page: str, text: list[str]) -> None:
    """Add a page's navigation, and keep of links to the repository's own pages, which are not here, the words."""
    text[0] = OUTSIDE.sub(r"\1", text[0]) + navigation(page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Have each page read with its navigation."""
    app.connect("source-read", _prepare)
    return {"parallel_read_safe": True}
