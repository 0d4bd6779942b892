"""The public interface: what ``import samewheel`` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import samewheel


@pytest.mark.parametrize("name", samewheel.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    """A name that is promised but missing would show only when somebody uses it."""
    assert getattr(samewheel, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    """``hasattr`` and imports rely on it."""
    assert not hasattr(samewheel, "no_such_thing")


def test_dir_lists_what_is_public_and_the_version() -> None:
    """Completion in a shell shows what may be used, and nothing else."""
    assert dir(samewheel) == sorted([*samewheel.__all__, "__version__"])


def test_importing_the_package_imports_none_of_its_dependencies() -> None:
    """``samewheel --version`` has a budget, which a single careless import would spend."""
    heavy = ("click", "msgspec", "packaging", "rich", "uv")
    code = f"import sys, samewheel; print([name for name in {heavy} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
