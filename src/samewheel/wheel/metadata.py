"""METADATA and WHEEL: headers like those of an e-mail, line by line (core metadata; binary distribution format)."""

from __future__ import annotations

import re
from typing import NamedTuple

from samewheel.errors import Flaw

__all__ = ["Field", "Headers", "read_headers"]

KEY = re.compile(r"[!-9;-~]+", re.ASCII)
"""A field's name (RFC 5322, 2.2): printable ASCII without a colon."""


class Field(NamedTuple):
    """One header."""

    key: str
    value: str
    """Lines that continue it included, with the line breaks between them."""
    line: int
    """Where it begins, from 1."""


class Headers(NamedTuple):
    """A whole file."""

    fields: tuple[Field, ...]
    body: str
    """What follows the first empty line: the description."""
    body_line: int
    """Where that begins, from 1."""

    def all(self, key: str) -> list[str]:
        """Return the values of a header, without regard to the case of its name, as readers look for it."""
        return [field.value.strip() for field in self.fields if field.key.lower() == key.lower()]


def read_headers(text: bytes, name: str) -> Headers:
    """Return the headers of a file; ``name`` is the member's, for messages.

    Raises:
        Flaw: it is not UTF-8, or has what readers of e-mail understand differently: NUL, a lone carriage return,
            a line that is neither header nor continuation.
    """
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Flaw(name, f"it is not UTF-8: {error}") from None
    if "\0" in decoded:
        raise Flaw(name, "it has a NUL")
    lines = decoded.split("\n")
    found: list[tuple[str, list[str], int]] = []
    for number, ended in enumerate(lines, 1):
        line = ended.removesuffix("\r")
        if not line:
            return Headers(_joined(found), "\n".join(lines[number:]), number + 1)
        if "\r" in line or "\v" in line or "\f" in line:
            raise Flaw(
                name, f"line {number} has a lone carriage return or the like, where some readers begin a new line"
            )
        if line[0] in " \t" and found:
            found[-1][1].append(line)
            continue
        key, colon, value = line.partition(":")
        if not colon or not KEY.fullmatch(key):
            raise Flaw(name, f"line {number} is no header: {line[:64]!r}")
        found.append((key, [value.strip()], number))
    return Headers(_joined(found), "", len(lines) + 1)


def _joined(found: list[tuple[str, list[str], int]]) -> tuple[Field, ...]:
    """Return fields from their lines, joined only once: one may have millions."""
    return tuple(Field(key, "\n".join(lines), number) for key, lines, number in found)
