"""CONTRIBUTING.md says what is: its table of dependencies, its recipes, its files."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement

from .test_architecture import LAYERS
from .test_recipes import RECIPES, ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_table_has_every_dependency() -> None:
    """Each dependency of pyproject.toml has one row under its group, with a purpose, and there are no other rows."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = {
        "build": document["build-system"]["requires"],
        "runtime": document["project"]["dependencies"],
        **document["project"].get("optional-dependencies", {}),
        **document["dependency-groups"],
    }
    wanted = [(Requirement(text).name, group) for group, texts in groups.items() for text in texts]
    table = TEXT.partition("## Dependencies")[2]
    rows = re.findall(r"^\| ([a-z][\w-]*) \| ([a-z][\w-]*) \| \S.* \|$", table, re.MULTILINE)
    assert sorted(rows) == sorted([("package", "group"), *wanted])


def test_recipes_that_it_names_exist() -> None:
    """What a newcomer is told to type works."""
    named = set(re.findall(r"`just ([a-z][\w-]*)", TEXT))
    assert named
    assert named <= set(RECIPES)


def test_files_that_it_links_exist() -> None:
    """Links into the repository lead somewhere."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert links
    assert all((ROOT / link).exists() for link in links)


def test_drawing_of_the_house_is_the_order_of_layers() -> None:
    """The drawing has every layer that a test holds, in the same order; its second column says what they do."""
    drawing = TEXT.partition("## The house")[2].partition("## Habits")[0]
    lines = re.findall(r"^ {4}(\w.*?)(?: {2,}.*)?$", drawing, re.MULTILINE)
    assert " ".join(lines).split() == [layer for layer in LAYERS if not layer.startswith("__")]
