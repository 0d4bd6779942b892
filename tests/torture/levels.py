"""Runs samewheel at a level of isolation, whatever the machine would choose; a script for who tortures it.

    python -P tests/torture/levels.py LEVEL COMMAND...

LEVEL is one of :data:`samewheel.sandbox.MECHANISMS`. It is not run as a module: who runs it may have any working
folder, and the folder of this file has modules with the names of others. Exits with 3 if the level does not
work here.
"""

from __future__ import annotations

import sys

from samewheel.__main__ import main
from samewheel.sandbox import find_sandbox, insisting

ABSENT = 3

if __name__ == "__main__":
    if (found := find_sandbox(sys.argv.pop(1))) is None:
        sys.exit(ABSENT)
    with insisting(found):
        sys.exit(main())
