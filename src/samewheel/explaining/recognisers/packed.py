"""Files in files, and the form of texts: gzip, nested archives, line endings, encodings, JSON, the order of lines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from samewheel.explaining.moments import zones_apart
from samewheel.explaining.recognisers.said import by_member, coded, consistent, last, shown
from samewheel.explaining.recognisers.shapes import masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS", "texts_in_order"]

HEADERS = ("extra flags", "operating system", "flags", "extra field", "CRC of the header")
"""Fields of gzip's header that its writer decides."""

LARGEST = 1 << 23
"""Bytes of a text whose lines are looked at."""


def gzip(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Times and other headers of gzip, and the stream of the same contents."""
    del case
    for one in coded(left, "SW316"):
        field = last(one.field).removeprefix("header ")
        if field == "mtime":
            yield shown("gzip-time", one)
        elif field == "name" and masked(one.a) == masked(one.b):
            yield shown("temp-path", one)
        elif field in HEADERS:
            yield consistent("compressor", one)
    for one in coded(left, "SW317"):
        yield shown("compressor", one)


def _may_be_zones(a: str, b: str) -> bool:
    """Tell whether two times may be one moment in two time zones."""
    try:
        one, other = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (a, b))
    except ValueError:
        return False
    return zones_apart((other - one).total_seconds())


def nested_times(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Times of members of nested archives."""
    del case
    for one in coded(left, "SW320"):
        if _kind(one).startswith("time "):
            if _may_be_zones(one.a, one.b):
                yield consistent("archive-time-zone", one)
                yield consistent("nested-archive", one)
            else:
                yield shown("nested-archive", one)


def _kind(one: Difference) -> str:
    """Return which of the fields of nested archives it is, however deep that is."""
    return one.field if one.field.startswith(("time ", "mode ", "stream ", "method ")) else last(one.field)


NESTED = {
    "mode ": "nested-archive",
    "system ": "archive-system",
    "other headers": "archive-system",
    "comment": "archive-system",
    "end records": "archive-system",
    "order": "entry-order",
    "method ": "compressor",
}
"""What the other fields of nested archives may come from, by how they begin."""


def nested_headers(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """All else that nested archives say of their members."""
    del case
    for one in coded(left, "SW320"):
        kind = _kind(one)
        if kind.startswith("stream "):
            yield shown("compressor", one)
        else:
            causes = (cause for start, cause in NESTED.items() if kind.startswith(start))
            for cause in list(causes)[:1]:
                yield consistent(cause, one)


FORMS = {"SW305": "line-endings", "SW306": "text-encoding", "SW307": "blank-end", "SW314": "json-form"}
"""What a difference of form is, by code."""

FIELDS = {"encoding": "text-encoding", "end of file": "blank-end", "form": "json-form", "order of keys": "json-form"}
"""The same by field, where the code says only that the file is in ``*.dist-info``."""

PROVEN = frozenset({"line-endings", "json-form"})
"""Those that are no more than what the bytes show."""


def forms(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same text with other line endings, in another encoding or with another end; the same JSON, otherwise."""
    del case
    for one in left:
        field = last(one.field).partition(" in ")[0] if one.code == "SW204" else ""
        cause = FORMS.get(one.code) or FIELDS.get(field)
        if cause is not None:
            yield (shown if cause in PROVEN else consistent)(cause, one)


def encodings(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Bytes that are one text in two encodings."""
    for name, found in by_member(coded(left, "SW301")).items():
        contents = case.contents(name)
        if contents is None or max(map(len, contents)) > LARGEST:
            continue
        codecs = _codecs(*contents) or _codecs(*contents[::-1])
        if codecs:
            yield shown("text-encoding", *found, evidence=f"{name}: the same text in {codecs[0]} and in {codecs[1]}")


def _codecs(a: bytes, b: bytes) -> tuple[str, str] | None:
    """Return in which encodings two contents are the same text; None if in none that is known."""
    if a.isascii() or b"\0" in a:
        return None
    for codec in ("latin-1", "cp1252"):
        try:
            if a.decode("utf-8") == b.decode(codec):
                return "utf-8", codec
        except UnicodeDecodeError:
            continue
    return None


def texts_in_order(case: Case, name: str) -> tuple[bool, bool]:
    """Tell of each wheel whether the lines of a text that are not where the other has them are sorted."""
    contents = case.contents(name)
    if contents is None or max(map(len, contents)) > LARGEST:
        return False, False
    a, b = (content.splitlines() for content in contents)
    places = [at for at, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]]
    if not places:
        return False, False
    stretch = slice(places[0], places[-1] + 1)
    return a[stretch] == sorted(a[stretch]), b[stretch] == sorted(b[stretch])


def moved_lines(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same lines in another order: of a set, or of a folder; which one, nothing tells for sure."""
    for one in coded(left, "SW308"):
        in_order = texts_in_order(case, one.member)
        sides = [name for name, is_sorted in zip(("first", "second"), in_order, strict=True) if is_sorted]
        words = f"sorted in the {sides[0]}, and not in the other" if len(sides) == 1 else "sorted in neither"
        evidence = f"{one.member}, {one.field}: the same lines, {words}"
        yield consistent("set-order", one, evidence=evidence)
        yield consistent("directory-order", one, evidence=evidence)


def moved_values(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """An array of JSON with the same values in another order."""
    del case
    for one in coded(left, "SW315"):
        if last(one.field).startswith("order of "):
            yield consistent("set-order", one)
            yield consistent("directory-order", one)


RECOGNISERS = (gzip, nested_times, nested_headers, forms, encodings, moved_lines, moved_values)
"""The surest first."""
