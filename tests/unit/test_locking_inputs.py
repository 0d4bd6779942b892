"""What resolvers are asked is checked before one of them runs."""

from __future__ import annotations

import pytest

from samewheel.constraints import parse_constraints
from samewheel.errors import InvalidProjectError, UsageError
from samewheel.locking.inputs import instant, kept, lower_bound, package_names

HASH = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("requires_python", "lowest"),
    [
        (">=3.11", "3.11"),
        (">=3.9,<4", "3.9"),
        ("<4,>=3.9,!=3.9.1,>=3.10", "3.10"),
        ("~=3.12", "3.12"),
        ("==3.11.*", "3.11"),
        ("==3.11.7", "3.11.7"),
        (">3.8", "3.8"),
        (">=3.14.0rc1", "3.14.0"),
    ],
)
def test_oldest_python_is_found(requires_python: str, lowest: str) -> None:
    """One version is what uv resolves from; it must be the oldest one that is promised."""
    assert lower_bound(requires_python) == lowest


@pytest.mark.parametrize("requires_python", ["", "<4", "!=3.9", "<=3.12,<4"])
def test_open_range_is_refused(requires_python: str) -> None:
    """From which Python on the pins hold is not ours to guess."""
    with pytest.raises(InvalidProjectError, match="has no lower bound"):
        lower_bound(requires_python)


def test_wrong_range_is_refused() -> None:
    """A range that is no specifier is named."""
    with pytest.raises(InvalidProjectError, match=r"'3\.11' is wrong"):
        lower_bound("3.11")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-01-31", "2026-02-01T00:00:00Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati"])
def test_date_means_the_same_everywhere(given: str, meant: str, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day is UTC's, all of it, in whatever time zone the lock is made."""
    monkeypatch.setenv("TZ", zone)
    assert instant(given) == meant


@pytest.mark.parametrize(
    "text", ["", "yesterday", "3 days", "P3D", "2026-02-30", "2026-01-31T12:00:00", "9999-12-31"]
)
def test_date_that_depends_on_something_is_refused(text: str) -> None:
    """A duration or a local time would mean another moment tomorrow, or elsewhere."""
    with pytest.raises(UsageError, match="neither a date nor a timestamp"):
        instant(text)


def test_names_are_normalised() -> None:
    """Names come from the command line, in any spelling."""
    assert package_names(["Hatch_VCS", "a.b", "hatch-vcs"]) == ("a-b", "hatch-vcs")


@pytest.mark.parametrize("name", ["", "--index-url=x", "hatchling>=1", "-r"])
def test_wrong_name_is_refused(name: str) -> None:
    """What could be an option never reaches a command line."""
    with pytest.raises(UsageError, match="is not the name of a package"):
        package_names([name])


def test_old_pins_are_kept_unless_upgraded() -> None:
    """Only what was asked for moves."""
    previous = parse_constraints(f"a==1 --hash={HASH}\nb==1 --hash={HASH}\n".encode(), "x")
    assert kept(None, upgrade=False, upgrade_packages=()) == ()
    assert kept(previous, upgrade=False, upgrade_packages=()) == previous.pins
    assert kept(previous, upgrade=False, upgrade_packages=["A"]) == previous.pins[1:]
    assert kept(previous, upgrade=True, upgrade_packages=()) == ()
