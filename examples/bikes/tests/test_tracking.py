"""What MLflow is told: digests as tags, metrics by step, the data by our digest, the model's file as it is."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from bikes.files import sha256

from .processes import ROOT, answer

if TYPE_CHECKING:
    from pathlib import Path

    from pytest import TempPathFactory  # noqa: PT013 - a type

TRACK = """
from pathlib import Path
from bikes.running import run
from bikes.tracking import track
track(run(Path("."), Path("confs/training.yaml"), Path("out"), None))
"""
CSV = b"hr,mnth,casual,registered,bikers\n" + b"".join(
    f'"{row % 24}","Jan",{row},{row % 7},{row + row % 7}\n'.encode() for row in range(60)
)


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: TempPathFactory) -> Path:
    """Return a folder in which a small training was tracked."""
    folder = tmp_path_factory.mktemp("tracked")
    text = (ROOT / "data" / "manifest.json").read_text("utf-8")
    (folder / "data").mkdir()
    wanted = "ac6950ae6f11efcc69c29d6bb13e8881c001e27d36434660d59444a1414f712c"
    (folder / "data" / "manifest.json").write_text(text.replace(wanted, sha256(CSV)))
    (folder / "data" / "Bikeshare.csv").write_bytes(CSV)
    (folder / "confs").mkdir()
    (folder / "confs" / "training.yaml").write_bytes((ROOT / "confs" / "training.yaml").read_bytes())
    variables = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db", "MLFLOW_DISABLE_TELEMETRY": "true"}
    answer(f"import os; os.chdir({str(folder)!r})\n{TRACK}", **variables)
    return folder


def rows(folder: Path, query: str) -> dict[Any, Any]:
    """Return the pairs that a query finds in MLflow's store."""
    with sqlite3.connect(folder / "mlflow.db") as store:
        return dict(store.execute(query).fetchall())


def test_digests_are_tags(tracked: Path) -> None:
    """Those of the files themselves."""
    tags = rows(tracked, "select key, value from tags")
    assert tags["model.sha256"] == sha256((tracked / "out" / "model.skops").read_bytes())
    assert tags["data.sha256"] == sha256(CSV)
    assert {"wheel.sha256", "lock.sha256", "constraints.sha256", "config.sha256", "code.dirty"} <= tags.keys()


def test_metrics_have_steps(tracked: Path) -> None:
    """One for every five trees."""
    steps = rows(tracked, "select step, value from metrics where key = 'rmse_by_trees'")
    assert sorted(steps) == [5, 10, 15, 20, 25, 30]


def test_data_has_our_digest(tracked: Path) -> None:
    """As much of the SHA-256 as MLflow has room for."""
    assert rows(tracked, "select name, digest from datasets") == {"Bikeshare.csv": sha256(CSV)[:32]}


def test_model_is_the_canonical_file(tracked: Path) -> None:
    """MLflow keeps it as it is."""
    (kept,) = (tracked / "mlruns").rglob("model.skops")
    assert kept.read_bytes() == (tracked / "out" / "model.skops").read_bytes()
    assert list(rows(tracked, "select name, model_type from logged_models").items()) == [("bikes", "skops")]
