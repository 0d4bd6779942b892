"""The benchmark on popular packages: what it reads, counts and says."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from .test_recipes import ROOT

PACKAGES: dict[str, list[dict[str, str]]] = tomllib.loads((ROOT / "benchmarks" / "packages.toml").read_text("utf-8"))


def loaded(name: str) -> Any:  # noqa: ANN401 - a script is no module that types know
    """Return a script of the benchmarks as a module, which those loaded after it can import."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RESULTS = loaded("verify_results")
BENCH = loaded("verify_packages")


def row(name: str, verdict: str = "identical", kind: str = "pure", **more: object) -> Any:  # noqa: ANN401 - as above
    """Return a row."""
    return RESULTS.Row(name=name, version="1.0", kind=kind, backend="hatchling", verdict=verdict, **more)


@pytest.mark.parametrize(
    ("pyproject", "backend"),
    [
        ("", "setuptools"),
        ('[build-system]\nrequires = ["setuptools"]', "setuptools"),
        ('[build-system]\nbuild-backend = "poetry.core.masonry.api"', "poetry-core"),
        ('[build-system]\nbuild-backend = "flit_core.buildapi:x"', "flit_core"),
        ('[build-system]\nbuild-backend = "hooks.own"\nrequires = ["x", "setuptools>=60"]', "setuptools, own hooks"),
        ('[build-system]\nbuild-backend = "hooks.own"', "own hooks, hooks"),
    ],
)
def test_the_backend_is_the_project_that_provides_it(pyproject: str, backend: str) -> None:
    """Tables group by what people call it; a package with hooks of its own is shown as such."""
    assert BENCH.backend_of(pyproject) == backend


@pytest.mark.parametrize("kind", ["pure", "compiled"])
def test_packages_are_pinned_and_sorted(kind: str) -> None:
    """A list that is in order shows what a change adds, and a pin without a digest is none."""
    names = [package["name"] for package in PACKAGES[kind]]
    assert names == sorted(set(names))
    assert all(re.fullmatch(r"[0-9a-f]{64}", package["sha256"]) for package in PACKAGES[kind])
    assert all(package["version"] in package["sdist"] for package in PACKAGES[kind])


def test_a_line_that_was_cut_off_costs_one_row_only() -> None:
    """A run that was killed goes on from what it wrote."""
    lines = [msgspec.json.encode(row(name)) for name in ("a", "b", "c")]
    content = b"\n".join([lines[0], lines[1][:-1], lines[2], lines[0][:20]])
    assert [kept.name for kept in RESULTS.read_rows(content)] == ["a", "c"]


def test_the_order_of_rows_is_that_of_names() -> None:
    """Whichever package was ready first, two runs can be compared line by line."""
    rows = [row("b", kind="compiled"), row("c"), row("a")]
    assert [one.name for one in RESULTS.sorted_rows(rows)] == ["a", "c", "b"]


def test_every_row_is_counted_once_and_in_its_total() -> None:
    """A table whose columns do not add up hides the exceptions."""
    rows = [row("a"), row("b", "same-contents"), row("c", "timed-out"), row("d", kind="compiled")]
    assert list(RESULTS.counted(rows))[2:] == [
        "| pure | hatchling | 3 | 1 | 1 | 1 |",
        "| pure | all | 3 | 1 | 1 | 1 |",
        "| compiled | hatchling | 1 | 1 | 0 | 0 |",
        "| compiled | all | 1 | 1 | 0 | 0 |",
    ]


def test_every_exception_is_named() -> None:
    """What differs, or why there is nothing to compare, and what was not varied with the reason."""
    rows = [
        row("a", not_varied={"cpus": "one processor"}),
        row("b", "payload-differs", differences=6, differing=tuple(f"SW301 {n}: mode" for n in range(6))),
        row("c", "not-buildable", reason="one\n  two"),
    ]
    assert "\n".join(RESULTS.exceptions(rows)).splitlines()[2:] == [
        "| b 1.0 | payload-differs | SW301 0: mode; SW301 1: mode; SW301 2: mode; SW301 3: mode; and 2 more |",
        "| c 1.0 | not-buildable | one two |",
        "",
        "| condition | why not varied | packages |",
        "| --- | --- | --- |",
        "| cpus | one processor | a |",
    ]


def test_a_reason_names_no_folder_of_this_machine(tmp_path: Path) -> None:
    """Results are committed."""
    said = f"warning: slow\nerror: {tmp_path}/a.py: no\n  in {Path('/tmp')}/bench-x1/tmpab12_x9z/b.py and {tmp_path}"  # noqa: S108
    assert BENCH.reason_of(said, [tmp_path]) == "error: a.py: no\n  in tmp…/b.py and ."
