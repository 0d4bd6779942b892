"""Commands that are timed in pairs, one after the other, so that a machine whose speed drifts is no matter."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Comparison", "Medians", "SkippedError", "measured", "print_ratios", "seconds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two commands that do the same for a user, or a command and what it cannot be faster than."""

    ours: list[str]
    theirs: list[str]
    folder: Path
    pairs: int
    exits: tuple[int, int] = (0, 0)
    """The exit codes of the two: a comparison that finds a difference has another than 0."""
    limit: float | None = None
    """Seconds after which theirs is stopped; such a pair then has that time."""


class Medians(NamedTuple):
    """Medians of pairs: wall-clock seconds of both, and the ratios pair by pair."""

    ours: float
    theirs: float
    ratio: float
    """Of ours to theirs."""


class SkippedError(Exception):
    """This machine cannot make a comparison; the text says why."""


def seconds(command: list[str], folder: Path, *, exits: int = 0, limit: float | None = None) -> float:
    """Run a command quietly and return the wall-clock seconds it took.

    Args:
        command: with its arguments.
        folder: that it is run in.
        exits: the exit code that it shall have.
        limit: seconds after which it is stopped.

    Raises:
        SystemExit: it failed; its output is shown.
    """
    start = time.perf_counter()
    try:
        finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        return time.perf_counter() - start
    took = time.perf_counter() - start
    if finished.returncode != exits:
        sys.exit(f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}")
    return took


def measured(comparison: Comparison) -> Medians:
    """Run both commands in turn; the first pair warms the caches, and only counts if theirs is stopped in it."""
    first, second = comparison.exits
    pairs: list[tuple[float, float]] = []
    while len(pairs) <= comparison.pairs:
        ours = seconds(comparison.ours, comparison.folder, exits=first)
        theirs = seconds(comparison.theirs, comparison.folder, exits=second, limit=comparison.limit)
        pairs.append((ours, theirs))
        if comparison.limit is not None and theirs >= comparison.limit:
            break
    counted = pairs[1:] or pairs
    ours, theirs = (statistics.median(side) for side in zip(*counted, strict=True))
    return Medians(ours, theirs, statistics.median(a / b for a, b in counted))


def print_ratios(
    rows: Mapping[str, Callable[[Path], Comparison]], names: Sequence[str], *, first: str, ours: str, digits: int
) -> None:
    """Measure comparisons, each in a folder of its own, and print a line of each as soon as it is there.

    Args:
        rows: what prepares each comparison in an empty folder, by its name.
        names: of those to measure; none: all.
        first: the heading of the names.
        ours: the heading of our seconds.
        digits: of the ratio.

    Raises:
        SystemExit: there is no comparison of such a name.
    """
    if unknown := [name for name in names if name not in rows]:
        sys.exit(f"there is no comparison {unknown[0]}; there are: {', '.join(rows)}")
    # Whoever runs a program twice has its bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1700000000")
    print(f"{first:<24} {'pairs':>5} {ours:>8} {'theirs s':>9} {'ratio':>8}")
    for name in names or rows:
        with tempfile.TemporaryDirectory() as temporary:
            try:
                comparison = rows[name](Path(temporary))
            except SkippedError as reason:
                print(f"{name:<24} skipped: {reason}", flush=True)
                continue
            mine, theirs, ratio = measured(comparison)
        print(f"{name:<24} {comparison.pairs:>5} {mine:>8.3f} {theirs:>9.3f} {ratio:>7.{digits}f}x", flush=True)
