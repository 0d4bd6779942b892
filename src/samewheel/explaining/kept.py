"""Contents of members that are kept because they are likely asked for again."""

from __future__ import annotations

__all__ = ["Kept"]


class Kept:
    """What members hold in two wheels, by name: no more than some bytes together, those asked for last."""

    def __init__(self, at_most: int) -> None:
        """Have kept nothing yet.

        Args:
            at_most: bytes of all contents together.
        """
        self._at_most = at_most
        self._size = 0
        self._pairs: dict[str, tuple[bytes, bytes]] = {}

    def get(self, name: str) -> tuple[bytes, bytes] | None:
        """Return what is kept of a member; None if nothing is."""
        pair = self._pairs.pop(name, None)
        if pair is not None:
            # Dictionaries are in the order in which they were filled: now it is the last one.
            self._pairs[name] = pair
        return pair

    def add(self, name: str, pair: tuple[bytes, bytes]) -> None:
        """Keep what a member holds that is not kept yet, and forget others if that is too much."""
        self._pairs[name] = pair
        self._size += sum(map(len, pair))
        while self._size > self._at_most:
            oldest = self._pairs.pop(next(iter(self._pairs)))
            self._size -= sum(map(len, oldest))
