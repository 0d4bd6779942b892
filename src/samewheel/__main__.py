"""The command line's entry: ``samewheel`` and ``python -m samewheel``."""

from __future__ import annotations

import gc
import os
import sys

from samewheel import __version__


def _leave_working_folder() -> None:
    """Import nothing from the working folder: it may be somebody's source, with a ``click.py`` in it.

    ``python -m`` looks there first, for all but the module that it runs; the command ``samewheel`` does not.
    """
    try:
        here = os.getcwd()  # noqa: PTH109 - before anything is imported
    except OSError:
        return  # nor does Python look into a folder that is gone
    if not sys.flags.safe_path and sys.path[0] == here:
        del sys.path[0]


def _have_streams() -> None:
    """Have three standard streams: whoever closed one wants to hear nothing, and no file shall get its number."""
    streams = {"stdin": "r", "stdout": "w", "stderr": "w"}
    while (handle := os.open(os.devnull, os.O_RDWR)) < len(streams):
        os.set_inheritable(handle, True)  # noqa: FBT003 - it takes no name
    os.close(handle)
    for number, (name, mode) in enumerate(streams.items()):
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - to the end of the run


def main() -> int:
    """Run the command line and return its exit code."""
    _have_streams()
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
    _leave_working_folder()
    sys.exit(main())
