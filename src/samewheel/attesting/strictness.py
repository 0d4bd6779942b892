"""JSON that is signed or decides something: one canonical form to write, and no two readings of what is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NoReturn

from samewheel.errors import InvalidAttestationError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LARGEST", "canonical", "refuse_large", "strictly"]

LARGEST = 1 << 24
"""Bytes of a document that is read."""

DEEPEST = 40
"""Levels of a document that is read."""

SAFE = 1 << 53
"""Integers below it are the same in every reader (RFC 8259, 6)."""


def canonical(value: object) -> bytes:
    """Return the one form of a document: keys sorted, no white space, UTF-8, neither floats nor infinities.

    Keys are sorted by code points; ours are ASCII, for which that is also the order of RFC 8785.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def refuse_large(content: bytes, where: str) -> None:
    """Refuse a document before any work is done on it.

    Raises:
        InvalidAttestationError: it has more than LARGEST bytes.
    """
    if len(content) > LARGEST:
        raise InvalidAttestationError(f"{where} is too large", cause=f"It has more than {LARGEST} bytes.")


def strictly(content: bytes, where: str) -> object:
    """Read a document that every reader understands alike.

    Args:
        content: its bytes.
        where: what it is, for messages.

    Raises:
        InvalidAttestationError: it is too large or too deep, no JSON, has a key twice, a number that is no safe
            integer, a byte order mark, bytes that are no UTF-8, or an escape that stands for no character.
    """
    refuse_large(content, where)
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=_without_repetition,
            parse_constant=_refuse_number,
            parse_float=_refuse_number,
            parse_int=_safe,
        )
        # Half of a surrogate pair can be escaped in JSON, and is in no text that could be written.
        canonical(value)
    except RecursionError as error:
        raise InvalidAttestationError(f"{where} is too deep") from error
    except ValueError as error:
        # Also what is no UTF-8, and json.JSONDecodeError.
        raise InvalidAttestationError(f"{where} is no strict JSON", cause=str(error)) from error
    if any(depth > DEEPEST for depth in _depths(value)):
        raise InvalidAttestationError(f"{where} is too deep")
    return value


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")


def _safe(text: str) -> int:
    # Not before its length is known: int() of a long text takes quadratic time.
    if len(text) > len(str(SAFE)) + 1 or abs(int(text)) >= SAFE:
        raise ValueError("a number is too large")
    return int(text)


def _depths(value: object) -> Iterator[int]:
    """Yield how deep each list and object of a document lies."""
    pending: list[tuple[object, int]] = [(value, 1)]
    while pending:
        one, depth = pending.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        yield depth
        pending += [(each, depth + 1) for each in inner]
