"""Compiled modules, SW311 to SW313: the header, the names of source files, the code objects (PEP 3147, PEP 552)."""

from __future__ import annotations

import io
import struct
from itertools import zip_longest
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.comparison.inside.marshalled import Node, parse
from samewheel.comparison.inside.raw import said
from samewheel.comparison.inside.values import Content, finding, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samewheel.comparison.inside.values import Findings, Look

__all__ = ["SUMMARIES", "pyc"]

SUMMARIES = {
    "SW311": ".pyc: the header: the version of Python, how and against what it is checked",
    "SW312": ".pyc: the names of source files in code objects",
    "SW313": ".pyc: code: constants, names, bytecode, line tables, or how values are shared",
}
"""What each code says, in a line."""

MAGICS = {3413: "3.8", 3425: "3.9", 3439: "3.10", 3495: "3.11", 3531: "3.12", 3571: "3.13", 3627: "3.14"}
"""The versions of CPython by the magic number of their releases; alphas had others, and are not known."""

FIRST_NEW = 3495
"""The first of these whose code objects have the attributes of today."""

FLAGS = {0: "by source time and size", 1: "unchecked hash", 3: "checked hash"}
"""How a cached module is checked (PEP 552)."""

HEADER = 16
"""Bytes before the code."""

MOST_PAIRS = 100_000
"""Code objects that are compared."""

LONGEST_LIST = 10
"""Values of a tuple or set that are shown."""

BRACKETS = {
    "tuple": "({})",
    "list": "[{}]",
    "set": "{{{}}}",
    "frozenset": "{{{}}}",
    "dict": "{{{}}}",
    "slice": "slice({})",
}
"""How a value with others in it is shown."""


class _Compiled(Value, frozen=True, kw_only=True):
    """A compiled module."""

    magic: int
    fields: dict[str, str]
    code: Node
    shape: tuple[str, ...]
    body: bytes


def _compiled(content: Content) -> _Compiled:
    """Read a module.

    Raises:
        ValueError: it is none, damaged, or of a version that is not known.
        struct.error: it ends in the header.
    """
    data = whole(content)
    magic, end, flags, *words = struct.unpack_from("<H2sIII", data)
    if magic not in MAGICS or end != b"\r\n" or flags not in FLAGS:
        raise ValueError("no compiled module that is known")
    fields = {"magic number": f"{magic} (CPython {MAGICS[magic]})", "check": FLAGS[flags]}
    if flags:
        fields["source hash"] = data[8:HEADER].hex()
    else:
        fields["source mtime"], fields["source size"] = map(str, words)
    body = data[HEADER:]
    code, shape = parse(body, since_311=magic >= FIRST_NEW)
    if code.kind != "code":
        raise ValueError("no code")
    return _Compiled(magic=magic, fields=fields, body=body, code=code, shape=shape)


def _header(a: _Compiled, b: _Compiled) -> Findings:
    """SW311: a finding for each field."""
    for field in sorted({*a.fields, *b.fields}):
        one, other = (compiled.fields.get(field, "(absent)") for compiled in (a, b))
        if one != other:
            yield finding("SW311", f"header {field}", one, other)


