"""What commands import: nothing that their run does not need, as most of a short run's time goes into imports."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.attestations import ALICE, BOB, enveloped, put_policy
from tests.unit.wheels import written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from tests.unit.attestations import Operator

LIBRARIES = frozenset(
    {
        *("build", "deflate", "distributed", "jinja2", "pip", "piptools", "platformdirs", "pypi_simple", "requests"),
        *("rich", "sigstore", "tomlkit", "urllib3", "uv"),
    }
)
"""What few commands need; tests write more of them, and modules of ours, on top."""

RUN = """
import sys
before = set(sys.modules)
from samewheel.__main__ import main
code = main()
print(*set(sys.modules) - before, file=sys.stderr)
sys.exit(code)
"""

IMPORT = """
import importlib, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*set(sys.modules) - before, file=sys.stderr)
"""


def imported(code: str, words: Iterable[str | Path]) -> set[str]:
    """Return which modules an interpreter of its own imports for some code that ends well."""
    words = [sys.executable, "-c", code, *map(str, words)]
    finished = subprocess.run(words, capture_output=True, text=True, check=True)
    return set(finished.stderr.split())


def needless(names: Collection[str], modules: Collection[str]) -> list[str]:
    """Return which of some modules were imported, by themselves or as the package of one."""
    packages = {
        ".".join(parts[:end]) for name in names for parts in [name.split(".")] for end in range(len(parts) + 1)
    }
    return sorted(packages.intersection(modules))


def checking(wheel: Path, operators: Iterable[Operator]) -> list[str | Path]:
    """Return the words of a check that accepts what these operators attest of a wheel."""
    words: list[str | Path] = ["check", wheel]
    for one in operators:
        words.append(wheel.with_name(f"{one.name}.intoto.jsonl"))
        wheel.with_name(f"{one.name}.intoto.jsonl").write_bytes(enveloped(wheel, one))
    return [*words, "--policy", put_policy(wheel.parent, *operators)]


def test_check_imports_nothing_that_builds_compares_or_writes_wheels(tmp_path: Path) -> None:
    """A gate reads a wheel, envelopes and a policy, and is run for every wheel that somebody installs."""
    names = imported(RUN, checking(written(tmp_path), (ALICE, BOB)))
    assert {"samewheel.checking.checking", "samewheel.wheel.reading", "packaging.utils"} <= names
    ours = ("_files", "_process", "comparison.comparing", "wheel.canonical", "wheel.deflating", "report.markdown")
    standard = ("concurrent.futures", "ctypes", "shutil", "tempfile", "zipfile")
    assert not needless(names, {*LIBRARIES, *standard, *(f"samewheel.{module}" for module in ours)})


def test_diff_of_identical_files_imports_nothing_that_looks_into_them(tmp_path: Path) -> None:
    """Most wheels that are compared are the same, and their digests tell."""
    a = written(tmp_path)
    (tmp_path / "b").mkdir()
    names = imported(RUN, ["diff", "-q", a, shutil.copy(a, tmp_path / "b")])
    assert "samewheel.comparison.comparing" in names
    ours = ("comparison.reading", "comparison.rules", "explaining.causes", "wheel.reading", "report.html")
    others = ("cryptography", "ctypes", "isal", "packaging", "subprocess", "tomllib")
    assert not needless(names, {*LIBRARIES, *others, *(f"samewheel.{module}" for module in ours)})


@pytest.mark.parametrize(("command", "module"), [("build", "building"), ("verify", "verifying")])
def test_build_starts_before_what_its_wheel_needs_is_imported(command: str, module: str) -> None:
    """Until its process runs, each import delays a build; afterwards, there is time."""
    names = imported(IMPORT, [f"samewheel.cli.{command}", "samewheel.machine", f"samewheel.{module}"])
    assert "samewheel.backend" in names
    ours = ("wheel.reading", "explaining.causes", "reasoning", "via_sdist", "sources.sdist", "locking", "index")
    others = ("cryptography", "difflib", "importlib.metadata", "isal", "tarfile", "zipfile")
    assert not needless(names, {*LIBRARIES, *others, *(f"samewheel.{module}" for module in ours)})
