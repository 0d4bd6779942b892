"""The pages about codes and causes, as values and as Markdown; ``docs/explain`` holds the latter."""

from __future__ import annotations

import re
import textwrap
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from samewheel.comparison import Verdict
from samewheel.comparison.codes import CODES
from samewheel.comparison.values import RUNGS
from samewheel.explaining.causes import CAUSES, LAYERS
from samewheel.explaining.causes.pasting import COMMANDS, in_order, where
from samewheel.explaining.steps import FIRST
from samewheel.explaining.values import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["SCHEMA", "CodePage", "Pages", "code_page", "explained", "files", "find", "leading", "nearest"]

SCHEMA = "samewheel/explain/1"

LONGEST = 80
"""Lines that a page has at most, as long as one cause alone does not take more."""

WIDTH = 120
"""Columns of a paragraph."""

MOST_LIKE = 3
"""Names that are offered for one that there is not."""

LANGUAGES = {
    COMMANDS: "sh",
    "python": "python",
    "setup.py": "python",
    "src/sample/__init__.py": "python",
    "pyproject.toml": "toml",
    "meson.build": "meson",
    "CMakeLists.txt": "cmake",
}
"""How Markdown calls what is pasted into a file; all other files are text."""


class CodePage(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a code."""

    code: str
    """Such as ``SW102``."""
    summary: str
    """What differs."""
    verdict: Verdict
    """What a comparison ends with, if there is nothing worse."""
    first: str
    """What to do first, as a clause."""
    causes: tuple[str, ...]
    """Names, the likeliest first."""


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    """Some codes and causes."""

    codes: tuple[CodePage, ...]
    """Of differences."""
    causes: tuple[Cause, ...]
    """Those that were asked for, and those of the codes."""


def code_page(code: str) -> CodePage:
    """Return what is said of a code; the causes that are at home in its hundreds come first."""
    home = [cause.name for cause in LAYERS[code[:3]]]
    names = sorted((name for name, cause in CAUSES.items() if code in cause.codes), key=lambda name: name not in home)
    return CodePage(code=code, summary=CODES[code], verdict=RUNGS[code[:3]], first=FIRST[code], causes=tuple(names))


def find(word: str) -> str | None:
    """Return the code or the name of a cause that a word stands for: ``sw102``, ``102`` and ``Umask``, too."""
    code, name = word.upper(), word.lower().replace("_", "-")
    candidates = (code, f"SW{code}", name)
    return next((one for one in candidates if one in CODES or one in CAUSES), None)


def nearest(word: str) -> list[str]:
    """Return the codes or causes whose names are most like a word, the best first; there may be none."""
    number = re.fullmatch(r"(?:SW)?(\d{3})", word.upper())
    if number:
        apart = {code: (code[2] != number[1][0], abs(int(code[2:]) - int(number[1]))) for code in CODES}
        return sorted(apart, key=apart.__getitem__)[:MOST_LIKE]
    names = {one.lower(): one for one in (*CAUSES, *CODES)}
    begun = [one for name, one in names.items() if word and name.startswith(word.lower())]
    if begun:
        return begun[:MOST_LIKE]
    return [names[one] for one in get_close_matches(word.lower().replace("_", "-"), names, n=MOST_LIKE)]


def explained(names: Sequence[str] = ()) -> Pages:
    """Return what is known of codes and causes, as :func:`find` returns them, once each; of all if none is given."""
    wanted = list(dict.fromkeys(names)) or [*CODES, *CAUSES]
    codes = tuple(code_page(name) for name in wanted if name in CODES)
    causes = [name for name in wanted if name in CAUSES]
    causes += [name for page in codes for name in page.causes]
    return Pages(codes=codes, causes=tuple(CAUSES[name] for name in dict.fromkeys(causes)))


def leading(page: CodePage) -> tuple[str, ...]:
    """Return those causes of a code that its page tells in full: as many as it has room for, at least one."""
    told = 1
    while told < len(page.causes) and len(_code_lines(page, told + 1)) <= LONGEST:
        told += 1
    return page.causes[:told]


def files() -> Mapping[str, str]:
    """Return all pages as Markdown, by the names of their files."""
    pages = {code: code_page(code) for code in CODES}
    texts = {
        "README.md": _index_lines(pages.values()),
        "causes.md": _causes_lines(),
        **{f"{code}.md": _code_lines(page, len(leading(page))) for code, page in pages.items()},
        **{f"{cause.name}.md": _cause_lines(cause) for cause in CAUSES.values()},
    }
    return {name: "\n".join(lines) + "\n" for name, lines in texts.items()}


def _filled(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _pasted(lines: Mapping[str, str]) -> Iterator[str]:
    """Yield what to paste, each under the place that it is for."""
    for backend, file, body in in_order(lines):
        place = where(file, backend)
        yield from ("", f"{place[0].upper()}{place[1:]}:", "")
        yield from (f"```{LANGUAGES.get(file, 'text')}", *body.splitlines(), "```")


def _told(cause: Cause) -> Iterator[str]:
    """Yield all that both kinds of pages tell of a cause."""
    yield from ("", *_filled(f"It depends on {_plain(cause.what)}."))
    yield from ("", *_filled(cause.how))
    yield from ("", *_filled(f"**Told from:** {cause.told}"))
    yield from ("", *_filled(f"**Cure:** {_plain(cause.do)}."))
    yield from _pasted(cause.lines)


def _rows(names: Sequence[str]) -> Iterator[str]:
    """Yield a table of causes."""
    yield from ("", "| cause | the wheel depends on | cure |", "| --- | --- | --- |")
    for name in names:
        cause = CAUSES[name]
        yield f"| [{name}]({name}.md) | {_plain(cause.what)} | {_plain(cause.do)} |"


def _plain(text: str) -> str:
    """Return a text without what Markdown would take for more than that."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("__", "\\_\\_")


def _code_lines(page: CodePage, told: int) -> list[str]:
    """Return the page of a code, with so many causes in full."""
    summary = _plain(page.summary)
    lines = [f"# {page.code}", "", *_filled(f"{summary[0].upper()}{summary[1:]}.")]
    lines += ["", f"With nothing worse beside it, the verdict is `{page.verdict.value}`."]
    lines += ["", *_filled(f"**What to do first:** {page.first}.")]
    for name in page.causes[:told]:
        lines += ["", f"## [{name}]({name}.md)", *_told(CAUSES[name])]
    if rest := page.causes[told:]:
        lines += ["", "## Less likely", *_rows(rest)]
    return lines


def _cause_lines(cause: Cause) -> list[str]:
    """Return the page of a cause."""
    lines = [f"# {cause.name}", *_told(cause), "", "## Where it shows", ""]
    lines += [f"- [{code}]({code}.md): {_plain(CODES[code])}" for code in cause.codes]
    if cause.conditions:
        named = ", ".join(f"`{name}`" for name in cause.conditions)
        lines += ["", f"`samewheel verify` varies: {named}."]
    lines += ["", "## Where it was seen", "", *(f"- <{address}>" for address in cause.seen)]
    return lines


def _index_lines(pages: Iterable[CodePage]) -> list[str]:
    """Return the page that leads to those of codes."""
    lines = ["# Why wheels differ, and how to cure it", ""]
    lines += _filled(
        "Each difference that samewheel reports has a code, and each code a page here: what to do first, and what "
        "makes such differences, the likeliest cause first. `samewheel explain CODE` prints it. "
        "[The causes](causes.md) have pages, too."
    )
    lines += ["", "| code | what differs | verdict | likeliest cause |", "| --- | --- | --- | --- |"]
    for page in pages:
        code, cause = (f"[{name}]({name}.md)" for name in (page.code, page.causes[0]))
        lines.append(f"| {code} | {_plain(page.summary)} | `{page.verdict.value}` | {cause} |")
    return [*lines, "", "These pages are made by `just explain-pages` from `src/samewheel/explaining`."]


def _causes_lines() -> list[str]:
    """Return the page that leads to those of causes."""
    lines = ["# The causes", "", "By where in a wheel they show. [The codes](README.md) lead to them, too."]
    return [*lines, *_rows(list(CAUSES))]
