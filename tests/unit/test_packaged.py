"""Ignored files that look as if they should be in the wheel, and those that rightly are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.packaged import forgotten_files

MEMBERS = ("pkg/__init__.py", "pkg/sub/mod.py", "pkg/data/known.json", "pkg-1.0.dist-info/RECORD")


@pytest.mark.parametrize("name", ["pkg/_version.py", "pkg/data.json", "pkg/sub/grammar.txt"])
@pytest.mark.parametrize("prefix", ["", "src/", "lib/python/"])
def test_ignored_file_beside_packaged_modules_is_named(prefix: str, name: str) -> None:
    """A generated module or a forgotten data file is missing for every user, whatever the layout of the project."""
    assert forgotten_files([prefix + name], MEMBERS) == (prefix + name,)


def test_file_that_is_in_the_wheel_is_not_forgotten() -> None:
    """A version file that the backend generates is ignored by git and packaged all the same."""
    assert forgotten_files(["src/pkg/__init__.py", "pkg/sub/mod.py"], MEMBERS) == ()


@pytest.mark.parametrize(
    "name",
    [
        "pkg/__pycache__/mod.cpython-311.pyc",
        "pkg/mod.pyc",
        "pkg/fast.cpython-311-x86_64-linux-gnu.so",
        "pkg/mod.py.orig",
        "build/lib/pkg/removed.py",
        "dist/pkg/removed.py",
        ".venv/lib/python3.11/site-packages/pkg/other.py",
        "docs/pkg.html",
        "notes.txt",
        "pkg/data/unknown.json",
    ],
)
def test_what_builds_and_tools_leave_is_no_reason_for_a_warning(name: str) -> None:
    """A warning at every build is one that nobody reads."""
    assert forgotten_files([name], MEMBERS) == ()


def test_wheel_without_modules_has_nothing_beside_them() -> None:
    """A wheel of data alone gives no hint of what belongs to it."""
    assert forgotten_files(["pkg/data.json"], ["pkg/other.json"]) == ()


@given(st.permutations(["pkg/b.txt", "src/pkg/a.txt", "pkg/sub/c.txt", "other/x.txt"]), st.permutations(MEMBERS))
def test_answer_does_not_depend_on_the_order(ignored: list[str], members: list[str]) -> None:
    """Output is deterministic, whatever git or the archive lists first."""
    assert forgotten_files(ignored, members) == ("pkg/b.txt", "pkg/sub/c.txt", "src/pkg/a.txt")


def test_big_trees_are_no_problem() -> None:
    """Fifty thousand ignored files beside two thousand modules are real: it must not be one times the other."""
    members = [f"pkg/m{n}.py" for n in range(2000)]
    ignored = [f"a/b/c/d/pkg{n}/x.txt" for n in range(50_000)]
    assert forgotten_files(ignored, members) == ()
