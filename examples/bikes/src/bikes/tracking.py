"""Tells MLflow what was trained: parameters, metrics by step, files, data, model, and digests that it lacks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import mlflow
import msgspec
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.meta_dataset import MetaDataset

from bikes.running import METRICS, MODEL, PREDICTIONS, RECORD

if TYPE_CHECKING:
    from bikes.record import Record
    from bikes.running import Run

DIGEST = 32
"""Characters of our SHA-256 that fit where MLflow keeps its own eight; the tag `data.sha256` has them all."""


def track(run: Run) -> None:
    """Log one training to the store of MLFLOW_TRACKING_URI, in the run that `mlflow run` began, or in a new one."""
    with mlflow.start_run(run_id=os.environ.get("MLFLOW_RUN_ID")):
        mlflow.set_tags(tags(run.record))
        mlflow.log_params(parameters(run))
        for count, value in run.trained.curve.items():
            mlflow.log_metric("rmse_by_trees", value, step=count)
        mlflow.log_metrics(run.record.result.values)
        log_data(run)
        for name in (PREDICTIONS, METRICS, RECORD):
            mlflow.log_artifact(str(run.output / name))
        log_model(run)


def tags(record: Record) -> dict[str, str]:
    """Return the digests, the commit and whether the tree was dirty, which MLflow's tag does not say."""
    code, result = record.code, record.result
    return {
        "code.commit": str(code.commit),
        "code.dirty": str(code.dirty).lower(),
        "wheel.sha256": code.wheel.sha256 if code.wheel else "none",
        "lock.sha256": str(record.environment.lock),
        "constraints.sha256": str(record.environment.constraints),
        "config.sha256": record.config.sha256,
        "data.sha256": record.data.sha256,
        "split.sha256": record.data.split,
        "model.sha256": result.model,
        "predictions.sha256": result.predictions,
        "metrics.sha256": result.metrics,
    }


def parameters(run: Run) -> dict[str, object]:
    """Return the configuration, flat: `split.seed`, `model.trees`."""
    flat: dict[str, object] = {"conf": run.record.config.name}
    for key, value in msgspec.to_builtins(run.config).items():
        inner = value.items() if isinstance(value, dict) else [(None, value)]
        flat.update({f"{key}.{name}" if name else key: part for name, part in inner})
    return flat | {"threads": run.record.config.threads}


def log_data(run: Run) -> None:
    """Log the data with our digest: MLflow's is made of the first 10,000 rows, and of some types of columns only."""
    manifest = run.table.manifest
    source = CodeDatasetSource(tags=msgspec.to_builtins(manifest.origin))
    data = MetaDataset(source, name=manifest.name, digest=manifest.sha256[:DIGEST])  # type: ignore[abstract] # it is not
    mlflow.log_input(data, context="training")


def log_model(run: Run) -> None:
    """Log the canonical file as a model: what MLflow would write itself has the time and a random number in it."""
    digest = run.record.result.model
    model = mlflow.initialize_logged_model(name="bikes", model_type="skops", tags={"sha256": digest})
    mlflow.MlflowClient().log_model_artifact(model.model_id, str(run.output / MODEL))
    mlflow.finalize_logged_model(model.model_id, "READY")
