"""The number of threads: sums are not associative, and several threads add up in parts."""

from __future__ import annotations

import os

import threadpoolctl

from bikes.seeding.report import Report

VARIABLES = ("BLIS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def limit(threads: int) -> Report:
    """Fix the number in pools that are loaded, and by variables in those that will be; say what the pools answer."""
    for name in VARIABLES:
        os.environ[name] = str(threads)
    threadpoolctl.threadpool_limits(limits=threads)
    unheeding = sorted({pool["prefix"] for pool in threadpoolctl.threadpool_info() if pool["num_threads"] != threads})
    left = {f"threads of {name}": f"the pool does not take {threads}" for name in unheeding}
    return Report(None, {"threads": str(threads)}, left)


def in_force() -> dict[str, int]:
    """Return the number of threads of each pool that is loaded now, by its library."""
    return {pool["prefix"]: int(pool["num_threads"]) for pool in threadpoolctl.threadpool_info()}
