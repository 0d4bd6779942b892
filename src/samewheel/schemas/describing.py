"""What the source says of the fields of a value: the texts below them, which no class keeps at run time."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import msgspec.inspect as kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["below", "plainly", "reachable"]


def _named(statement: ast.stmt) -> str | None:
    """Return the name that a statement of a class gives a value to; None if it does not."""
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return None


def below(cls: type) -> dict[str, str]:
    """Return the text below each field of a class or member of an enumeration, by its name in Python."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    statements = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        name: text.value.value
        for field, text in pairwise(statements)
        if (name := _named(field))
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def plainly(text: str, *, toml: bool = False) -> str:
    """Return a text of the source as one paragraph for readers of a schema: no roles of Sphinx, no Python's None."""
    text = re.sub(r":\w+:`[~]?(?:samewheel\.)?([^`]+)`", r"\1", text)
    text = re.sub(r"\bNone\b", "absent" if toml else "null", text.replace("``", "`"))
    return " ".join(text.split())


def _parts(kind: kinds.Type) -> Iterator[kinds.Type]:
    """Yield the types that a type is made of."""
    if isinstance(kind, kinds.StructType):
        yield from (field.type for field in kind.fields)
    for name in ("type", "item_type", "key_type", "value_type"):
        part = getattr(kind, name, None)
        if isinstance(part, kinds.Type):
            yield part
    for name in ("types", "item_types"):
        yield from getattr(kind, name, ())


def reachable(value: type[msgspec.Struct]) -> tuple[type, ...]:
    """Return the classes of values and enumerations that a value may hold, itself first."""
    found: dict[type, None] = {}
    waiting = [kinds.type_info(value)]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, kinds.StructType | kinds.EnumType):
            if kind.cls in found:
                continue
            found[kind.cls] = None
        waiting += _parts(kind)
    return tuple(found)
