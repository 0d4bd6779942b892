"""Where results go if nobody says: never by way of a link that is there already."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from samewheel.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["output_folder", "refuse_link"]


def refuse_link(usual: Path, option: str) -> None:
    """Refuse the usual place of results if it is a link.

    Args:
        usual: the folder.
        option: what to write on the command line for results to go there all the same.

    Raises:
        UsageError: it is a link, by which a stranger's project could have us replace files elsewhere.
    """
    if usual.is_symlink():
        raise UsageError(
            f"{usual} is a link",
            cause="Whoever made the project has chosen where it leads.",
            hint=f"If it shall go there, say so: {option}",
        )


def output_folder(given: Path | None, usual: Path, option: str) -> Path:
    """Return where results go, from the root on: where the caller says with ``option``, else to the usual place.

    Raises:
        UsageError: as :func:`refuse_link`.
    """
    if given is None:
        refuse_link(usual, f"{option} {shlex.quote(os.path.relpath(usual))}")
    return (given or usual).absolute()
