"""NumPy, which has two kinds of generators, and scikit-learn, which has no switch at all."""

from __future__ import annotations

import numpy as np

from bikes.seeding.report import Report


def numpy(seed: int) -> Report:
    """Seed NumPy's old global generator; `default_rng()` without a seed stays random, whatever one does."""
    np.random.seed(seed)  # noqa: NPY002 - this is the generator that other people's code draws from
    how = {"numpy.random (legacy)": f"seed {seed}", "numpy.random.Generator": f"default_rng({seed}), handed on"}
    return Report(seed, how, {"numpy.random.default_rng()": "no seed governs it: hand a Generator on"})


def generator(seed: int | None) -> np.random.Generator:
    """Return a generator to hand on. Its stream may change with NumPy's version, so NumPy is locked."""
    return np.random.default_rng(seed)


def scikit_learn(seed: int, threads: int) -> Report:
    """Say what to hand on, and load it, so that the pools of its extensions are known."""
    import sklearn.ensemble

    from bikes.seeding.threading import limit

    limit(threads)
    return Report(seed, {f"sklearn {sklearn.__version__}": f"random_state={seed}, handed on"}, {})
