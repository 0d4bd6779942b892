"""What wheels' file names say, and how much one line may stand for: the same bound for whoever asks."""

from __future__ import annotations

import pytest
from packaging.utils import InvalidWheelFilename

from samewheel.audit.inputs.names import parse_wheel_name
from samewheel.errors import UsageError
from samewheel.index.names import identify
from samewheel.wheel import MOST_TAGS, read_file_name, read_tags


def tags(*numbers: int) -> str:
    """Return a compressed set of tags with so many words in each of its parts."""
    return "-".join(".".join(f"t{number}" for number in range(count)) for count in numbers)


def test_name_version_build_and_tags() -> None:
    """Normalised, as PEP 427 and PEP 440 have it."""
    file = read_file_name("Zope.Interface-5.0.post-1a-cp38-cp38-linux_x86_64.whl")
    assert (file.name, file.version, file.build, len(file.tags)) == ("zope-interface", "5.0.post0", (1, "a"), 1)


@pytest.mark.parametrize("name", ["six-1.0.whl", "six-x-py3-none-any.whl", "six-1.0-py3-none-any.zip", ""])
def test_name_that_is_none_is_refused(name: str) -> None:
    """By one kind of error, whatever is wrong with it."""
    with pytest.raises(InvalidWheelFilename):
        read_file_name(name)


@pytest.mark.parametrize(("numbers", "fits"), [((8, 16, 8), True), ((8, 16, 9), False), ((1, 1, 20), True)])
def test_index_audit_and_wheel_have_one_bound(numbers: tuple[int, int, int], *, fits: bool) -> None:
    """What one of them took and another did not could be audited and never found."""
    assert (numbers[0] * numbers[1] * numbers[2] <= MOST_TAGS) is fits
    filename = f"a-1-{tags(*numbers)}.whl"
    assert (identify(filename, "a") is not None) is fits
    if fits:
        assert len(parse_wheel_name(filename, "list.txt").tags) == len(read_tags(tags(*numbers)))
    else:
        with pytest.raises(UsageError):
            parse_wheel_name(filename, "list.txt")
        with pytest.raises(InvalidWheelFilename):
            read_file_name(filename)
        with pytest.raises(ValueError, match="more than 1024"):
            read_tags(tags(*numbers))
