"""Canonical model files: the same bytes for the same model, and still the model."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest
import skops.io

from bikes import canonical

from .processes import FOREST, digest_of

CANONICAL = "canonical.dump(model)"
CODE = f"from bikes import canonical\n{FOREST}"


@pytest.fixture(scope="module")
def forest() -> Any:  # noqa: ANN401 - scikit-learn has no types
    """Return a small forest."""
    names: dict[str, Any] = {}
    exec(FOREST, names)  # noqa: S102 - the text that the other processes run
    return names["model"]


def test_file_is_the_same_in_every_process() -> None:
    """Hash seed and addresses do not show."""
    assert len({digest_of(CODE, CANONICAL, PYTHONHASHSEED=seed) for seed in ("0", "1", "4242")}) == 1


def test_what_skops_writes_is_not() -> None:
    """The control: member names are addresses, and the clock is in the ZIP file."""
    plain = "canonical.dump(model, canonical=False)"
    assert len({digest_of(CODE, plain) for _ in range(2)}) == 2


def test_file_gives_the_model_back(forest: Any) -> None:  # noqa: ANN401
    """What is loaded predicts the same, to the bit."""
    loaded = canonical.load(canonical.dump(forest))
    rows = np.random.default_rng(0).random((50, 4))
    assert loaded.predict(rows).tobytes() == forest.predict(rows).tobytes()


def test_form_is_canonical(forest: Any) -> None:  # noqa: ANN401
    """A canonical file, canonicalized or loaded and dumped, is the same file."""
    content = canonical.dump(forest)
    assert canonical.canonicalized(content) == content
    assert canonical.dump(canonical.load(content)) == content


def test_gaps_between_fields_do_not_show(forest: Any) -> None:  # noqa: ANN401
    """Each node of a tree has bytes that nobody sets: what stood there in memory is no part of the model."""
    nodes = forest.estimators_[0].tree_.__getstate__()["nodes"]
    soiled = np.frombuffer(bytearray(b"\xff" * nodes.nbytes), nodes.dtype)
    for name in nodes.dtype.names:
        soiled[name] = nodes[name]
    files = [skops.io.dumps({"nodes": array}) for array in (nodes, soiled)]
    assert b"\xff" * 7 in files[1]
    assert len({canonical.canonicalized(content) for content in files}) == 1


def test_archive_has_no_clock_and_no_order_of_chance(forest: Any) -> None:  # noqa: ANN401
    """Members are sorted and have the earliest date."""
    with zipfile.ZipFile(io.BytesIO(canonical.dump(forest))) as archive:
        members = archive.infolist()
    assert {member.date_time for member in members} == {canonical.EPOCH}
    assert [member.filename for member in members] == sorted(member.filename for member in members)
    assert {member.compress_type for member in members} == {zipfile.ZIP_STORED}


def test_other_model_has_another_file(forest: Any) -> None:  # noqa: ANN401
    """The form hides nothing of the model."""
    other = canonical.load(canonical.dump(forest))
    other.estimators_[0].tree_.value[0] += 1e-9
    assert canonical.dump(other) != canonical.dump(forest)


def test_what_was_one_object_stays_one() -> None:
    """An array that two places share is one array after loading, and two equal ones are two."""
    shared, equal = np.arange(3.0), np.arange(3.0)
    content = canonical.canonicalized(skops.io.dumps({"a": shared, "b": shared, "c": equal}))
    loaded = canonical.load(content)
    assert loaded["a"] is loaded["b"]
    assert loaded["a"] is not loaded["c"]
    assert loaded["c"].tolist() == [0, 1, 2]


def test_text_that_was_one_object_by_accident_is_not_told_from_equal_text() -> None:
    """Which equal texts Python keeps as one is its own affair, and changes with its version."""
    text, equal = (str(b"forest", "ascii") for _ in range(2))
    assert text is not equal
    files = [skops.io.dumps({"a": text, "b": other}) for other in (text, equal)]
    assert len({canonical.canonicalized(content) for content in files}) == 1
