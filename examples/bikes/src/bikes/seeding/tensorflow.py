"""TensorFlow and Keras 3: `tf.random.set_seed` alone leaves weights to chance, as Keras asks the module `random`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from bikes.errors import TooLateError
from bikes.seeding.report import Report


def seed(seed: int, threads: int) -> Report:
    """Seed by Keras, which seeds `random`, NumPy's old generator and TensorFlow, and ask for deterministic operators.

    Raises:
        TooLateError: TensorFlow's threads have started with another number.
    """
    framework: Any = import_module("tensorflow")
    keras: Any = import_module("keras")
    use_threads(framework.config.threading, threads)
    keras.utils.set_random_seed(seed)
    framework.config.experimental.enable_op_determinism()
    fixed = {
        f"tensorflow {framework.__version__}": f"set_seed({seed}), deterministic operators, {threads} threads",
        f"keras {keras.__version__}": f"set_random_seed({seed})",
    }
    return Report(seed, fixed, {"keras layers' own seeds": "a layer that is given a seed generator draws from that"})


def use_threads(threading: Any, threads: int) -> None:  # noqa: ANN401 - a module that may be missing has no types
    """Fix both numbers of threads.

    Raises:
        TooLateError: they run already, and are others.
    """
    for scope in ("inter", "intra"):
        if getattr(threading, f"get_{scope}_op_parallelism_threads")() == threads:
            continue
        try:
            getattr(threading, f"set_{scope}_op_parallelism_threads")(threads)
        except RuntimeError as error:
            raise TooLateError(f"TensorFlow's threads run already: {error}", "seed before any work") from error
