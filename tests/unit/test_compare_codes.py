"""The mapping of all codes has what the rules can give, neither more nor less."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel import comparison
from samewheel.comparison.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

TREES = [ast.parse(path.read_bytes()) for path in sorted(Path(comparison.__file__).parent.rglob("*.py"))]


def is_summaries(node: ast.AST) -> bool:
    """Tell whether a statement assigns the summaries."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SUMMARIES"


def codes_in(node: ast.AST) -> Iterator[str]:
    """Yield the codes that are written as strings, but for those in summaries."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"SW\d{3}", node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        if not is_summaries(child):
            yield from codes_in(child)


def test_every_code_that_a_rule_can_give_has_a_summary_and_no_other() -> None:
    """Whoever sees a code looks it up; one that no rule gives would be a promise that nobody keeps."""
    given = {code for tree in TREES for code in codes_in(tree)}
    assert given == set(CODES)
    assert list(CODES) == sorted(CODES)


def test_codes_that_are_only_written_about_exist() -> None:
    """A docstring that names a code of last year leads nowhere."""
    written = {code for tree in TREES for code in re.findall(r"\bSW\d{3}\b", ast.unparse(tree))}
    assert written == set(CODES)


def test_each_code_is_summed_up_once() -> None:
    """Two modules that say what a code means will say two things one day, and so will two codes with one meaning."""
    keys = [
        key.value
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and is_summaries(node) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    assert sorted(keys) == sorted(CODES)
    assert len(set(CODES.values())) == len(CODES)
