"""The justfile: small, commented, grouped recipes, which CI runs and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

LONGEST = 3
"""Lines that a recipe may have."""


def dump() -> dict[str, Any]:
    """Return the justfile as just itself reads it."""
    just = shutil.which("just")
    assert just is not None, "just is one of the development dependencies: run the tests by `uv run` or `just test`"
    command = [just, "--justfile", str(ROOT / "justfile"), "--dump", "--dump-format", "json"]
    document: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return document


JUSTFILE = dump()
RECIPES: dict[str, Any] = {name: recipe for name, recipe in JUSTFILE["recipes"].items() if not recipe["private"]}

every_recipe = pytest.mark.parametrize("name", sorted(RECIPES))


def groups(name: str) -> list[str]:
    """Return the groups of a recipe."""
    return [attribute["group"] for attribute in RECIPES[name]["attributes"] if "group" in attribute]


def body(name: str) -> str:
    """Return the text of a recipe, with the names of variables where their values will be."""
    parts = [part for line in RECIPES[name]["body"] for part in line]
    return "\n".join(part if isinstance(part, str) else json.dumps(part) for part in parts)


@every_recipe
def test_recipe_is_explained_and_grouped(name: str) -> None:
    """`just --list` says of each recipe what it is for, under one heading."""
    assert RECIPES[name]["doc"]
    assert len(groups(name)) == 1


@every_recipe
def test_recipe_is_short(name: str) -> None:
    """What needs more lines than three is a script, with tests."""
    assert len(RECIPES[name]["body"]) <= LONGEST


@every_recipe
def test_package_recipes_are_one_group(name: str) -> None:
    """The group `package` holds the recipes that are named so, and no others."""
    assert name.startswith("package") == (groups(name) == ["package"])


@every_recipe
def test_package_recipes_take_the_constraints(name: str) -> None:
    """Each recipe that reads or writes the pins can be given another file of pins."""
    if "constraints" in body(name) and name != "clean":
        first = RECIPES[name]["parameters"][0]
        assert (first["name"], first["default"]) == ("constraints", "constraints.txt")


@every_recipe
def test_tools_run_from_the_locked_environment(name: str) -> None:
    """Apart from uv itself, no recipe runs a tool whose version uv.lock does not say."""
    tool = (
        r"(?:--group docs sphinx-build|pytest|ruff|mypy|twine|zizmor|samewheel|python\S*|(?:benchmarks|scripts)/\S+)"
    )
    tools = re.findall(rf"^\s*({tool})", body(name), re.MULTILINE)
    assert body(name).count('["variable", "run"]') == len(tools)
    assert JUSTFILE["assignments"]["run"]["value"] == "uv run --locked"


def test_only_one_recipe_writes_the_pins() -> None:
    """`build` and `verify` read constraints.txt; a lock that is made on the way to a build locks nothing."""
    assert [name for name in sorted(RECIPES) if re.search(r"pip compile|samewheel lock(?! --check)", body(name))] == [
        "package-constraints"
    ]


def test_package_builds_and_verifies() -> None:
    """`just package` is the build and its proof, both with the constraints that it was given."""
    steps = [(step["recipe"], step["arguments"]) for step in RECIPES["package"]["dependencies"]]
    assert steps == [(name, [["variable", "constraints"]]) for name in ("package-build", "package-verify")]


def test_ci_names_every_gate() -> None:
    """A gate that `just ci` does not run is no gate; the tests come last, so that their summary ends the log."""
    steps = [(step["recipe"], step["arguments"]) for step in RECIPES["ci"]["dependencies"]]
    assert {name for name, _ in steps} == {
        "lint",
        "docs-site",
        "package",
        "package-check",
        "package-constraints-check",
        "test",
    }
    assert steps[-1] == ("test", ["--cov", "-m", "not long"])


def test_check_of_the_pins_writes_nothing() -> None:
    """`package-constraints-check` is `samewheel lock --check` on the file that it was given."""
    assert re.search(r"samewheel lock --check --output\s+\[.*constraints", body("package-constraints-check"))


def test_clean_keeps_the_pins() -> None:
    """`just clean` removes what recipes can make again, and constraints.txt is not that: it is committed."""
    assert "constraints" not in body("clean")
    assert {"dist", "evidence", ".pytest_cache"} <= set(body("clean").split())


def test_pins_are_for_the_oldest_python() -> None:
    """The constraints are compiled for every Python that the project says it runs on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=" + JUSTFILE["assignments"]["oldest_python"]["value"]


def test_pins_name_no_machine() -> None:
    """constraints.txt is the same whoever makes it: no path, no address; each pin has hashes."""
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert text.startswith("#")
    assert not re.search(r"://|(^|\s)/\w|--index|--find-links|--trusted", text)
    pins = re.findall(r"^[\w.-]+==\S+( ;.*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\w", text, re.MULTILINE)) > 0
