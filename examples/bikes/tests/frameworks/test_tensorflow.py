"""TensorFlow and Keras: one seed, the same weights in two processes; TensorFlow's own seed is not enough."""

from __future__ import annotations

import importlib.util

import pytest

from ..processes import digest_of  # noqa: TID252 - tests are no package that is installed

pytestmark = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="just frameworks tensorflow")

SEED = "from bikes.seeding import seed_everything\nseed_everything({}, frameworks={{'tensorflow'}})\n"
NET = """
import keras, numpy
net = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16), keras.layers.Dropout(0.2), keras.layers.Dense(1)])
net.compile("adam", "mse")
x = numpy.random.RandomState(0).rand(64, 8)
net.fit(x, x[:, 0], epochs=2, verbose=0)
"""
WEIGHTS = "b''.join(array.tobytes() for array in net.get_weights())"


def test_one_seed_gives_the_same_weights() -> None:
    """Start, dropout and order of rows included."""
    code = SEED.format(42) + NET
    assert len({digest_of(code, WEIGHTS, PYTHONHASHSEED=seed) for seed in ("1", "2")}) == 1


def test_without_a_seed_they_differ() -> None:
    """The control."""
    assert len({digest_of(SEED.format(None) + NET, WEIGHTS) for _ in range(2)}) == 2


def test_seed_of_tensorflow_alone_is_not_enough() -> None:
    """Keras 3 draws its seeds from the module `random`."""
    assert (
        len({digest_of(f"import tensorflow\ntensorflow.random.set_seed(42)\n{NET}", WEIGHTS) for _ in range(2)}) == 2
    )
