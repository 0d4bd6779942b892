"""Native code: what compilers and linkers stamp into it, dates, owners, identifiers and digests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.moments import MONTHS
from samewheel.explaining.recognisers.said import by_member, coded, consistent, last, shown
from samewheel.explaining.recognisers.shapes import ELF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS"]

DATE = re.compile(rf"(?:{'|'.join(MONTHS)}) [ 0-3]\d (?:19|20)\d\d(?!\d)".encode())
"""What ``__DATE__`` stands for (C17, 6.10.8.1)."""

TIME = re.compile(rb"(?<![\d:])[012]\d:[0-5]\d:[0-6]\d(?![\d:])")
"""What ``__TIME__`` stands for."""

MAGICS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"!<arch>\n")
"""How files of native code begin."""


def _without_dates(content: bytes) -> bytes:
    return TIME.sub(b"??:??:??", DATE.sub(b"??? ?? ????", content))


def date_macros(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Dates as the preprocessor writes them, that only one of two files has.

    ``-D`` and headers that are generated write them in the same form. Where it is known what builds were given, they
    had SOURCE_DATE_EPOCH, of which compilers make no two dates.
    """
    cause = "date-macro" if case.given is None else "build-date"
    native = coded(left, *ELF, "SW408", "SW409", "SW301")
    for name, found in by_member(native).items():
        contents = case.contents(name)
        if contents is None or not (_is_native(contents[0]) and _is_native(contents[1])):
            continue
        dates = [{*DATE.findall(content), *TIME.findall(content)} for content in contents]
        news = [dates[0] - dates[1], dates[1] - dates[0]]
        if all(news):
            yield from _dated(cause, found, contents, (min(news[0]).decode(), min(news[1]).decode()))


def _is_native(content: bytes) -> bool:
    return content.startswith(MAGICS)


def _dated(
    cause: str, found: Sequence[Difference], contents: tuple[bytes, bytes], values: tuple[str, str]
) -> Iterator[Recognised]:
    """Yield what dates explain: all, if nothing else differs but the build-id; else the data, in part."""
    evidence = f"{found[0].member}: {values[0]} against {values[1]}"
    a, b = map(_without_dates, contents)
    for one in coded(found, "SW401"):
        a, b = a.replace(_bytes(one.a), b"?"), b.replace(_bytes(one.b), b"?")
    if a == b:
        yield consistent(cause, *found, evidence=evidence)
        return
    texts = [one for one in found if one.a != one.b]
    strings = [one for one in texts if _without_dates(one.a.encode()) == _without_dates(one.b.encode())]
    if strings:
        yield consistent(cause, *strings)
    data = [one for one in found if one.code in {"SW404", "SW301"} and one not in strings]
    if data:
        yield consistent(cause, *data, evidence=evidence, whole=False)


def _bytes(digits: str) -> bytes:
    """Return what a build-id is; what cannot be in a file, if it is none."""
    try:
        return bytes.fromhex(digits) or b"no build-id"
    except ValueError:
        return b"no build-id"


def stamps(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What linkers of Windows and macOS put into headers; alone it is shown, else it may follow from the rest."""
    others = by_member(coded(case.differences, "SW301"))
    for name, found in by_member(coded(left, "SW408", "SW409")).items():
        yield (consistent if name in others else shown)("link-stamp", *found)


def static_archives(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Headers of static archives, and the order of what is in them."""
    del case
    for one in coded(left, "SW318"):
        field = last(one.field)
        if field in {"date", "uid", "gid", "mode"}:
            yield shown("archive-members", one)
        elif field.startswith("order of members"):
            yield consistent("entry-order", one)


def build_id(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """A build-id that differs alone is a digest of what is no longer there."""
    del case
    for one in coded(left, "SW401"):
        if one.field.endswith("and nothing else"):
            yield consistent("build-id", one)


RECOGNISERS = (date_macros, stamps, static_archives, build_id)
"""The surest first."""
