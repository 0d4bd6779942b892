"""The marshal format of CPython 3.8 to 3.14 read into plain values; Python/marshal.c is its only description.

``marshal.loads`` trusts its input with the life of the interpreter, and understands only its own version. This one
builds no object but numbers, bytes and text. Two values are the same if their digests are: so nothing is walked
twice, however often references point to it.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Node", "parse"]

DEEPEST = 150
"""Values in each other: what compilers write has some twenty."""

MOST_NODES = 1_000_000
"""Values in all; a node takes some hundred bytes."""

FLAG_REF = 0x80
"""The bit of a type that says that later references may point here."""

WRITTEN = tuple(f"type {chr(byte & ~FLAG_REF)!a}{' with FLAG_REF' * bool(byte & FLAG_REF)}" for byte in range(256))
"""How a value is written, by its first byte."""

NUMBERS = ("argcount", "posonlyargcount", "kwonlyargcount")
LAST = ("filename", "name")
BEFORE_311 = (
    *(*NUMBERS, "nlocals", "stacksize", "flags", "bytecode", "constants", "names"),
    *("varnames", "freevars", "cellvars", *LAST, "firstlineno", "line table"),
)
SINCE_311 = (
    *(*NUMBERS, "stacksize", "flags", "bytecode", "constants", "names", "localsplusnames", "localspluskinds"),
    *(*LAST, "qualname", "firstlineno", "line table", "exception table"),
)
"""The attributes of a code object in their order; those in ``LONGS`` are bare numbers, the others values."""

LONGS = frozenset({*NUMBERS, "nlocals", "stacksize", "flags", "firstlineno"})

SINGLETONS = {b"N": "None", b"F": "False", b"T": "True", b"S": "StopIteration", b".": "Ellipsis", b"0": "NULL"}


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A value; the file name of a code object is in none of its digests, so that it can be compared apart."""

    kind: str
    """What it is: ``int``, ``str``, ``tuple``, ``code``; how it is written does not show."""
    value: str | bytes | int = ""
    children: tuple[Node, ...] = ()
    names: tuple[str, ...] = ()
    """Of a code object: the names of its children."""
    digest: bytes = field(default=b"", init=False)
    """Equal exactly if kind and value are, and the children in their order."""
    unordered: bytes = field(default=b"", init=False)
    """The same, but for the order of what is in frozensets."""

    def __post_init__(self) -> None:
        """Set the digests."""
        counted = [child for name, child in zip(self.names, self.children, strict=False) if name != "filename"]
        children = counted if self.names else self.children
        head = repr((self.kind, self.value, self.names, len(children))).encode()
        loose = [child.unordered for child in children]
        loose = sorted(loose) if self.kind in {"frozenset", "set"} else loose
        object.__setattr__(self, "digest", _digest(head, (child.digest for child in children)))
        object.__setattr__(self, "unordered", _digest(head, loose))

    def attribute(self, name: str) -> Node:
        """Return an attribute of a code object."""
        return self.children[self.names.index(name)]


