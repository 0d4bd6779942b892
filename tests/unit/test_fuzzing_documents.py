"""The laws that `just fuzz-readers` checks, for a few inputs; and that they would see a reader that fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from samewheel.errors import UsageError
from tests.fuzzing.documents import Reader, is_accepted, readers
from tests.fuzzing.garbling import drawing, garbled, garbled_archive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

A_FEW = 300

every_reader = pytest.mark.parametrize("reader", readers(), ids=lambda reader: reader.name)


@every_reader
def test_valid_documents_are_accepted(reader: Reader) -> None:
    """What is changed was right before: else every input would be refused for the same reason."""
    assert all(is_accepted(reader, seed) for seed in reader.seeds)


@every_reader
def test_garbled_documents_are_read_or_refused(reader: Reader) -> None:
    """No document ends in an error that is not ours, or is read in two ways."""
    draw = drawing(reader.name)
    found = {is_accepted(reader, reader.garble(draw, reader.seeds)) for _ in range(A_FEW)}
    # What the old form of an index's page says besides is taken where it is there, and is never an error.
    assert found == ({True} if reader.name == "page of the old form" else {True, False})


def test_inputs_do_not_depend_on_the_machine() -> None:
    """A finding of somebody else's can be had again from its seed."""
    seeds = [b'{"a": 1}\n', b"a = 1\n"]
    drawn = [[garbled(drawing(str(seed)), seeds) for seed in range(50)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len({*drawn[0]}) > 40


@pytest.mark.parametrize("garble", [garbled, garbled_archive])
def test_nothing_can_be_changed_further(garble: Callable[[Random, Sequence[bytes]], bytes]) -> None:
    """A change can leave nothing, once in a million inputs; the next one must not end the whole night's run."""
    draw = drawing("0")
    assert len({garble(draw, [b""]) for _ in range(A_FEW)}) > 1


def naive(content: bytes) -> object:
    """Read JSON as many a program does."""
    try:
        document = json.loads(content)
    except json.JSONDecodeError as error:
        raise UsageError("no JSON") from error
    return document["a"]


def test_law_sees_an_error_that_is_not_ours() -> None:
    """A reader that believes its input breaks the law within a few inputs."""
    reader = Reader("naive", (b'{"a": "x"}',), naive)
    draw = drawing("0")
    inputs = [garbled(draw, reader.seeds) for _ in range(A_FEW)]
    with pytest.raises((KeyError, TypeError, UnicodeDecodeError, RecursionError, ValueError)):
        {is_accepted(reader, content) for content in inputs}


def test_law_sees_what_is_lost_on_the_way() -> None:
    """A writer that leaves something out is no inverse of its reader."""
    reader = Reader("lossy", (), lambda content: content.decode(), lambda text: text[:-1].encode())
    with pytest.raises(AssertionError):
        is_accepted(reader, b"a")
