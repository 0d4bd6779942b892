"""The pages that people read, and what stands in them."""

from __future__ import annotations

import importlib.util
import re
import sys
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
"""All pages by their paths."""

FENCE = re.compile(r"^ *```(\S*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^\n)((?:^ {4}.*\n|^\n)+)", re.MULTILINE)
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)


def script(name: str) -> ModuleType:
    """Return a script of ``scripts/`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def prose(text: str) -> str:
    """Return a page without its blocks of code."""
    return INDENTED.sub("\n", FENCE.sub("", text))


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the blocks of code of a page, with their languages; an indented one has none."""
    for language, body in FENCE.findall(text):
        yield language, body
    for body in INDENTED.findall(FENCE.sub("", text)):
        yield "", body


def code(text: str) -> list[str]:
    """Return what stands in the sentences of a page as code."""
    return [" ".join(words.split()) for _, words in CODE.findall(prose(text))]
