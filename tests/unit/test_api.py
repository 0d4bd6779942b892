"""The public interface: what ``import samewheel`` offers, and what it costs."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import samewheel
import samewheel.comparison
import samewheel.wheel

if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize("name", samewheel.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    """A name that is promised but missing would show only when somebody uses it."""
    assert getattr(samewheel, name) is not None


@pytest.mark.parametrize("name", samewheel.__all__)
def test_no_public_name_is_that_of_a_module(name: str) -> None:
    """A module that is imported sets its name in the package, where it would hide the value."""
    assert find_spec(f"samewheel.{name}") is None


@pytest.mark.parametrize("package", [samewheel, samewheel.comparison, samewheel.wheel], ids=lambda it: it.__name__)
def test_names_have_the_homes_that_type_checkers_are_told(package: ModuleType) -> None:
    """What is imported when it is used, and what is imported for type checkers, is the same."""
    tree = ast.parse(Path(str(package.__file__)).read_bytes())
    told = {
        (alias.name, str(node.module))
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name for name, _ in told} == set(package.__all__)
    for name, module in told:
        assert getattr(importlib.import_module(module), name) is getattr(package, name)


@pytest.mark.parametrize("package", [samewheel, samewheel.comparison, samewheel.wheel], ids=lambda it: it.__name__)
def test_an_unknown_name_is_an_attribute_error(package: ModuleType) -> None:
    """``hasattr`` and imports rely on it."""
    with pytest.raises(AttributeError, match=f"^module '{package.__name__}' has no attribute 'no_such_thing'$"):
        _ = package.no_such_thing


def test_dir_lists_what_is_public_and_the_version() -> None:
    """Completion in a shell shows what may be used, and nothing else."""
    assert dir(samewheel) == sorted([*samewheel.__all__, "__version__"])


def test_importing_the_package_imports_none_of_its_dependencies() -> None:
    """``samewheel --version`` has a budget, which a single careless import would spend."""
    heavy = ("click", "msgspec", "packaging", "rich", "uv")
    code = f"import sys, samewheel; print([name for name in {heavy} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
