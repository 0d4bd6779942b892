"""From a guilty condition to a cause that has a page: by where it shows, and by what shows there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samewheel.comparison.codes import CODES
from samewheel.comparison.values import difference
from samewheel.explaining.causes import CAUSES
from samewheel.explaining.causing import FITS, LIKELY, cause_of, telling
from samewheel.explaining.pages import find
from samewheel.verifying import available

if TYPE_CHECKING:
    from samewheel.comparison import Difference

CONDITIONS = tuple(available())

MEMBERS = (
    "",
    "demo/x.txt",
    "demo/x.so",
    "demo/x.tar.gz",
    "demo-1.0.dist-info/DELVEWHEEL",
    "demo-1.0.dist-info/sboms/x.cdx.json",
)
VALUES = ("", "/build/x.txt", "/build/x.pyx", "/build/x.c", "/home/x/.cargo/x.rs")

anything = st.builds(
    difference,
    st.sampled_from([*CODES]),
    st.sampled_from(["lines", "section .debug_info", "string"]),
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
    member=st.sampled_from(MEMBERS),
)


def one(code: str, member: str = "demo/x.txt", a: str = "1", b: str = "2", field: str = "field") -> Difference:
    """Return a difference."""
    return difference(code, field, a, b, member=member)


@pytest.mark.parametrize("condition", CONDITIONS)
@given(differences=st.lists(anything, min_size=1, max_size=3))
def test_every_condition_has_a_cause_wherever_it_shows(condition: str, differences: list[Difference]) -> None:
    """The cause has a page, and the page says that this condition is guilty."""
    cause = cause_of(condition, differences)
    assert find(cause) == cause
    assert condition in CAUSES[cause].conditions


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("code", CODES)
def test_cause_lists_the_code_if_any_cause_of_the_layer_does(condition: str, code: str) -> None:
    """Whoever looks the code up finds the cause that was named."""
    lists = [
        cause.name
        for module in LIKELY.get(code[:3], ())
        for cause in module.CAUSES
        if condition in cause.conditions and code in cause.codes and cause.name not in FITS
    ]
    assert not lists or code in CAUSES[cause_of(condition, [one(code)])].codes


SOME_PATHS = ("/build/one/x", "/build/two/x")


def paths(end: str) -> tuple[str, str]:
    """Return two paths of a file with such an end."""
    return SOME_PATHS[0] + end, SOME_PATHS[1] + end


@pytest.mark.parametrize(
    ("condition", "fitting", "other", "cause", "instead"),
    [
        ("clock", one("SW301", "demo/x.tar.gz"), one("SW301", "demo/x.bin"), "nested-archive", "build-date"),
        ("source_mtime", one("SW301", "demo/x.tar"), one("SW301", "demo/x.bin"), "nested-archive", "file-times"),
        (
            "source_path",
            one("SW404", "demo/x.so", *paths(".pyx")),
            one("SW404", "demo/x.so", "/a.pyx", "/a.txt"),
            "cython-path",
            "build-path",
        ),
        (
            "source_path",
            one("SW309", "demo/x.c", *paths(".pyx")),
            one("SW309", "demo/x.c"),
            "cython-path",
            "build-path",
        ),
        (
            "source_path",
            one("SW404", "demo/x.so", *paths(".c")),
            one("SW404", "demo/x.so", *paths(".txt")),
            "debug-path",
            "build-path",
        ),
        (
            "environment_path",
            one("SW404", "demo/x.so", field="section .debug_str"),
            one("SW404", "demo/x.so", field="section .rodata"),
            "debug-path",
            "environment-path",
        ),
        ("source_path", one("SW302", "demo/x.so"), one("SW302", "demo/x.txt"), "optional-extension", "build-path"),
        ("locale", one("SW306"), one("SW301"), "text-encoding", "locale"),
        ("temp", one("SW204", "demo-1.0.dist-info/DELVEWHEEL"), one("SW204"), "repair-tool", "temp-path"),
        (
            "home",
            one("SW404", "demo/x.so", *paths(".rs")),
            one("SW404", "demo/x.so", *paths(".txt")),
            "rust-path",
            "home-path",
        ),
        (
            "hash_seed",
            one("SW204", "demo-1.0.dist-info/sboms/x.json"),
            one("SW204", "demo-1.0.dist-info/x.json", "a, b", "b, a"),
            "sbom-order",
            "set-order",
        ),
        (
            "hash_seed",
            one("SW310", "demo/x.py", "1: KEY = -8916418656253620329", "1: KEY = 5399172486541519561"),
            one("SW310", "demo/x.py", "1: IDS = [11, 22, 33]", "1: IDS = [22, 33, 11]"),
            "hash-value",
            "set-order",
        ),
        (
            "hash_seed",
            one("SW304", "", "demo-1.0-py3-none-a.b.whl", "demo-1.0-py3-none-b.a.whl"),
            one("SW304", "", "demo-1.0+7-py3-none-any.whl", "demo-1.0+83-py3-none-any.whl"),
            "tag-order",
            "hash-value",
        ),
    ],
)
def test_causes_of_some_files_are_told_of_no_others(
    *, condition: str, fitting: Difference, other: Difference, cause: str, instead: str
) -> None:
    """A tar has times, an SBOM has entries, Cython has .pyx: the same condition is another cause elsewhere."""
    assert cause_of(condition, [fitting]) == cause
    assert cause_of(condition, [other]) == instead


def test_every_row_is_tried_above() -> None:
    """A row that nobody tries may never fit, or always."""
    (parameters,) = test_causes_of_some_files_are_told_of_no_others.pytestmark  # type: ignore[attr-defined]
    assert {row[3] for row in parameters.args[1]} == set(FITS)


def test_build_id_tells_only_where_it_is_alone() -> None:
    """It comes first by its code, and follows from all else that differs in the file."""
    build_id, string = one("SW401", "demo/x.so"), one("SW406", "demo/x.so")
    assert telling([build_id, string]) == [string]
    assert telling([build_id]) == [build_id]
    assert cause_of("source_path", [build_id, string]) == cause_of("source_path", [string]) == "run-path"


GENERAL = {
    "clock": "build-date",
    "cpus": "cpu-count",
    "directory_order": "directory-order",
    "environment_path": "environment-path",
    "frontend": "frontend",
    "hash_seed": "set-order",
    "home": "home-path",
    "host": "host-name",
    "locale": "locale",
    "source_mtime": "file-times",
    "source_path": "build-path",
    "temp": "temp-path",
    "timezone": "time-zone",
    "uid": "user-id",
    "umask": "umask-value",
    "user": "user-name",
}
"""The cause that is about a condition in contents of any kind."""


@pytest.mark.parametrize("condition", CONDITIONS)
def test_condition_that_shows_where_nobody_would_expect_it_has_the_general_page(condition: str) -> None:
    """The hour that decides whether a file is there is no matter of compiled modules, which merely come first."""
    assert cause_of(condition, [one("SW307")]) == GENERAL[condition]
