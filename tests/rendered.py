"""Reads Markdown as GitHub does, and says what in it is more than text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

OURS = re.compile(r"<details><summary>[\w ,.]*</summary>|</details>|<br>")
"""The tags that samewheel writes."""

SPOKEN = re.compile(r"@\w|://|\bwww\.|#\d|\bGH-\d", re.IGNORECASE)
"""What GitHub makes a mention or a link of, wherever it stands in text."""


def tokens(text: str) -> list[Token]:
    """Return what Markdown consists of, with tags, tables, and links that nobody wrote as such."""
    reader = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    # GitHub takes no name for a link that has neither a scheme nor www.
    reader.linkify.set({"fuzzy_link": False})  # type: ignore[union-attr]
    return reader.parse(text)


def _flat(found: Iterable[Token]) -> Iterator[Token]:
    for token in found:
        yield token
        yield from _flat(token.children or ())


def links_and_tags(text: str) -> list[str]:
    """Return what is more than text in code, tables, lists and emphasis: links, images, tags, mentions, headings."""
    found = []
    for token in _flat(tokens(text)):
        if token.type in {"link_open", "image"}:
            found.append(f"{token.type}: {token.attrs}")
        if token.type in {"html_inline", "html_block"} and not OURS.fullmatch(token.content.strip()):
            found.append(f"tag: {token.content}")
        if token.type == "text" and SPOKEN.search(token.content):
            found.append(f"mention or link: {token.content}")
    if any(token.type == "heading_open" for token in tokens(text)[1:]):
        found.append("heading")
    return found


def texts(text: str) -> list[str]:
    """Return the texts that a reader sees, code included."""
    return [token.content for token in _flat(tokens(text)) if token.type in {"text", "code_inline", "fence"}]
