"""Native code: compilers, folders, made-up names, search paths, and orders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from samewheel.explaining.recognisers.said import by_member, coded, consistent, last, shown
from samewheel.explaining.recognisers.shapes import ELF, HASHED, RANDOM, is_path, masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from samewheel.comparison import Difference
    from samewheel.explaining.case import Case, Recognised

__all__ = ["RECOGNISERS"]

OBJECT = re.compile(r"(?<![A-Za-z0-9])cc[A-Za-z0-9]{6}(?=\.|$)")
"""Those that gcc makes up for object files."""

MADE_UP = re.compile(r"\.lto_priv\.\d+|_GLOBAL__[IN]_[0-9A-Fa-f]{8,}|ltrans\d+")
"""Parts of symbols that compilers make up, of numbers or chance."""

RUST_HASH = re.compile(r"17h[0-9a-f]{16}E")
"""How symbols of Rust end: a digest of the crate and what it was compiled from and by."""

SYMBOLS = {
    OBJECT: "random-symbols",
    RANDOM: "random-symbols",
    MADE_UP: "random-symbols",
    RUST_HASH: "rust-path",
}
"""The cause of symbols that are the same without what is made up in them."""

CARGO = re.compile(r"[^\s\0]*/(?:\.cargo/(?:registry|git)|registry/src)/")
RUSTC = re.compile(r"/rustc/([0-9a-f]{40})/")


def compilers(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """What compilers and linkers say of themselves, in ``.comment`` and in debug information."""
    del case
    for one in coded(left, "SW402", "SW403"):
        if one.code == "SW402" or one.field.endswith("DW_AT_producer"):
            yield shown("compiler", one)


def rust(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Paths of Rust: the release of its compiler is in that of the standard library, the rest is cargo's folder."""
    del case
    for one in coded(left, "SW403", "SW404"):
        rustc = [RUSTC.findall(text) for text in (one.a, one.b)]
        cargo = [CARGO.match(text) for text in (one.a, one.b)]
        if all(rustc) and rustc[0] != rustc[1]:
            yield shown("compiler", one)
        elif cargo[0] and cargo[1] and cargo[0][0] != cargo[1][0]:
            yield shown("rust-path", one)


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
    for pattern, cause in SYMBOLS.items():
        ones = [one for one in found if pattern.search(_symbol(one))]
        sides = [sorted(pattern.sub("?", text) for text in texts if text != "(absent)") for texts in _sides(ones)]
        if ones and sides[0] == sides[1]:
            make = shown if pattern in {OBJECT, RANDOM} else consistent
            yield make(cause, *ones)


def _symbol(one: Difference) -> str:
    return one.a if one.b == "(absent)" else one.b


def _sides(found: Sequence[Difference]) -> tuple[list[str], list[str]]:
    return [one.a for one in found], [one.b for one in found]


def debug_paths(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Folders and sources in debug information; a source of another name is another source."""
    del case
    for one in coded(left, "SW403"):
        are_paths = [is_path(one.a), is_path(one.b)]
        is_folder = one.field.endswith("DW_AT_comp_dir")
        if all(are_paths) and (is_folder or _file(one.a) == _file(one.b)):
            yield shown("debug-path", one)
        elif is_folder or (any(are_paths) and not one.field.endswith("DW_AT_name")) or _file(one.a) == _file(one.b):
            yield consistent("debug-path", one)


def _file(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def paths(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Strings of the code that are paths: of Cython, or of who knows what."""
    del case
    for one in coded(left, "SW404"):
        texts = (one.a, one.b)
        if last(one.field).startswith("string in section .rodata") and all(map(is_path, texts)):
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


def symbol_order(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """The same symbols in another order."""
    del case
    for one in coded(left, "SW407"):
        if last(one.field).startswith("order of symbols"):
            yield consistent("link-order", one)


def compiled_alike(case: Case, left: Sequence[Difference]) -> Iterator[Recognised]:
    """Code that says nothing of its compiler, in a wheel that other compilers made as far as it says so."""
    others = coded(case.differences, "SW402", "SW506")
    all_of = by_member(coded(case.differences, *ELF)) if others else {}
    for name, found in by_member(coded(left, *ELF)).items() if others else ():
        contents = case.contents(name)
        is_mute = contents is not None and not any(b".comment\0" in content for content in contents)
        if is_mute and found == all_of[name]:
            evidence = f"{name} does not say what compiled it; {others[0].member or 'the builds'}: {others[0].field}"
            yield consistent("compiler", *found, evidence=evidence)


RECOGNISERS = (compilers, rust, temporary_names, debug_paths, paths, libraries, symbol_order, compiled_alike)
"""The surest first."""
