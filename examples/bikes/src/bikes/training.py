"""Fits the forest and measures it: table and seeds in, model, predictions and metrics out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from bikes.files import as_json

if TYPE_CHECKING:
    from bikes.config import Config
    from bikes.dataset import Rows, Table
    from bikes.seeding import Seeds

STEP = 5
"""Trees from one point of the curve to the next."""


class Trained(msgspec.Struct, frozen=True):
    """A model, what it predicts for the rows that test it, and how far off that is, also for the first trees only."""

    model: Any
    rows: NDArray[np.int64]
    predictions: NDArray[np.float64]
    metrics: dict[str, float]
    curve: dict[int, float]


def train(config: Config, table: Table, rows: Rows, seeds: Seeds, threads: int) -> Trained:
    """Fit on some rows, and test on the others."""
    model = fitted(config, table.features[rows.fit], table.target[rows.fit], seeds.random_state, threads)
    features, truth = table.features[rows.test], table.target[rows.test]
    predictions: NDArray[np.float64] = model.predict(features)
    curve = curve_of(model, features, truth)
    return Trained(model, rows.test, predictions, measured(predictions, truth), curve)


def fitted(config: Config, features: Any, target: Any, seed: int | None, threads: int) -> Any:  # noqa: ANN401
    """Return the forest, which does not remember the threads that fitted it.

    With several threads a forest also adds predictions up in the order in which they are ready: it predicts with one.
    """
    forest = RandomForestRegressor(
        n_estimators=config.model.trees,
        min_samples_leaf=config.model.min_samples_leaf,
        random_state=seed,
        n_jobs=threads,
    )
    forest.fit(features, target)
    return forest.set_params(n_jobs=None)


def measured(predictions: NDArray[np.float64], truth: NDArray[np.float64]) -> dict[str, float]:
    """Return the metrics. `fsum` rounds once, so that no order of adding shows in them."""
    errors = (predictions - truth).tolist()
    spread = (truth - math.fsum(truth.tolist()) / len(truth)).tolist()
    squares = math.fsum(error * error for error in errors)
    return {
        "mae": math.fsum(map(abs, errors)) / len(errors),
        "r2": 1 - squares / math.fsum(part * part for part in spread),
        "rmse": math.sqrt(squares / len(errors)),
    }


def curve_of(model: Any, features: NDArray[np.float64], truth: NDArray[np.float64]) -> dict[int, float]:  # noqa: ANN401
    """Return the RMSE of the first 5, 10, … trees, by their number."""
    total = np.zeros(len(truth))
    curve = {}
    for count, tree in enumerate(model.estimators_, 1):
        total += tree.predict(features)
        if count % STEP == 0:
            curve[count] = measured(total / count, truth)["rmse"]
    return curve


def predictions_file(trained: Trained) -> bytes:
    """Return the predictions as CSV, each in the shortest form that gives the same number back."""
    pairs = zip(trained.rows.tolist(), trained.predictions.tolist(), strict=True)
    return "".join(["row,prediction\n", *(f"{row},{value!r}\n" for row, value in pairs)]).encode()


def metrics_file(trained: Trained) -> bytes:
    """Return the metrics as JSON."""
    return as_json(
        {**trained.metrics, "rmse_by_trees": {str(count): value for count, value in trained.curve.items()}}
    )
