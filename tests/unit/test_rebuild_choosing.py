"""Which sdist of a build requirement is built, where the index has no wheel of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel._types import Sha256
from samewheel.index import ReleaseFile
from samewheel.interpreter import find_interpreter
from samewheel.rebuilding.choosing import choose_sdist

if TYPE_CHECKING:
    from typing import Literal

THEN = "2021-06-01T12:00:00Z"
BEFORE = "2021-06-01T11:59:59.999999Z"


def file(
    version: str,
    ending: str = ".tar.gz",
    *,
    kind: Literal["wheel", "sdist"] = "sdist",
    uploaded: str | None = BEFORE,
    requires_python: str | None = None,
    yanked: bool = False,
) -> ReleaseFile:
    """Return a file of the project ``tool``."""
    return ReleaseFile(
        name="tool",
        version=version,
        filename=f"tool-{version}{ending}",
        kind=kind,
        url="https://example.org/tool",
        sha256=Sha256("0" * 64),
        uploaded=uploaded,
        requires_python=requires_python,
        yanked=yanked,
    )


def chosen(*files: ReleaseFile, requires: tuple[str, ...] = (), before: str | None = THEN) -> str | None:
    """Return the name of the sdist that is chosen with the interpreter of the tests."""
    found = choose_sdist(files, requires, find_interpreter(None), before)
    return found.filename if found is not None else None


def test_the_newest_version_is_chosen_by_its_number() -> None:
    """As an installer would: not by the date, nor by the spelling."""
    assert chosen(file("1.9"), file("1.10"), file("1.2")) == "tool-1.10.tar.gz"
    assert chosen() is None


def test_a_wheel_is_no_source() -> None:
    """Whoever asks has found that none fits."""
    assert chosen(file("1.0"), file("2.0", "-py2-none-any.whl", kind="wheel")) == "tool-1.0.tar.gz"


@pytest.mark.parametrize("late", [THEN, "2021-06-01T12:00:00.000001Z", "2021-06-01T13:00:00+00:30", None])
def test_what_was_not_there_yet_is_passed_over(late: str | None) -> None:
    """And so is what nobody knows of; without a date, everything was there."""
    assert chosen(file("1.0"), file("2.0", uploaded=late)) == "tool-1.0.tar.gz"
    assert chosen(file("2.0", uploaded=late)) is None
    assert chosen(file("1.0"), file("2.0", uploaded=late), before=None) == "tool-2.0.tar.gz"


def test_a_day_means_all_of_it() -> None:
    """As in a lock: people write days into plans."""
    late = file("2.0", uploaded="2021-06-01T23:59:59Z")
    assert chosen(file("1.0"), late, before="2021-06-01") == "tool-2.0.tar.gz"
    assert chosen(file("1.0"), late, before="2021-05-31") is None


@pytest.mark.parametrize(
    ("requires", "version"),
    [
        ((), "2.0"),
        (("Tool<2",), "1.5"),
        (("tool<2", "tool!=1.5"), "1.0"),
        (("tool<2; python_version < '3'",), "2.0"),
        (("tool[extra]<2; python_version >= '3'",), "1.5"),
        (("other<2", "tool-kit<2"), "2.0"),
    ],
)
def test_requirements_that_name_it_limit_it(requires: tuple[str, ...], version: str) -> None:
    """All of them that hold for the interpreter, however the name is spelt, and no others."""
    assert chosen(file("1.0"), file("1.5"), file("2.0"), requires=requires) == f"tool-{version}.tar.gz"


def test_nothing_may_be_allowed() -> None:
    """Then nothing is built."""
    assert chosen(file("1.0"), requires=("tool>1",)) is None


def test_pre_releases_and_yanked_files_are_the_last_resort() -> None:
    """As installers have it."""
    assert chosen(file("1.0"), file("2.0b1"), file("1.5", yanked=True)) == "tool-1.0.tar.gz"
    assert chosen(file("2.0b1"), file("1.5", yanked=True)) == "tool-2.0b1.tar.gz"
    assert chosen(file("1.0"), file("1.5", yanked=True), requires=("tool==1.5",)) == "tool-1.5.tar.gz"


def test_requires_python_counts_where_it_can_be_read() -> None:
    """An sdist that this Python cannot build is none for it; what is no range does not forbid anything."""
    assert chosen(file("1.0"), file("2.0", requires_python=">=99")) == "tool-1.0.tar.gz"
    assert chosen(file("1.0"), file("2.0", requires_python="three")) == "tool-2.0.tar.gz"


def test_of_one_version_the_usual_archive_is_taken() -> None:
    """That which backends make; others are from before PEP 625."""
    assert chosen(file("1.0", ".zip"), file("1.0"), file("1.0", ".tar.bz2")) == "tool-1.0.tar.gz"
