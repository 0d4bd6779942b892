"""The results of the benchmark on popular packages: of what is pinned, and counted in the docs as they are."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from .test_bench_verify import PACKAGES
from .test_recipes import ROOT

PAGE = (ROOT / "docs" / "understand" / "benchmarks.md").read_text("utf-8")


def rows(kind: str, how: str) -> dict[str, dict[str, Any]]:
    """Return the rows of the results that the page links to, by name."""
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(set(re.findall(r"benchmarks/results/([\w.-]+\.json)", PAGE))):
        document = json.loads((ROOT / "benchmarks" / "results" / name).read_text("utf-8"))
        if document.get("measured", {}).get("how") == how:
            found |= {row["name"]: row for row in document["packages"] if row["kind"] == kind}
    return found


def counted(kind: str) -> dict[str, list[int]]:
    """Return packages, buildable ones, and identical ones of both ways, by backend and in all."""
    ours, plain = rows(kind, "samewheel verify"), rows(kind, "plain uv build")
    table: dict[str, Counter[str]] = {}
    for name, row in ours.items():
        for backend in (row["backend"], "**all**"):
            count = table.setdefault(backend, Counter())
            count["packages"] += 1
            count["buildable"] += "wheel" in row
            count["identical"] += row["verdict"] == "identical"
            count["plain"] += name in plain and plain[name]["verdict"] == "identical"
    columns = ("packages", "buildable", "identical", "plain")
    return {backend: [count[column] for column in columns] for backend, count in table.items()}


@pytest.mark.parametrize("kind", ["pure", "compiled"])
def test_results_are_of_the_pinned_releases(kind: str) -> None:
    """A package that was measured and is not listed, or the other way round, would change a share unseen."""
    pinned = {package["name"]: package["version"] for package in PACKAGES[kind]}
    assert {name: row["version"] for name, row in rows(kind, "samewheel verify").items()} == pinned
    plain = {name: row["version"] for name, row in rows(kind, "plain uv build").items()}
    assert plain
    assert plain.items() <= pinned.items()


@pytest.mark.parametrize("how", ["samewheel verify", "plain uv build"])
def test_compiled_packages_gave_wheels_of_a_platform(how: str) -> None:
    """Many packages do without their extension where it cannot be built; such a wheel says nothing of compilers."""
    wheels = [row["wheel"] for row in rows("compiled", how).values() if "wheel" in row]
    assert wheels
    assert not [wheel for wheel in wheels if wheel.endswith("-any.whl")]


@pytest.mark.parametrize("kind", ["pure", "compiled"])
def test_the_page_counts_what_the_results_say(kind: str) -> None:
    """A table that was typed can be wrong."""
    text = PAGE.partition(f"\n| {kind} |")[2].partition("\n| compiled |")[0]
    shown = {}
    for line in f"|{text}".partition("\n\n")[0].splitlines():
        backend, *numbers = [cell.strip() for cell in line.strip("| ").split("|")][-5:]
        shown[backend] = [int(re.sub(r"\*\*|\(.*", "", number)) for number in numbers]
    assert shown == counted(kind)


def test_every_exception_is_on_the_page() -> None:
    """What is not identical has a name and a cause."""
    table = PAGE.partition("Every exception:")[2].partition("\n\n|")[2].partition("\n\n")[0]
    odd = [
        f"{name} {row['version']}"
        for kind in PACKAGES
        for name, row in rows(kind, "samewheel verify").items()
        if row["verdict"] != "identical"
    ]
    first_cells = "\n".join(re.findall(r"^\| [^|]+\|", table, re.MULTILINE))
    assert sorted(re.findall(r"[\w-]+ \d[\w.]*(?=,| \|)", first_cells)) == sorted(odd)
