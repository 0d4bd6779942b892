"""The verdict ladder: how far apart two wheels are, by name; only the first rung is "reproducible"."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from samewheel.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Verdict", "worst"]


class Verdict(StrEnum):
    """Where a comparison lands, best first; the order is one of distance, not of safety."""

    IDENTICAL = "identical"
    """The SHA-256 of the files is equal."""
    IDENTICAL_AFTER_REPLAY = "identical-after-replay"
    """Rebuild only: equal to the bit once the published file's ZIP headers are imposed on ours."""
    SAME_CONTENTS = "same-contents"
    """Same members with the same bytes; only the ZIP layer differs."""
    METADATA_DIFFERS = "metadata-differs"
    """The payload is the same; something in ``*.dist-info`` differs."""
    PAYLOAD_DIFFERS = "payload-differs"
    """Installed files differ, or their executable bit or link nature, or the wheels' file names."""
    NOT_BUILDABLE = "not-buildable"
    """No build finished."""
    NO_SOURCE = "no-source"
    """There is nothing to build from."""

    @property
    def exit_code(self) -> ExitCode:
        """Return what a command that ends with this verdict exits with."""
        return EXIT_CODES[self]


EXIT_CODES = {
    Verdict.IDENTICAL: ExitCode.OK,
    Verdict.IDENTICAL_AFTER_REPLAY: ExitCode.IDENTICAL_AFTER_REPLAY,
    Verdict.SAME_CONTENTS: ExitCode.SAME_CONTENTS,
    Verdict.METADATA_DIFFERS: ExitCode.METADATA_DIFFERS,
    Verdict.PAYLOAD_DIFFERS: ExitCode.PAYLOAD_DIFFERS,
    Verdict.NOT_BUILDABLE: ExitCode.NOT_BUILDABLE,
    Verdict.NO_SOURCE: ExitCode.NO_SOURCE,
}
"""The exit code of every rung."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the lowest rung of some verdicts; of none, ``identical``."""
    # Not by max() alone: a StrEnum compares as text.
    return max(verdicts, key=tuple(Verdict).index, default=Verdict.IDENTICAL)
