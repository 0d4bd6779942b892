"""The comparison of two wheels: facts, then rules, then the verdict."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from samewheel._files import sha256_of
from samewheel.comparison.values import Comparison, Diff, Difference, File, rungs
from samewheel.comparison.verdict import Verdict, worst
from samewheel.errors import SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from samewheel.wheel import Wheel

__all__ = ["compare", "compared", "diff"]


END = 1 << 16
"""Bytes at the end of two wheels that tell at once that they differ: CRC and time of many members, at least."""


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SamewheelError(f"{path} cannot be read", cause=error.strerror or str(error)) from error


def _file(path: Path) -> File:
    with _reading(path):
        return File(name=path.name, sha256=sha256_of(path), size=path.stat().st_size)


def _end(path: Path) -> tuple[str, int, bytes]:
    """Return the file's name and size, and its last bytes."""
    with _reading(path), path.open("rb", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - END))
        return path.name, size, file.read(END)


@contextmanager
def compared(
    a: Path, b: Path, *, strict: bool = False, closely: bool = True
) -> Iterator[tuple[Diff, tuple[Wheel, Wheel] | None]]:
    """Compare two wheels, and keep them open for the time of the block, so that each is opened once to be read.

    The arguments are those of :func:`diff`. Yields what is found, and both wheels; None if neither had to be read.

    Raises:
        InvalidWheelError: one of the wheels is damaged, or readers could find different things in it.
        SamewheelError: one of the files cannot be read.
    """
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(2))
        of_a, of_b = (pool.submit(_file, path) for path in (a, b))
        if not strict and _end(a) == _end(b) and of_a.result() == of_b.result():
            yield Diff(a=of_a.result(), b=of_b.result(), verdict=Verdict.IDENTICAL, differences=()), None
            return
        # Most wheels that are compared are the same; the rules take longer to import than these to read.
        from samewheel.comparison.reading import read_pairing
        from samewheel.comparison.rules import differences
        from samewheel.wheel import open_wheel

        wheels = stack.enter_context(open_wheel(a)), stack.enter_context(open_wheel(b))
        found = differences(read_pairing(*wheels, strict=strict, closely=closely))
        file_a, file_b = of_a.result(), of_b.result()
        if not found and file_a != file_b:
            raise SamewheelError(
                f"{a.name} and {b.name} differ, and no difference was found",
                cause="One of them changed while it was read.",
            )
        made = _builds(a, file_a, b, file_b) if found else ()
        yield Diff(a=file_a, b=file_b, verdict=worst(rungs(found)), differences=(*found, *made)), wheels


def diff(a: Path, b: Path, *, strict: bool = False, closely: bool = True) -> Diff:
    """Compare two wheels; files with the same name and SHA-256 are identical, whatever they contain.

    Args:
        a: the first wheel.
        b: the second wheel.
        strict: read both even if they are identical, check every hash in RECORD and the tags, refuse what is wrong.
        closely: look into members that differ; if not, only that they do is said, and soon: by a difference each,
            ``SW301`` in the package.

    Raises:
        InvalidWheelError: one of the wheels is damaged, or readers could find different things in it.
        SamewheelError: one of the files cannot be read.
    """
    with compared(a, b, strict=strict, closely=closely) as (found, _):
        return found


def _builds(a: Path, file_a: File, b: Path, file_b: File) -> tuple[Difference, ...]:
    """Return how two wheels were built differently, if both have a buildinfo beside them."""
    from samewheel.comparison.build_rules import builds
    from samewheel.comparison.evidence import find_buildinfo

    info_a, info_b = find_buildinfo(a, file_a.sha256), find_buildinfo(b, file_b.sha256)
    return tuple(builds(info_a, info_b)) if info_a is not None and info_b is not None else ()


def compare(a: Path, b: Path, *, strict: bool = False, closely: bool = True) -> Comparison:
    """Return what :func:`diff` finds, without the files' names and digests.

    Raises:
        InvalidWheelError: one of the wheels is damaged, or readers could find different things in it.
        SamewheelError: one of the files cannot be read.
    """
    found = diff(a, b, strict=strict, closely=closely)
    return Comparison(verdict=found.verdict, differences=found.differences)
