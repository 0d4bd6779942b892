"""The data is that of the manifest, or nothing is trained; the split is its own seed's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

import data
from bikes import config, dataset
from bikes.errors import BikesError
from bikes.files import as_json, sha256
from surroundings import FailedError

from .processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"""hr,mnth,casual,registered,bikers
"0","Jan",3,13,16
"1","Feb",8,32,40
"2","Dec",5,27,32
"""
CONFIG = config.load(ROOT / "confs" / "training.yaml")[0]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Return a manifest with its data beside it."""
    origin = dataset.Origin("ISLP", "data.csv", "data.lock")
    wanted = dataset.Manifest("bikes/data/1", "data.csv", sha256(TEXT), len(TEXT), 3, origin)
    (tmp_path / "data.csv").write_bytes(TEXT)
    (tmp_path / "manifest.json").write_bytes(as_json(wanted))
    return tmp_path / "manifest.json"


def test_columns_that_make_up_the_target_are_dropped(manifest: Path) -> None:
    """`casual` and `registered` add up to `bikers`: a model that sees them learns to add."""
    table = dataset.load(manifest, CONFIG)
    assert table.names == ("hr", "mnth")
    assert table.features.tolist() == [[0, 0], [1, 1], [2, 11]]
    assert table.target.tolist() == [16, 40, 32]


def test_one_changed_row_is_refused(manifest: Path) -> None:
    """By the whole SHA-256, whichever row and column it is."""
    manifest.with_name("data.csv").write_bytes(TEXT.replace(b"5,27,32", b"5,28,33"))
    with pytest.raises(BikesError, match="not the data of the manifest"):
        dataset.load(manifest, CONFIG)


def test_missing_data_names_the_command(manifest: Path) -> None:
    """A newcomer is told what to type."""
    manifest.with_name("data.csv").unlink()
    with pytest.raises(BikesError, match="just data"):
        dataset.load(manifest, CONFIG)


@pytest.mark.parametrize("text", [None, b"", b"{", b"[]", b"{}", b'{"name": "\xff"}'])
def test_broken_manifest_is_named(manifest: Path, text: bytes | None) -> None:
    """By the training and by the script that fetches, and not by a traceback."""
    (manifest.parent / "data").mkdir()
    for path in (manifest, manifest.parent / "data" / manifest.name):
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_bytes(text)
    with pytest.raises(BikesError, match=r"manifest\.json(.|\n)*git restore"):
        dataset.load(manifest, CONFIG)
    with pytest.raises(FailedError, match=r"manifest\.json(.|\n)*git restore"):
        data.fetched(manifest.parent)


def test_data_without_rows_is_refused(manifest: Path) -> None:
    """A header alone has nothing to train with."""
    wanted = msgspec.json.decode(manifest.read_bytes(), type=dataset.Manifest)
    with pytest.raises(BikesError, match="has no rows"):
        dataset.read(TEXT.splitlines()[0], wanted, CONFIG)


@pytest.mark.parametrize("share", [0.01, 0.99, float("nan")])
def test_share_that_leaves_no_rows_is_refused(share: float) -> None:
    """None to test is a division by zero, and none to fit no forest; the control is one row of each."""
    with pytest.raises(BikesError, match="test_share"):
        dataset.split(10, config.Split(1, share))
    assert len(dataset.split(2, config.Split(1, 0.5)).test) == 1


def test_unknown_word_and_column_are_refused(manifest: Path) -> None:
    """Rather than being numbered by the order in which they come."""
    wanted = msgspec.json.decode(manifest.read_bytes(), type=dataset.Manifest)
    with pytest.raises(BikesError, match="'Juli' in column mnth"):
        dataset.read(TEXT.replace(b"Dec", b"Juli"), wanted, CONFIG)
    with pytest.raises(BikesError, match="no column price"):
        dataset.read(TEXT, wanted, msgspec.structs.replace(CONFIG, target="price"))


def test_manifest_is_that_of_the_published_data() -> None:
    """The digest that was measured in three releases of the package."""
    wanted = msgspec.json.decode((ROOT / "data" / "manifest.json").read_bytes(), type=dataset.Manifest)
    assert wanted.sha256 == "ac6950ae6f11efcc69c29d6bb13e8881c001e27d36434660d59444a1414f712c"


def test_split_is_the_same_for_ever() -> None:
    """No library draws it, so this digest holds with any version of any of them."""
    rows = dataset.split(10, config.Split(1, 0.3))
    assert rows.test.tolist() == [4, 7, 8]
    assert sorted([*rows.fit.tolist(), *rows.test.tolist()]) == list(range(10))


def test_split_has_its_own_seed() -> None:
    """Another one gives other rows; the model's seed is no part of it."""
    one, two = (dataset.split(100, config.Split(seed, 0.2)) for seed in (1, 2))
    assert one.sha256 != two.sha256
    assert len(one.test) == len(two.test) == 20
