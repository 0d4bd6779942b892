"""A lock is stale when what is asked for has changed, not when the world has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.utils import canonicalize_name

from samewheel._types import Sha256
from samewheel.constraints import Constraints, Pin, make_header, parse_constraints, render
from samewheel.locking.checking import stale

LINUX = {"sys_platform": "linux", "python_full_version": "3.11.7", "python_version": "3.11"}
HATCHLING = Pin(name=canonicalize_name("hatchling"), version="1.27.0", hashes=("sha256:" + "a" * 64,))
HATCH_VCS = Pin(name=canonicalize_name("hatch-vcs"), version="0.5", hashes=("sha256:" + "b" * 64,))


def locked(
    *pins: Pin, requires: tuple[str, ...] = ("hatchling>=1.20",), asked: tuple[str, ...] = ("hatch-vcs",)
) -> Constraints:
    """Return constraints of ours."""
    header = make_header(requires=requires, asked=asked, requires_python=">=3.11")
    return parse_constraints(render(pins or (HATCHLING, HATCH_VCS), header), "constraints.txt")


def test_same_requirements_are_fresh() -> None:
    """Whatever their order and spelling."""
    assert stale(locked(), requires=["Hatchling >= 1.20"], asked=["hatch_vcs"], environment=LINUX) == ()


def test_changed_requirement_is_told_as_a_diff() -> None:
    """Also where the pins would still do: the header would not say what they are for."""
    assert stale(locked(), requires=["hatchling>=1.27"], asked=["hatch-vcs"], environment=LINUX) == (
        "- hatchling>=1.20",
        "+ hatchling>=1.27",
    )


def test_unmet_requirement_is_told() -> None:
    """Besides the diff, the pin that does not do any more is named."""
    assert stale(locked(), requires=["hatchling>=1.30", "wheel"], asked=["hatch-vcs"], environment=LINUX) == (
        "- hatchling>=1.20",
        "+ hatchling>=1.30",
        "+ wheel",
        "hatchling==1.27.0 does not satisfy hatchling>=1.30",
        "nothing pins wheel",
    )


def test_backend_that_asks_for_more_makes_stale() -> None:
    """What hooks ask for can change without pyproject.toml, for example with a plugin's settings."""
    assert stale(locked(), requires=["hatchling>=1.20"], asked=["hatch-vcs", "ninja"], environment=LINUX) == (
        "+ ninja",
        "nothing pins ninja",
    )
    assert stale(locked(), requires=["hatchling>=1.20"], asked=[], environment=LINUX) == ("- hatch-vcs",)


def test_backend_that_cannot_be_asked_is_believed() -> None:
    """Offline, the check is about static requirements, and the pins of the others must still be there."""
    assert stale(locked(), requires=["hatchling>=1.20"], asked=None, environment=LINUX) == ()
    assert stale(locked(HATCHLING), requires=["hatchling>=1.20"], asked=None, environment=LINUX) == (
        "nothing pins hatch-vcs",
    )


@pytest.mark.parametrize("asked", [None, (), ("hatch-vcs",)])
def test_requirement_that_became_static_is_no_change(asked: tuple[str, ...] | None) -> None:
    """The same pins are needed for the same requirements, whoever states them."""
    assert stale(locked(), requires=["hatchling>=1.20", "hatch-vcs"], asked=asked, environment=LINUX) == ()


def test_marker_that_does_not_apply_needs_no_pin() -> None:
    """The interpreter of the check decides what is needed."""
    requires = ("hatchling>=1.20", 'colorama; sys_platform == "win32"')
    assert stale(locked(requires=requires), requires=requires, asked=["hatch-vcs"], environment=LINUX) == ()


def test_edited_header_is_told() -> None:
    """A requirement written into the header by hand is not covered by the digest."""
    constraints = locked()
    assert constraints.header is not None
    edited = replace(constraints, header=replace(constraints.header, digest=Sha256("0" * 64)))
    reasons = stale(edited, requires=["hatchling>=1.20"], asked=["hatch-vcs"], environment=LINUX)
    assert reasons == ("the header was edited: its digest is not that of its requirements",)


def test_other_pythons_make_stale() -> None:
    """Pins for 3.11 and newer say nothing of 3.9."""
    reasons = stale(locked(), requires=["hatchling>=1.20"], asked=None, environment=LINUX, requires_python=">=3.9")
    assert reasons == ("- requires-python >=3.11", "+ requires-python >=3.9")


def test_without_our_header_only_pins_count() -> None:
    """A file from ``uv pip compile`` does not say what it was compiled from."""
    plain = parse_constraints(render([HATCHLING]), "constraints.txt")
    assert stale(plain, requires=["hatchling>=1.27"], asked=[], environment=LINUX) == ()
    assert stale(plain, requires=["hatchling>=1.28"], asked=["ninja"], environment=LINUX) == (
        "hatchling==1.27.0 does not satisfy hatchling>=1.28",
        "nothing pins ninja",
    )
