"""Native code: compilers, folders, made-up names, dates, search paths, and what linkers stamp."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.recognisers.said import by_member, coded, consistent, last, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS", "build_id", "is_path", "masked"]

ELF = ("SW401", "SW402", "SW403", "SW404", "SW405", "SW406", "SW407")

PATH = re.compile(r"…?(?:/[^/\s]|[A-Za-z]:[\\/]|\\\\)")
"""How an absolute path begins, on any system; the ellipsis stands where a long one was cut."""

RANDOM = re.compile(
    r"(?<![A-Za-z0-9])(?:cc[A-Za-z0-9]{6}(?=[./]|$)"
    r"|tmp[a-z0-9_]{8}(?![a-z0-9_])"
    r"|\.mesonpy-[a-z0-9_]{8}"
    r"|pip-(?:req-build|install|wheel|build-env|modern-metadata|ephem-wheel-cache)-[a-z0-9_]{8}"
    r"|build-(?:env|via-sdist)-[a-z0-9_]{8})"
)
"""Names that programs make up for temporary files and folders: gcc, tempfile, meson-python, pip, build."""

OBJECT = re.compile(r"(?<![A-Za-z0-9])cc[A-Za-z0-9]{6}(?=\.|$)")
"""Those that gcc makes up for object files."""

MADE_UP = re.compile(r"\.lto_priv\.\d+|_GLOBAL__[IN]_[0-9A-Fa-f]{8,}|ltrans\d+")
"""Parts of symbols that compilers make up, of numbers or chance."""

RUST_HASH = re.compile(r"17h[0-9a-f]{16}E")
"""How symbols of Rust end: a digest of the crate and what it was compiled from and by."""

CARGO = re.compile(r"[^\s\0]*/(?:\.cargo/(?:registry|git)|registry/src)/")
RUSTC = re.compile(r"/rustc/([0-9a-f]{40})/")

DATE = re.compile(rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3]\d (?:19|20)\d\d(?!\d)")
"""What ``__DATE__`` stands for (C17, 6.10.8.1)."""

TIME = re.compile(rb"(?<![\d:])[012]\d:[0-5]\d:[0-6]\d(?![\d:])")
"""What ``__TIME__`` stands for."""

MAGICS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"!<arch>\n")
"""How files of native code begin."""

HASHED = re.compile(r"-[0-9a-f]{8}(?=\.)")
"""What tools that repair wheels put into the names of libraries."""


def is_path(text: str) -> bool:
    """Tell whether a value is an absolute path."""
    return PATH.match(text) is not None


def masked(text: str) -> str:
    """Return a value without what programs make up in it."""
    return RANDOM.sub("?", text)


def compilers(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What compilers and linkers say of themselves, in ``.comment`` and in debug information."""
    del case
    for one in coded(left, "SW402", "SW403"):
        if one.code == "SW402" or one.field.endswith("DW_AT_producer"):
            yield shown("compiler", one)
    for one in coded(left, "SW404"):
        if all(RUSTC.search(text) for text in (one.a, one.b)) and RUSTC.findall(one.a) != RUSTC.findall(one.b):
            yield shown("compiler", one)


