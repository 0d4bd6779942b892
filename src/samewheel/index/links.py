"""The links of a page in HTML (PEP 503); a module of its own, as few indexes speak no JSON."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Link", "read_links"]


class Link(NamedTuple):
    """An anchor that leads somewhere."""

    text: str
    """What stands between its tags, without white space around it."""
    url: str
    attributes: dict[str, str]
    """What else it says; one without a value is empty."""


class _Links(HTMLParser):
    """Collects links, and looks which version of the API the page says that it is of (PEP 629)."""

    def __init__(self, base: str, major: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base = base
        self._has_base = False
        self._major = major
        self._open: dict[str, str] | None = None
        self._text: list[str] = []
        self._ended: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Of two attributes with one name, the first counts, and of two bases, too, as in browsers.
        said = {name: value or "" for name, value in reversed(attrs)}
        if tag == "a":
            self._end()
            self._open = said
        elif tag == "base" and "href" in said and not self._has_base:
            self._base, self._has_base = urljoin(self._base, said["href"]), True
        elif tag == "meta" and said.get("name") == "pypi:repository-version":
            version = said.get("content", "").strip()
            if version.partition(".")[0] != self._major:
                raise ValueError(f"its version is {ascii(version)[:40]}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end()

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        """End the anchor that is open: none stands in another one."""
        if self._open is not None and "href" in self._open:
            url = urljoin(self._base, self._open["href"])
            self._ended.append(Link("".join(self._text).strip(), url, self._open))
        self._open, self._text = None, []

    def ended(self) -> list[Link]:
        """Return the links that have ended since this was asked last."""
        links, self._ended = self._ended, []
        return links


def read_links(pieces: Iterable[str], base: str, major: str) -> Iterator[Link]:
    """Yield the links of a page.

    Args:
        pieces: the page.
        base: its URL.
        major: the only major version of the API that is understood; a page need not say its own.

    Raises:
        ValueError: it is of another one, no HTML, or has a link that is no URL.
    """
    parser = _Links(base, major)
    try:
        for piece in pieces:
            parser.feed(piece)
            yield from parser.ended()
        parser.close()
    except AssertionError as error:
        # The standard library's word for a declaration that it does not know: <![x[
        raise ValueError(str(error)) from error
    yield from parser.ended()
