"""Words of ours that go with numbers."""

from __future__ import annotations

__all__ = ["plural"]


def plural(count: int, noun: str) -> str:
    """Return a number with a noun, such as ``1 file`` or ``2,000 files``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