def temporary_names(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Values that are the same but for a name that was made up for a temporary file or folder."""
    del case
    for one in coded(left, *ELF, "SW318"):
        if one.a != one.b and masked(one.a) == masked(one.b):
            in_debug = "debug-path" if one.code == "SW403" else "temp-path"
            yield shown("random-symbols" if OBJECT.search(one.a) else in_debug, one)
    for found in by_member(coded(left, "SW407")).values():
        yield from _symbols(found)


def _symbols(found: Sequence[Difference]) -> Iterator[Recognised]:
    """Yield causes of symbols of one member that are in pairs, but for what is made up in them."""
    for pattern, cause in ((OBJECT, "random-symbols"), (MADE_UP, "random-symbols"), (RUST_HASH, "rust-path")):
        ones = [one for one in found if pattern.search(_symbol(one))]
        sides = [sorted(pattern.sub("?", text) for text in texts if text != "(absent)") for texts in _sides(ones)]
        if ones and sides[0] == sides[1]:
            make = shown if pattern is OBJECT else consistent
            yield make(cause, *ones)


def _symbol(one: Difference) -> str:
    return one.a if one.b == "(absent)" else one.b


def _sides(found: Sequence[Difference]) -> tuple[list[str], list[str]]:
    return [one.a for one in found], [one.b for one in found]


def debug_paths(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Folders and sources in debug information."""
    del case
    for one in coded(left, "SW403"):
        if is_path(one.a) and is_path(one.b):
            yield shown("debug-path", one)
        elif last(one.field).endswith(("DW_AT_comp_dir", "DW_AT_name")) or any(map(is_path, (one.a, one.b))):
            yield consistent("debug-path", one)


def paths(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Strings of the code that are paths: of cargo, of Cython, or of who knows what."""
    del case
    for one in coded(left, "SW404"):
        if not last(one.field).startswith("string in section"):
            continue
        texts = (one.a, one.b)
        cargo = [CARGO.match(text) for text in texts]
        if cargo[0] and cargo[1] and cargo[0][0] != cargo[1][0]:
            yield shown("rust-path", one)
        elif all(map(is_path, texts)):
            is_cython = all(text.endswith((".pyx", ".pxd", ".pxi")) for text in texts)
            yield consistent("cython-path" if is_cython else "build-path", one)


def libraries(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Search paths, and the names of libraries that are needed."""
    del case
    for one in coded(left, "SW406"):
        a, b = (text.replace(":", ", ").split(", ") for text in (one.a, one.b))
        news = ({*a} ^ {*b}) - {"(absent)"}
        if one.field.endswith("PATH"):
            yield from _search_path(one, news)
        elif any(HASHED.search(text) for text in news):
            yield consistent("repair-tool", one)
        else:
            yield consistent("compiler", one)


def _search_path(one: Difference, news: set[str]) -> Iterator[Recognised]:
    if any(map(is_path, news)):
        yield shown("run-path", one)
    elif any(text.startswith("$ORIGIN") and text.rstrip("/").endswith((".libs", ".dylibs")) for text in news):
        yield consistent("repair-tool", one)
    else:
        yield consistent("run-path", one)


def _without_dates(content: bytes) -> bytes:
    return TIME.sub(b"??:??:??", DATE.sub(b"??? ?? ????", content))


def date_macros(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Dates as the preprocessor writes them, that only one of two files has."""
    native = coded(left, *ELF, "SW408", "SW409", "SW301")
    for name, found in by_member(native).items():
        contents = case.contents(name)
        if contents is None or not (_is_native(contents[0]) and _is_native(contents[1])):
            continue
        dates = [sorted({*DATE.findall(content), *TIME.findall(content)}) for content in contents]
        news = [[date for date in dates[at] if date not in dates[1 - at]] for at in (0, 1)]
        if news[0] and news[1]:
            yield from _dated(found, contents, (news[0][0].decode(), news[1][0].decode()))


def _is_native(content: bytes) -> bool:
    return content.startswith(MAGICS)


def _dated(
    found: Sequence[Difference], contents: tuple[bytes, bytes], values: tuple[str, str]
) -> Iterator[Recognised]:
    """Yield what dates explain: all, if nothing else differs but the build-id; else the data, in part."""
    evidence = f"{found[0].member}: {values[0]} against {values[1]}"
    a, b = map(_without_dates, contents)
    for one in coded(found, "SW401"):
        a, b = a.replace(_bytes(one.a), b"?"), b.replace(_bytes(one.b), b"?")
    if a == b:
        yield shown("date-macro", *found, evidence=evidence)
        return
    strings = [one for one in found if _without_dates(one.a.encode()) == _without_dates(one.b.encode())]
    if strings:
        yield shown("date-macro", *strings)
    data = [one for one in found if one.code in {"SW404", "SW301"} and one not in strings]
    if data:
        yield consistent("date-macro", *data, evidence=evidence, whole=False)


def _bytes(digits: str) -> bytes:
    """Return what a build-id is; what cannot be in a file, if it is none."""
    try:
        return bytes.fromhex(digits) or b"no build-id"
    except ValueError:
        return b"no build-id"


def stamps(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What linkers of Windows and macOS put into headers; alone it is shown, else it may follow from the rest."""
    for name, found in by_member(coded(left, "SW408", "SW409")).items():
        others = [one for one in case.differences if one.member == name and one.code == "SW301"]
        yield (consistent if others else shown)("link-stamp", *found)


def static_archives(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Headers of static archives: dates and owners are shown, modes and orders have reasons."""
    del case
    causes = {"date": "archive-members", "uid": "user-id", "gid": "user-id"}
    for one in coded(left, "SW318"):
        field = last(one.field)
        if field in causes:
            yield shown(causes[field], one)
        elif field == "mode":
            yield consistent("umask", one)
        elif field.startswith("order of members"):
            yield consistent("entry-order", one)


def symbol_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same symbols in another order."""
    del case
    for one in coded(left, "SW407"):
        if last(one.field).startswith("order of symbols"):
            yield consistent("link-order", one)


def build_id(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """A build-id that differs alone is a digest of what is no longer there."""
    del case
    for one in coded(left, "SW401"):
        if one.field.endswith("and nothing else"):
            yield consistent("build-id", one)


RECOGNISERS = (
    *(compilers, temporary_names, date_macros, debug_paths, paths, libraries, stamps),
    *(static_archives, symbol_order, build_id),
)
"""The surest first."""
