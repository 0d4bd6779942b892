"""The comparison of two wheels: facts, then rules, then the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samewheel._files import sha256_of
from samewheel.compare.values import Comparison
from samewheel.compare.verdict import Verdict, worst
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel._types import Sha256

__all__ = ["compare"]


def _digest(path: Path) -> Sha256:
    try:
        return sha256_of(path)
    except OSError as error:
        raise SamewheelError(f"{path} cannot be read", cause=error.strerror or str(error)) from error


def compare(a: Path, b: Path) -> Comparison:
    """Compare two wheels; files with the same name and SHA-256 are identical, whatever they contain.

    Raises:
        SamewheelError: one of the files cannot be read, or is not a whole archive.
    """
    digest_of_a, digest_of_b = _digest(a), _digest(b)
    if (a.name, digest_of_a) == (b.name, digest_of_b):
        return Comparison(verdict=Verdict.IDENTICAL, differences=())
    # Most wheels that are compared are the same; the rules take longer to import than these to read.
    from samewheel.compare.facts import read_facts
    from samewheel.compare.rules import differences

    found = differences(read_facts(a, digest_of_a), read_facts(b, digest_of_b))
    return Comparison(verdict=worst(one.rung for one in found), differences=found)
