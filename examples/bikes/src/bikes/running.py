"""One training from configuration to files, and the record of it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from bikes import canonical, dataset, provenance, training
from bikes.config import Config, load
from bikes.errors import BikesError
from bikes.files import as_json, sha256, write
from bikes.record import SCHEMA, Configured, Data, Observed, Record, Result
from bikes.seeding import seed_everything, threading

MODEL, PREDICTIONS, METRICS, RECORD, OBSERVED = (
    "model.skops",
    "predictions.csv",
    "metrics.json",
    "record.json",
    "observed.json",
)

CONFS = "confs"


class Run(msgspec.Struct, frozen=True):
    """What a training leaves: the record, the trained model and table, and where the files are."""

    record: Record
    config: Config
    table: dataset.Table
    trained: training.Trained
    output: Path


def run(project: Path, conf: Path, output: Path, threads: int | None) -> Run:
    """Train as the configuration says, and write model, predictions, metrics, then the record.

    `threads` takes the place of the configuration's, for a comparison.

    Raises:
        BikesError: a file that is missing or not what it should be.
    """
    config, text = load(recordable(project, conf))
    count = config.threads if threads is None else threads
    if count < 1:
        raise BikesError(f"{count} threads", "give one thread or more")
    seeds = seed_everything(config.seed, threads=count, frameworks={"sklearn"})
    code = provenance.code(project)
    environment = provenance.environment(project, locked=code.wheel is not None)
    table = dataset.load(project / config.data, config)
    rows = dataset.split(len(table.target), config.split)
    trained = training.train(config, table, rows, seeds, count)
    result = written(output, trained, canonical_form=config.model.format == "skops-canonical")
    data = Data(table.manifest.name, table.manifest.sha256, len(table.target), rows.sha256)
    configured = Configured(conf.name, sha256(text), count)
    record = Record(SCHEMA, code, environment, configured, data, seeds.report, result)
    write(output / OBSERVED, as_json(observed()))
    write(output / RECORD, as_json(record))
    return Run(record, config, table, trained, output)


def recordable(project: Path, conf: Path) -> Path:
    """Return the path of a configuration that a record can name: by its name, in the project's folder for them.

    Raises:
        BikesError: it is in another folder, where nobody who reproduces the record would have it.
    """
    if conf.absolute().parent.resolve() != (project / CONFS).resolve():
        raise BikesError(f"{conf.name} is not in {CONFS}/ of the project", f"put it into {CONFS}/, and commit it")
    return conf


def written(output: Path, trained: training.Trained, *, canonical_form: bool) -> Result:
    """Write what came out, and return the digests."""
    files = {
        MODEL: canonical.dump(trained.model, canonical=canonical_form),
        PREDICTIONS: training.predictions_file(trained),
        METRICS: training.metrics_file(trained),
    }
    for name, content in files.items():
        write(output / name, content)
    model, predictions, metrics = (sha256(content) for content in files.values())
    return Result(model, predictions, metrics, trained.metrics)


def observed() -> Observed:
    """Return what this process sees around it, after its work."""
    mask = os.umask(0)
    os.umask(mask)
    return Observed(
        cwd=str(Path.cwd()),
        hash_of_text=hash("bikes"),
        home=str(Path.home()),
        threads=threading.in_force(),
        time_zone=time.strftime("%z"),
        umask=f"{mask:03o}",
    )