def _pairs(a: Node, b: Node) -> Iterator[tuple[str, Node, Node]]:
    """Yield the code objects that stand in the same place of both modules, with their names; each pair once.

    Raises:
        ValueError: too many.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [("", a, b)]
    for path, one, other in waiting:
        if (id(one), id(other)) in seen or (one.kind, other.kind) != ("code", "code"):
            continue
        seen.add((id(one), id(other)))
        if len(seen) > MOST_PAIRS:
            raise ValueError("too much code")
        name = _name(path, one)
        yield name, one, other
        inner = [one.attribute("constants").children, other.attribute("constants").children]
        prefix = "" if one is a else name
        waiting += [(prefix, *pair) for pair in zip(*inner, strict=False) if pair[0].kind == pair[1].kind == "code"]


def _name(path: str, code: Node) -> str:
    name = str(code.attribute("name").value)
    return f"{path}.{name}" if path else name


def _file_names(pairs: list[tuple[str, Node, Node]]) -> Findings:
    """SW312: each pair of file names that differ, and in how many code objects."""
    found: dict[tuple[str, str], int] = {}
    for _, a, b in pairs:
        names = (str(a.attribute("filename").value), str(b.attribute("filename").value))
        if names[0] != names[1]:
            found[names] = found.get(names, 0) + 1
    for names, count in found.items():
        yield finding("SW312", f"co_filename of {count} code object{'s' * (count > 1)}", *names)


def _code(pairs: list[tuple[str, Node, Node]]) -> Findings:
    """SW313: the attributes of code objects that differ, but for what differs inside of code objects in them."""
    for name, a, b in pairs:
        if a.digest == b.digest:
            continue
        for attribute, of_a, of_b in zip(a.names, a.children, b.children, strict=True):
            if attribute != "filename" and of_a.digest != of_b.digest:
                yield from _attribute(f"{name}: {attribute}", of_a, of_b)


def _attribute(field: str, a: Node, b: Node) -> Findings:
    """SW313: the first place where two values differ; nothing if all such places are pairs of code objects."""
    is_constants = field.endswith(": constants")
    while a.kind == b.kind and a.children and len(a.children) == len(b.children) and a.kind != "frozenset":
        pairs = list(zip(a.children, b.children, strict=True))
        place = next((n for n, pair in enumerate(pairs) if _is_news(*pair, is_constants=is_constants)), None)
        if place is None:
            return
        is_constants = False
        field, (a, b) = f"{field}[{place}]", pairs[place]
    if a.kind == b.kind == "frozenset" and a.unordered == b.unordered:
        field = f"{field}, order of a frozenset"
    if isinstance(a.value, bytes) and isinstance(b.value, bytes) and a.kind == b.kind == "bytes":
        contents = (Content(size=len(value), file=io.BytesIO(value)) for value in (a.value, b.value))
        yield from said("SW313", f"{field}, ", *contents)
    else:
        yield finding("SW313", field, *_shown_pair(a, b))


def _is_news(a: Node, b: Node, *, is_constants: bool) -> bool:
    """Return whether two values differ, and are no code objects among constants: those have findings of their own."""
    return a.digest != b.digest and not (is_constants and a.kind == b.kind == "code")


def _shown_pair(a: Node, b: Node) -> tuple[str, str]:
    """Return two values as words that differ."""
    shown = _shown(a), _shown(b)
    if shown[0] != shown[1]:
        return shown
    return f"{shown[0]} (sha256 {a.digest.hex()[:16]})", f"{shown[1]} (sha256 {b.digest.hex()[:16]})"


def _shown(node: Node, depth: int = 0) -> str:
    """Return a value in a few words."""
    if node.kind == "code":
        return f"code {_name('', node)}"
    if node.kind in BRACKETS:
        if depth:
            return f"{node.kind} of {len(node.children)}"
        inner = [_shown(child, 1) for child in node.children[:LONGEST_LIST]]
        more = ["..."] if len(node.children) > LONGEST_LIST else []
        return BRACKETS[node.kind].format(", ".join([*inner, *more]))
    if isinstance(node.value, bytes):
        return repr(struct.unpack("<d", node.value)[0]) if node.kind == "float" else node.value.hex()
    return repr(node.value) if node.kind == "str" else str(node.value) or node.kind


def _sharing(a: _Compiled, b: _Compiled, *, names_differ: bool) -> Findings:
    """SW313: the same values, written in other bytes."""
    # What differs is FLAG_REF, which depends on how many references the compiler's own memory still held,
    # references in place of copies, or interning: https://github.com/python/cpython/issues/78274
    places = zip_longest(a.shape, b.shape, fillvalue="nothing")
    for number, (one, other) in enumerate(places):
        if one != other:
            yield finding("SW313", f"references, value {number}", one, other)
            return
    if a.body != b.body and not names_differ:
        bodies = (Content(size=len(one.body), file=io.BytesIO(one.body)) for one in (a, b))
        yield from said("SW313", "form of values, ", *bodies)


def pyc(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW311 to SW313; of two versions of Python, the code is not compared."""
    del look
    if not name.endswith(".pyc"):
        return
    one, other = _compiled(a), _compiled(b)
    yield from _header(one, other)
    pairs = list(_pairs(one.code, other.code))
    names = list(_file_names(pairs))
    yield from names
    if one.magic == other.magic and one.code.digest != other.code.digest:
        yield from _code(pairs)
    elif one.magic == other.magic:
        yield from _sharing(one, other, names_differ=bool(names))
