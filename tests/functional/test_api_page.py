"""The page about the Python interface: its examples are run and type-checked, and it has all that there is."""

from __future__ import annotations

import ast
import doctest
import inspect
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import samewheel
from tests.conftest import ROOT
from tests.functional.builds import make_project
from tests.unit.wheels import recorded, written

PAGE = (ROOT / "docs" / "lookup" / "api.md").read_text("utf-8")

ASKS_THE_INDEX = "## Rebuilding what others published"

SECTIONS = [f"## {text}" for text in re.split(r"^## ", PAGE, flags=re.MULTILINE)]
"""The page's parts; what stands before the first heading is one."""

FUNCTIONS = [name for name in samewheel.__all__ if inspect.isfunction(getattr(samewheel, name))]


@pytest.fixture
def _prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be in a folder with the project of the page, whose one build requirement lies in a folder beside it."""
    for name in os.environ:
        if name.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-settings"))
    project = make_project(tmp_path / "example", "", requires='"helper"')
    (project / "constraints.txt").unlink()
    info = "helper-1.0.dist-info"
    members = {
        "helper.py": b"",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: helper\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: none\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    (tmp_path / "wheels").mkdir()
    written(tmp_path / "wheels", recorded(members, info=info), name="helper-1.0-py3-none-any.whl")
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.uv]\nno-index = true\nfind-links = ["../wheels"]\n')
    monkeypatch.chdir(tmp_path)


def failures(*sections: str) -> str:
    """Run the examples of parts of the page one after the other; return what went wrong."""
    said: list[str] = []
    runner = doctest.DocTestRunner()
    test = doctest.DocTestParser().get_doctest("\n".join(sections), {}, "api.md", "docs/lookup/api.md", 0)
    assert test.examples
    runner.run(test, out=said.append)
    return "".join(said)


@pytest.mark.usefixtures("_prepared")
def test_examples_say_what_happens() -> None:
    """Newcomers paste them."""
    assert failures(*(one for one in SECTIONS if not one.startswith(ASKS_THE_INDEX))) == ""


@pytest.mark.index
def test_examples_of_published_wheels_say_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As before, with the package index."""
    monkeypatch.chdir(tmp_path)
    (published,) = (one for one in SECTIONS if one.startswith(ASKS_THE_INDEX))
    assert failures(SECTIONS[0], published) == ""


def test_an_example_that_is_wrong_is_noticed() -> None:
    """The control."""
    assert "Expected" in failures(SECTIONS[0], ">>> samewheel.Verdict.IDENTICAL\n'same'\n")


def test_examples_are_typed(tmp_path: Path) -> None:
    """Whoever types their own code strictly can use what the examples use, and a mistake is found."""
    examples = doctest.DocTestParser().get_examples(PAGE)
    code = "".join(example.source for example in examples)
    (tmp_path / "right.py").write_text(code, "utf-8")
    (tmp_path / "wrong.py").write_text(f"{code}\nbuilt.whel\nsamewheel.diff('a', built.wheel)\n", "utf-8")

    def mypy(name: str) -> subprocess.CompletedProcess[str]:
        cache = Path(os.environ["SAMEWHEEL_CACHE_DIR"], "mypy")
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file",
            os.devnull,
            "--cache-dir",
            str(cache),
            name,
        ]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (finished := mypy("right.py")).returncode == 0, finished.stdout
    found = mypy("wrong.py").stdout
    assert '"Built" has no attribute "whel"' in found
    assert "[arg-type]" in found


def signature(source: str) -> str:
    """Return the signature of a function in one spelling."""
    (node,) = ast.parse(textwrap.dedent(source)).body
    assert isinstance(node, ast.FunctionDef)
    assert node.returns is not None
    return f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_verb_has_its_signature(name: str) -> None:
    """As the code has it: an option that is missing here is one that nobody uses."""
    blocks = re.findall(r"```python\n(\w+\(.*?)```", PAGE, re.DOTALL)
    told = [signature(f"def {block.strip()}: ...") for block in blocks]
    assert told.count(signature(inspect.getsource(getattr(samewheel, name)))) == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_verb_has_an_example(name: str) -> None:
    """That is run above."""
    assert any(f"samewheel.{name}(" in example.source for example in doctest.DocTestParser().get_examples(PAGE))


def test_every_other_name_has_a_row_and_no_other_has() -> None:
    """What is public is what is told."""
    rows = re.findall(r"^\| `(\w+)` \| \S", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(set(samewheel.__all__) - set(FUNCTIONS))
