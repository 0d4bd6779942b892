"""Text, SW305 to SW309: each way in which two texts differ is said, so that one finding alone is the only difference.

Lines are counted from 1. A finding about lines has the field ``lines``, or one that says where they are, and its
values begin with the number of the line: numbers are of one side, and so do not belong into the field.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from samewheel.comparison.inside.hunks import Hunk, hunks
from samewheel.comparison.inside.values import finding, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "Text", "decoded", "forms", "line_findings", "moved", "telling", "text"]

SUMMARIES = {
    "SW305": "text: the line endings",
    "SW306": "text: the encoding, or a byte order mark",
    "SW307": "text: white space at the end of the file",
    "SW308": "text: the same lines in another order",
    "SW309": "text: lines",
}
"""What each code says, in a line."""

MARKS = {
    codecs.BOM_UTF8: ("utf-8 with BOM", "utf-8"),
    codecs.BOM_UTF16_LE: ("utf-16-le with BOM", "utf-16-le"),
    codecs.BOM_UTF16_BE: ("utf-16-be with BOM", "utf-16-be"),
}
"""The name and the codec of what begins with a byte order mark."""

ENDINGS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
"""Names of line endings; form feeds and the like end no line."""

LARGEST_TEXT = 1 << 23
"""Bytes of a text that is read: its lines take some ten times as many, and of longer ones nobody reads them."""

MOST_LINES = 200_000
"""Lines of a text whose lines are compared."""


class Text(NamedTuple):
    """A text, taken apart into that which differs for reasons of its own."""

    encoding: str
    endings: Counter[str]
    lines: list[str]
    """Without the white space at the end of the file."""
    tail: str
    """That white space."""


def decoded(content: Content) -> tuple[str, str]:
    """Return the name of the encoding, and the text.

    Raises:
        ValueError: it is too large, or no text.
    """
    if content.size > LARGEST_TEXT:
        raise ValueError("too large a text")
    data = whole(content)
    for mark, (name, codec) in MARKS.items():
        if data.startswith(mark):
            return name, data[len(mark) :].decode(codec)
    if b"\0" in data:
        raise ValueError("not text")
    return "utf-8", data.decode()


def _taken_apart(encoding: str, text: str, *, keep_endings: bool) -> Text:
    endings = _endings_of(text)
    if sum(endings.values()) > MOST_LINES:
        raise ValueError("too many lines")
    if not keep_endings:
        text = _normal(text)
    body = text.rstrip()
    return Text(encoding, endings, body.split("\n"), text[len(body) :])


def _endings_of(text: str) -> Counter[str]:
    """Return how often each line ending comes."""
    both = text.count("\r\n")
    return +Counter({"\n": text.count("\n") - both, "\r\n": both, "\r": text.count("\r") - both})


def _normal(text: str) -> str:
    """Return the text with LF at the end of each line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _pair(a: Content, b: Content) -> tuple[Text, Text]:
    """Return two texts; their endings stay in the lines where only that keeps differences of single lines."""
    (name_a, text_a), (name_b, text_b) = decoded(a), decoded(b)
    kinds = [len(_endings_of(text)) for text in (text_a, text_b)]
    keep = max(kinds) > 1 and _normal(text_a) != _normal(text_b)
    return _taken_apart(name_a, text_a, keep_endings=keep), _taken_apart(name_b, text_b, keep_endings=keep)


def _counted(endings: Counter[str]) -> str:
    return ", ".join(f"{name} {endings[ending]}" for ending, name in ENDINGS.items() if endings[ending]) or "none"


def forms(a: Content, b: Content, lines: Callable[[list[str], list[str]], Findings]) -> Findings:
    """Yield the differences in form, SW305 to SW307, and then what is found in the lines if those differ.

    Raises:
        ValueError: one of them is no text, or too large.
    """
    one, other = _pair(a, b)
    if one.encoding != other.encoding:
        yield finding("SW306", "encoding", one.encoding, other.encoding)
    yield from _endings(one, other, a, b)
    if one.tail != other.tail:
        yield finding("SW307", "end of file", one.tail, other.tail)
    if one.lines != other.lines:
        yield from lines(one.lines, other.lines)


def _endings(one: Text, other: Text, a: Content, b: Content) -> Findings:
    """Yield SW305 if the two end their lines in other ways, or the same lines."""
    if one.endings.keys() != other.endings.keys() and one.endings and other.endings:
        yield finding("SW305", "line endings", _counted(one.endings), _counted(other.endings))
    elif (one.lines, one.tail) == (other.lines, other.tail):
        if one.endings.keys() == other.endings.keys() and len(one.endings) <= 1:
            return
        places = [re.findall(r"\r\n|\r|\n", decoded(content)[1]) for content in (a, b)]
        number = next((n for n, pair in enumerate(zip(*places, strict=False), 1) if pair[0] != pair[1]), 0)
        if number:
            yield finding("SW305", f"ending of line {number}", *(ENDINGS[all_[number - 1]] for all_ in places))


def telling(lines: Sequence[str], start: int, stop: int) -> int:
    """Return the index of the first of some lines that is not blank; of blank ones, the first."""
    return next((index for index in range(start, stop) if lines[index].strip()), start)


def _numbered(lines: Sequence[str], start: int, stop: int, shown: int) -> str:
    """Return a range of lines as a value: its numbers, and one line of it."""
    if start == stop:
        return f"nothing after line {start}"
    numbers = f"{start + 1}" if stop == start + 1 else f"{start + 1}-{stop}"
    return f"{numbers}: {lines[shown]}"


def _values(a: Sequence[str], b: Sequence[str], hunk: Hunk) -> tuple[str, str]:
    """Return the values of a hunk: lines that tell something, or else the first ones, which differ."""
    ranges = (a, hunk.a, hunk.a_stop), (b, hunk.b, hunk.b_stop)
    of_a, of_b = (_numbered(*lines, telling(*lines)) for lines in ranges)
    return (of_a, of_b) if of_a != of_b else (_numbered(*ranges[0], hunk.a), _numbered(*ranges[1], hunk.b))


def line_findings(code: str, a: list[str], b: list[str], place: Callable[[Hunk], str]) -> Findings:
    """Yield a finding for each run of lines that differ; ``place`` names the field of one."""
    for hunk in hunks(a, b):
        yield finding(code, place(hunk), *_values(a, b, hunk))


def moved(a: list[str], b: list[str]) -> Findings:
    """SW308: the first lines that disagree, if both have the same ones."""
    if len(a) == len(b) and Counter(a) == Counter(b):
        first = next(index for index, pair in enumerate(zip(a, b, strict=True)) if pair[0] != pair[1])
        yield finding("SW308", f"order of lines, from line {first + 1}", a[first], b[first])


def _lines(a: list[str], b: list[str]) -> Findings:
    order = list(moved(a, b))
    yield from order or line_findings("SW309", a, b, lambda _: "lines")


def text(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW305 to SW309, for all that is UTF-8, or has a byte order mark."""
    del name, look
    yield from forms(a, b, _lines)
