"""SOURCE_DATE_EPOCH: where it comes from, and what it may be.

https://reproducible-builds.org/specs/source-date-epoch/; the limits are those of a ZIP archive's dates.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from samewheel._types import SourceKind
from samewheel.buildinfo import Epoch
from samewheel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EARLIEST", "LATEST", "VARIABLE", "choose_epoch"]

VARIABLE = "SOURCE_DATE_EPOCH"

EARLIEST = 315532800
"""1980-01-01T00:00:00Z, the first date that a ZIP archive can hold (APPNOTE 4.4.6); POSIX seconds."""

LATEST = 4354819198
"""2107-12-31T23:59:58Z, the last one."""


def choose_epoch(kind: SourceKind, newest: int | None, environ: Mapping[str, str] = os.environ) -> Epoch:
    """Return the caller's SOURCE_DATE_EPOCH, else the source's own time, else 1980.

    Args:
        kind: what is built.
        newest: the commit's time, or that of an sdist's newest member; POSIX seconds. One outside of a ZIP archive's
            dates (some sdists say 1970) counts as none.
        environ: the caller's environment.

    Raises:
        UsageError: the caller's value is no number, or outside of 1980 to 2107.
    """
    if given := environ.get(VARIABLE):
        # The length first: int() refuses thousands of digits with an error of its own.
        digits = given.isascii() and given.isdigit() and len(given) <= len(str(LATEST))
        if not (digits and EARLIEST <= int(given) <= LATEST):
            raise UsageError(
                f"SOURCE_DATE_EPOCH is {given!r}",
                cause=f"It must be whole seconds from {EARLIEST} (1980) to {LATEST} (2107): wheels hold no others.",
                hint="Correct it, or unset it to take the source's own time.",
            )
        return Epoch(value=int(given), origin="environment")
    if newest is not None and EARLIEST <= newest <= LATEST:
        return Epoch(value=newest, origin="commit" if kind is SourceKind.GIT else "sdist")
    return Epoch(value=EARLIEST, origin="default")
