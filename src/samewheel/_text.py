"""Text of other people's: names in wheels, reasons, what builds print."""

from __future__ import annotations

import re

__all__ = ["discreet", "printable"]

_USER = re.compile(
    # Some tools take a URL for a path, and leave one slash of two.
    r"(?<=:/)[^\s/?#@:'\"<>]+:[^\s/?#@'\"<>]*@|"
    r"(?<=://)(?:"
    # All that stands before the last @ of a host, or a password with a slash in it, which is no port with a path.
    r"[^\s/?#'\"<>]*@|[^\s/?#@:'\"<>]+:(?![0-9]+/)[^\s@'\"<>]*@)"
)
_QUERY = re.compile(r"(?P<bare>https?://[^\s?#'\"<>`]+)\?[^\s'\"<>`)]+", re.IGNORECASE)


def discreet(text: str) -> str:
    """Return a text in which no URL has a user, a password or a query, which may be a signature."""
    if ":/" not in text:
        return text
    return _QUERY.sub(r"\g<bare>?…", _USER.sub("****@", text))


def printable(text: str) -> str:
    """Return a text with what no terminal should be told escaped, line ends included; the rest is as it was."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
