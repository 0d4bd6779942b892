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
    "Do": (
        "do",
        (
            "adopt",
            "pin",
            "read-a-report",
            "look-at-reports",
            "cure",
            "compare",
            "release",
            "rebuild",
            "audit",
            "gate",
        ),
    ),
    "Look up": ("lookup", ("commands", "verdicts", "exit-codes", "settings", "glossary")),
    "Causes and cures": ("explain", ("README", "causes")),
    "Understand": ("understand", ("how-it-works", "threat-model", "limits", "comparison", "benchmarks")),
}
"""The parts of the site with their folders, and the pages that come first; all others follow by name."""

TABLES = {"explain/README", "explain/causes"}
"""The pages that lead to those of single codes and causes."""

OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+[A-Z]+\.md(?:#[\w-]+)?\)")
"""Links to the repository's own pages, which are not on the site."""


def navigation() -> str:
    """Return the tables of contents of the first page; on the page itself they would be noise."""
    return "".join(_part(title, folder, first) for title, (folder, first) in READING_ORDER.items())


def _part(title: str, folder: str, first: tuple[str, ...]) -> str:
    there = sorted(path.stem for path in (HERE / folder).glob("*.md"))
    ahead = [name for name in first if name in there]
    rest = [] if folder == "explain" else [name for name in there if name not in ahead]
    names = "\n".join(f"{folder}/{name}" for name in [*ahead, *rest])
    return f"\n\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{names}\n```\n"


def _prepare(_app: Sphinx, page: str, text: list[str]) -> None:
    """Add what only the site needs, and take what only the repository has."""
    text[0] = OUTSIDE.sub(r"\1", text[0])
    if page == "index":
        text[0] += navigation()
    elif page.startswith("explain/") and page not in TABLES:
        text[0] = f"---\norphan: true\n---\n{text[0]}"  # 120 of them would hide all others in the navigation


def setup(app: Sphinx) -> dict[str, bool]:
    """Have each page read with its navigation."""
    app.connect("source-read", _prepare)
    return {"parallel_read_safe": True}