def _digest(head: bytes, parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(hashlib.sha256(head).digest() + b"".join(parts)).digest()


class _Reader:
    """Reads values from bytes; each method raises ValueError where they are damaged."""

    def __init__(self, data: bytes, attributes: tuple[str, ...]) -> None:
        """Begin at the first byte; the attributes are those of code objects."""
        self.data, self.place, self.attributes = data, 0, attributes
        self.shape: list[str] = []
        self.references: list[Node | None] = []

    def take(self, length: int) -> bytes:
        """Return the next bytes."""
        if not 0 <= length <= len(self.data) - self.place:
            raise ValueError(f"cut short at {self.place}")
        self.place += length
        return self.data[self.place - length : self.place]

    def number(self, form: str) -> int:
        """Return the next number."""
        (value,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(value)

    def node(self, depth: int) -> Node:
        """Return the next value."""
        if depth > DEEPEST or len(self.shape) >= MOST_NODES:
            raise ValueError(f"too deep, or too much, at {self.place}")
        (byte,) = self.take(1)
        letter = bytes([byte & ~FLAG_REF])
        if letter == b"r":
            target = self.number("<I")
            self.shape.append(f"reference to {target}")
            return self.referenced(target)
        self.shape.append(WRITTEN[byte])
        index = None
        if byte & FLAG_REF:
            # The place is taken before what is inside takes any.
            index = len(self.references)
            self.references.append(None)
        node = self.content(letter, depth)
        if index is not None:
            self.references[index] = node
        return node

    def referenced(self, index: int) -> Node:
        """Return a value that came before."""
        node = self.references[index] if index < len(self.references) else None
        if node is None:
            raise ValueError(f"no such reference at {self.place}")
        return node

    def content(self, letter: bytes, depth: int) -> Node:
        """Return the value of a type."""
        if letter in SINGLETONS:
            return Node(SINGLETONS[letter])
        if letter in PLAIN:
            return PLAIN[letter](self)
        if letter in LENGTHS:
            kind, form = LENGTHS[letter]
            return Node(kind, children=self.several(self.number(form), depth))
        if letter == b":":
            return Node("slice", children=self.several(3, depth))
        if letter == b"{":
            return Node("dict", children=self.until_null(depth))
        if letter == b"c":
            return self.code(depth)
        raise ValueError(f"no such type at {self.place}")

    def several(self, count: int, depth: int) -> tuple[Node, ...]:
        """Return so many values."""
        if not 0 <= count <= len(self.data) - self.place:
            raise ValueError(f"cut short at {self.place}")
        return tuple(self.node(depth + 1) for _ in range(count))

    def until_null(self, depth: int) -> tuple[Node, ...]:
        """Return the values before a NULL."""
        found = []
        while (node := self.node(depth + 1)).kind != "NULL":
            found.append(node)
        return tuple(found)

    def code(self, depth: int) -> Node:
        """Return a code object."""
        children = tuple(
            Node("int", self.number("<i")) if name in LONGS else self.node(depth + 1) for name in self.attributes
        )
        return Node("code", children=children, names=self.attributes)


def _long(reader: _Reader) -> Node:
    """Return an int of any size: digits of 15 bits, the least first."""
    count = reader.number("<i")
    digits = struct.unpack(f"<{abs(count)}H", reader.take(2 * abs(count)))
    if any(digit >> 15 for digit in digits):
        raise ValueError("no digit")
    # In hexadecimal: a decimal of a million digits would take its time.
    bits = b"".join(digit.to_bytes(2, "big") for digit in reversed(digits))
    if len(digits) <= 4:  # noqa: PLR2004 - 60 bits: as an int of the short form
        value = sum(digit << 15 * index for index, digit in enumerate(digits))
        return Node("int", -value if count < 0 else value)
    return Node("int", f"{'-' if count < 0 else ''}15-bit digits {bits.hex()}")


def _text(form: str, codec: str) -> Callable[[_Reader], Node]:
    return lambda reader: Node("str", reader.take(reader.number(form)).decode(codec, "surrogatepass"))


PLAIN: dict[bytes, Callable[[_Reader], Node]] = {
    b"i": lambda reader: Node("int", reader.number("<i")),
    b"l": _long,
    b"g": lambda reader: Node("float", reader.take(8)),
    b"f": lambda reader: Node("float text", reader.take(reader.number("<B"))),
    b"y": lambda reader: Node("complex", reader.take(16)),
    b"s": lambda reader: Node("bytes", reader.take(reader.number("<i"))),
    b"t": _text("<i", "utf-8"),
    b"u": _text("<i", "utf-8"),
    b"a": _text("<i", "latin-1"),
    b"A": _text("<i", "latin-1"),
    b"z": _text("<B", "latin-1"),
    b"Z": _text("<B", "latin-1"),
}
"""The types that contain no others: how each is read."""

LENGTHS = {b")": ("tuple", "<B"), b"(": ("tuple", "<i"), b"[": ("list", "<i"), b"<": ("set", "<i")}
LENGTHS[b">"] = ("frozenset", "<i")
"""The types that contain others: the kind, and how the count of those is written."""


def parse(data: bytes, *, since_311: bool) -> tuple[Node, tuple[str, ...]]:
    """Read one value, which must be all that there is, and how each value in it is written.

    Args:
        data: at most some megabytes.
        since_311: whether code objects are those of CPython 3.11 to 3.14, or of 3.8 to 3.10.

    Raises:
        ValueError: it is damaged, too deep or too large; the message has the offset.
    """
    reader = _Reader(data, SINCE_311 if since_311 else BEFORE_311)
    node = reader.node(0)
    if reader.place != len(data):
        raise ValueError(f"more follows at {reader.place}")
    return node, tuple(reader.shape)
