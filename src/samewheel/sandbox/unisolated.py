"""No isolation: what is left where nothing can be isolated."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel.buildinfo import Isolation
from samewheel.limits import kernel_limits
from samewheel.sandbox.values import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from samewheel.sandbox.values import View

__all__ = ["Unisolated"]

LIMITER = Path(__file__).parents[1] / "_limit.py"


class Unisolated:
    """No isolation at all."""

    isolation = Isolation(network="open", filesystem="open", mechanism="none")
    moves = False
    layers = False

    def wrap(self, argv: Sequence[str | Path], view: View, folder: Path) -> Command:  # noqa: ARG002
        """As :meth:`samewheel.sandbox.Sandbox.wrap`."""
        words = tuple(argv)
        if view.limits is not None:
            each = [f"{name}={limit}" for name, limit in kernel_limits(view.limits).items()]
            words = (sys.executable, "-I", "-S", LIMITER, *each, "--", *argv)
        return Command(argv=words, env=view.environ, cwd=view.cwd, umask=view.umask)
