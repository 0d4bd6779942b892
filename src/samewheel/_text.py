"""Text of other people's: names in wheels, reasons, what builds print."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Return a text with what no terminal should be told escaped, line ends included; the rest is as it was."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
