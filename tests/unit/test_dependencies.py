"""What we install: nothing without a hash, nothing that nobody uses, nothing that nobody declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
SOURCES = sorted((ROOT / "src" / "samewheel").rglob("*.py"))

OPTIONAL = {"zlib_ng", "_typeshed"}
"""Modules that are used where they happen to be, or by the checker of types alone."""


FOR_OTHERS = {"pip"}
"""What we do not use ourselves: pip-tools does, and does not say that it takes a new one."""


def names_of(requirements: list[str]) -> set[str]:
    """Return the normalised names of some requirements."""
    return {canonicalize_name(Requirement(text).name) for text in requirements}


RUNTIME = names_of(PROJECT["project"]["dependencies"])
EXTRAS = {name for listed in PROJECT["project"]["optional-dependencies"].values() for name in names_of(listed)}


def modules_in(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a source imports, finds or runs by name, also in programs that are texts in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in {"find_spec", "import_module", "run_module"}:
                yield str(node.args[0].value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "run_module(" in node.value:
            yield from modules_in(ast.parse(node.value))


def used_by(texts: Iterator[str]) -> set[str]:
    """Return the top modules, of others than the standard library and us, that some sources use."""
    found = {module.partition(".")[0] for text in texts for module in modules_in(ast.parse(text))}
    return {name for name in found if name.isidentifier()} - sys.stdlib_module_names - {"samewheel"}


@cache
def used() -> frozenset[str]:
    """Return the modules of others that samewheel uses."""
    return frozenset(used_by(path.read_text("utf-8") for path in SOURCES))


def distributions_of(modules: frozenset[str]) -> set[str]:
    """Return the names of what is installed with these modules in it."""
    known = packages_distributions()
    return {canonicalize_name(name) for module in modules for name in known.get(module, [])}


def test_every_runtime_dependency_is_used() -> None:
    """What nobody imports or runs is a risk without a purpose."""
    assert RUNTIME - distributions_of(used()) == FOR_OTHERS


def test_every_extra_is_used() -> None:
    """So with what an extra installs."""
    assert EXTRAS - distributions_of(used()) == set()


def test_nothing_is_used_that_is_not_declared() -> None:
    """What comes only because another dependency needs it today may be gone tomorrow."""
    modules = used() - OPTIONAL
    known = packages_distributions()
    undeclared = {one for one in modules if not {*map(canonicalize_name, known.get(one, []))} & (RUNTIME | EXTRAS)}
    assert undeclared == set()


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("import click", {"click"}),
        ("def f():\n    from rich.text import Text", {"rich"}),
        ("PROGRAM = 'import runpy\\nrunpy.run_module(\"piptools\")'", {"piptools"}),
        ("import importlib.util\nimportlib.util.find_spec('libfaketime')", {"libfaketime"}),
        ("from . import here\nimport os\nfrom samewheel import lock\nX = 'import something'", set()),
        ("# import click\nX = 'click'", set()),
    ],
)
def test_a_use_is_noticed(text: str, modules: set[str]) -> None:
    """The control: one way to use a module each, and what only looks like one."""
    assert used_by(iter([text])) == modules


def test_every_locked_file_has_a_hash_and_comes_from_an_index() -> None:
    """Whoever stands between us and the index can then change nothing; and no commit, path or URL is among it."""
    (own,) = (package for package in LOCK["package"] if package["name"] == "samewheel")
    assert own["source"] == {"editable": "."}
    others = [package for package in LOCK["package"] if package is not own]
    assert {(*package["source"],) for package in others} == {("registry",)}
    assert len({package["source"]["registry"] for package in others}) == 1
    files = [file for one in others for file in [*one.get("wheels", []), *([one["sdist"]] if "sdist" in one else [])]]
    assert len(files) > len(others)
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files)


def test_what_is_installed_at_run_time_has_wheels() -> None:
    """So that installing it, as CI and the action do (`--only-binary :all:`), runs nobody's build."""
    text = (ROOT / ".github" / "samewheel.txt").read_text("utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    wheels = {(package["name"], package["version"]) for package in LOCK["package"] if package.get("wheels")}
    assert pinned
    assert pinned <= wheels
