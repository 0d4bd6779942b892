"""Seeds what is installed, in an order in which no step undoes another."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bikes.errors import TooLateError
from bikes.seeding import arrays, process, pytorch, tensorflow, threading
from bikes.seeding.report import Report, Seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

FRAMEWORKS: dict[str, Callable[[int, int], Report]] = {
    "sklearn": arrays.scikit_learn,
    "torch": pytorch.seed,
    "tensorflow": tensorflow.seed,
}
"""Modules that are seeded where they are installed; NumPy always is."""

LIMIT = 2**32
"""NumPy's old generator takes no larger seed."""

CPU = "BLAS and frameworks choose kernels by CPU: products of matrices can differ in their last bits on another one"


def seed_everything(
    seed: int | None,
    *,
    threads: int = 1,
    needs_hash_seed: bool = False,
    frameworks: Collection[str] = tuple(FRAMEWORKS),
) -> Seeds:
    """Seed Python, NumPy and those of `frameworks` that are installed, and fix the number of threads.

    None as the seed seeds nothing, and fixes the threads only. With `needs_hash_seed`, a process whose hash seed was
    drawn is refused: the order of its sets cannot be fixed any more.

    Raises:
        TooLateError: a setting would have no effect, as what it governs has started already.
        ValueError: a seed that not every generator takes, no thread, or a framework that is not known here.
    """
    if unknown := sorted(set(frameworks) - set(FRAMEWORKS)):
        raise ValueError(f"unknown framework {unknown[0]}: known are {', '.join(FRAMEWORKS)}")
    if (seed is not None and not 0 <= seed < LIMIT) or threads < 1:
        raise ValueError(
            f"seed {seed}, {threads} threads: a seed is from 0 to {LIMIT - 1}, and one thread is the least"
        )
    report = Report(seed, {}, {"cpu": CPU}) | process.hash_seed()
    if needs_hash_seed and "hash seed" in report.not_fixed:
        raise TooLateError(
            f"the hash seed of this process is not fixed: {report.not_fixed['hash seed']}",
            "start Python anew: PYTHONHASHSEED=0 python -s -P -m …",
        )
    report |= threading.limit(threads)
    if seed is None:
        chance = Report(None, {}, {"everything": "no seed was given"})
        return Seeds(None, arrays.generator(None), report | chance)
    report |= process.python(seed) | arrays.numpy(seed)
    for name in sorted(set(frameworks)):
        missing = Report(seed, {}, {name: "not installed"})
        report |= FRAMEWORKS[name](seed, threads) if find_spec(name) else missing
    return Seeds(seed, arrays.generator(seed), report)
