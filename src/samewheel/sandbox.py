"""What keeps a build apart from the machine it runs on.

The seam is here; a mechanism that isolates comes with ``samewheel verify``. Until then every build says that it ran
without: nothing may claim an isolation that was not in force.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from samewheel.buildinfo import Isolation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Sandbox", "choose_sandbox"]


class Sandbox(Protocol):
    """Wraps the commands of a build phase."""

    isolation: Isolation

    def wrap(self, argv: Sequence[str | Path], *, writable: Sequence[Path]) -> list[str | Path]:
        """Return the command that runs ``argv`` with only the ``writable`` folders open for writing."""


class _Open:
    """No isolation at all."""

    isolation = Isolation(network="open", filesystem="open", mechanism="none")

    def wrap(self, argv: Sequence[str | Path], *, writable: Sequence[Path]) -> list[str | Path]:  # noqa: ARG002
        return list(argv)


def choose_sandbox() -> Sandbox:
    """Return the strongest sandbox that works here."""
    return _Open()
