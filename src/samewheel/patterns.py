"""Values in all their usual encodings, as one search that is fast where nothing is found."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from samewheel._types import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Found", "Patterns", "Sought", "encodings"]

ANCHOR = 6
"""Bytes that are searched for first, of every pattern; measured: fewer are found by chance, more do not share."""

COMMON = frozenset(b"\0 etaoinsrhldcu_/\xffH\x8bfpm.0=1")
"""Bytes that text and machine code are full of: a search that starts at each of them is slow."""

SHORTEST_BASE64 = 8
"""Characters of base64 that cannot well be there by chance: one in 2**48 places of random base64."""

INSIDE = re.compile(rb"[^\x00-\x20\x7f\"'`<>()\[\]{},;|]*")
"""Bytes of one word, such as a path or a URL."""

ESCAPE = re.compile(rb"\\[abfnrtv0]")
"""The end of an escaped character in a text, which no letter of a word is."""

TEXTUAL = frozenset({"utf-8", "percent", "escaped"})
"""Encodings in which the bytes beside a value show whether it goes on."""

LONGEST_WORD = 256
"""Bytes on each side of what was found that may belong to its word."""


class Sought(Value, frozen=True, kw_only=True):
    """A value to look for."""

    condition: str
    """What the value is; several values may be of one condition."""
    value: str
    word: bool = False
    """Whether it counts only where no letter or digit goes on before or after it."""


class Found(Value, frozen=True, kw_only=True):
    """One occurrence of a value."""

    start: int
    end: int
    condition: str
    encoding: str
    word: bytes
    """The occurrence with the bytes around it that belong to the same word."""


def _base64(content: bytes) -> Iterator[bytes]:
    """Yield base64 of ``content`` as it looks at each of three places, less characters that hold other bits too."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content)
        whole = encoded[(before * 8 + 5) // 6 : (before + len(content)) * 8 // 6]
        if len(whole) >= SHORTEST_BASE64:
            yield from (whole, whole.translate(bytes.maketrans(b"+/", b"-_")))


def _escaped(value: str) -> Iterator[str]:
    """Yield what stands in quotes in JSON (also with ``/`` escaped), Python and C."""
    quoted = json.dumps(value)[1:-1]
    yield from (quoted, quoted.replace("/", "\\/"))
    yield value.replace("\\", "\\\\")
    yield value.encode("unicode_escape").decode()
    yield repr(value.encode())[2:-1]
    yield "".join(chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}" for byte in value.encode())  # noqa: PLR2004 - printable


def encodings(value: str) -> dict[bytes, str]:
    """Return the byte strings as which a value may stand in a file, and the name of each one's encoding."""
    raw = value.encode("utf-8", "surrogateescape")
    text = raw.decode("utf-8", "replace")
    forms = {raw: "utf-8"}

    def add(encoding: str, *contents: bytes) -> None:
        for content in contents:
            forms.setdefault(content, encoding)

    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        add(codec, text.encode(codec))
    for safe in ("/", ""):
        percent = quote(raw, safe=safe).encode()
        add("percent", percent, re.sub(rb"%..", lambda found: found[0].lower(), percent))
    add("escaped", *(form.encode() for form in _escaped(text)))
    add("base64", *_base64(raw))
    add("hex", raw.hex().encode(), raw.hex().upper().encode())
    return forms


def _anchors(patterns: Sequence[bytes]) -> list[bytes]:
    """Return few short byte strings of which every pattern holds one, starting with few and rare bytes."""
    left, anchors = set(patterns), list[bytes]()
    while left:
        parts: Counter[bytes] = Counter()
        for pattern in left:
            size = min(ANCHOR, len(pattern))
            parts.update({pattern[at : at + size] for at in range(len(pattern) - size + 1)})
        used = {anchor[0] for anchor in anchors}

        def worth(part: bytes, parts: Counter[bytes] = parts, used: set[int] = used) -> tuple[float, bytes]:
            return parts[part] * (0.5 if part[0] in COMMON else 1) * (1.5 if part[0] in used else 1), part

        anchors.append(max(parts, key=worth))
        left = {pattern for pattern in left if anchors[-1] not in pattern}
    return anchors


def _stands_alone(content: bytes, start: int, end: int) -> bool:
    """Tell whether no letter or digit goes on before or after a place; a path begins wherever its ``/`` is."""
    before, after = content[max(0, start - 2) : start], content[end : end + 1]
    goes_on = content[start : start + 1].isalnum() and before[-1:].isalnum() and not ESCAPE.fullmatch(before)
    return not goes_on and not after.isalnum()


def _word(content: bytes, start: int, end: int) -> bytes:
    """Return what stands at a place, with the bytes around it that belong to the same word."""
    before = INSIDE.match(content[max(0, start - LONGEST_WORD) : start][::-1])
    after = INSIDE.match(content[end : end + LONGEST_WORD])
    return (before[0][::-1] if before else b"") + content[start:end] + (after[0] if after else b"")


class Patterns:
    """Values in all encodings, ready to be searched for."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        """Encode the values; of two that look the same, the first counts."""
        self._meaning: dict[bytes, tuple[Sought, str]] = {}
        for item in sought:
            for pattern, encoding in encodings(item.value).items():
                self._meaning.setdefault(pattern, (item, encoding))
        anchors = _anchors(list(self._meaning))
        self._at: dict[bytes, list[tuple[int, bytes]]] = {anchor: [] for anchor in anchors}
        # The longest first: a folder's path also starts the paths of those in it.
        for pattern in sorted(self._meaning, key=lambda pattern: (-len(pattern), pattern)):
            place, anchor = min((pattern.find(anchor), anchor) for anchor in anchors if anchor in pattern)
            self._at[anchor].append((place, pattern))
        self.anchors = re.compile(b"|".join(map(re.escape, anchors)) or rb"(?!)")
        """Finds every place where a pattern may be, and few others; where nothing is sought, none."""
        self.reach = max(map(len, self._meaning), default=0) + 2
        """How many bytes from the start of an occurrence decide what it is."""

    def _found(self, content: bytes, anchor: re.Match[bytes], done: int) -> Found | None:
        """Return the longest pattern around an anchor that begins after what is done."""
        for place, pattern in self._at[anchor[0]]:
            start = anchor.start() - place
            end = start + len(pattern)
            if start < done or not content.startswith(pattern, start):
                continue
            item, encoding = self._meaning[pattern]
            if item.word and encoding in TEXTUAL and not _stands_alone(content, start, end):
                continue
            word = _word(content, start, end)
            return Found(start=start, end=end, condition=item.condition, encoding=encoding, word=word)
        return None

    def find(self, content: bytes) -> Iterator[Found]:
        """Yield the occurrences in ``content``; none overlap."""
        done = 0
        anchor = self.anchors.search(content)
        while anchor is not None:
            found = self._found(content, anchor, done)
            if found is not None:
                done = found.end
                yield found
            # Anchors may overlap, where one of them is no part of a pattern.
            anchor = self.anchors.search(content, max(done, anchor.start() + 1))
