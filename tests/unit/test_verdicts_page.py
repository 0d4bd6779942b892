"""The page about verdicts has the ladder of the code."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

from samewheel.comparison import Verdict, verdict
from tests.pages import PAGES


def meanings() -> dict[str, str]:
    """Return the docstring of each rung, by its value; Python itself does not keep the docstrings of members."""
    tree = ast.parse(Path(verdict.__file__).read_text("utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Verdict")
    return {
        one.value.value: text.value.value.replace("``", "`")
        for one, text in pairwise(body)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


def test_page_is_the_ladder() -> None:
    """Every rung, best first, with its exit code and with what its docstring says."""
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| (.+) \|$", PAGES["docs/lookup/verdicts.md"], re.MULTILINE)
    told = meanings()
    assert rows == [(one.value, str(int(one.exit_code)), told[one.value]) for one in Verdict]
