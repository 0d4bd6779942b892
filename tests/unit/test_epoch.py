"""SOURCE_DATE_EPOCH: the caller's, else the source's, else 1980, and never one that no wheel can hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel._types import SourceKind
from samewheel.epoch import EARLIEST, LATEST, choose_epoch
from samewheel.errors import UsageError


def test_limits_are_those_of_a_zip_archive() -> None:
    """ZIP dates hold the years 1980 to 2107, in steps of two seconds (APPNOTE 4.4.6)."""
    assert datetime(1980, 1, 1, tzinfo=UTC).timestamp() == EARLIEST
    assert datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC).timestamp() == LATEST


@given(st.integers() | st.sampled_from([EARLIEST - 1, EARLIEST, LATEST, LATEST + 1]))
def test_number_is_accepted_exactly_within_the_limits(value: int) -> None:
    """A time that is accepted and then clipped by the backend would be a lie in the buildinfo."""
    environ = {"SOURCE_DATE_EPOCH": str(value)}
    if EARLIEST <= value <= LATEST:
        epoch = choose_epoch(SourceKind.GIT, 1_600_000_000, environ)
        assert (epoch.value, epoch.origin) == (value, "environment")
    else:
        with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
            choose_epoch(SourceKind.GIT, 1_600_000_000, environ)


@pytest.mark.parametrize(
    "value",
    [
        "now",
        "1.6e9",
        "160000000.5",
        " 160000000",
        "160000000\n",
        "+160000000",
        "16_000_000",
        "²",
        "٣" * 9,
        "9" * 5000,
    ],
    ids=lambda value: ascii(value[:20]),
)
def test_what_is_no_whole_number_is_refused(value: str) -> None:
    """Tools read odd spellings differently; also int() itself must not fail on the way."""
    with pytest.raises(UsageError) as caught:
        choose_epoch(SourceKind.FOLDER, None, {"SOURCE_DATE_EPOCH": value})
    assert repr(value) in caught.value.what
    assert caught.value.hint


@pytest.mark.parametrize("environ", [{}, {"SOURCE_DATE_EPOCH": ""}], ids=["unset", "empty"])
@pytest.mark.parametrize(("kind", "origin"), [(SourceKind.GIT, "commit"), (SourceKind.SDIST, "sdist")])
def test_source_decides_when_the_caller_does_not(environ: dict[str, str], kind: SourceKind, origin: str) -> None:
    """A commit and an sdist have a time that is the same for everybody."""
    epoch = choose_epoch(kind, 1_600_000_000, environ)
    assert (epoch.value, epoch.origin) == (1_600_000_000, origin)


@pytest.mark.parametrize("newest", [None, 0, EARLIEST - 1, LATEST + 1])
def test_source_without_a_usable_time_gets_1980(newest: int | None) -> None:
    """Files of a plain folder have the time of their download, and some sdists say 1970: neither is an input."""
    epoch = choose_epoch(SourceKind.SDIST, newest, {})
    assert (epoch.value, epoch.origin) == (EARLIEST, "default")


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification says that tools read the variable from the environment."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    assert choose_epoch(SourceKind.GIT, 1_600_000_000).value == 1_500_000_000
