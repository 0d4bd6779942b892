"""JSON, SW314 and SW315: what two documents say, and how they say it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from samewheel._types import Value
from samewheel.comparison.inside.texts import decoded
from samewheel.comparison.inside.values import finding

if TYPE_CHECKING:
    from samewheel.comparison.inside.values import Content, Findings, Look

__all__ = ["SUMMARIES", "json_values"]

SUMMARIES = {
    "SW314": "JSON: the same value in another form, such as white space or the order of keys",
    "SW315": "JSON: values",
}
"""What each code says, in a line."""

DEEPEST = 100
"""Arrays and objects in each other; deeper ones are compared as text."""

ABSENT = "(absent)"
"""The value of a key or an index that is not there; no JSON is written so."""

LARGEST_JSON = 1 << 21
"""Bytes of a document that is parsed: its values take some fifteen times as many."""


class _Number(Value, frozen=True):
    """A number as it is written: 1.0 is not said to be 1."""

    text: str


class _Object(Value, frozen=True):
    """An object with its keys in their order, each as often as it comes."""

    pairs: tuple[tuple[str, object], ...]


def _object(pairs: list[tuple[str, object]]) -> _Object:
    return _Object(tuple(pairs))


def _parsed(text: str) -> object:
    """Return a document.

    Raises:
        ValueError: it is none.
        RecursionError: it is too deep.
    """
    return json.loads(text, object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _shown(value: object) -> str:
    """Return a value as a word or two."""
    if isinstance(value, _Number):
        return value.text
    if isinstance(value, _Object):
        return f"object of {len(value.pairs)}"
    return f"array of {len(value)}" if isinstance(value, list) else json.dumps(value)


def _by_key(value: _Object) -> dict[tuple[str, int], object]:
    """Return the values by key; a key that comes again is another one."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], object] = {}
    for key, inner in value.pairs:
        found[key, seen[key]] = inner
        seen[key] += 1
    return found


def _order(path: str, a: list[object], b: list[object]) -> Findings:
    """SW315 for two arrays of the same plain values in another order."""
    if any(isinstance(item, list | _Object) for item in (*a, *b)) or len(a) != len(b):
        return
    of_a, of_b = ([_shown(item) for item in items] for items in (a, b))
    if of_a != of_b and Counter(of_a) == Counter(of_b):
        first = next(pair for pair in zip(of_a, of_b, strict=True) if pair[0] != pair[1])
        yield finding("SW315", f"order of {path or 'the array'}", *first)


def _values(path: str, a: object, b: object, depth: int = 0) -> Findings:
    """SW315: the values that differ, by the path of their keys."""
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(a, _Object) and isinstance(b, _Object):
        of_a, of_b = _by_key(a), _by_key(b)
        for key in sorted({*of_a, *of_b}):
            name, nth = key
            inner = f"{path}.{name}" if path else name
            inner = f"{inner} (again, {nth})" if nth else inner
            yield from _keyed(inner, of_a, of_b, key, depth)
    elif isinstance(a, list) and isinstance(b, list):
        yield from list(_order(path, a, b)) or _items(path, a, b, depth)
    elif a != b or type(a) is not type(b):
        yield finding("SW315", f"key {path}" if path else "value", _shown(a), _shown(b))


def _keyed(
    path: str, a: dict[tuple[str, int], object], b: dict[tuple[str, int], object], key: tuple[str, int], depth: int
) -> Findings:
    """SW315 below one key of two objects."""
    if key in a and key in b:
        yield from _values(path, a[key], b[key], depth + 1)
    else:
        values = (_shown(one[key]) if key in one else ABSENT for one in (a, b))
        yield finding("SW315", f"key {path}", *values)


def _items(path: str, a: list[object], b: list[object], depth: int) -> Findings:
    """SW315 below two arrays: the length, and the items that have a partner."""
    if len(a) != len(b):
        yield finding("SW315", f"length of {path or 'the array'}", str(len(a)), str(len(b)))
    for index, (one, other) in enumerate(zip(a, b, strict=False)):
        yield from _values(f"{path}[{index}]", one, other, depth + 1)


def _keys_in_order(path: str, a: object, b: object) -> Findings:
    """SW314: the objects whose keys come in another order, in two values that are the same."""
    if isinstance(a, _Object) and isinstance(b, _Object):
        of_a, of_b = _by_key(a), _by_key(b)
        moved = next((pair for pair in zip(of_a, of_b, strict=True) if pair[0] != pair[1]), None)
        if moved:
            yield finding("SW314", f"order of keys in {path}" if path else "order of keys", moved[0][0], moved[1][0])
        for key, inner in of_a.items():
            yield from _keys_in_order(f"{path}.{key[0]}" if path else key[0], inner, of_b[key])
    elif isinstance(a, list) and isinstance(b, list):
        for index, (one, other) in enumerate(zip(a, b, strict=True)):
            yield from _keys_in_order(f"{path}[{index}]", one, other)


def json_values(name: str, a: Content, b: Content, look: Look) -> Findings:
    """SW315 for each value that differs; SW314 if none does."""
    del look
    if not name.endswith(".json"):
        return
    if max(a.size, b.size) > LARGEST_JSON:
        return
    (encoding_a, text_a), (encoding_b, text_b) = decoded(a), decoded(b)
    if encoding_a != encoding_b:
        yield finding("SW306", "encoding", encoding_a, encoding_b)
    value_a, value_b = _parsed(text_a), _parsed(text_b)
    is_same = True
    for one in _values("", value_a, value_b):
        is_same = False
        yield one
    if is_same:
        yield from _keys_in_order("", value_a, value_b)
    if value_a == value_b and text_a != text_b:
        yield finding("SW314", "form", text_a, text_b)
