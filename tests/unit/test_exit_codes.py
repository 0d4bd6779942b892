"""Three places say what exit codes there are: the enum, the page in docs/, and the tree in the errors' docstring."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from samewheel import errors
from samewheel.errors import ExitCode, SamewheelError

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "lookup" / "exit-codes.md"

Row = tuple[int, str, str]


def rows_of_the_page() -> list[Row]:
    """Return code, name and meaning of each row of the table."""
    cells = re.findall(r"^\| (\d+) \| `([^`]+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [(int(code), name, meaning) for code, name, meaning in cells]


def rows_of_the_enum() -> list[Row]:
    """Return code, name and docstring of each member; Python itself does not keep the docstrings of members."""
    tree = ast.parse(Path(errors.__file__).read_text("utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "ExitCode")
    rows: list[Row] = []
    for member, text in pairwise(body):
        if isinstance(member, ast.Assign) and isinstance(member.targets[0], ast.Name):
            assert isinstance(text, ast.Expr)
            assert isinstance(text.value, ast.Constant)
            name = member.targets[0].id
            meaning = str(text.value.value).replace("``", "`")
            rows.append((ExitCode[name].value, name.lower().replace("_", "-"), meaning))
    return rows


def family(parent: type[SamewheelError]) -> Iterator[tuple[str, str, int]]:
    """Yield name, parent's name and exit code of every error that errors.py derives from ``parent``."""
    for child in parent.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child.__name__, parent.__name__, child.exit_code
            yield from family(child)


def drawn_tree() -> list[tuple[str, str, int]]:
    """Return name, parent's name and exit code of every error in the docstring's drawing."""
    ancestors: list[str] = []
    drawn = []
    for branch, name, code in re.findall(
        r"^    ([ │├└─]*)(\w+Error) +(\d+) {2,}\S", errors.__doc__ or "", re.MULTILINE
    ):
        depth = len(branch) // len("├── ")
        ancestors[depth:] = [name]
        drawn.append((name, ancestors[depth - 1] if depth else "", int(code)))
    return drawn


def test_page_is_the_enum() -> None:
    """docs/lookup/exit-codes.md has every code, in the same order, and says of each what its docstring says."""
    assert rows_of_the_page() == rows_of_the_enum()


def test_every_code_is_documented_in_the_enum() -> None:
    """No member of the enum was missed, and the codes grow."""
    codes = [code for code, _, _ in rows_of_the_enum()]
    assert codes == sorted(ExitCode)


def test_every_error_has_a_documented_code() -> None:
    """An error's exit code is one of the table's, and never that of success."""
    documented = {code for code, _, _ in rows_of_the_page()}
    for name, _, code in family(SamewheelError):
        assert code in documented - {ExitCode.OK}, name


def test_drawing_is_the_tree_of_classes() -> None:
    """The drawing on top of errors.py shows each class under its parent, with its code."""
    root = (SamewheelError.__name__, "", int(SamewheelError.exit_code))
    assert sorted(drawn_tree()) == sorted([root, *family(SamewheelError)])


def test_every_error_is_public() -> None:
    """Callers of the library can catch each error by its name."""
    assert {name for name, _, _ in family(SamewheelError)} < set(errors.__all__)
