"""The levels of isolation: the ones that tests go through, and the command line at one of them.

Run as a script, it is the command line: ``python tests/levels.py MECHANISM build ...``. It exits with 3 if that level
does not work here. Who may have any working folder runs it by ``python -P``.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from samewheel.sandbox import find_sandbox, insisting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.sandbox import Sandbox

ISOLATING = ("user-namespaces", "bubblewrap")
"""Those that promise something."""

ABSENT = 3
"""The exit code for a level that does not work."""

_entered: list[str] = []


@contextmanager
def at_level(mechanism: str) -> Iterator[Sandbox]:
    """Have builds run at one level, also those that :func:`command_line` starts; skip the test if there is none."""
    import pytest

    sandbox = find_sandbox(mechanism)
    if sandbox is None:
        pytest.skip(f"{mechanism} cannot isolate on this machine; where bubblewrap is missing: just bubblewrap")
    _entered.append(mechanism)
    try:
        with insisting(sandbox):
            yield sandbox
    finally:
        _entered.pop()


def command_line() -> list[str]:
    """Return the words that start samewheel, at the level of this test if it has one."""
    if not _entered:
        return [sys.executable, "-m", "samewheel"]
    return [sys.executable, __file__, _entered[-1]]


def main() -> int:
    """Be the command line at the level that the first argument names."""
    from samewheel import __main__

    sandbox = find_sandbox(sys.argv[1])
    if sandbox is None:
        return ABSENT
    sys.argv = ["samewheel", *sys.argv[2:]]
    with insisting(sandbox):
        return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
