"""Limits itself and becomes a command; run as a script where there are no namespaces, never imported by samewheel.

    python -I -S _limit.py RLIMIT_CPU=60 RLIMIT_CORE=0 ... -- COMMAND...

Names are those of Python's :mod:`resource`, see setrlimit(2); what this system does not know is left out. A limit
that is lower already stays.
"""

from __future__ import annotations

import os
import resource
import sys


def main() -> None:
    """Run the command that the arguments name."""
    end = sys.argv.index("--")
    for word in sys.argv[1:end]:
        name, _, limit = word.partition("=")
        number = getattr(resource, name, None)
        if number is None:
            continue
        hard = resource.getrlimit(number)[1]
        lowest = int(limit) if hard == resource.RLIM_INFINITY else min(int(limit), hard)
        resource.setrlimit(number, (lowest, lowest))
    command = sys.argv[end + 1 :]
    try:
        os.execvp(command[0], command)  # noqa: S606 - that is what this script is for
    except OSError as error:
        sys.exit(f"samewheel: cannot start {command[0]}: {error}")


if __name__ == "__main__":
    main()
