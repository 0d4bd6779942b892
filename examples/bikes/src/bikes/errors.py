"""What can go wrong, with what to do next."""

from __future__ import annotations


class BikesError(Exception):
    """A training that cannot be done as asked: what failed, and the next command."""

    def __init__(self, what: str, hint: str) -> None:
        """Keep both parts; `str` gives them as two lines."""
        super().__init__(what)
        self.hint = hint

    def __str__(self) -> str:
        """Return what failed, and below it what to do."""
        return f"{self.args[0]}\n  next  {self.hint}"


class TooLateError(BikesError):
    """A setting that only has an effect before something was started, and that was."""
