"""A configuration with a slip in it is refused by the name of the key."""

from __future__ import annotations

import pytest

from bikes.config import load, parse
from bikes.errors import BikesError

from .processes import ROOT

PATH = ROOT / "confs" / "training.yaml"
TEXT = PATH.read_text("utf-8")


def test_committed_configuration_is_read() -> None:
    """With its comments, and with the bytes that its digest is made of."""
    config, content = load(PATH)
    assert (config.seed, config.split.seed, config.drop) == (42, 20110101, ("casual", "registered"))
    assert content == TEXT.encode()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("threads: 1", "thread: 1", "thread"),
        ("seed: 42", "seed: -1", "seed"),
        ("seed: 42", "seed: '42'", "seed"),
        ("threads: 1\n", "", "threads"),
        ("test_share: 0.2", "test_share: 1.0", "test_share"),
        ("format: skops-canonical", "format: pickle", "format"),
        ("model:", "model: [", "flow sequence"),
    ],
)
def test_slip_is_named(old: str, new: str, named: str) -> None:
    """Nothing is taken for what it may have meant."""
    assert old in TEXT
    with pytest.raises(BikesError, match=named):
        parse(TEXT.replace(old, new, 1).encode(), "training.yaml")


def test_missing_file_says_what_to_give() -> None:
    """Without a traceback."""
    with pytest.raises(BikesError, match=r"training\.yaml"):
        load(PATH.with_name("nothing.yaml"))
