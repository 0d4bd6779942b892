"""What the output of builds tells of their wheels: options of compilers, and extensions that were given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from samewheel.comparison import diff
from samewheel.explaining.case import Given, opened
from samewheel.explaining.explaining import join, look_into
from tests.unit.test_inside_elf import changed, compiled, section
from tests.unit.test_recognisers_native import compiles
from tests.unit.wheels import FILES, written

if TYPE_CHECKING:
    from pathlib import Path

    from samewheel.explaining.values import Explanation
    from tests.unit.wheels import Files

LIBRARY = "demo/_fast.so"


def told(folder: Path, a: Files, b: Files, *printed: str) -> dict[str, Explanation]:
    """Return the explanations of two wheels whose builds printed something, by cause."""
    one, other = (written(folder / side, {**FILES, **files}) for side, files in (("a", a), ("b", b)))
    differences = diff(one, other).differences
    with opened(one, other, differences, given=Given(printed=(printed[0], printed[1]))) as case:
        found = join(look_into(case))
    return {explanation.cause: explanation for explanation in found}


@compiles
@pytest.mark.parametrize(
    ("printed", "cause"),
    [
        ("gcc -O3 -fprofile-use=/x/demo.gcda -c demo.c", "profile"),
        ("gcc -O3 -march=native -c demo.c", "native-cpu"),
        ("rustc --crate-name demo -C target-cpu=native", "native-cpu"),
        ("gcc -O3 -march=x86-64-v3 -c demo.c", "unknown"),
        ("", "unknown"),
    ],
)
def test_options_that_look_at_more_than_the_source_would_explain_code(
    tmp_path: Path, printed: str, cause: str
) -> None:
    """A compiler that heeds a profile or the processor makes other code of one source; no other option says so."""
    library = compiled(tmp_path)
    other = changed(library, section(library, ".text").start)
    assert set(told(tmp_path, {LIBRARY: library}, {LIBRARY: other}, "", printed)) == {cause}


@compiles
def test_folders_in_options_are_not_shown(tmp_path: Path) -> None:
    """Where a profile lies is a folder of the machine."""
    library = compiled(tmp_path)
    other = changed(library, section(library, ".text").start)
    printed = "gcc -fprofile-use=/home/me/demo.gcda -c demo.c"
    found = told(tmp_path, {LIBRARY: library}, {LIBRARY: other}, "", printed)["profile"]
    assert found.evidence == ("the second build printed -fprofile-use=…/demo.gcda",)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("error: Command 'gcc -c' failed with 1", "error: Command 'gcc -c' failed"),
        ("  Skipping: the Extension is disabled here", "Skipping: the Extension is disabled"),
        ("Cython could not be compiled, sorry", "Cython could not be compiled"),
        ("no compiler: falling back to pure Python", "no compiler: falling back"),
    ],
)
def test_line_is_shown_as_far_as_it_says_that_an_extension_was_given_up(
    tmp_path: Path, line: str, shown: str
) -> None:
    """What comes after that in the line is of no matter."""
    found = told(tmp_path, {LIBRARY: b"\x7fELF"}, {}, "", f"running\n{line}\n")["optional-extension"]
    assert found.evidence[0].endswith(f"; its build printed: {shown}")


def test_lines_of_any_length_are_looked_at(tmp_path: Path) -> None:
    """A build may print a megabyte of words each of which could begin such a line, and never end it."""
    printed = "building extension command " * 40_000
    assert "printed" not in told(tmp_path, {LIBRARY: b"\x7fELF"}, {}, "", printed)["optional-extension"].evidence[0]
    assert "printed" not in told(tmp_path, {}, {LIBRARY: b"\x7fELF"}, printed, "")["optional-extension"].evidence[0]


def test_extension_that_was_given_up_is_told_by_its_build(tmp_path: Path) -> None:
    """The build that lacks it says so; folders of the machine do not get into the evidence."""
    printed = "running build_ext\nwarning: building extension \"/home/me/src/_fast\" failed: Command '/usr/bin/gcc'\n"
    found = told(tmp_path, {LIBRARY: b"\x7fELF"}, {}, "", printed)["optional-extension"]
    assert found.evidence == (
        f'{LIBRARY} is not in the second wheel; its build printed: warning: building extension "…/_fast" failed',
    )


def test_failure_that_both_builds_print_tells_nothing(tmp_path: Path) -> None:
    """One of them has the extension, so that is not what failed."""
    printed = "warning: building extension 'other' failed"
    found = told(tmp_path, {LIBRARY: b"\x7fELF"}, {}, printed, printed)["optional-extension"]
    assert "printed" not in found.evidence[0]
