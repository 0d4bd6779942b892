"""Pages about codes and causes, as lines for a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from click import style

from samewheel.explaining.causes import CAUSES, LAYERS
from samewheel.explaining.causes.pasting import in_order, where
from samewheel.explaining.pages import leading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from samewheel.explaining.pages import CodePage, Pages
    from samewheel.explaining.values import Cause

__all__ = ["cause_lines", "code_lines", "explained_lines", "index_lines"]

WIDEST, NARROWEST = 100, 40
"""Columns that prose has at most, and at least."""

HUNDREDS = {
    "SW1": "the ZIP file",
    "SW2": "*.dist-info",
    "SW3": "other members",
    "SW4": "native code in them",
    "SW5": "how the wheels were built",
}
"""Where in a wheel differences are, by the hundreds of their codes."""


def _columns() -> int:
    """Return how wide prose may be: it is read, not parsed, and so is wrapped everywhere."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDEST
    return max(NARROWEST, min(WIDEST, columns))


def _wrapped(text: str, indent: str = "  ", label: str = "") -> Iterator[str]:
    """Yield a paragraph; a label stands out before its first line."""
    lead = f"{label} " if label else ""
    lines = textwrap.wrap(
        lead + text,
        _columns(),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for number, line in enumerate(lines):
        yield line.replace(label, style(label, bold=True), 1) if label and not number else line


def _pasted(lines: Mapping[str, str]) -> Iterator[str]:
    """Yield what to paste, as it is: never wrapped."""
    for backend, file, body in in_order(lines):
        yield ""
        yield style(f"  {where(file, backend)}:", dim=True)
        for line in body.splitlines():
            yield f"    {line}".rstrip()


def _told(cause: Cause) -> Iterator[str]:
    """Yield all that both kinds of pages tell of a cause."""
    yield from _wrapped(f"It depends on {cause.what}.")
    yield ""
    yield from _wrapped(cause.how)
    yield ""
    yield from _wrapped(cause.told, label="Told from:")
    yield ""
    yield from _wrapped(f"{cause.do}.", label="Cure:")
    yield from _pasted(cause.lines)


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield a table of two columns, the second of them wrapped."""
    width = max(len(name) for name, _ in rows) + 2
    for name, text in rows:
        lines = textwrap.wrap(
            text, max(NARROWEST // 2, _columns() - width - 2), break_long_words=False, break_on_hyphens=False
        )
        yield f"  {style(f'{name:<{width}}', fg='cyan')}{lines[0]}"
        yield from (f"  {'':<{width}}{line}" for line in lines[1:])


def cause_lines(cause: Cause) -> Iterator[str]:
    """Yield the page of a cause."""
    yield style(cause.name, bold=True)
    yield from _told(cause)
    yield ""
    yield from _wrapped(", ".join(cause.codes), label="Shows as:")
    if cause.conditions:
        yield from _wrapped(", ".join(cause.conditions), label="Varied by samewheel verify:")
    for address in cause.seen:
        yield from _wrapped(address, label="Seen:")


def code_lines(page: CodePage) -> Iterator[str]:
    """Yield the page of a code."""
    yield f"{style(page.code, fg='red', bold=True)} {style(page.summary, bold=True)}"
    yield from _wrapped(f"With nothing worse beside it, the verdict is {page.verdict.value}.")
    yield ""
    yield from _wrapped(f"{page.first}.", label="What to do first:")
    told = leading(page)
    for name in told:
        yield ""
        yield style(name, bold=True)
        yield from _told(CAUSES[name])
    if rest := page.causes[len(told) :]:
        yield ""
        yield style("Less likely", bold=True)
        yield from _table([(name, CAUSES[name].do) for name in rest])
        yield ""
        yield from _wrapped("More of one of them: samewheel explain CAUSE")


def index_lines(found: Pages) -> Iterator[str]:
    """Yield tables of all codes and causes, by where in a wheel they show."""
    for hundred, layer in HUNDREDS.items():
        yield style(f"{hundred}xx: {layer}", bold=True)
        yield from _table([(page.code, page.summary) for page in found.codes if page.code.startswith(hundred)])
        yield ""
        yield style("  Causes: the wheel depends on", dim=True)
        yield from _table([(cause.name, cause.what) for cause in LAYERS[hundred]])
        yield ""
    yield from _wrapped("A page of any of them: samewheel explain SW102, samewheel explain umask", indent="")


def explained_lines(found: Pages, names: Sequence[str]) -> Iterator[str]:
    """Yield the pages of codes and causes in the order in which they were asked for; the tables if none was."""
    if not names:
        yield from index_lines(found)
    codes = {page.code: page for page in found.codes}
    for number, name in enumerate(dict.fromkeys(names)):
        if number:
            yield ""
        yield from code_lines(codes[name]) if name in codes else cause_lines(CAUSES[name])
