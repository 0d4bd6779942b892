"""The links of a page in HTML (PEP 503), by pypi-simple; a module of its own, as that takes long to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

# Not its parse_links_stream(): that warns of pages of a later minor version, and who reads the warning cannot do
# anything about it. To silence it is to change the whole process, and pages are read by several threads.
from pypi_simple.html_stream import LinkParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pypi_simple import Link

__all__ = ["read_links"]


class _Links(LinkParser):
    """Reads links, and looks itself which version of the API the page says that it is of (PEP 629)."""

    def __init__(self, base: str, major: str) -> None:
        super().__init__(base)
        self._major = major

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag != "meta" or said.get("name") != "pypi:repository-version":
            super().handle_starttag(tag, attrs)
        elif (version := (said.get("content") or "").strip()).partition(".")[0] != self._major:
            raise ValueError(f"its version is {ascii(version)[:40]}")


def read_links(pieces: Iterable[str], base: str, major: str) -> Iterator[Link]:
    """Yield the links of a page.

    Args:
        pieces: the page.
        base: its URL.
        major: the only major version of the API that is understood; a page need not say its own.

    Raises:
        ValueError: it is of another one, or no HTML.
    """
    parser = _Links(base, major)
    try:
        for piece in pieces:
            parser.feed(piece)
            yield from parser.fetch_links()
        parser.close()
    except AssertionError as error:
        # The standard library's word for a declaration that it does not know: <![x[
        raise ValueError(str(error)) from error
    yield from parser.fetch_links()
