"""Which files of models are the same each time, and why the others are not."""

from __future__ import annotations

import gzip
import io
import pickle
from typing import Any

import joblib
import numpy as np
import pytest
import safetensors.numpy
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

from bikes import canonical

from .processes import FOREST, digest_of

ARRAYS = {"weights": np.arange(6, dtype=np.float32).reshape(2, 3)}
TENSORS = "import numpy as np\nfrom safetensors.numpy import save\narrays = {'w': np.zeros(3)}"


@pytest.mark.parametrize(
    "written",
    [
        "__import__('pickle').dumps(model)",
        "(lambda file: (__import__('joblib').dump(model, file), file.getvalue())[1])(__import__('io').BytesIO())",
    ],
    ids=["pickle", "joblib"],
)
def test_pickles_of_a_forest_are_the_same_in_two_processes(written: str) -> None:
    """A forest has no set and no address in it."""
    assert len({digest_of(FOREST, written, PYTHONHASHSEED=seed) for seed in ("0", "1")}) == 1


def test_pickle_changes_when_it_is_loaded_and_dumped() -> None:
    """It says which strings were one object, which is an accident: so a copy of a model has another digest."""
    forest = fitted(RandomForestRegressor(n_estimators=2, random_state=0))
    content = pickle.dumps(forest)
    assert pickle.dumps(pickle.loads(content)) != content  # noqa: S301 - made one line above


def test_pickle_of_a_forest_remembers_its_threads() -> None:
    """`n_jobs` is a parameter, so it is in the file: set it to None before dumping."""
    one, two = (fitted(RandomForestRegressor(n_estimators=2, random_state=0, n_jobs=jobs)) for jobs in (1, 2))
    assert pickle.dumps(one) != pickle.dumps(two)
    assert canonical.dump(one.set_params(n_jobs=None)) == canonical.dump(two.set_params(n_jobs=None))


def test_boosting_remembers_the_threads_of_the_machine() -> None:
    """Its mapper of bins keeps the number of threads, which no parameter governs: the predictions are the same."""
    code = "from sklearn.ensemble import HistGradientBoostingRegressor as Boosting\nimport numpy as np, pickle\n"
    code += "x = np.random.RandomState(0).rand(200, 4)\nmodel = Boosting(max_iter=2).fit(x, x.sum(1))"
    counts = ("1", "2")
    assert len({digest_of(code, "pickle.dumps(model)", OMP_NUM_THREADS=count) for count in counts}) == 2
    assert len({digest_of(code, "model.predict(x).tobytes()", OMP_NUM_THREADS=count) for count in counts}) == 1
    assert hasattr(fitted(HistGradientBoostingRegressor(max_iter=1))._bin_mapper, "n_threads")  # noqa: SLF001


def test_safetensors_with_many_notes_are_of_chance() -> None:
    """It keeps metadata in a map whose order is drawn for each process."""
    notes = "{f'key{n}': 'value' for n in range(12)}"
    assert len({digest_of(TENSORS, f"save(arrays, metadata={notes})") for _ in range(3)}) > 1


def test_safetensors_with_one_note_are_not() -> None:
    """So all notes are one text of JSON."""
    code = f"{TENSORS}\nfrom bikes.canonical import dump_arrays\nnotes = {{f'key{{n}}': 'value' for n in range(12)}}"
    assert len({digest_of(code, "dump_arrays(arrays, notes)", PYTHONHASHSEED=seed) for seed in ("0", "1", "2")}) == 1


def test_safetensors_give_the_arrays_back() -> None:
    """What is loaded is what was dumped."""
    loaded = safetensors.numpy.load(canonical.dump_arrays(ARRAYS, {"seed": "42", "by": "bikes"}))
    assert loaded["weights"].tolist() == ARRAYS["weights"].tolist()


def test_gzip_has_the_time_in_it() -> None:
    """A compressed CSV or pickle differs from second to second, unless the time is given."""
    assert len({gzip.compress(b"rows", mtime=second) for second in (1, 2)}) == 2
    assert joblib_compressed() == joblib_compressed()


def joblib_compressed() -> bytes:
    """Return a dump that joblib compresses by zlib, which has no time."""
    file = io.BytesIO()
    joblib.dump(ARRAYS, file, compress=("zlib", 3))
    return file.getvalue()


def fitted(model: Any) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Return the model after a fit."""
    rows = np.random.RandomState(0).rand(200, 4)
    return model.fit(rows, rows.sum(1))
