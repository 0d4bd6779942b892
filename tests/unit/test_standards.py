"""Texts of packaging's standards: what is too long or too deep is refused as packaging refuses what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.markers import InvalidMarker
from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier
from packaging.utils import InvalidWheelFilename
from packaging.version import InvalidVersion

from samewheel._standards import LONGEST, marker_of, requirement_of, specifiers_of, version_of
from samewheel.wheel import read_file_name

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = "9" * 5000
"""More digits than Python reads as a number."""


@pytest.mark.parametrize(
    ("read", "text", "error"),
    [
        (version_of, MANY, InvalidVersion),
        (version_of, f"1.0+{MANY}", InvalidVersion),
        (version_of, "rubbish", InvalidVersion),
        (specifiers_of, f">={MANY}", InvalidSpecifier),
        (requirement_of, f"six=={MANY}", InvalidRequirement),
        (requirement_of, "six; " + "(" * (LONGEST - 5), InvalidRequirement),
        (marker_of, f"python_version > '{MANY}'", InvalidMarker),
        (marker_of, "(" * LONGEST, InvalidMarker),
        (read_file_name, f"six-{MANY}-py3-none-any.whl", InvalidWheelFilename),
        (read_file_name, f"six-1.0-{MANY}-py3-none-any.whl", InvalidWheelFilename),
    ],
)
def test_what_is_too_much_is_refused_as_what_is_wrong(
    read: Callable[[str], object], text: str, error: type[ValueError]
) -> None:
    """Whoever reads such texts waits for this error; any other would be a traceback."""
    with pytest.raises(error):
        read(text)


@pytest.mark.parametrize("digits", [1, 300, 4000])
def test_what_is_long_and_right_is_read(digits: int) -> None:
    """The limit lies below Python's own, and far above what anybody writes."""
    version = version_of("9" * digits)
    assert specifiers_of(f"=={version}").contains(version)
    assert marker_of(f"python_full_version == '{version}'").evaluate({"python_full_version": str(version)})
    assert requirement_of(f"six=={version}").specifier.contains(version)
