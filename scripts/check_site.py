"""Checks the built site: nothing is fetched from elsewhere, each link leads somewhere, no page names this machine.

python scripts/check_site.py .cache/docs
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

FETCHED = {
    ("audio", "src"),
    ("embed", "src"),
    ("iframe", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("input", "src"),
    ("link", "href"),
    ("object", "data"),
    ("script", "src"),
    ("source", "src"),
    ("source", "srcset"),
    ("video", "src"),
}
"""Attributes whose addresses a browser asks for by itself."""

REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)

IN_STYLES = re.compile(rb"(?:url\(\s*|@import\s+)[\"']?((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)


class Page(HTMLParser):
    """What a page fetches, links and defines."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the addresses and anchors of an element."""
        for name, value in attrs:
            if (tag, name) in FETCHED:
                self.fetched.append(value or "")
            elif (tag, name) == ("a", "href"):
                self.links.append(value or "")
            elif name == "id":
                self.anchors.add(value or "")


def remote(folder: Path, pages: dict[Path, Page]) -> Iterator[str]:
    """Yield what a browser would ask another machine for."""
    for path, page in pages.items():
        yield from (f"{path.name} fetches {address}" for address in page.fetched if REMOTE.match(address))
    for path in sorted([*folder.rglob("*.css"), *folder.rglob("*.svg")]):
        for match in IN_STYLES.finditer(path.read_bytes()):
            yield f"{path.name} fetches {match[1].decode()}"


def lost(pages: dict[Path, Page]) -> Iterator[str]:
    """Yield links and files of the site that lead nowhere."""
    for path, page in pages.items():
        for address in [*page.links, *page.fetched]:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages.get(target)
            if not target.is_file() or (known and unquote(parts.fragment) not in known.anchors):
                yield f"{path.name} links {address}, which is nowhere"


def named(folder: Path, words: list[str]) -> Iterator[str]:
    """Yield files that name the place where the site was built."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield from (f"{path.name} names {word}" for word in words if word.encode() in data)


def faults(folder: Path, words: list[str]) -> list[str]:
    """Return all that is wrong with a site, each in a line."""
    folder = folder.resolve()
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(folder.rglob("*.html"))}
    empty = [] if pages else [f"{folder.name} has no pages"]
    return [*empty, *remote(folder, pages), *lost(pages), *named(folder, words)]


def main() -> int:
    """Check the folder that the command line names."""
    found = faults(Path(sys.argv[1]), [str(Path.cwd())])
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
