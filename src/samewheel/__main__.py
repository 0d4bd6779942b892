"""The command line's entry: ``samewheel`` and ``python -m samewheel``."""

from __future__ import annotations

import gc
import sys

from samewheel import __version__


def main() -> int:
    """Run the command line and return its exit code."""
    # Answered before anything else is imported: scripts ask for the version all the time.
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"samewheel {__version__}\n")
        return 0
    # Starting makes many objects and no garbage: looking for it, then and at the end, takes a sixth of the time.
    gc.set_threshold(100_000)
    from samewheel._groups import adopt_when_starting, kill_orphans
    from samewheel.cli.main import run

    adopt_when_starting()
    try:
        return run(sys.argv[1:])
    finally:
        kill_orphans()
        gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
