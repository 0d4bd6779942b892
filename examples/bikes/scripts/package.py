"""Builds the wheel with samewheel, proves it, and compares it with the line of requirements.lock."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from surroundings import LOCK, PROJECT, FailedError, built, locked_wheel, samewheel, sha256

if TYPE_CHECKING:
    from pathlib import Path


def build(project: Path = PROJECT, *options: str) -> str:
    """Build into dist/ and return the wheel's SHA-256, which is that of the lock.

    Raises:
        FailedError: the build, or another wheel than the lock's.
    """
    wheel, wanted = locked_wheel(project)
    made = built(project, *options)
    if made.name != wheel.name:
        raise FailedError(f"the build gives {made.name}, and {LOCK} names {wheel.name}\n  next  just lock, if meant")
    if (found := sha256(made)) != wanted:
        raise FailedError(
            f"{wheel.name} is not that of {LOCK}\n  wanted  {wanted}\n  built   {found}\n  next  just lock, if meant"
        )
    return found


def main() -> int:
    """Build and verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--allow-dirty", action="store_const", const=["--allow-dirty"], default=[])
    given = parser.parse_args()
    try:
        digest = build(PROJECT, *given.allow_dirty)
        verdict = samewheel("verify", "-q", "--against", str(locked_wheel()[0]))
    except FailedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(verdict, end="")
    print(f"locked       {LOCK} names {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
