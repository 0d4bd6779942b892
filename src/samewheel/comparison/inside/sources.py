"""Python's sources, SW310: lines that differ, and the function or class that they are in; nothing is executed."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from samewheel.comparison.inside.texts import forms, line_findings, moved, telling
from samewheel.comparison.inside.values import whole

if TYPE_CHECKING:
    from samewheel.comparison.inside.hunks import Hunk
    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "source"]

SUMMARIES = {"SW310": "Python source: lines, with the function or class that they are in"}
"""What each code says, in a line."""

SUFFIXES = (".py", ".pyi")
"""How sources end."""

LARGEST_SOURCE = 1 << 18
"""Bytes of a source that is parsed: a tree takes some two hundred times as many."""

Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
"""What has a name, and lines of its own."""


def _parsed(content: Content) -> ast.Module:
    """Return the tree.

    Raises:
        SyntaxError: it is no source, or one of a newer Python.
        ValueError: too large, or with a NUL.
        RecursionError, MemoryError: too deep.
    """
    if content.size > LARGEST_SOURCE:
        raise ValueError("too large a source")
    with warnings.catch_warnings():
        # Of an invalid escape, for example: that is its author's business.
        warnings.simplefilter("ignore")
        return ast.parse(whole(content))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    """Take the docstrings out of a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | Defined) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree


def _nature(a: ast.Module, b: ast.Module) -> str:
    """Return what the differences can be: those that a compiler sees, or lesser ones."""
    if ast.dump(a) == ast.dump(b):
        return "comments or layout"
    if ast.dump(_without_docstrings(a)) == ast.dump(_without_docstrings(b)):
        return "docstrings, comments or layout"
    return "code"


def _names(content: Content, tree: ast.Module) -> list[str]:
    """Return the innermost function or class of each line, with those around it; the first line has index 0."""
    names = ["the module"] * (whole(content).count(b"\n") + whole(content).count(b"\r") + 1)
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    for node, prefix in waiting:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, Defined):
                name = f"{prefix}.{child.name}" if prefix else child.name
                start = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                # Outer ones come before those inside of them.
                stop = child.end_lineno or start
                names[start - 1 : stop] = [name] * (stop - start + 1)
            waiting.append((child, name))
    return names


def source(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW310, beside what is said of the form of texts; SW308 if the lines are the same in another order."""
    del look
    if not name.endswith(SUFFIXES):
        return
    tree_a, tree_b = _parsed(a), _parsed(b)
    names_a, names_b = _names(a, tree_a), _names(b, tree_b)
    nature = _nature(tree_a, tree_b)

    def lines(one: list[str], other: list[str]) -> Findings:
        def place(hunk: Hunk) -> str:
            if hunk.a < hunk.a_stop:
                return f"{nature}, in {names_a[telling(one, hunk.a, hunk.a_stop)]}"
            return f"{nature}, in {names_b[telling(other, hunk.b, hunk.b_stop)]}"

        order = list(moved(one, other))
        yield from order or line_findings("SW310", one, other, place)

    yield from forms(a, b, lines)
